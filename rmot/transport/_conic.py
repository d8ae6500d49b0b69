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
from rmot.transport._program import NormalEquations, Program

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
        cone = _Cone(self, uu, up, ug, flat) if self.ball else _NoCone()
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


class _NoCone:
    """What the quadratic program of the nearest law has in the cone's place."""

    d_tau = 0.0

    def mix(self, target: float) -> tuple[float, float, float, float]:
        return (-1.0, 0.0, 0.0, 0.0)

    def furthest(self, of_nodes: Vector) -> tuple[float, float]:
        return np.inf, np.inf

    def change(self, of_nodes: Vector, primal: float, dual: float) -> float:
        return 0.0


class _Cone:
    r"""The second-order cone's part of a step.

    W maps (a, b) to :math:`\sqrt H (w_0 a + \langle u, b\rangle,\; b + u (a + \langle u, b\rangle
    / (1 + w_0)))`, with :math:`w_0 = \sqrt{1 + |u|^2}`; its inverse flips the sign of u.
    """

    def __init__(self, state: _State, uu: float, up: float, ug: float, flat: float) -> None:
        self._state, self._uu, self._up, self._ug = state, uu, up, ug
        self._w0, self._h = sqrt(1.0 + uu), 1.0 / flat
        self._of_dual = state.tau**2 - state.gg
        self._aim_first, self._rest = 0.0, (0.0, 0.0, 0.0, 0.0)
        self.d_tau = 0.0
        self._predicted: Vector | None = None

    def mix(self, target: float) -> tuple[float, float, float, float]:
        """Return the weights of g, dp, dg and u beside -p in rho + 2 u <u, rho>."""
        state, w0, uu = self._state, self._w0, self._uu
        of_g, of_dp, of_dg, of_u = -target / self._of_dual, 0.0, 0.0, 0.0
        first = -state.size + target * state.tau / self._of_dual
        if self._predicted is not None:
            less, of_dp, of_dg, more_g, of_u = self._second_order(self._predicted)
            first, of_g = first - less, of_g + more_g
        self._aim_first = first
        along = -self._up + of_g * self._ug + of_u * uu
        if self._predicted is not None:
            along += of_dp * self._predicted[12] + of_dg * self._predicted[13]
        # rho' = rho - k u
        k = 2.0 * w0 * first / (2.0 * w0 * w0 - 1.0)
        return of_g, of_dp, of_dg, of_u - k + 2.0 * (along - k * uu)

    def _second_order(self, of: Vector) -> tuple[float, float, float, float, float]:
        """Return minus W (nu^-1 o ((W^-1 ds) o (W dl))): first part, weights of dp, dg, g, u."""
        state, w0, uu, h = self._state, self._w0, self._uu, self._h
        root, one = sqrt(h), 1.0 + w0
        u_dp, u_dg, d_tau = of[12], of[13], self.d_tau
        # A = W^-1 (0, dp) = (a0, (dp + ka u) / root),  B = W (dtau, dg) = (b0, root (dg + kb u))
        a0, ka = -u_dp / root, u_dp / one
        b0, kb = root * (w0 * d_tau + u_dg), d_tau + u_dg / one
        dot = of[11] + kb * u_dp + ka * u_dg + ka * kb * uu
        c0 = a0 * b0 + dot
        # c1 = a0 B1 + b0 A1
        c_dp, c_dg = b0 / root, a0 * root
        c_u = a0 * root * kb + b0 / root * ka
        # nu = W (tau, g) = (n0, root (g + kn u))
        n0, kn = root * (w0 * state.tau + self._ug), state.tau + self._ug / one
        n_c = root * (
            c_dp * of[10]
            + c_dg * of[8]
            + c_u * self._ug
            + kn * (c_dp * u_dp + c_dg * u_dg + c_u * uu)
        )
        n_n = h * (state.gg + 2.0 * kn * self._ug + kn * kn * uu)
        x0 = (n0 * c0 - n_c) / (n0 * n0 - n_n)
        x_dp, x_dg = c_dp / n0, c_dg / n0
        x_g, x_u = -x0 * root / n0, (c_u - x0 * root * kn) / n0
        u_x = x_dp * u_dp + x_dg * u_dg + x_g * self._ug + x_u * uu
        k = x0 + u_x / one
        first = root * (w0 * x0 + u_x)
        return first, -root * x_dp, -root * x_dg, -root * x_g, -root * (x_u + k)

    def furthest(self, of: Vector) -> tuple[float, float]:
        """Find tau's change, and return the longest primal and dual steps within the cones."""
        state, w0 = self._state, self._w0
        self.d_tau = (self._aim_first / self._h - 2.0 * w0 * of[13]) / (2.0 * w0 * w0 - 1.0)
        self._predicted = of.copy()
        primal = _furthest(state.size, 0.0, state.pp, of[6], of[5])
        dual = _furthest(state.tau, self.d_tau, state.gg, of[8], of[7])
        return primal, dual

    def change(self, of: Vector, primal: float, dual: float) -> float:
        """Return the change of R tau + <p, g> after steps of these lengths."""
        return dual * (self._state.size * self.d_tau + of[9]) + primal * (of[10] + dual * of[11])


def _furthest(first: float, change: float, bb: float, bc: float, cc: float) -> float:
    """Return the longest step t that keeps first + t change >= |b + t c|."""
    a, b, c = change * change - cc, first * change - bc, first * first - bb
    far = -first / change if change < 0 else np.inf
    inside = b * b - a * c
    if inside >= 0 and (a < 0 or b < 0):
        bottom = sqrt(inside) - b
        far = min(far, c / bottom if bottom > 0 else np.inf)
    return far
