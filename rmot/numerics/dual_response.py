r"""The densities that a dual point calls for, and their conjugate's value, in one compiled pass.

A node with excess :math:`x` of the payoff over the instruments, in units of the divergence's
price, takes the density :math:`q = \varphi^{*\prime}(x)`. Nodes are of three kinds: `FREE` (curved,
any sign of q; order 2 only), `SIGNED` (curved, q >= 0), and `LINEAR` (q >= 0 with
:math:`\varphi(q) = \kappa q`, smoothed by a barrier: :math:`\varphi^*(x) = -\mu \log(\kappa - x)`).
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.cone_steps import Kinds
from rmot.numerics.cressie_read import conjugate, curvature, density

Vector = NDArray[np.float64]


@kernel
def respond(
    w: Vector,
    kind: Kinds,
    order: float,
    rate: float,
    mu: float,
    excess: Vector,
    mass: Vector,
    stiffness: Vector,
) -> tuple[float, float]:
    """Fill `mass` with w q and `stiffness` with w dq/dx; return E phi*(x) and E phi(q)."""
    value, spent = 0.0, 0.0
    for i in range(w.size):
        x = excess[i]
        if kind[i] == 2:
            if x >= rate:
                return math.inf, math.inf
            q = mu / (rate - x)
            mass[i] = w[i] * q
            stiffness[i] = w[i] * q * q / mu
            value -= w[i] * mu * math.log(rate - x)
            spent += w[i] * rate * q
            continue
        if kind[i] == 0:
            q, bend, dual = 1.0 + x, 1.0, x + 0.5 * x * x
        else:
            q, dual = density(x, order), conjugate(x, order)
            bend = 1.0 / curvature(q, order) if q > 0.0 else 0.0
        mass[i] = w[i] * q
        stiffness[i] = w[i] * bend
        value += w[i] * dual
        spent += w[i] * (x * q - dual)
    return value, spent


@kernel
def log_mean_exponential(w: Vector, kind: Kinds, excess: Vector) -> float:
    """Return log E exp(x) over the curved nodes, without overflow."""
    peak = -math.inf
    for i in range(w.size):
        if kind[i] != 2:
            peak = max(peak, excess[i])
    total = 0.0
    for i in range(w.size):
        if kind[i] != 2:
            total += w[i] * math.exp(excess[i] - peak)
    return peak + math.log(total)
