"""Knows h roughly, for Newton's iteration to start from, and for contours to be placed by.

With x = t^alpha, h = b_1 x + b_2 x^2 + ... near 0 and g_0 + g_1 / x + ... far out,

    b_1 = c0 / G(1),   b_2 = c1 b_1 G(1) / G(2),   b_3 = (c1 b_2 + c2 b_1^2) G(2) / G(3),
    g_0 = 2 c0 / (A - c1),   g_1 = -g_0 / (A G(-1)),   g_2 = (c2 g_1^2 + g_0 / (A G(-2))) / A,

G(n) = Gamma(1 + n alpha) and A = (c1^2 - 4 c0 c2)^{1/2}. The rational function with three terms of
each is that of J. Gatheral and R. Radoicic, "Rational approximation of the rough Heston solution",
International Journal of Theoretical and Applied Finance 22 (2019). It may have poles; the root of a
balance that is right for small and large coefficients, 0.9 h / x = F(h), has none.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.lanes import (
    STRIDE,
    add_multiple,
    add_number,
    add_product,
    invert,
    set_multiple,
    set_product,
    set_root,
    subtract_product,
)


def expansion_factors(alpha: float) -> NDArray[np.float64]:
    """Return 1/G(1), G(1)/G(2), G(2)/G(3), 1/G(-1) and 1/G(-2), the last two by reflection."""
    first, second, third = (math.gamma(1.0 + n * alpha) for n in (1, 2, 3))
    far = [math.gamma(n * alpha) * math.sin(math.pi * n * alpha) / math.pi for n in (1, 2)]
    return np.array([1.0 / first, first / second, second / third, *far])


@kernel
def _root(z):
    """Return the principal square root of a number whose square is neither 0 nor infinite."""
    size = math.sqrt(z.real * z.real + z.imag * z.imag)
    larger = math.sqrt(0.5 * (size + abs(z.real)))
    if larger == 0.0:
        return complex(0.0)
    smaller = 0.5 * z.imag / larger
    return (
        complex(larger, smaller)
        if z.real >= 0.0
        else complex(abs(smaller), math.copysign(larger, z.imag))
    )


@kernel
def riccati_guess(c0, c1, c2, time_power):
    """Return an approximate h from balancing 0.9 t^{-alpha} h = c0 + c1 h + c2 h^2."""
    slope = 0.9 / time_power - c1
    below = slope + _root(slope * slope - 4.0 * c2 * c0)
    size = below.real * below.real + below.imag * below.imag
    if size == 0.0:
        # c0 is lost beside a negative slope: the root's limit
        return slope / c2
    factor = 2.0 / size
    return factor * (c0 * complex(below.real, -below.imag))


@kernel
def fill_guess(coefficients, c2, power, record, n, h, scratch):
    """Fill h with what the balance of `riccati_guess` gives."""
    set_multiple(scratch, 2, -4.0 * c2, coefficients, 0)
    set_multiple(scratch, 3, 2.0, coefficients, 0)
    for i in range(n):
        own = 0.9 / (power * record[i + 1])
        set_multiple(scratch, 0, -1.0, coefficients, 1)
        add_number(scratch, 0, own)
        set_product(scratch, 1, scratch, 0, scratch, 0)
        add_multiple(scratch, 1, 1.0, scratch, 2)
        set_root(h, i, scratch, 1)
        add_multiple(h, i, 1.0, scratch, 0)
        invert(h, i)
        set_product(h, i, h, i, scratch, 3)


@kernel
def _series(coefficients, c2, power, factors, s):
    """Fill s with b_1, b_2, b_3, g_0, g_1 and g_2 for x in units of T^alpha."""
    set_multiple(s, 0, factors[0] * power, coefficients, 0)
    set_product(s, 1, coefficients, 1, s, 0)
    set_multiple(s, 1, factors[1] * power, s, 1)
    set_product(s, 2, coefficients, 1, s, 1)
    set_product(s, 6, s, 0, s, 0)
    add_multiple(s, 2, c2, s, 6)
    set_multiple(s, 2, factors[2] * power, s, 2)
    set_product(s, 6, coefficients, 1, coefficients, 1)
    add_multiple(s, 6, -4.0 * c2, coefficients, 0)
    set_root(s, 6, s, 6)
    set_multiple(s, 3, 1.0, s, 6)
    add_multiple(s, 3, -1.0, coefficients, 1)
    invert(s, 3)
    set_multiple(s, 7, 2.0, coefficients, 0)
    set_product(s, 3, s, 3, s, 7)
    invert(s, 6)
    set_product(s, 4, s, 3, s, 6)
    set_product(s, 5, s, 4, s, 4)
    set_multiple(s, 5, c2 * factors[3] * factors[3], s, 5)
    add_multiple(s, 5, factors[4], s, 4)
    set_product(s, 5, s, 5, s, 6)
    set_multiple(s, 5, 1.0 / (power * power), s, 5)
    set_multiple(s, 4, -factors[3] / power, s, 4)


@kernel
def fill_rational(coefficients, c2, power, factors, record, n, h):
    """Fill h with (p_1 z + p_2 z^2 + p_3 z^3) / (1 + q_1 z + q_2 z^2 + q_3 z^3), z = x / T^alpha.

    p and q solve p_1 = b_1, p_2 = b_2 + b_1 q_1, p_3 = b_3 + b_1 q_2 + b_2 q_1 and p_3 = g_0 q_3,
    p_2 = g_0 q_2 + g_1 q_3, p_1 = g_0 q_1 + g_1 q_2 + g_2 q_3: two equations once q_3 and p are
    eliminated.
    """
    s = np.empty(20 * STRIDE)
    _series(coefficients, c2, power, factors, s)
    b1, b2, b3, g0, g1, g2 = 0, 1, 2, 3, 4, 5
    one, other, first, second, third, fourth, right, last = 8, 9, 10, 11, 12, 13, 14, 15
    q1, q2, q3, inverse = 16, 17, 18, 19
    set_multiple(s, inverse, 1.0, s, g0)
    invert(s, inverse)
    set_product(s, one, s, g1, s, inverse)
    set_product(s, other, s, g2, s, inverse)
    # first q_1 - second q_2 = right, third q_1 + fourth q_2 = last
    set_multiple(s, first, 1.0, s, b1)
    subtract_product(s, first, s, one, s, b2)
    set_multiple(s, second, 1.0, s, g0)
    add_product(s, second, s, one, s, b1)
    set_multiple(s, right, -1.0, s, b2)
    add_product(s, right, s, one, s, b3)
    set_multiple(s, third, 1.0, s, g0)
    add_product(s, third, s, other, s, b2)
    set_multiple(s, fourth, 1.0, s, g1)
    add_product(s, fourth, s, other, s, b1)
    set_multiple(s, last, 1.0, s, b1)
    subtract_product(s, last, s, other, s, b3)
    set_product(s, one, s, first, s, fourth)
    add_product(s, one, s, second, s, third)
    invert(s, one)
    set_product(s, q1, s, right, s, fourth)
    add_product(s, q1, s, second, s, last)
    set_product(s, q1, s, q1, s, one)
    set_product(s, q2, s, first, s, last)
    subtract_product(s, q2, s, third, s, right)
    set_product(s, q2, s, q2, s, one)
    # p_3, p_2 and p_1 take the places of b_3, b_2 and b_1
    add_product(s, b3, s, b1, s, q2)
    add_product(s, b3, s, b2, s, q1)
    add_product(s, b2, s, b1, s, q1)
    set_product(s, q3, s, b3, s, inverse)
    for i in range(n):
        z = record[i + 1]
        set_multiple(s, one, z, s, q3)
        add_multiple(s, one, 1.0, s, q2)
        set_multiple(s, one, z, s, one)
        add_multiple(s, one, 1.0, s, q1)
        set_multiple(s, one, z, s, one)
        add_number(s, one, 1.0)
        invert(s, one)
        set_multiple(s, other, z, s, b3)
        add_multiple(s, other, 1.0, s, b2)
        set_multiple(s, other, z, s, other)
        add_multiple(s, other, 1.0, s, b1)
        set_multiple(s, other, z, s, other)
        set_product(h, i, s, one, s, other)
