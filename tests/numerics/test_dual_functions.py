"""Densities, conjugates and the best cash of a dual point, against the same sums at 50 digits."""

import math

import mpmath
import numpy as np
import pytest

from rmot.numerics import dual_functions
from rmot.numerics.cone_steps import FREE, LINEAR, SIGNED
from rmot.numerics.dual_response import log_mean_exponential, respond

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
@pytest.mark.parametrize("seed", range(3))
def test_response_is_the_density_and_its_divergence(order, seed):
    w, kinds, x = law(seed, order)
    rate, mu = 2.5, 1e-3
    mass, stiffness = np.empty(N), np.empty(N)
    value, spent = respond(w, kinds, order, rate, mu, x, mass, stiffness)
    q = mpmath.mpf(order)
    values, costs = [], []
    for i, (weight, at) in enumerate(zip(exact(w), exact(x), strict=True)):
        if kinds[i] == LINEAR:
            slack = mpmath.mpf(rate) - at
            found, bend = mu / slack, mu / slack**2
            dual, cost = -mu * mpmath.log(slack), rate * found
        elif kinds[i] == FREE:
            found, bend, dual, cost = 1 + at, mpmath.mpf(1), at + at * at / 2, at * at / 2
        else:
            found, dual = density(at, q), conjugate(at, q)
            bend, cost = found ** (2 - q) if found > 0 else mpmath.mpf(0), divergence(found, q)
        # densities of the order 1.2 are fifth powers
        assert abs(mass[i] - weight * found) <= 40 * EPS * abs(weight * found)
        assert abs(stiffness[i] - weight * bend) <= 80 * EPS * weight * bend
        values.append(weight * dual)
        # x q - phi*(x) cancels down to phi(q)
        costs.append((weight * cost, weight * (abs(at * found) + abs(dual))))
    assert abs(value - sum(values)) <= 40 * EPS * sum(abs(one) for one in values)
    assert abs(spent - sum(one for one, _ in costs)) <= 40 * EPS * sum(two for _, two in costs)


def test_escaping_mass_that_gains_more_than_it_costs_is_worth_infinity():
    w, kinds, x = law(0, 1.0)
    x[-1] = 2.5
    assert respond(w, kinds, 1.0, 2.5, 1e-3, x, np.empty(N), np.empty(N)) == (math.inf, math.inf)


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


def test_mean_exponential_neither_overflows_nor_underflows():
    w, kinds, x = law(3, 1.0)
    for shift in (-5000.0, 0.0, 5000.0):
        total = sum(
            a * mpmath.exp(b)
            for a, b, kind in zip(exact(w), exact(x + shift), kinds, strict=True)
            if kind != LINEAR
        )
        found = log_mean_exponential(w, kinds, x + shift)
        assert abs(found - mpmath.log(total)) <= 4 * EPS * (abs(shift) + 4)
