"""Conjugates and the best cash of a dual point, against the same sums at 50 digits."""

import mpmath
import numpy as np
import pytest

from rmot.numerics import dual_functions
from rmot.numerics.cone_steps import FREE, LINEAR, SIGNED

EPS = np.finfo(float).eps
ORDERS = (1.0, 1.2, 1.5, 2.0, 3.0)
N = 12


def conjugate(y, q):
    if q == 1:
        return mpmath.expm1(y)
    return (max(1 + (q - 1) * y, mpmath.mpf(0)) ** (q / (q - 1)) - 1) / q


def density(y, q):
    if q == 1:
        return mpmath.exp(y)
    return max(1 + (q - 1) * y, mpmath.mpf(0)) ** (1 / (q - 1))


def divergence(x, q):
    if q == 1:
        return x * mpmath.log(x) - x + 1 if x > 0 else mpmath.mpf(1)
    return (x**q - q * (x - 1) - 1) / (q * (q - 1))


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mpmath.workdps(50):
        yield


def law(seed, order):
    """Return weights that span many decades, kinds and excesses; the last node is special."""
    rng = np.random.default_rng(seed)
    weights = 10.0 ** rng.uniform(-8, 0, N)
    kinds = np.full(N, SIGNED, dtype=np.int8)
    if order == 2.0:
        kinds[-1] = FREE
    if order == 1.0:
        kinds[-1] = LINEAR
    weights /= weights[kinds != LINEAR].sum()
    return weights, kinds, rng.standard_normal(N)


def exact(values):
    return [mpmath.mpf(float(value)) for value in values]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("theta", [1e-6, 1e-2, 1.0, 1e6])
def test_best_cash_makes_densities_sum_to_one_and_minimises_the_value(order, theta):
    w, kinds, x = law(5, order)
    cash = dual_functions.best_cash(w, kinds, order, theta, x)
    q, at = mpmath.mpf(order), mpmath.mpf(theta)

    def excess(over):
        return [(one - over) / at for one in exact(x)]

    def mass(over):
        return sum(
            weight * (1 + y if kind == FREE else density(y, q))
            for weight, y, kind in zip(exact(w), excess(over), kinds, strict=True)
            if kind != LINEAR
        )

    # Cash off by two roundings of the excesses and of theta brackets a mass of one.
    off = 8 * EPS * (theta + np.abs(x).max())
    assert mass(mpmath.mpf(cash) + off) <= 1 <= mass(mpmath.mpf(cash) - off)
    out = np.empty(N)
    dual_functions.charges(kinds, order, theta, x - cash, out)
    for i, (y, kind) in enumerate(zip(excess(mpmath.mpf(cash)), kinds, strict=True)):
        dual = y + y * y / 2 if kind == FREE else conjugate(y, q)
        wanted = mpmath.mpf(0) if kind == LINEAR else at * dual
        slope = abs(1 + y) if kind == FREE else density(y, q)
        lost = slope * off + 40 * EPS * abs(wanted) + 40 * EPS * (theta if kind == SIGNED else 0)
        assert abs(out[i] - wanted) <= lost


@pytest.mark.parametrize("order", ORDERS)
def test_spent_is_the_divergence_at_the_best_cash(order):
    w, kinds, x = law(9, order)
    cash = dual_functions.best_cash(w, kinds, order, 0.7, x)
    found = dual_functions.spent(w, kinds, order, 0.7, x, cash)
    q = mpmath.mpf(order)
    wanted = mpmath.mpf(0)
    for weight, y, kind in zip(exact(w), exact(x), kinds, strict=True):
        y = (y - mpmath.mpf(cash)) / mpmath.mpf(0.7)
        if kind == FREE:
            wanted += weight * y * y / 2
        elif kind == SIGNED:
            wanted += weight * divergence(density(y, q), q)
    assert float(wanted) == pytest.approx(found, rel=1e-13)
