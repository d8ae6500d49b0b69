r"""A primal-dual interior-point method for laws in a ball of a Cressie-Read power divergence.

Densities q, multipliers y of the rows, the price :math:`\theta` of the divergence and the slacks z
of :math:`q \ge 0` and :math:`\sigma` of the ball are unknowns of their own, with

.. math:: c - G y - \theta \varphi'(q) + z = 0, \qquad E \varphi(q) + \sigma = \eta, \qquad
          q z = \theta \sigma = s v = \mu,

s and v being those of `rmot.numerics.interval_steps`, while :math:`\mu` falls to zero. A step of
Newton's method eliminates the nodes: with :math:`h = 1 / (\theta \varphi'' + z / q)` and what is
missed, :math:`\rho`,

.. math:: \Delta q = h (\rho - \varphi' \Delta\theta - G \Delta y),

so that m + 1 unknowns remain. Mehrotra's corrector (1992) carries all that is of second order, the
bends of :math:`\theta \varphi'(q)` and :math:`E \varphi(q)` too; primal and dual take their own
lengths, and no step leaves the ball. Were densities functions of y and :math:`\theta`, exponentials
of them, steps would be searched along, and many times as many. Without a radius
:math:`\theta = 1`: the law nearest to the prior.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from rmot.numerics import cone_steps, interval_steps
from rmot.numerics.normal_equations import NormalEquations
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]

_MOST, _TO_BOUNDARY, _LEAST_FALL = 200, 0.99, 1e-6
_PATIENCE, _SETTLED, _CLOSE = 30, 2, 1e-12
_ROUNDING, _FAILED, _HOPELESS = 1e-17, 1e-9, 1e-2
# With a first price of so much of the payoff's largest gain no density starts far from its own.
_FIRST_PRICE, _FIRST_MU = 0.1, 0.1
# Narrow rows would start with multipliers so large that rounding hides what they differ by.
_LEAST_SLACK, _LEAST_DENSITY = 1e-2, 1e-8
_TIGHT = 0.7
_SEARCHES, _WORSE, _SHORT = 60, 10.0, 0.5
# A room of so much of the radius is no longer told by the difference of two sums.
_CLEAR = 1e-8


@dataclass(frozen=True, eq=False)
class PowerAnswer:
    """Densities, multipliers and theta, the price of the divergence; and what is left to do.

    `gap` is complementarity, `missed` the worst row or what exceeds the ball, `off` by how much
    densities miss the multipliers' own; `steps` were taken.
    """

    density: Vector
    multipliers: Vector
    theta: float
    gap: float
    missed: float
    off: float
    steps: int

    @property
    def error(self) -> float:
        """The largest of what is left to do."""
        found = max(self.gap, self.missed, self.off)
        return found if isfinite(found) else inf


def nearest(program: Program) -> PowerAnswer:
    """Return the law nearest to the prior; the best iterate, which need not be good.

    Where no law meets the rows the multipliers are those of the last: they grow along a portfolio
    that costs less than it ever pays.
    """
    ones = np.ones(program.weights.size)
    return _found(program, 0.0 * ones, None, ones)


def extremal(program: Program, payoff: Vector, radius: float, law: Vector) -> PowerAnswer:
    """Maximise E[c q] over E phi(q) <= radius; returns the best iterate, which need not be good.

    The payoff should be of order one. `law` holds the nearest law's densities, from which steps
    start where it leaves the ball little room: from the prior they would not meet rows and ball
    together.
    """
    ones = np.ones(program.weights.size)
    start = law if program.spent(law) > _TIGHT * radius else ones
    return _found(program, payoff, radius, start)


def _found(program: Program, payoff: Vector, radius: float | None, start: Vector) -> PowerAnswer:
    """Descend with lengths of their own for primal and dual, and where that fails with the same."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        apart = _descended(_Newton(program, payoff, radius, start), together=False)
        if apart.error <= _FAILED:
            return apart
        other = _descended(_Newton(program, payoff, radius, start), together=True)
        return other if other.error <= apart.error else apart


def _descended(newton: _Newton, *, together: bool) -> PowerAnswer:
    best = found = newton.answer(0)
    waited, steps = 0, 0
    while steps < _MOST and best.error > _ROUNDING:
        patience = _SETTLED if best.error <= _CLOSE else _PATIENCE
        if waited > patience or not newton.advance(together=together):
            break
        steps, waited = steps + 1, waited + 1
        found = newton.answer(steps)
        if found.error < best.error:
            best, waited = found, 0
    return replace(best if best.error <= _HOPELESS else found, steps=steps)


@dataclass(frozen=True, eq=False)
class _Point:
    """Densities q and slacks z; the rows' slacks s, multipliers v and those of equal rows."""

    q: Vector
    z: Vector
    s: Vector
    v: Vector
    free: Vector
    theta: float
    room: float

    def moved(self, move: _Point, primal: float, dual: float) -> _Point:
        """Return the point at so much of a move, primal and dual."""
        return _Point(
            self.q + primal * move.q,
            self.z + dual * move.z,
            self.s + primal * move.s,
            self.v + dual * move.v,
            self.free + dual * move.free,
            self.theta + dual * move.theta,
            self.room + primal * move.room,
        )


class _Newton:
    """A point, what follows from it, and the step from there."""

    def __init__(
        self, program: Program, payoff: Vector, radius: float | None, start: Vector
    ) -> None:
        self.program, self.payoff, self.radius = program, payoff, radius
        q = np.maximum(start, _LEAST_DENSITY)
        free, theta, room, mu = np.zeros(program.lower.size), 1.0, 0.0, _FIRST_MU
        if radius is not None:
            free = program.projection(payoff)
            gain = float((payoff - program.design.times(free)).max())
            theta, room = max(1.0 / sqrt(2.0 * radius), _FIRST_PRICE * gain), radius
            mu = theta * room
        rows = program.design.adjoint(program.weights * q)
        s = np.maximum(program.slacks(rows), _LEAST_SLACK)
        v = np.where(program.has, mu / np.maximum(s[0], s[1]), 0.0)
        self._count = float(program.weights.sum() + program.has.sum()) + (radius is not None)
        self._stand(_Point(q, mu / q, s, v, free, theta, room))

    def _stand(self, at: _Point) -> None:
        """Move to a point, and find what follows from it."""
        program, w = self.program, self.program.weights
        self._first, self._second = np.empty_like(w), np.empty_like(w)
        self._spent = cone_steps.bends(
            *(w, program.kinds, program.order, program.rate, at.q, self._first, self._second)
        )
        self._over = 0.0
        if self.radius is not None:
            room = self.radius - self._spent
            if room > _CLEAR * self.radius:
                at = replace(at, room=room)
            self._over = at.room - room
        self.at, self._rows = at, program.design.adjoint(w * at.q)
        self._y = np.where(program.equal, at.free, at.v[1] - at.v[0])
        self._left = self.payoff - program.design.times(self._y) - at.theta * self._first
        self._gap = self._products(at)
        self._off = sqrt(float(w @ (at.q * (self._left + at.z) ** 2)))

    def _products(self, at: _Point) -> float:
        of_rows = (at.s * at.v)[self.program.has].sum()
        return float(self.program.weights @ (at.q * at.z) + of_rows) + at.theta * at.room

    def answer(self, steps: int) -> PowerAnswer:
        """Return the point with what is left to do."""
        program, at = self.program, self.at
        missed = interval_steps.missed(program.equal, program.has, program.ends, self._rows)
        if self.radius is not None:
            missed = max(missed, self._spent - self.radius)
        return PowerAnswer(at.q, self._y, at.theta, self._gap, missed, self._off, steps)

    def advance(self, *, together: bool) -> bool:
        """Take a step, primal and dual as far as each may go or `together`.

        False where the numbers break down.
        """
        equations = self._equations()
        if equations is None:
            return False
        at, zero = self.at, np.zeros_like
        still = _Point(zero(at.q), zero(at.z), zero(at.s), zero(at.v), zero(at.free), 0.0, 0.0)
        plain = self._move(equations, 0.0, still)
        primal, dual = (min(1.0, length) for length in self._lengths(plain))
        fall = min(max(self._products(at.moved(plain, primal, dual)) / self._gap, 0.0), 1.0) ** 3
        target = max(fall, _LEAST_FALL) * self._gap / self._count
        move = self._move(equations, target, plain)
        if min(self._lengths(move)) < _SHORT:
            # what is of second order is that of a step which goes so far, not of a whole one
            other = self._move(equations, target, still.moved(plain, primal, dual))
            move = max(move, other, key=lambda one: min(self._lengths(one)))
        primal, dual = (min(1.0, _TO_BOUNDARY * length) for length in self._lengths(move))
        if together:
            primal = dual = min(primal, dual)
        worst = _WORSE * max(self._off, self._gap)
        for _ in range(_SEARCHES):
            if self._is_inside(at, at.q + primal * move.q):
                self._stand(at.moved(move, primal, dual))
                if self._off <= worst:
                    return isfinite(self._gap)
                dual *= 0.5
            primal *= 0.5
        return False

    def _is_inside(self, at: _Point, q: Vector) -> bool:
        """Tell whether densities q leave the ball some of its room."""
        if self.radius is None:
            return True
        clear = _CLEAR * self.radius
        least = (1.0 - _TO_BOUNDARY) * at.room if at.room > clear else -clear
        return self.radius - self.program.spent(q) >= least

    def _equations(self) -> NormalEquations | None:
        program, at, m = self.program, self.at, self._y.size
        self._h = 1.0 / (at.theta * self._second + at.z / at.q)
        self._mass = program.weights * self._h
        self._give = np.empty(m)
        interval_steps.softness(program.equal, at.s, at.v, self._give)
        matrix = np.eye(m + 1)
        matrix[:m, :m] = program.design.gram(self._mass)
        matrix[np.arange(m), np.arange(m)] += self._give
        if self.radius is not None:
            matrix[:m, m] = matrix[m, :m] = program.design.adjoint(self._mass * self._first)
            matrix[m, m] = float(self._mass @ self._first**2) + at.room / at.theta
        if not np.isfinite(matrix).all():
            return None
        equations = NormalEquations(matrix)
        return equations if equations.usable else None

    def _move(self, equations: NormalEquations, target: float, before: _Point) -> _Point:
        """Return Newton's step to products of `target`, corrected for the second order of one."""
        program, w, at, m = self.program, self.program.weights, self.at, self._y.size
        sides = program.equal, program.has, program.ends, self._rows, at.s, at.v
        push = (target - before.q * before.z) / at.q
        aim = self._left + push - self._bent(before)
        right, pushes = np.zeros(m + 1), np.empty((2, m))
        right[:m] = program.design.adjoint(self._mass * aim)
        ds, dv = before.s.copy(), before.v.copy()
        interval_steps.aim(*sides, self._give, target, ds, dv, pushes, right[:m])
        over = self._over + 0.5 * float(w @ (self._second * before.q**2))
        if self.radius is not None:
            pull = (target - before.theta * before.room) / at.theta - at.room
            right[m] = float(self._mass @ (self._first * aim)) + over + pull
        step = equations.solve(right)
        theta = float(step[m])
        q = self._h * (aim - self._first * theta - program.design.times(step[:m]))
        of_rows = program.design.adjoint(w * q)
        interval_steps.change(*sides, of_rows, step[:m], pushes, ds, dv, np.empty(5))
        room = -over - float(w @ (self._first * q)) if self.radius is not None else 0.0
        free = np.where(program.equal, step[:m], 0.0)
        return _Point(q, push - at.z - at.z * q / at.q, ds, dv, free, theta, room)

    def _bent(self, move: _Point) -> Vector:
        """Return what theta phi'(q) changes by to second order."""
        # the third derivative of phi is (order - 2) phi'' / q
        third = 0.5 * self.at.theta * (self.program.order - 2.0) * move.q / self.at.q
        return self._second * move.q * (move.theta + third)

    def _lengths(self, move: _Point) -> tuple[float, float]:
        """Return how far a move may go, primal and dual, until something is zero."""
        at, has = self.at, self.program.has
        primal = max(_steepest(move.q, at.q), _steepest(move.s[has], at.s[has]))
        dual = max(_steepest(move.z, at.z), _steepest(move.v[has], at.v[has]))
        if self.radius is not None:
            primal, dual = max(primal, -move.room / at.room), max(dual, -move.theta / at.theta)
        return (1.0 / primal if primal > 0 else inf), (1.0 / dual if dual > 0 else inf)


def _steepest(change: Vector, at: Vector) -> float:
    return float((-change / at).max(initial=0.0))
