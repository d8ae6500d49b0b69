r"""The second-order cone's part of an interior-point step.

With (R, p) in the cone and :math:`(\tau, g)` in its dual, the cone adds to a diagonal one rank
alone, along u (`rmot.transport.balls.conic`); all the rest is made of a few inner products.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class ConePoint:
    """R, tau and the squares <p, p>, <g, g>."""

    size: float
    tau: float
    pp: float
    gg: float


class NoCone:
    """What the quadratic program of the nearest law has in the cone's place."""

    d_tau = 0.0

    def mix(self, target: float) -> tuple[float, float, float, float]:
        """Return the weights of g, dp, dg and u beside -p: the slope g stands for p itself."""
        return (-1.0, 0.0, 0.0, 0.0)

    def furthest(self, of_nodes: Vector) -> tuple[float, float]:
        """Return no limit."""
        return np.inf, np.inf

    def change(self, of_nodes: Vector, primal: float, dual: float) -> float:
        """Return no change."""
        return 0.0


class SecondOrderCone:
    r"""The second-order cone's part of a step.

    W maps (a, b) to :math:`\sqrt H (w_0 a + \langle u, b\rangle,\; b + u (a + \langle u, b\rangle
    / (1 + w_0)))`, with :math:`w_0 = \sqrt{1 + |u|^2}`; its inverse flips the sign of u.
    """

    def __init__(self, at: ConePoint, uu: float, up: float, ug: float, flat: float) -> None:
        self._at, self._uu, self._up, self._ug = at, uu, up, ug
        self._w0, self._h = sqrt(1.0 + uu), 1.0 / flat
        self._of_dual = at.tau**2 - at.gg
        self._aim_first, self._rest = 0.0, (0.0, 0.0, 0.0, 0.0)
        self.d_tau = 0.0
        self._predicted: Vector | None = None

    def mix(self, target: float) -> tuple[float, float, float, float]:
        """Return the weights of g, dp, dg and u beside -p in rho + 2 u <u, rho>."""
        at, w0, uu = self._at, self._w0, self._uu
        of_g, of_dp, of_dg, of_u = -target / self._of_dual, 0.0, 0.0, 0.0
        first = -at.size + target * at.tau / self._of_dual
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
        at, w0, uu, h = self._at, self._w0, self._uu, self._h
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
        n0, kn = root * (w0 * at.tau + self._ug), at.tau + self._ug / one
        n_c = root * (
            c_dp * of[10]
            + c_dg * of[8]
            + c_u * self._ug
            + kn * (c_dp * u_dp + c_dg * u_dg + c_u * uu)
        )
        n_n = h * (at.gg + 2.0 * kn * self._ug + kn * kn * uu)
        x0 = (n0 * c0 - n_c) / (n0 * n0 - n_n)
        x_dp, x_dg = c_dp / n0, c_dg / n0
        x_g, x_u = -x0 * root / n0, (c_u - x0 * root * kn) / n0
        u_x = x_dp * u_dp + x_dg * u_dg + x_g * self._ug + x_u * uu
        k = x0 + u_x / one
        first = root * (w0 * x0 + u_x)
        return first, -root * x_dp, -root * x_dg, -root * x_g, -root * (x_u + k)

    def furthest(self, of: Vector) -> tuple[float, float]:
        """Find tau's change, and return the longest primal and dual steps within the cones."""
        at, w0 = self._at, self._w0
        self.d_tau = (self._aim_first / self._h - 2.0 * w0 * of[13]) / (2.0 * w0 * w0 - 1.0)
        self._predicted = of.copy()
        primal = _furthest(at.size, 0.0, at.pp, of[6], of[5])
        dual = _furthest(at.tau, self.d_tau, at.gg, of[8], of[7])
        return primal, dual

    def change(self, of: Vector, primal: float, dual: float) -> float:
        """Return the change of R tau + <p, g> after steps of these lengths."""
        return dual * (self._at.size * self.d_tau + of[9]) + primal * (of[10] + dual * of[11])


def _furthest(first: float, change: float, bb: float, bc: float, cc: float) -> float:
    """Return the longest step t that keeps first + t change >= |b + t c|."""
    a, b, c = change * change - cc, first * change - bc, first * first - bb
    far = -first / change if change < 0 else np.inf
    inside = b * b - a * c
    if inside >= 0 and (a < 0 or b < 0):
        bottom = sqrt(inside) - b
        far = min(far, c / bottom if bottom > 0 else np.inf)
    return far
