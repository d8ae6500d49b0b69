r"""Newton's method on the dual for any Cressie-Read divergence, led by the payoff's weight.

For t > 0 the extremal law of a ball is :math:`q = \varphi^{*\prime}(t c - G y)`, where y minimises

.. math:: F(y) = E \varphi^*(t c - G y) + \sum_j \psi_j(y_j),

:math:`\psi_j` being what row j's sides are worth, smoothed by a barrier :math:`\mu`
(`rmot.numerics.interval_steps`). At t = 0 that is the law nearest to the prior. From there t rises
along the path's tangent until :math:`E \varphi(q)` is the radius, then :math:`\mu` falls; F is
convex, and every Newton step is searched along. :math:`1/t` is the price of the divergence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from rmot.numerics import dual_response, interval_steps
from rmot.numerics.cone_steps import LINEAR
from rmot.numerics.cressie_read import KULLBACK_LEIBLER
from rmot.numerics.normal_equations import NormalEquations
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]

_FIRST_MU, _LAST_MU, _FALL = 0.1, 1e-14, 0.03
_SEARCHES = 40
_NEWTON_STEPS = 60
_ROOT_STEPS = 80
_RETREATS, _RETREAT = 12, 0.2
_STALLS = 2
_MISSED, _SOLVED = 1e-5, 1e-2
_FIRST_ESCAPE = 0.05
_RISE = 4.0
_SLACK_GAP = 1e-11
# Beyond, excesses in units of 1 / t lose half their digits.
LARGEST_T = 1e9


@dataclass(frozen=True, eq=False)
class DualAnswer:
    """Densities, multipliers in units of 1 / t, and what the law spends of its radius.

    `stages` are barriers passed on the way, with the multipliers and the divergence there.
    """

    density: Vector
    multipliers: Vector
    t: float
    spent: float
    steps: int
    stages: tuple[tuple[float, Vector, float], ...] = ()


def nearest(program: Program) -> DualAnswer:
    """Return the law nearest to the prior; its multipliers are those of t = 0."""
    lone = program.has[0] != program.has[1]
    y = np.where(lone, np.where(program.has[0], -1.0, 1.0) * program.barrier, 0.0)
    if program.kinds[-1] == LINEAR:
        y[1] = _FIRST_ESCAPE
    dual = _Dual(program, np.zeros(program.weights.size), y, 0.0, _FIRST_MU)
    stages: list[tuple[float, Vector, float]] = []
    while True:
        last = dual.mu <= _LAST_MU
        dual.minimise(0.0 if last else 0.1 * dual.mu)
        stages.append((dual.mu, dual.y, dual.spent))
        if last:
            return replace(dual.answer(), stages=tuple(stages))
        dual.lower()


def extremal(
    program: Program, payoff: Vector, radius: float, start: DualAnswer, most: float = LARGEST_T
) -> DualAnswer:
    """Maximise E[c q] over E phi(q) <= radius, from the nearest law.

    The payoff should be of order one. Where the radius is not spent 1 / t is as small as makes the
    difference negligible, unless t passes `most`: then it ends there.
    """
    # The barrier's own law must leave room in the ball.
    middle = 0.5 * (start.spent + radius)
    leave = [stage for stage in start.stages if stage[2] <= middle] or [start.stages[-1]]
    mu, y, _ = leave[0]
    dual = _Dual(program, payoff, y, 0.0, mu)
    while True:
        last = dual.mu <= _LAST_MU
        slack = dual.spend(radius, 1e-13 if last else 1e-2, 0.0 if last else 0.1 * dual.mu, most)
        if last or slack:
            break
        dual.lower()
    return dual.answer()


class _Dual:
    def __init__(self, program: Program, payoff: Vector, y: Vector, t: float, mu: float) -> None:
        self.program, self.payoff, self.y, self.t, self.mu = program, payoff, y.copy(), t, mu
        n, m = program.weights.size, program.lower.size
        self._mass, self._stiffness = np.empty(n), np.empty(n)
        self._rows, self._give = np.empty(m), np.empty(m)
        self._excess, self.spent, self._steps = np.empty(n), 0.0, 0
        self._equations: NormalEquations | None = None
        self._stalls = 0
        # How far t may rise at once, after it once rose too far.
        self._reach = np.inf

    def answer(self) -> DualAnswer:
        program = self.program
        density = self._mass / program.weights
        if program.kinds[-1] == LINEAR:
            # What escapes is mu over a slack that rounding has worn away; the forward's row tells.
            lacking = program.lower[1] - program.design.adjoint(self._mass)[1]
            unit = np.zeros_like(self._mass)
            unit[-1] = program.weights[-1]
            density[-1] = max(0.0, density[-1] + lacking / program.design.adjoint(unit)[1])
        return DualAnswer(density, self.y, self.t, self.spent, self._steps)

    def _evaluate(self, y: Vector) -> tuple[float, Vector]:
        """Return F and y, its cash replaced by the best one where that is known in closed form."""
        program = self.program
        worth = interval_steps.support(
            program.lower, program.upper, program.barrier, self.mu, y, self._rows, self._give
        )
        if not isfinite(worth):
            return np.inf, y
        excess = self.t * self.payoff - program.design.times(y)
        if program.order == KULLBACK_LEIBLER:
            cash = dual_response.log_mean_exponential(program.weights, program.kinds, excess)
            y = y.copy()
            y[0] += cash / program.cash
            worth += cash / program.cash * program.lower[0]
            excess -= np.where(program.kinds == LINEAR, 0.0, cash)
        value, self.spent = dual_response.respond(
            program.weights,
            program.kinds,
            program.order,
            program.rate,
            self.mu,
            excess,
            self._mass,
            self._stiffness,
        )
        self._excess = excess
        return value + worth, y

    def minimise(self, tolerance: float) -> bool:
        """Take Newton steps until the decrement is below `tolerance`, or rounding stops them.

        False where rows are missed nevertheless: where all mass sits on so few nodes that Newton's
        matrix has lost the others.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, self.y = self._evaluate(self.y)
            before, slope = np.inf, np.zeros(self.y.size)
            for _ in range(_NEWTON_STEPS):
                matrix = self.program.design.gram(self._stiffness)
                matrix[np.diag_indices(matrix.shape[0])] += self._give
                self._equations = NormalEquations(matrix.copy())
                slope = self._rows - self.program.design.adjoint(self._mass)
                step = -self._equations.solve(slope)
                decrement = float(-slope @ step)
                self._steps += 1
                if not decrement > tolerance or decrement >= before < 1e-20:
                    return self._met(slope) or self._solved(matrix, step, slope)
                before = decrement
                length = 1.0
                for _ in range(_SEARCHES):
                    found, y = self._evaluate(self.y + length * step)
                    # Near the minimum F's rounding hides its fall, and full steps are right.
                    if found <= value - 1e-4 * length * decrement + 1e-15 * (1.0 + abs(value)):
                        break
                    length *= 0.5
                else:
                    self._evaluate(self.y)
                    return self._met(slope)
                self.y, value = y, found
        self._stalls += 1
        return self._met(slope)

    def _met(self, slope: Vector) -> bool:
        program, rows = self.program, self._rows - slope
        missed = interval_steps.missed(program.equal, program.has, program.ends, rows)
        return missed <= _MISSED * (1.0 + float(np.abs(rows).max()))

    def _solved(self, matrix: Vector, step: Vector, slope: Vector) -> bool:
        return bool(np.abs(matrix @ step + slope).max() <= _SOLVED * np.abs(slope).max())

    def lower(self) -> None:
        """Let the barrier fall, and y follow the path's tangent."""
        assert self._equations is not None
        mu = max(self.mu * _FALL, _LAST_MU)
        escaped = np.where(self.program.kinds == LINEAR, self._mass, 0.0)
        # Both psi' and the escaping mass depend on mu / y and mu / (kappa - x) alone.
        by_mu = self._give * self.y + self.program.design.adjoint(escaped)
        ahead = self.y + (mu / self.mu - 1.0) * self._equations.solve(by_mu)
        self.mu = mu
        value, y = self._evaluate(ahead)
        if isfinite(value):
            self.y = y

    def spend(self, radius: float, tolerance: float, decrement: float, most: float) -> bool:
        """Find t at which the law spends the radius; True where that is needless, or t is lost."""
        low, high = 0.0, np.inf
        met, retreats = (self.t, self.y), 0
        for _ in range(_ROOT_STEPS):
            if not self.minimise(decrement):
                # The tangent led to where Newton's method finds no way back.
                if retreats == _RETREATS:
                    return True
                retreats += 1
                t, self.y = met
                self.t = t + _RETREAT * (self.t - t)
                continue
            if self._stalls > _STALLS:
                return True
            self._reach = np.inf if retreats == 0 else _RISE * abs(self.t - met[0])
            met, retreats = (self.t, self.y), 0
            over = self.spent - radius
            if abs(over) <= tolerance * radius:
                return False
            if over < 0 and self.t > 0 and -over + self._loose() <= _SLACK_GAP * self.t:
                return True
            low, high = (self.t, high) if over < 0 else (low, self.t)
            if self.t > most:
                return True
            if isfinite(high) and high - low <= 1e-15 * high:
                return False
            self._follow(over, low, high)
        return False

    def _loose(self) -> float:
        return 2.0 * self.mu * float(np.count_nonzero(self.program.has))

    def _follow(self, over: float, low: float, high: float) -> None:
        """Move t towards the radius, and y along the path's tangent."""
        assert self._equations is not None
        program = self.program
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            tangent = self._equations.solve(program.design.adjoint(self._stiffness * self.payoff))
            rate = self.payoff - program.design.times(tangent)
            change = self._stiffness * rate
            # To second order, E phi changes by E[x dq] + E[phi'' dq^2] / 2.
            a, b = 0.5 * float(change @ rate), float(self._excess @ change)
            inside = b * b - 4.0 * a * over
            if not (a > 0 and isfinite(a)):
                # No mass moves any more: only more t can tell.
                dt = _RISE * self.t
            else:
                dt = (sqrt(inside) - b) / (2.0 * a) if inside > 0 else -b / (2.0 * a)
            if self.t > 0:
                dt = min(max(dt, -0.7 * self.t), _RISE * self.t)
            # Where rows price the payoff no t moves the law, but for rounding.
            t = min(self.t + min(dt, self._reach), 2.0 * LARGEST_T)
            if not low < t < high:
                t = 0.5 * (low + high) if isfinite(high) else (1.0 + _RISE) * self.t
            before, start = self.t, self.y
            self.t = t
            for _ in range(_SEARCHES):
                # Off the domain of a lone side's barrier the tangent reaches too far.
                value, y = self._evaluate(start + (self.t - before) * tangent)
                if isfinite(value):
                    self.y = y
                    return
                self.t = before + 0.5 * (self.t - before)
            self.t, self.y = before, start
