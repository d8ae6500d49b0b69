r"""Cressie-Read divergences of a density, their derivatives and their conjugates.

.. math:: \varphi_q(x) = \frac{x^q - q (x - 1) - 1}{q (q - 1)}, \quad
          \varphi_1(x) = x \log x - x + 1, \qquad
          \varphi_q^*(y) = \frac{(1 + (q-1) y)_+^{q/(q-1)} - 1}{q}, \quad \varphi_1^*(y) = e^y - 1,

for orders :math:`q \ge 1`, with :math:`+\infty` on x < 0; :math:`\chi^2` is twice order 2, and
Kullback-Leibler is order 1. Source: N. Cressie and T. Read, "Multinomial goodness-of-fit tests",
J. R. Statist. Soc. B 46 (1984), with q = lambda + 1.
"""

import math

from rmot.numerics.compiled import kernel

KULLBACK_LEIBLER = 1.0
CHI_SQUARED = 2.0


@kernel
def divergence(x: float, order: float) -> float:
    """Return phi_q(x)."""
    e = x - 1.0
    if order == 2.0:
        return 0.5 * e * e
    if x == 0.0:
        return 1.0 / order
    # What is left of e after log1p and expm1 cancel is of order e squared.
    if order == 1.0:
        return x * math.log1p(e) - e if abs(e) < 0.5 else x * math.log(x) - e
    power = math.expm1(order * (math.log1p(e) if abs(e) < 0.5 else math.log(x)))
    return (power - order * e) / (order * (order - 1.0))


@kernel
def slope(x: float, order: float) -> float:
    """Return phi_q'(x), x > 0."""
    if order == 2.0:
        return x - 1.0
    if order == 1.0:
        return math.log(x)
    return math.expm1((order - 1.0) * math.log(x)) / (order - 1.0)


@kernel
def curvature(x: float, order: float) -> float:
    """Return phi_q''(x), x > 0."""
    if order == 2.0:
        return 1.0
    if order == 1.0:
        return 1.0 / x
    return math.exp((order - 2.0) * math.log(x))


@kernel
def conjugate(y: float, order: float) -> float:
    """Return phi_q*(y)."""
    if order == 2.0:
        return y + 0.5 * y * y if y > -1.0 else -0.5
    if order == 1.0:
        return math.expm1(y)
    more = (order - 1.0) * y
    if more <= -1.0:
        return -1.0 / order
    return math.expm1(order / (order - 1.0) * math.log1p(more)) / order


@kernel
def density(y: float, order: float) -> float:
    """Return the derivative of phi_q*, the density whose slope is y."""
    if order == 2.0:
        return 1.0 + y if y > -1.0 else 0.0
    if order == 1.0:
        return math.exp(y)
    more = (order - 1.0) * y
    return math.exp(math.log1p(more) / (order - 1.0)) if more > -1.0 else 0.0
