r"""A primal-dual interior-point method for laws near a prior.

With densities q, weights w, instruments G and :math:`E[f] = \sum_i w_i f_i`,

.. math:: \max_q E[c q] \quad \text{s.t.} \quad l \le E[G q] \le u,\;
          \tfrac12 E[(q-1)^2] \le \tfrac12 \eta,\; q \ge 0,

or, without c and radius, :math:`\min \tfrac12 E[(q-1)^2]` under the same rows. Each Newton step
eliminates the nodes, where the Hessian is diagonal, and solves for the m multipliers and
:math:`\theta` alone. Predictor and corrector follow Mehrotra (1992); the corrector also carries
the second-order terms of the quadratic constraint. The value returned is the dual's at the last
multipliers, an upper bound whatever the iteration did:

.. math:: D(\theta, y) = y^+ u - y^- l + \tfrac{\theta \eta}{2} + E\,\psi_\theta(c - G y),\quad
          \psi_\theta(x) = x + \tfrac{x^2}{2\theta} \text{ if } x \ge -\theta,
          \text{ else } -\tfrac{\theta}{2}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from rmot.transport._design import Design

Vector = NDArray[np.float64]

_MAX_STEPS = 100
_STALLED = 4
_NEAR = 1e-6
_TO_BOUNDARY = 0.995
_TILTED = 0.1
_GOOD = 1e-7
_REFINEMENTS = 3


@dataclass(frozen=True, eq=False)
class Ball:
    """The nodes and what their laws have to meet.

    `signed` says which nodes need q >= 0.
    """

    design: Design
    weights: Vector
    signed: NDArray[np.bool_]
    lower: Vector
    upper: Vector


@dataclass(frozen=True, eq=False)
class Solution:
    """Densities and multipliers, the dual's and the primal's value, and how far rows are missed."""

    density: Vector
    multipliers: Vector
    theta: float
    dual_value: float
    primal_value: float
    infeasibility: float

    @property
    def gap(self) -> float:
        """Dual less primal value."""
        return self.dual_value - self.primal_value


def dual_integrand(theta: float, excess: Vector, signed: NDArray[np.bool_]) -> Vector:
    """Return psi_theta(c - G y) on the nodes."""
    inside = excess + excess**2 / (2 * theta)
    return np.where(signed & (excess < -theta), -theta / 2, inside)


def dual_value(ball: Ball, payoff: Vector, y: Vector, theta: float, radius: float) -> float:
    """Return D(theta, y)."""
    excess = payoff - ball.design.times(y)
    rows = np.where(y > 0, y * _finite(ball.upper), y * _finite(ball.lower)).sum()
    density = ball.weights @ dual_integrand(theta, excess, ball.signed)
    return float(rows + theta * radius / 2 + density)


def solve(
    ball: Ball, payoff: Vector, radius: float | None, tolerance: float = 1e-12
) -> Solution | None:
    """Maximise E[c q] in the ball, or, without radius, find the law nearest to the prior.

    The payoff should be of order one. Returns the best iterate, or None when the numbers break.
    Without radius `dual_value` bounds minus half the least divergence from above.
    """
    best = None
    for tilted in (False, True):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = _iterate(_State(ball, payoff, radius, tilted), tolerance)
        if best is None or (found is not None and _error(found) < _error(best)):
            best = found
        if radius is None or (best is not None and _error(best) < _GOOD):
            break
    return best


def _iterate(state: _State, tolerance: float) -> Solution | None:
    best, waited = None, 0
    for _ in range(_MAX_STEPS):
        found = state.solution()
        if not np.isfinite(found.dual_value):
            break
        if best is None or _error(found) < _error(best):
            waited = 0 if best is None or _error(found) < 0.5 * _error(best) else waited + 1
            best = found
        else:
            waited += 1
        if _error(best) <= tolerance or (waited > _STALLED and _error(best) < _NEAR):
            break
        try:
            state.advance()
        except LinAlgError:
            break
    return best


def _error(found: Solution) -> float:
    scale = 1.0 + abs(found.primal_value)
    return max(abs(found.gap) / scale, found.infeasibility)


def _finite(values: Vector) -> Vector:
    return np.where(np.isfinite(values), values, 0.0)


class _State:
    """One iterate: q, z of the nodes; slacks s and multipliers v of the rows; s0, theta."""

    def __init__(
        self, ball: Ball, payoff: Vector, radius: float | None, tilted: bool = False
    ) -> None:
        self.ball, self.payoff, self.radius = ball, payoff, radius
        self.equal = ball.lower == ball.upper
        self.has_l = np.isfinite(ball.lower) & ~self.equal
        self.has_u = np.isfinite(ball.upper) & ~self.equal
        self.l, self.u = _finite(ball.lower), _finite(ball.upper)
        w, m = ball.weights, ball.lower.size
        self.free, self.q = np.zeros(m), np.ones(w.size)
        self.theta = 1.0 if radius is None else 1.0 / max(np.sqrt(radius), 1e-8)
        self.s0 = 0.0 if radius is None else radius / 2
        mean = 1.0
        if tilted and radius is not None:
            # What forwards cannot hedge, at the theta that is right when nothing else binds.
            hard = ball.design.gram(w)[np.ix_(self.equal, self.equal)]
            seen = ball.design.adjoint(w * payoff)[self.equal]
            self.free[self.equal] = np.linalg.lstsq(hard, seen, rcond=1e-12)[0]
            left = payoff - ball.design.times(self.free)
            self.theta = max(float(np.sqrt(w @ left**2 / radius)), 1e-8)
            self.q = np.maximum(1.0 + left / self.theta, _TILTED)
            self.s0 *= _TILTED
            mean = self.s0 * self.theta
        self.z = np.where(ball.signed, mean / self.q, 0.0)
        start = ball.design.adjoint(w)
        width = np.where(self.has_l & self.has_u, 0.5 * (self.u - self.l), 1.0)
        self.s_l = np.where(self.has_l, np.maximum(start - self.l, 0.1 * width), 1.0)
        self.s_u = np.where(self.has_u, np.maximum(self.u - start, 0.1 * width), 1.0)
        if tilted:
            self.v_l, self.v_u = self.has_l * mean / self.s_l, self.has_u * mean / self.s_u
        else:
            self.v_l, self.v_u = 1.0 * self.has_l, 1.0 * self.has_u

    @property
    def y(self) -> Vector:
        return np.where(self.equal, self.free, self.v_u - self.v_l)

    def solution(self) -> Solution:
        ball, w = self.ball, self.ball.weights
        rows = ball.design.adjoint(w * self.q)
        missed = max(
            float(np.max(np.abs(rows - self.l)[self.equal], initial=0.0)),
            float(np.max((self.l - rows)[self.has_l], initial=0.0)),
            float(np.max((rows - self.u)[self.has_u], initial=0.0)),
        )
        distance = 0.5 * float(w @ (self.q - 1) ** 2)
        if self.radius is None:
            primal, radius = -distance, 0.0
        else:
            primal, radius = float(w @ (self.payoff * self.q)), self.radius
            missed = max(missed, 2 * distance - self.radius)
        dual = dual_value(ball, self.payoff, self.y, self.theta, radius)
        return Solution(self.q.copy(), self.y, self.theta, dual, primal, missed)

    def advance(self) -> None:
        """Take one predictor-corrector step."""
        ball, w, q, z = self.ball, self.ball.weights, self.q, self.z
        signed = ball.signed
        quadratic = self.radius is not None
        rows = ball.design.adjoint(w * q)
        r_q = self.theta * (q - 1) + ball.design.times(self.y) - self.payoff - z
        r_l = np.where(self.has_l, rows - self.s_l - self.l, 0.0)
        r_u = np.where(self.has_u, rows + self.s_u - self.u, 0.0)
        r_0 = 0.5 * w @ (q - 1) ** 2 + self.s0 - 0.5 * self.radius if quadratic else 0.0  # pyright: ignore[reportOperatorIssue, reportOptionalOperand]
        diagonal = self.theta + z / q
        share = w / diagonal
        stiffness = self.v_u / self.s_u + self.v_l / self.s_l
        bent = ~self.equal
        give = np.zeros(rows.size)
        give[bent] = 1.0 / np.maximum(stiffness[bent], 1e-300)
        matrix = ball.design.gram(share)
        matrix[np.diag_indices(rows.size)] += give
        column = ball.design.adjoint(share * (q - 1))
        corner = w @ ((q - 1) ** 2 / diagonal) + self.s0 / self.theta
        factor = _Factor(matrix, column, float(corner)) if quadratic else _Factor(matrix)

        def direction(target: float, second: _Step | None) -> _Step:
            c_q = c_l = c_u = 0.0
            c_0, c_r, c_f = 0.0, 0.0, 0.0
            if second is not None:
                c_q, c_l, c_u = (
                    second.q * second.z,
                    second.s_l * second.v_l,
                    second.s_u * second.v_u,
                )
                c_0 = second.s0 * second.theta
                c_r, c_f = second.theta * second.q, 0.5 * float(w @ second.q**2)
            push = np.where(signed, (target - c_q) / q - z, 0.0)
            h = push - r_q - c_r
            to_l = np.where(self.has_l, (target - c_l) / self.s_l - self.v_l, 0.0)
            to_u = np.where(self.has_u, (target - c_u) / self.s_u - self.v_u, 0.0)
            k = to_u + self.v_u * r_u / self.s_u - to_l + self.v_l * r_l / self.s_l
            right = ball.design.adjoint(share * h)
            right += np.where(self.equal, rows - self.l, k * give)
            if quadratic:
                # s0 + ds0 = (target - c_0 - s0 dtheta) / theta, put into the linearised constraint
                to_0 = (target - c_0) / self.theta - self.s0
                last = float(share @ ((q - 1) * h) + r_0 + c_f + to_0)
                dy, d_theta = factor.solve(right, last)
            else:
                dy, d_theta = factor.solve(right, 0.0)
                to_0 = 0.0
            dq = (h - (q - 1) * d_theta - ball.design.times(dy)) / diagonal
            dz = np.where(signed, push - z * dq / q, 0.0)
            change = ball.design.adjoint(w * dq)
            ds_l = np.where(self.has_l, change + r_l, 0.0)
            ds_u = np.where(self.has_u, -change - r_u, 0.0)
            dv_l = np.where(self.has_l, to_l - self.v_l * ds_l / self.s_l, 0.0)
            dv_u = np.where(self.has_u, to_u - self.v_u * ds_u / self.s_u, 0.0)
            ds0 = to_0 - self.s0 * d_theta / self.theta if quadratic else 0.0
            return _Step(
                dq, dz, ds_l, ds_u, dv_l, dv_u, np.where(self.equal, dy, 0.0), ds0, d_theta
            )

        mean = self._complementarity()
        affine = direction(0.0, None)
        length = self._length(affine, 1.0)
        after = self._complementarity(affine, length)
        centring = (max(after, 0.0) / mean) ** 3
        step = direction(centring * mean, affine)
        self._move(step, self._length(step, _TO_BOUNDARY))

    def _complementarity(self, step: _Step | None = None, length: float = 0.0) -> float:
        """Return the mean product of slack and multiplier, after a step where one is given."""
        w, signed = self.ball.weights, self.ball.signed
        q, z, s_l, s_u, v_l, v_u = self.q, self.z, self.s_l, self.s_u, self.v_l, self.v_u
        s0, theta = self.s0, self.theta
        if step is not None:
            q, z = q + length * step.q, z + length * step.z
            s_l, s_u = s_l + length * step.s_l, s_u + length * step.s_u
            v_l, v_u = v_l + length * step.v_l, v_u + length * step.v_u
            s0, theta = s0 + length * step.s0, theta + length * step.theta
        total = w[signed] @ (q * z)[signed] + s_l @ v_l + s_u @ v_u
        count = w[signed].sum() + self.has_l.sum() + self.has_u.sum()
        if self.radius is not None:
            total, count = total + s0 * theta, count + 1
        return float(total / count)

    def _length(self, step: _Step, fraction: float) -> float:
        pairs = [
            (self.q[self.ball.signed], step.q[self.ball.signed]),
            (self.z[self.ball.signed], step.z[self.ball.signed]),
            (self.s_l[self.has_l], step.s_l[self.has_l]),
            (self.s_u[self.has_u], step.s_u[self.has_u]),
            (self.v_l[self.has_l], step.v_l[self.has_l]),
            (self.v_u[self.has_u], step.v_u[self.has_u]),
        ]
        if self.radius is not None:
            pairs.append((np.array([self.s0, self.theta]), np.array([step.s0, step.theta])))
        steepest = max(float(np.max(-change / value, initial=0.0)) for value, change in pairs)
        return min(1.0, fraction / steepest) if steepest > 0 else 1.0

    def _move(self, step: _Step, length: float) -> None:
        self.q = self.q + length * step.q
        self.z = self.z + length * step.z
        self.s_l, self.s_u = self.s_l + length * step.s_l, self.s_u + length * step.s_u
        self.v_l, self.v_u = self.v_l + length * step.v_l, self.v_u + length * step.v_u
        self.free = self.free + length * step.free
        self.s0, self.theta = self.s0 + length * step.s0, self.theta + length * step.theta


@dataclass(frozen=True, eq=False)
class _Step:
    q: Vector
    z: Vector
    s_l: Vector
    s_u: Vector
    v_l: Vector
    v_u: Vector
    free: Vector
    s0: float
    theta: float


class _Factor:
    """The bordered normal equations, refined."""

    def __init__(
        self, matrix: Vector, column: Vector | None = None, corner: float | None = None
    ) -> None:
        if column is not None and corner is not None:
            matrix = np.block([[matrix, column[:, None]], [column[None, :], np.array([[corner]])]])
        self._bordered = column is not None
        size = np.sqrt(np.diag(matrix))
        size[~(size > 0)] = 1.0
        self._size, self._matrix = size, matrix / np.outer(size, size)
        for lift in (0.0, 1e-15, 1e-13, 1e-11):
            try:
                self._factor = cho_factor(self._matrix + lift * np.eye(size.size))
                return
            except (LinAlgError, ValueError):
                continue
        raise LinAlgError("the normal equations broke down")

    def solve(self, rows: Vector, last: float) -> tuple[Vector, float]:
        right = np.append(rows, last) if self._bordered else rows
        right = right / self._size
        x = cho_solve(self._factor, right)
        for _ in range(_REFINEMENTS):
            x = x + cho_solve(self._factor, right - self._matrix @ x)
        x = x / self._size
        return (x[:-1], float(x[-1])) if self._bordered else (x, 0.0)
