"""Cressie-Read divergences against their formulas at 50 digits, and Fenchel's equality."""

import mpmath
import numpy as np
import pytest

from rmot.numerics.cressie_read import conjugate, curvature, density, divergence, slope

EPS = np.finfo(float).eps
ORDERS = (1.0, 1.2, 1.5, 2.0, 3.0)
NEAR_ONE = [1.0 + sign * 10.0**-k for k in range(1, 16) for sign in (-1, 1)]
DENSITIES = np.concatenate(
    [10.0 ** np.linspace(-300, 8, 78), [0.49, 0.51, 1.0, 1.49, 1.51], NEAR_ONE]
)


def exact_divergence(x, q):
    if q == 1:
        return x * mpmath.log(x) - x + 1
    return (x**q - q * (x - 1) - 1) / (q * (q - 1))


def exact_slope(x, q):
    return mpmath.log(x) if q == 1 else (x ** (q - 1) - 1) / (q - 1)


def exact_conjugate(y, q):
    if q == 1:
        return mpmath.expm1(y)
    return (max(1 + (q - 1) * y, mpmath.mpf(0)) ** (q / (q - 1)) - 1) / q


def exact_density(y, q):
    if q == 1:
        return mpmath.exp(y)
    return max(1 + (q - 1) * y, mpmath.mpf(0)) ** (1 / (q - 1))


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mpmath.workdps(50):
        yield


def errors(kernel, exact, arguments, order):
    """Return absolute errors, exact values and the arguments, at 50 digits."""
    q = mpmath.mpf(order)
    for x in arguments:
        at = mpmath.mpf(float(x))
        value = exact(at, q)
        yield abs(mpmath.mpf(kernel(float(x), order)) - value), value, at, q


@pytest.mark.parametrize("order", ORDERS)
def test_divergence_loses_no_more_than_the_terms_that_cancel(order):
    for error, value, x, q in errors(divergence, exact_divergence, DENSITIES, order):
        # Powers lose a rounding for each unit of their logarithm; near one only terms of the
        # order of x - 1 cancel.
        if q == 1:
            terms = abs(x * mpmath.log(x)) + abs(x - 1)
        else:
            power = abs(x**q - 1) + x**q * abs(q * mpmath.log(x))
            terms = (power + q * abs(x - 1)) / (q * (q - 1))
        allowed = 4 * EPS * (value if q == 2 else terms)
        assert error <= allowed, (order, float(x))


@pytest.mark.parametrize("order", ORDERS)
def test_slope_and_curvature_are_right_to_rounding(order):
    for error, value, x, q in errors(slope, exact_slope, DENSITIES, order):
        power = x ** (q - 1) * abs(mpmath.log(x))
        assert error <= 4 * EPS * (abs(value) + power), (order, float(x))
    for error, value, x, q in errors(curvature, lambda x, q: x ** (q - 2), DENSITIES, order):
        assert error <= 4 * EPS * value * (1 + abs((q - 2) * mpmath.log(x))), (order, float(x))


def _slopes(order):
    """Return slopes of densities up to 1e8 and below what the order reaches."""
    small = [sign * 10.0**-k for k in range(20) for sign in (-1, 1)]
    if order == 1.0:
        return np.concatenate([small, np.linspace(-700, 19, 60)])
    lowest = -1.0 / (order - 1.0)
    near = lowest * (1 - 10.0 ** -np.arange(1.0, 15.0))
    beyond = lowest * np.array([1.0, 1.0 + 1e-12, 2.0, 1e10])
    return np.concatenate([small, near, beyond, np.geomspace(1, (1e8) ** (order - 1), 40)])


@pytest.mark.parametrize("order", ORDERS)
def test_conjugate_and_its_density_are_right_to_rounding(order):
    for error, value, y, q in errors(conjugate, exact_conjugate, _slopes(order), order):
        # (q - 1) y, its logarithm and that times q / (q - 1) are rounded.
        base = max(1 + (q - 1) * y, mpmath.mpf(0))
        power = mpmath.mpf(0)
        if q > 1 and base > 0:
            power = base ** (q / (q - 1)) * abs(mpmath.log(base)) / (q - 1)
        allowed = 4 * EPS * (abs(value) + abs(y) * exact_density(y, q) + power)
        assert error <= allowed, (order, float(y))
    for error, value, y, q in errors(density, exact_density, _slopes(order), order):
        base = max(1 + (q - 1) * y, mpmath.mpf(0))
        lost = abs(y) if q == 1 else mpmath.mpf(0)
        if q > 1 and base > 0:
            # (1 + (q - 1) y) is off by a rounding of its larger term.
            lost = (1 + abs((q - 1) * y) / base + abs(mpmath.log(base))) / (q - 1)
        assert error <= 4 * EPS * value * (1 + lost), (order, float(y))


@pytest.mark.parametrize("order", ORDERS)
def test_fenchel_holds_with_equality_at_the_slope_and_as_inequality_elsewhere(order):
    for x in np.concatenate([np.geomspace(1e-8, 1e4, 25), 1 + np.array(NEAR_ONE[:12]) * 1e-3]):
        y = slope(x, order)
        left, right = divergence(x, order) + conjugate(y, order), x * y
        terms = abs(right) + x + divergence(x, order) + abs(y)
        if order > 1:
            terms += (x**order + 1) * (1 + abs(np.log(x))) / (order - 1)
        assert abs(left - right) <= 16 * EPS * terms
        # density undoes slope; where the slope nears its least, as well as its rounding lets it
        lost = abs(y) / (x ** (order - 1)) if order > 1 else abs(y)
        log_lost = (1 + abs(np.log(x))) / ((order - 1) or 1.0)
        assert density(y, order) == pytest.approx(x, rel=16 * EPS * (1 + lost + log_lost))
        for other in (0.5 * x, 0.9 * x, 1.1 * x, 2 * x):
            assert divergence(other, order) + conjugate(y, order) >= other * y - 16 * EPS * terms


def test_densities_of_zero_cost_what_the_limit_says():
    assert [divergence(0.0, q) for q in ORDERS] == [1 / q for q in ORDERS]
    assert [conjugate(-1e300, q) for q in ORDERS] == [-1 / q for q in ORDERS]
    assert [density(-1e300, q) for q in ORDERS] == [0.0] * len(ORDERS)


def test_orders_near_one_and_two_join_their_limits():
    x = np.geomspace(1e-3, 1e3, 13)
    for limit in (1.0, 2.0):
        # d phi_q / dq is at most x^q log^2 x + phi over the same range
        for nearby in (limit + 1e-6, *([limit - 1e-6] if limit > 1 else [])):
            change = [abs(divergence(one, nearby) - divergence(one, limit)) for one in x]
            assert np.all(change <= 1e-6 * (1 + x**2.1 * (1 + np.log(x) ** 2)) * 2)
