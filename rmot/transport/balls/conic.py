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
finds the law nearest to the prior, a quadratic program.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from rmot.numerics import cone_steps
from rmot.numerics.conic_step import (
    GAP,
    GG,
    MISSED,
    N_NUMBERS,
    N_WORK,
    SIZE,
    TAU,
    advance,
    measure,
)
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]
Iterate = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]

_MAX_STEPS = 80
_MET = 1e-13
_PATIENCE, _SETTLED = 30, 4
_ROUNDED = 5e-16
_LARGEST_PULL = 1e150
_START_SLACK = 0.1
_TRIED, _LARGEST = (1e3, 1e5, 1e7, 1e9, 1e11, 1e13), 1e15
_UNFILLED, _USEFUL = 0.9, 1e-6


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Densities, multipliers, tau / R (the price of the divergence), and what is left to do.

    `gap` is complementarity and `missed` the worst row, both of the iterate returned.
    """

    density: Vector
    multipliers: Vector
    theta: float
    gap: float
    missed: float
    steps: int


def solve(program: Program, payoff: Vector, radius: float | None, tolerance: float) -> ConicAnswer:
    """Maximise E[c q] over E (q - 1)^2 <= 2 radius, or find the nearest law.

    The payoff should be of order one. Returns the best iterate, which need not be good.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        state = _State(program, payoff, radius)
        best, waited = state.answer(0), 0
        for steps in range(1, _MAX_STEPS + 1):
            if best.gap <= tolerance and best.missed <= _MET:
                break
            met = state.gap <= tolerance and state.missed <= _MET
            rounded = max(abs(best.gap), best.missed) <= _ROUNDED
            # what rounding alone makes better or worse needs less patience
            if waited > (_SETTLED if met or rounded else _PATIENCE) or not state.advance():
                break
            if not isfinite(state.gap + state.missed):
                break
            waited += 1
            if max(abs(state.gap), state.missed) < max(abs(best.gap), best.missed):
                best, waited = state.answer(steps), 0
    return best


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
        self.program, self.payoff, w = program, payoff, program.weights
        n, m = w.size, program.lower.size
        self.ball = radius is not None
        size = sqrt(2.0 * radius) if radius is not None else 1.0
        self.numbers = np.zeros(N_NUMBERS)
        self.numbers[SIZE] = size
        signed = program.kinds != cone_steps.FREE
        self._pull = np.where(signed, np.minimum(1.0 / w, _LARGEST_PULL), 0.0)
        self._count = float(w @ self._pull + program.has.sum() + self.ball)
        mu = size / self._count
        self.p, self.z, self.g = np.zeros(n), mu * self._pull, np.zeros(n)
        self.rows = program.design.adjoint(w)
        both = program.has.all(axis=0)
        width = np.where(both, program.ends[1] - program.ends[0], np.abs(self.rows))
        slack = np.stack([self.rows - program.ends[0], program.ends[1] - self.rows])
        self.s = np.where(program.has, np.maximum(slack, _START_SLACK * width), 1.0)
        self.v = np.where(program.has, mu / np.maximum(self.s[0], self.s[1]), 0.0)
        self.free = np.zeros(m)
        if self.ball:
            hard = program.design.gram(w)[np.ix_(program.equal, program.equal)]
            seen = program.design.adjoint(w * payoff)[program.equal]
            self.free[program.equal] = np.linalg.lstsq(hard, seen, rcond=1e-12)[0]
        self._work = np.empty((N_WORK, n))
        self.measure()
        if self.ball:
            self.numbers[TAU] = 1.5 * sqrt(self.numbers[GG]) + mu / size
            self.measure()

    def measure(self) -> None:
        """Bring the numbers up to date with the arrays."""
        measure(
            self.program.design.arrays,
            self.program.weights,
            self.payoff,
            self.program.sides,
            self.ball,
            *self._iterate,
            self._work[-1],
        )

    def advance(self) -> bool:
        """Take one predictor-corrector step; False where the numbers break down."""
        return advance(
            self.program.design.arrays,
            self.program.weights,
            self.program.kinds,
            self.payoff,
            self.program.sides,
            self._pull,
            self._count,
            self.ball,
            *self._iterate,
            self._work,
        )

    @property
    def gap(self) -> float:
        """Complementarity."""
        return float(self.numbers[GAP])

    @property
    def missed(self) -> float:
        """By how much the worst row is missed; without a ball, the slope too."""
        return float(self.numbers[MISSED])

    def answer(self, steps: int) -> ConicAnswer:
        """Return the iterate."""
        theta = float(self.numbers[TAU] / self.numbers[SIZE]) if self.ball else 1.0
        y = np.where(self.program.equal, self.free, self.v[1] - self.v[0])
        return ConicAnswer(1.0 + self.p, y, theta, self.gap, self.missed, steps)

    @property
    def _iterate(self) -> Iterate:
        return self.p, self.z, self.s, self.v, self.free, self.rows, self.g, self.numbers
