"""Oracle: `scipy.optimize.linprog` (HiGHS), forwards by the Charnes–Cooper transformation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from rmot.market.parity_region import lower_hull, parity_region

FREE = [(None, None)]


def bounds_around_a_line(seed, n, noise):
    """Return strikes and price bounds that a line meets for sure when `noise` is at most one."""
    generator = np.random.default_rng(seed)
    strike = 50.0 + np.cumsum(generator.uniform(0.5, 5.0, n))
    half = generator.uniform(0.05, 1.0, n)
    middle = 0.98 * (90.0 - strike) + noise * half * generator.uniform(-1, 1, n)
    return strike, middle - half, middle + half


def program(objective, strike, lower, upper):
    """Minimise over (D, a, e) subject to l - e <= a - D K <= u + e, e fixed unless it costs."""
    one = np.ones_like(strike)
    rows = np.vstack([np.column_stack([-strike, one, -one]), np.column_stack([strike, -one, -one])])
    widening = FREE if objective[2] else [(0, 0)]
    return linprog(objective, rows, np.concatenate([upper, -lower]), bounds=FREE * 2 + widening)


cases = st.tuples(st.integers(0, 10**6), st.integers(2, 30))


@given(cases)
def test_discount_factors_are_those_of_linear_programming(case):
    strike, lower, upper = bounds_around_a_line(*case, noise=1.0)
    found = parity_region(strike, lower, upper)
    ends = [program((sign, 0, 0), strike, lower, upper).x[0] for sign in (1, -1)]
    # HiGHS meets its constraints to 1e-7; the shortest range of strikes is half a unit.
    assert found.discount_factor_interval == pytest.approx(ends, abs=1e-6)
    assert found.widening == 0
    assert found.discount_factor_interval[0] <= 0.98 <= found.discount_factor_interval[1]


@given(cases)
def test_forwards_are_those_of_linear_programming(case):
    strike, lower, upper = bounds_around_a_line(*case, noise=1.0)
    found = parity_region(strike, lower, upper)
    if found.discount_factor_interval[0] < 0.05:
        return
    # With t = 1/D: l t <= F - K <= u t.
    one = np.ones_like(strike)
    rows = np.vstack([np.column_stack([one, -upper]), np.column_stack([-one, lower])])
    limits = np.concatenate([strike, -strike])
    ends = [
        linprog((sign, 0), rows, limits, bounds=[(None, None), (0, None)]).x[0] for sign in (1, -1)
    ]
    assert found.forward_interval == pytest.approx(ends, abs=1e-4)


@given(cases, st.floats(1.5, 5.0))
def test_contradictions_give_nan_and_the_least_widening(case, noise):
    strike, lower, upper = bounds_around_a_line(*case, noise=noise)
    found = parity_region(strike, lower, upper)
    least = program((0, 0, 1), strike, lower, upper).x[2]
    if least > 1e-6:
        assert found.widening == pytest.approx(least, abs=1e-6)
        assert np.isnan([*found.discount_factor_interval, *found.forward_interval]).all()
        assert found.vertices.shape == (0, 2)
    elif least < -1e-6:
        assert found.widening == 0


@given(cases)
def test_vertices_lie_on_two_bounds_and_beyond_none(case):
    strike, lower, upper = bounds_around_a_line(*case, noise=1.0)
    discount, level = parity_region(strike, lower, upper).vertices.T
    line = level[:, None] - discount[:, None] * strike
    slack = np.hstack([line - lower, upper - line])
    scale = np.max(np.abs(level)) + np.max(np.abs(discount)) * strike.max()
    assert slack.min() >= -32 * np.finfo(float).eps * scale
    touched = np.sum(slack <= 32 * np.finfo(float).eps * scale, axis=1)
    assert np.all(touched >= 2)


def test_locked_quotes_on_a_line_leave_one_point():
    strike = np.arange(80.0, 121.0, 5.0)
    price = 0.97 * (101.0 - strike)
    found = parity_region(strike, price, price)
    assert found.discount_factor_interval == pytest.approx((0.97, 0.97), rel=1e-13)
    assert found.forward_interval == pytest.approx((101.0, 101.0), rel=1e-13)


def test_forwards_are_unbounded_when_the_discount_factor_may_vanish():
    found = parity_region(np.array([99.0, 101.0]), np.array([-5.0, -5.0]), np.array([5.0, 5.0]))
    assert found.discount_factor_interval == pytest.approx((-5.0, 5.0))
    assert found.forward_interval == (-np.inf, np.inf)


@given(cases)
def test_the_lower_hull_is_convex_and_below_all_points(case):
    x, y, _ = bounds_around_a_line(*case, noise=5.0)
    hull = lower_hull(x, y)
    assert (hull[0], hull[-1]) == (0, x.size - 1)
    assert np.all(np.diff(np.diff(y[hull]) / np.diff(x[hull])) > 0)
    assert np.all(np.interp(x, x[hull], y[hull]) <= y + 1e-12)
