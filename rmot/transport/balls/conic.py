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

from rmot.numerics import cone_steps, interval_steps
from rmot.transport.balls.cone import ConePoint, NoCone, SecondOrderCone
from rmot.transport.balls.normal_equations import NormalEquations
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]

_MAX_STEPS = 80
_TO_BOUNDARY = 0.99
_MET = 1e-13
_PATIENCE = 30
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
            if waited > _PATIENCE or not state.advance():
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
        self.size = sqrt(2.0 * radius) if radius is not None else 1.0
        signed = program.kinds != cone_steps.FREE
        self.pull = np.where(signed, np.minimum(1.0 / w, _LARGEST_PULL), 0.0)
        self.count = float(w @ self.pull + program.has.sum() + self.ball)
        mu = self.size / self.count
        self.p, self.z = np.zeros(n), mu * self.pull
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
        self.g, self.dp, self.dz, self.dg = (np.zeros(n) for _ in range(4))
        self.h, self.mass, self.terms = np.empty(n), np.empty(n), np.empty((4, n))
        self.ds, self.dv, self.pushes = np.zeros((2, m)), np.zeros((2, m)), np.empty((2, m))
        self.give, self.of_nodes, self.of_rows = np.empty(m), np.empty(14), np.empty(5)
        self.tau = 0.0
        self._measure()
        self.tau = 1.5 * sqrt(self.gg) + mu / self.size if self.ball else 0.0
        self._measure()

    def _multipliers(self) -> Vector:
        return np.where(self.program.equal, self.free, self.v[1] - self.v[0])

    def _measure(self) -> None:
        program = self.program
        excess = self.payoff - program.design.times(self._multipliers())
        self.pp, self.gg, self.pg, apart, qz = cone_steps.products(
            self.p, self.z, program.weights, excess, self.g
        )
        self.gap = qz + float(np.vdot(self.s, self.v))
        if self.ball:
            self.gap += self.size * self.tau + self.pg
        # Without a ball, how far the slope p = x + z is missed.
        self.missed = interval_steps.missed(program.equal, program.has, program.ends, self.rows)
        if not self.ball:
            self.missed = max(self.missed, sqrt(apart))

    def answer(self, steps: int) -> ConicAnswer:
        theta = self.tau / self.size if self.ball else 1.0
        density = 1.0 + self.p
        return ConicAnswer(density, self._multipliers(), theta, self.gap, self.missed, steps)

    def advance(self) -> bool:
        """Take one predictor-corrector step; False where the numbers break down."""
        program, w, m = self.program, self.program.weights, self.rows.size
        of_p = of_g = 0.0
        flat = 1.0
        if self.ball:
            of_primal = self.size**2 - self.pp
            of_dual = self.tau**2 - self.gg
            if not (of_primal > 0 and of_dual > 0):
                return False
            a, b = sqrt(of_primal), sqrt(of_dual)
            gamma = sqrt(0.5 * (1.0 + (self.size * self.tau + self.pg) / (a * b)))
            of_p, of_g, flat = 0.5 / (gamma * a), -0.5 / (gamma * b), b / a
        uu, up, ug, corner = cone_steps.scale(
            self.p, self.z, w, program.kinds, self.g, of_p, of_g, flat, self.terms
        )
        matrix = np.empty((m + self.ball, m + self.ball))
        matrix[:m, :m] = program.design.gram(self.terms[2])
        interval_steps.softness(program.equal, self.s, self.v, self.give)
        matrix[np.arange(m), np.arange(m)] += self.give
        if self.ball:
            matrix[:m, m] = matrix[m, :m] = program.design.adjoint(self.terms[3])
            matrix[m, m] = corner + 0.5 / flat
        equations = NormalEquations(matrix)
        if not equations.usable:
            return False
        for step in (self.dp, self.dz, self.dg, self.ds, self.dv):
            step[:] = 0.0
        cone = (
            SecondOrderCone(ConePoint(self.size, self.tau, self.pp, self.gg), uu, up, ug, flat)
            if self.ball
            else NoCone()
        )
        target = 0.0
        for corrector in (False, True):
            mix = cone.mix(target)
            right = np.empty(m + self.ball)
            moved = cone_steps.aim(
                self.p,
                self.z,
                program.kinds,
                self.g,
                target,
                self.pull,
                flat,
                mix,
                self.terms,
                self.dp,
                self.dz,
                self.dg,
                self.h,
                self.mass,
            )
            right[:m] = program.design.adjoint(self.mass)
            interval_steps.aim(
                program.equal,
                program.has,
                program.ends,
                self.rows,
                self.s,
                self.v,
                self.give,
                target,
                self.ds,
                self.dv,
                self.pushes,
                right,
            )
            if self.ball:
                right[m] = moved
            step = equations.solve(right)
            cone_steps.change(
                self.p,
                self.z,
                w,
                program.kinds,
                self.g,
                target,
                self.pull,
                self.terms,
                self.h,
                program.design.times(step[:m]),
                step[m] if self.ball else 0.0,
                self.dp,
                self.dz,
                self.dg,
                self.mass,
                self.of_nodes,
            )
            interval_steps.change(
                program.equal,
                program.has,
                program.ends,
                self.rows,
                self.s,
                self.v,
                program.design.adjoint(self.mass),
                step[:m],
                self.pushes,
                self.ds,
                self.dv,
                self.of_rows,
            )
            primal, dual = cone.furthest(self.of_nodes)
            primal = min(primal, _longest(self.of_nodes[0]), _longest(self.of_rows[0]))
            dual = min(dual, _longest(self.of_nodes[1]), _longest(self.of_rows[1]))
            if not self.ball:
                primal = dual = min(primal, dual)
            if not corrector:
                primal, dual = min(1.0, primal), min(1.0, dual)
                after = self.gap + cone.change(self.of_nodes, primal, dual)
                for one, two, both in (self.of_nodes[2:5], self.of_rows[2:5]):
                    after += primal * one + dual * two + primal * dual * both
                target = (max(after, 0.0) / self.gap) ** 3 * self.gap / self.count
        primal, dual = min(1.0, _TO_BOUNDARY * primal), min(1.0, _TO_BOUNDARY * dual)
        self.p += primal * self.dp
        self.s += primal * self.ds
        self.z += dual * self.dz
        self.v += dual * self.dv
        self.free[program.equal] += dual * step[:m][program.equal]
        self.tau += dual * cone.d_tau
        self.rows = program.design.adjoint(w * self.p + w)
        self._measure()
        return True


def _longest(steepest: float) -> float:
    return 1.0 / steepest if steepest > 0 else np.inf
