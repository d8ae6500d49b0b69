r"""The dual of a divergence ball around a discrete law, as a function of cash and theta.

.. math:: D(\mu, \theta) = \mu + \theta \eta + \theta\, E \varphi^*((x - \mu)/\theta)

is convex. For given theta the best cash makes densities sum to one; the best theta then puts the
law on the ball's surface. A dual value is a bound whatever x is, so a bound reported is never
better than what is evaluated here.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.cone_steps import Kinds
from rmot.numerics.cressie_read import conjugate, curvature, density, divergence

Vector = NDArray[np.float64]

_MAX_HALVINGS = 200


@kernel
def charges(kind: Kinds, order: float, theta: float, excess: Vector, out: Vector) -> None:
    """Fill `out` with theta phi*(x / theta), zero at linear nodes."""
    for i in range(out.size):
        x = excess[i]
        if kind[i] == 0:
            out[i] = x + 0.5 * x * x / theta
        elif kind[i] == 1:
            out[i] = theta * conjugate(x / theta, order)
        else:
            out[i] = 0.0


@kernel
def mass_and_slope(
    w: Vector, kind: Kinds, order: float, theta: float, excess: Vector, cash: float
) -> tuple[float, float]:
    """Return E q of q = phi*'((x - cash) / theta), and -theta times its derivative in cash."""
    mass, slope = 0.0, 0.0
    for i in range(w.size):
        x = (excess[i] - cash) / theta
        if kind[i] == 0:
            mass += w[i] * (1.0 + x)
            slope += w[i]
        elif kind[i] == 1:
            q = density(x, order)
            mass += w[i] * q
            if q > 0.0:
                slope += w[i] / curvature(q, order)
    return mass, slope


@kernel
def best_cash(w: Vector, kind: Kinds, order: float, theta: float, excess: Vector) -> float:
    """Return the cash at which the densities sum to one."""
    low, high = math.inf, -math.inf
    for i in range(w.size):
        if kind[i] != 2:
            low = min(low, excess[i])
            high = max(high, excess[i])
    if order == 1.0:
        total = 0.0
        for i in range(w.size):
            if kind[i] != 2:
                total += w[i] * math.exp((excess[i] - high) / theta)
        return high + theta * math.log(total)
    # Where cash is the least excess no density is below one, where the greatest, none above.
    cash = min(max(0.0, low), high)
    for _ in range(_MAX_HALVINGS):
        mass, slope = mass_and_slope(w, kind, order, theta, excess, cash)
        if mass > 1.0:
            low = cash
        else:
            high = cash
        guess = cash + theta * (mass - 1.0) / slope if slope > 0.0 else math.inf
        if not low < guess < high:
            guess = 0.5 * (low + high)
        if abs(guess - cash) <= 4e-16 * (abs(cash) + theta) or high <= low:
            return guess
        cash = guess
    return cash


@kernel
def spent(w: Vector, kind: Kinds, order: float, theta: float, excess: Vector, cash: float) -> float:
    """Return E phi(q) of q = phi*'((x - cash) / theta) over the curved nodes."""
    total = 0.0
    for i in range(w.size):
        x = (excess[i] - cash) / theta
        if kind[i] == 0:
            total += w[i] * 0.5 * x * x
        elif kind[i] == 1:
            total += w[i] * divergence(density(x, order), order)
    return total
