r"""The second-order cone's part of an interior-point step, in a few inner products.

With (R, p) in the cone and :math:`(\tau, g)` in its dual, Nesterov and Todd's W maps (a, b)
to :math:`\sqrt H (w_0 a + \langle u, b\rangle,\; b + u (a + \langle u, b\rangle / (1 + w_0)))`,
with :math:`w_0 = \sqrt{1 + |u|^2}`; its inverse flips the sign of u.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]
Four = tuple[float, float, float, float]


@kernel
def direction(size: float, tau: float, pp: float, gg: float, pg: float) -> tuple[bool, Four]:
    """Return whether both points are inside, and u's weights of p and g, 1 / H and tau^2 - g^2."""
    of_primal, of_dual = size * size - pp, tau * tau - gg
    if not (of_primal > 0.0 and of_dual > 0.0):
        return False, (0.0, 0.0, 1.0, 1.0)
    a, b = math.sqrt(of_primal), math.sqrt(of_dual)
    gamma = math.sqrt(0.5 * (1.0 + (size * tau + pg) / (a * b)))
    return True, (0.5 / (gamma * a), -0.5 / (gamma * b), b / a, of_dual)


@kernel
def aim(
    size: float,
    tau: float,
    gg: float,
    of_dual: float,
    flat: float,
    u: tuple[float, float, float],
    target: float,
    corrects: bool,
    of: Vector,
    d_tau: float,
) -> tuple[float, Four]:
    """Return what tau aims at, and the weights of g, dp, dg and u beside -p in rho + 2 u <u, rho>.

    `u` holds <u, u>, <u, p> and <u, g>; `of` the predictor's products (`cone_steps.change`), which
    count where the step `corrects` it.
    """
    uu, up, ug = u
    w0 = math.sqrt(1.0 + uu)
    of_g, of_dp, of_dg, of_u = -target / of_dual, 0.0, 0.0, 0.0
    first = -size + target * tau / of_dual
    along = -up
    if corrects:
        less, (of_dp, of_dg, more_g, of_u) = _second_order(tau, gg, flat, w0, u, of, d_tau)
        first, of_g = first - less, of_g + more_g
        along += of_dp * of[12] + of_dg * of[13]
    along += of_g * ug + of_u * uu
    # rho' = rho - k u
    k = 2.0 * w0 * first / (2.0 * w0 * w0 - 1.0)
    return first, (of_g, of_dp, of_dg, of_u - k + 2.0 * (along - k * uu))


@kernel
def _second_order(
    tau: float,
    gg: float,
    flat: float,
    w0: float,
    u: tuple[float, float, float],
    of: Vector,
    d_tau: float,
) -> tuple[float, Four]:
    """Return minus W (nu^-1 o ((W^-1 ds) o (W dl))): first part, weights of dp, dg, g, u."""
    uu, _, ug = u
    h = 1.0 / flat
    root, one = math.sqrt(h), 1.0 + w0
    u_dp, u_dg = of[12], of[13]
    # A = W^-1 (0, dp) = (a0, (dp + ka u) / root),  B = W (dtau, dg) = (b0, root (dg + kb u))
    a0, ka = -u_dp / root, u_dp / one
    b0, kb = root * (w0 * d_tau + u_dg), d_tau + u_dg / one
    c0 = a0 * b0 + of[11] + kb * u_dp + ka * u_dg + ka * kb * uu
    # c1 = a0 B1 + b0 A1
    c_dp, c_dg = b0 / root, a0 * root
    c_u = a0 * root * kb + b0 / root * ka
    # nu = W (tau, g) = (n0, root (g + kn u))
    n0, kn = root * (w0 * tau + ug), tau + ug / one
    n_c = c_dp * of[10] + c_dg * of[8] + c_u * ug + kn * (c_dp * u_dp + c_dg * u_dg + c_u * uu)
    n_n = h * (gg + 2.0 * kn * ug + kn * kn * uu)
    x0 = (n0 * c0 - root * n_c) / (n0 * n0 - n_n)
    x_dp, x_dg = c_dp / n0, c_dg / n0
    x_g, x_u = -x0 * root / n0, (c_u - x0 * root * kn) / n0
    u_x = x_dp * u_dp + x_dg * u_dg + x_g * ug + x_u * uu
    k = x0 + u_x / one
    return root * (w0 * x0 + u_x), (-root * x_dp, -root * x_dg, -root * x_g, -root * (x_u + k))


@kernel
def change_of_tau(first: float, flat: float, uu: float, u_dg: float) -> float:
    """Return tau's change, given what it aims at."""
    return (first * flat - 2.0 * math.sqrt(1.0 + uu) * u_dg) / (1.0 + 2.0 * uu)


@kernel
def furthest(first: float, change: float, bb: float, bc: float, cc: float) -> float:
    """Return the longest step t that keeps first + t change >= |b + t c|."""
    a, b, c = change * change - cc, first * change - bc, first * first - bb
    far = -first / change if change < 0.0 else math.inf
    inside = b * b - a * c
    if inside >= 0.0 and (a < 0.0 or b < 0.0):
        bottom = math.sqrt(inside) - b
        if bottom > 0.0:
            far = min(far, c / bottom)
    return far
