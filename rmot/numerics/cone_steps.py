r"""What a step of the conic method asks of every node of a discrete law, each in one compiled pass.

Deviations :math:`p = q - 1` of densities lie in the cone :math:`(R, p)`, :math:`E p^2 \le R^2`, and
keep :math:`q \ge 0`; their duals are :math:`(\tau, g)` with :math:`g = -(x + z)`, and z. Inner
products are weighted by the nodes' masses w. Nodes of kind `FREE` may take any sign of q.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.cressie_read import curvature, divergence

Vector = NDArray[np.float64]
Kinds = NDArray[np.int8]

FREE = 0
SIGNED = 1
LINEAR = 2

# Densities below this are zeros that a barrier has not let go.
_EMPTY = 1e-9


@kernel
def products(
    p: Vector, z: Vector, w: Vector, excess: Vector, g: Vector
) -> tuple[float, float, float, float, float]:
    """Fill g = -(x + z); return E p^2, E g^2, E p g, E (p + g)^2 and E q z."""
    pp, gg, pg, apart, qz = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(p.size):
        g[i] = -(excess[i] + z[i])
        pp += w[i] * p[i] * p[i]
        gg += w[i] * g[i] * g[i]
        pg += w[i] * p[i] * g[i]
        apart += w[i] * (p[i] + g[i]) ** 2
        qz += w[i] * (1.0 + p[i]) * z[i]
    return pp, gg, pg, apart, qz


@kernel
def scale(
    p: Vector,
    z: Vector,
    w: Vector,
    kind: Kinds,
    g: Vector,
    of_p: float,
    of_g: float,
    flatness: float,
    terms: Vector,
) -> tuple[float, float, float, float]:
    """Fill rows of `terms`: u = of_p p + of_g g, flatness + z / q, w over that, and u times that.

    Returns E u^2, E u p, E u g and E u^2 / diagonal.
    """
    uu, up, ug, corner = 0.0, 0.0, 0.0, 0.0
    for i in range(p.size):
        u = of_p * p[i] + of_g * g[i]
        diagonal = flatness
        if kind[i] != 0:
            diagonal += z[i] / (1.0 + p[i])
        terms[0, i] = u
        terms[1, i] = diagonal
        terms[2, i] = w[i] / diagonal
        terms[3, i] = u * terms[2, i]
        uu += w[i] * u * u
        up += w[i] * u * p[i]
        ug += w[i] * u * g[i]
        corner += u * terms[3, i]
    return uu, up, ug, corner


@kernel
def aim(
    p: Vector,
    z: Vector,
    kind: Kinds,
    g: Vector,
    target: float,
    pull: Vector,
    flatness: float,
    mix: tuple[float, float, float, float],
    terms: Vector,
    dp: Vector,
    dz: Vector,
    dg: Vector,
    h: Vector,
    mass: Vector,
) -> float:
    """Fill h, the push on each density, and `mass` with w h / diagonal; return E u h / diagonal.

    `mix` weighs g, dp, dg and u beside -p in what the cone aims at. dp, dz, dg are the predictor's,
    zero before it.
    """
    moved = 0.0
    for i in range(p.size):
        aimed = -p[i] + mix[0] * g[i] + mix[1] * dp[i] + mix[2] * dg[i] + mix[3] * terms[0, i]
        push = flatness * aimed
        if kind[i] != 0:
            push += (target * pull[i] - dp[i] * dz[i]) / (1.0 + p[i]) - z[i]
        h[i] = push
        mass[i] = terms[2, i] * push
        moved += terms[3, i] * push
    return moved


@kernel
def change(
    p: Vector,
    z: Vector,
    w: Vector,
    kind: Kinds,
    g: Vector,
    target: float,
    pull: Vector,
    terms: Vector,
    h: Vector,
    held: Vector,
    zeta: float,
    dp: Vector,
    dz: Vector,
    dg: Vector,
    mass: Vector,
    out: Vector,
) -> None:
    """Replace dp, dz, dg by this step's, and fill `mass` with w dp; `held` is G dy.

    `out` receives how fast the nearest of q and of z go to zero, the changes of E q z (by dp, by
    dz, by both), and E dp^2, E p dp, E dg^2, E g dg, E (p dg), E (g dp), E dp dg, E u dp, E u dg.
    """
    out[:] = 0.0
    for i in range(p.size):
        q = 1.0 + p[i]
        aimed = 0.0
        if kind[i] != 0:
            aimed = (target * pull[i] - dp[i] * dz[i]) / q - z[i]
        a = (h[i] - terms[0, i] * zeta - held[i]) / terms[1, i]
        b = 0.0
        if kind[i] != 0:
            b = aimed - z[i] * a / q
            out[0] = max(out[0], -a / q)
            out[1] = max(out[1], -b / z[i])
            out[2] += w[i] * a * z[i]
            out[3] += w[i] * q * b
            out[4] += w[i] * a * b
        c = held[i] - b
        m = w[i] * a
        dp[i], dz[i], dg[i], mass[i] = a, b, c, m
        out[5] += m * a
        out[6] += m * p[i]
        out[7] += w[i] * c * c
        out[8] += w[i] * c * g[i]
        out[9] += w[i] * c * p[i]
        out[10] += m * g[i]
        out[11] += m * c
        out[12] += m * terms[0, i]
        out[13] += w[i] * c * terms[0, i]


@kernel
def spent(w: Vector, kind: Kinds, order: float, rate: float, q: Vector) -> float:
    """Return E phi(q)."""
    total = 0.0
    for i in range(q.size):
        if kind[i] == 2:
            total += w[i] * rate * q[i]
        elif kind[i] == 0 or q[i] >= 0.0:
            total += w[i] * divergence(q[i], order)
        else:
            return math.inf
    return total


@kernel
def softness(w: Vector, kind: Kinds, order: float, q: Vector) -> Vector:
    """Return w / phi''(q), what a node's mass gives to a change of its excess."""
    out = np.zeros(q.size)
    for i in range(q.size):
        if kind[i] == 0:
            out[i] = w[i]
        elif kind[i] == 1 and q[i] > _EMPTY:
            out[i] = w[i] / curvature(q[i], order)
    return out
