r"""A conic interior-point method for laws in a chi-squared ball.

With deviations :math:`p = q - 1` and :math:`R^2 = 2 \eta` the ball is the second-order cone
:math:`(R, p)`, whose dual is :math:`(\tau, g)`, :math:`g = -(c - G y + z)`. Steps use the scaling
of Nesterov and Todd (1997), under which the cone adds to a diagonal one rank alone,

.. math:: \Delta g = -\tfrac1H (I + 2 u u^\top)(\Delta p - \rho), \quad
          u = \frac{1}{2\gamma}\Big(\frac{p}{\sqrt{R^2 - |p|^2}} - \frac{g}{\sqrt{\tau^2 - |g|^2}}
          \Big), \quad H = \sqrt{\frac{R^2 - |p|^2}{\tau^2 - |g|^2}},

so that nodes are eliminated and m + 1 unknowns remain. Predictor and corrector follow Mehrotra
(1992); primal and dual take their own lengths. Every node has the same barrier, whatever its
weight, which makes the method indifferent to priors that span many decades. Without a radius it
finds the law nearest to the prior, a quadratic program. Once the rows that bind show, the law is
settled on them (`rmot.numerics.active_rows`); where that fails, steps go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from rmot.numerics import active_rows, cone_steps
from rmot.numerics.conic_step import (
    GAP,
    GG,
    MISSED,
    N_NUMBERS,
    N_WORK,
    SIZE,
    TAU,
    descend,
    measure,
)
from rmot.numerics.eights import filled_up
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]
Iterate = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]

_MAX_STEPS = 80
_PATIENCE, _SETTLED = 30, 4
_MET = 1e-13
# Gaps at which rows that bind are told from others; what is settled on them ends in rounding.
_SHOWING = (1e-5, 1e-8)
_ROUNDING = 1e-15
# Where the ball has room left, there is nothing to settle: its price is near zero.
_ROOMY = 1e3
_LARGEST_PULL = 1e150
_TRIED, _LARGEST = (1e3, 1e5, 1e7, 1e9, 1e11, 1e13), 1e15
_UNFILLED, _USEFUL = 0.9, 1e-6


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Densities, multipliers, tau / R (the price of the divergence), and what is left to do.

    `gap` is complementarity and `missed` the worst row, both of the iterate returned; it was
    reached in so many `steps`, of those that were `taken`, and where a law was settled on the rows
    that bind, in so many `turns` more.
    """

    density: Vector
    multipliers: Vector
    theta: float
    gap: float
    missed: float
    steps: int
    taken: int
    turns: int = 0


def solve(program: Program, payoff: Vector, radius: float | None, tolerance: float) -> ConicAnswer:
    """Maximise E[c q] over E (q - 1)^2 <= 2 radius, or find the nearest law.

    The payoff should be of order one. Returns the best iterate, which need not be good.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        state = _State(program, payoff, radius)
        for showing in _SHOWING:
            if not state.descend((showing, showing)):
                return state.best
            answer = state.settled(tolerance)
            if answer is not None:
                return answer
        state.descend((tolerance, _MET))
        return state.best


def extremal(program: Program, payoff: Vector, radius: float, tolerance: float) -> ConicAnswer:
    """Maximise E[c q] over a ball that may be larger than any law needs.

    A ball that is far from filled costs digits, so smaller ones are tried first: where a law leaves
    room in one, it is extremal in all that are larger.
    """
    for smaller in _TRIED:
        if smaller >= radius:
            break
        answer = solve(program, payoff, smaller, tolerance)
        spent = 0.5 * float(program.weights @ (answer.density - 1.0) ** 2)
        if spent < _UNFILLED * smaller and max(abs(answer.gap), answer.missed) <= _USEFUL:
            return answer
    return solve(program, payoff, min(radius, _LARGEST), tolerance)


class _State:
    """One iterate: p, z of the nodes; slacks s and multipliers v of the rows; free ones; tau."""

    def __init__(self, program: Program, payoff: Vector, radius: float | None) -> None:
        self.program, w = program, program.weights
        n, m = w.size, program.lower.size
        self.ball = radius is not None
        size = sqrt(2.0 * radius) if radius is not None else 1.0
        self.numbers = np.zeros(N_NUMBERS)
        self.numbers[SIZE] = size
        self._signed = filled_up((program.kinds != cone_steps.FREE).astype(float))
        self._weights, self._payoff = filled_up(w), filled_up(payoff)
        self._pull = filled_up(np.minimum(1.0 / w, _LARGEST_PULL))
        self._pull *= self._signed
        self._count = float(self._weights @ self._pull + program.has.sum() + self.ball)
        mu = size / self._count
        self._z = mu * self._pull
        self._p, self._g = np.zeros_like(self._z), np.zeros_like(self._z)
        # without the nodes that fill up
        self.p, self.z, self.g = self._p[:n], self._z[:n], self._g[:n]
        self.rows = program.design.adjoint(w)
        self.s = program.slacks(self.rows)
        self.v = np.where(program.has, mu / np.maximum(self.s[0], self.s[1]), 0.0)
        self.free = program.projection(payoff) if self.ball else np.zeros(m)
        self._work = np.zeros((N_WORK, self._z.size))
        self._best = np.empty_like(self._p), np.empty(m), np.empty(N_NUMBERS)
        self._reached = self._taken = 0
        self.measure()
        if self.ball:
            self.numbers[TAU] = 1.5 * sqrt(self.numbers[GG]) + mu / size
            self.measure()

    def measure(self) -> None:
        """Bring the numbers up to date with the arrays."""
        measure(
            self.program.design.arrays,
            self._weights,
            self._payoff,
            self.program.sides,
            self.ball,
            *self._iterate,
            self._work[-1],
        )

    def descend(self, tolerance: tuple[float, float], most: int = _MAX_STEPS) -> bool:
        """Take predictor-corrector steps, at `most` so many in all, until gap and rows are met."""
        before = self._taken
        reached, taken = descend(
            self.program.design.arrays,
            self._weights,
            self._signed,
            self._payoff,
            self.program.sides,
            self._pull,
            self._count,
            self.ball,
            *self._iterate,
            self._work,
            tolerance,
            most - before,
            (_SETTLED, _PATIENCE),
            *self._best,
        )
        self._reached, self._taken = before + reached, before + taken
        numbers = self._best[2]
        return bool(numbers[GAP] <= tolerance[0] and numbers[MISSED] <= tolerance[1])

    @property
    def best(self) -> ConicAnswer:
        """The best iterate of the last descent."""
        p, y, numbers = self._best
        theta = float(numbers[TAU] / numbers[SIZE]) if self.ball else 1.0
        gap, missed = float(numbers[GAP]), float(numbers[MISSED])
        density = 1.0 + p[: self.p.size]
        return ConicAnswer(density, y, theta, gap, missed, self._reached, self._taken)

    def settled(self, tolerance: float) -> ConicAnswer | None:
        """Return the law that the rows which bind in the iterate give; None if they give none."""
        sides, size = self.program.sides, float(self.numbers[SIZE])
        binds = np.empty(self.free.size, dtype=np.int8)
        active_rows.binding(self.program.has, self.s, self.v, binds)
        t = size / float(self.numbers[TAU]) if self.ball else 1.0
        if not t < _ROOMY:
            return None
        positions = np.where(self.program.equal, self.free, (self.v[1] - self.v[0]) * (binds != 0))
        positions *= t
        q = np.empty_like(self._p)
        turns, t, gap, missed = active_rows.settle(
            self.program.design.arrays,
            self._weights,
            self._signed,
            self._payoff,
            sides,
            size * size,
            self.ball,
            binds,
            positions,
            t,
            (max(tolerance, _ROUNDING), _MET),
            q,
        )
        if not turns:
            return None
        density, steps = q[: self.p.size], (self._reached, self._taken)
        return ConicAnswer(density, positions / t, 1.0 / t, gap, missed, *steps, turns)

    @property
    def _iterate(self) -> Iterate:
        arrays = self._p, self._z, self.s, self.v, self.free, self.rows, self._g
        return *arrays, self.numbers
