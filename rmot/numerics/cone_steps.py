r"""What a step of the conic method asks of every node of a discrete law, each in one compiled pass.

Deviations :math:`p = q - 1` of densities lie in the cone :math:`(R, p)`, :math:`E p^2 \le R^2`, and
keep :math:`q \ge 0`; their duals are :math:`(\tau, g)` with :math:`g = -(x + z)`, and z. Inner
products are weighted by the nodes' masses w. Nodes of kind `FREE` may take any sign of q.

What a step passes over comes in eights: arrays as long as a multiple of eight, with nodes behind
the law's own that weigh nothing, deviate by nothing and are not signed.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.cressie_read import curvature, divergence, slope
from rmot.numerics.eights import EIGHT, fill, greatest, larger, load, store, total, where

Vector = NDArray[np.float64]
Kinds = NDArray[np.int8]

FREE = 0
SIGNED = 1
LINEAR = 2

# Densities below this are zeros that a barrier has not let go.
_EMPTY = 1e-9


@kernel
def products(
    p: Vector, z: Vector, w: Vector, payoff: Vector, held: Vector, g: Vector
) -> tuple[float, float, float, float, float]:
    """Fill g = -(x + z), x being the payoff less what is held.

    Returns E p^2, E g^2, E p g, E (p + g)^2 and E q z.
    """
    pp, gg, pg, apart, qz = fill(0.0), fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    for i in range(0, p.size, EIGHT):
        a, slack, mass = load(p, i), load(z, i), load(w, i)
        b = load(held, i) - load(payoff, i) - slack
        store(g, i, b)
        pp += mass * a * a
        gg += mass * b * b
        pg += mass * a * b
        apart += mass * (a + b) * (a + b)
        qz += mass * (1.0 + a) * slack
    return total(pp), total(gg), total(pg), total(apart), total(qz)


@kernel
def scale(
    p: Vector,
    z: Vector,
    w: Vector,
    signed: Vector,
    g: Vector,
    of_p: float,
    of_g: float,
    flatness: float,
    terms: Vector,
) -> tuple[float, float, float, float]:
    """Fill rows of `terms` and return E u^2, E u p, E u g and E u^2 / diagonal.

    The rows are u = of_p p + of_g g; 1 / diagonal, the diagonal being flatness + z / q; w times
    that; u times that again; and 1 / q, which is zero at nodes that may take any sign.
    """
    uu, up, ug, corner = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    of_u, of_one, of_w, of_uw, of_q = terms[0], terms[1], terms[2], terms[3], terms[4]
    for i in range(0, p.size, EIGHT):
        a, b, mass = load(p, i), load(g, i), load(w, i)
        u = of_p * a + of_g * b
        inverse = where(load(signed, i), 1.0 / (1.0 + a), 0.0)
        soft = 1.0 / (flatness + load(z, i) * inverse)
        given = mass * soft
        along = u * given
        store(of_u, i, u)
        store(of_one, i, soft)
        store(of_w, i, given)
        store(of_uw, i, along)
        store(of_q, i, inverse)
        uu += mass * u * u
        up += mass * u * a
        ug += mass * u * b
        corner += u * along
    return total(uu), total(up), total(ug), total(corner)


@kernel
def aim(
    p: Vector,
    z: Vector,
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
    moved = fill(0.0)
    of_g, of_dp, of_dg, of_u = mix
    u, of_w, of_uw, of_q = terms[0], terms[2], terms[3], terms[4]
    for i in range(0, p.size, EIGHT):
        before = load(dp, i)
        aimed = of_g * load(g, i) - load(p, i) + of_dp * before
        aimed += of_dg * load(dg, i) + of_u * load(u, i)
        push = flatness * aimed - load(z, i)
        push += (target * load(pull, i) - before * load(dz, i)) * load(of_q, i)
        store(h, i, push)
        store(mass, i, load(of_w, i) * push)
        moved += load(of_uw, i) * push
    return total(moved)


@kernel
def change(
    p: Vector,
    z: Vector,
    w: Vector,
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
    to_p, to_z, of_z, of_q, of_both = fill(0.0), fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    aa, ap, cc, cg, cp = fill(0.0), fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    ag, ac, au, cu = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    of_u, of_one, inverses = terms[0], terms[1], terms[4]
    for i in range(0, p.size, EIGHT):
        density, slack, weight = load(p, i), load(z, i), load(w, i)
        dual, u, inverse = load(g, i), load(of_u, i), load(inverses, i)
        holding = load(held, i)
        aimed = (target * load(pull, i) - load(dp, i) * load(dz, i)) * inverse - slack
        a = (load(h, i) - u * zeta - holding) * load(of_one, i)
        # what it falls by for its size
        fall = a * inverse
        b = aimed - slack * fall
        c = holding - b
        m = weight * a
        store(dp, i, a)
        store(dz, i, b)
        store(dg, i, c)
        store(mass, i, m)
        to_p = larger(0.0 - fall, to_p)
        # 0 / 0 where a node has no slack: not larger than anything
        to_z = larger((0.0 - b) / slack, to_z)
        of_z += m * slack
        wb, wc = weight * b, weight * c
        of_q += (1.0 + density) * wb
        of_both += m * b
        aa += m * a
        ap += m * density
        cc += wc * c
        cg += wc * dual
        cp += wc * density
        ag += m * dual
        ac += m * c
        au += m * u
        cu += wc * u
    out[0], out[1] = greatest(to_p), greatest(to_z)
    out[2], out[3], out[4] = total(of_z), total(of_q), total(of_both)
    out[5], out[6], out[7], out[8], out[9] = total(aa), total(ap), total(cc), total(cg), total(cp)
    out[10], out[11], out[12], out[13] = total(ag), total(ac), total(au), total(cu)


@kernel
def move(
    p: Vector,
    z: Vector,
    w: Vector,
    dp: Vector,
    dz: Vector,
    primal: float,
    dual: float,
    mass: Vector,
) -> None:
    """Move p and z along a step, and fill `mass` with w q."""
    for i in range(0, p.size, EIGHT):
        a = load(p, i) + primal * load(dp, i)
        weight = load(w, i)
        store(p, i, a)
        store(z, i, load(z, i) + dual * load(dz, i))
        store(mass, i, weight * a + weight)


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
def bends(
    w: Vector, kind: Kinds, order: float, rate: float, q: Vector, first: Vector, second: Vector
) -> float:
    """Fill phi' and phi'' at densities q > 0; return E phi(q)."""
    for i in range(q.size):
        if kind[i] == 2:
            first[i], second[i] = rate, 0.0
        else:
            first[i], second[i] = slope(q[i], order), curvature(q[i], order)
    return spent(w, kind, order, rate, q)


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
