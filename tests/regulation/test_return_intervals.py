import math
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from scipy.special import ndtri

from rmot.errors import DataError, ParameterError
from rmot.regulation.return_intervals import (
    exchangeable_coverage,
    filtered_intervals,
    historical_intervals,
    ranks,
    sampling_radius,
    weighted_volatility,
    worst_level,
)

N = 12


def least_probability(count, radius):
    """Return inf Q(first `count` of N equal atoms) over the ball, by a conic program."""
    q = cp.Variable(N, nonneg=True)
    divergence = cp.sum_squares(N * q - 1.0) / N
    ball: list[Any] = [cp.sum(q) == 1.0, divergence <= radius]
    problem = cp.Problem(cp.Minimize(cp.sum(q[:count])), ball)
    return problem.solve(solver=cp.CLARABEL)


@pytest.mark.parametrize("radius", [0.03, 0.4])
@pytest.mark.parametrize("level", [0.6, 0.9])
def test_largest_quantile_over_the_ball_is_that_of_a_conic_program(radius, level):
    least = [least_probability(count, radius) for count in range(1, N + 1)]
    # the quantile exceeds atom k for some law of the ball where the least probability is below
    reached = 1 + next(k for k, p in enumerate(least) if p >= level - 1e-7)
    rank = math.ceil(N * worst_level(level, radius) - 1e-9)
    assert rank == reached
    for count, found in enumerate(least[:-1], 1):
        p = count / N
        expected = max(p - math.sqrt(radius * p * (1 - p)), 0.0)
        # Clarabel's tolerance is 1e-8; the square root at its edge halves the digits
        assert found == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.995])
@pytest.mark.parametrize("radius", [1e-6, 0.01, 3.0])
def test_worst_level_solves_its_equation(level, radius):
    found = worst_level(level, radius)
    assert level < found < 1
    assert found - math.sqrt(radius * found * (1 - found)) == pytest.approx(level, abs=1e-12)
    assert worst_level(level, 0.0) == pytest.approx(level, rel=1e-15)


def test_sampling_radius_makes_wilsons_bound():
    n, level, z = 400, 0.9, float(ndtri(0.95))
    wilson = level + z * z / (2 * n) + z * math.sqrt(level * (1 - level) / n + (z / (2 * n)) ** 2)
    wilson /= 1 + z * z / n
    assert worst_level(level, sampling_radius(n)) == pytest.approx(wilson, rel=1e-13)


def test_ranks_are_mirror_images_and_no_ball_goes_beyond_the_window():
    assert ranks(0.99) == (2, 249)
    assert ranks(0.99, sampling_radius(250)) == ranks(0.99, 50.0) == (1, 250)
    assert exchangeable_coverage(0.99, 50.0) == pytest.approx(249 / 251, rel=1e-15)


def test_windows_are_sorted_as_one_by_one():
    returns = np.random.default_rng(2).standard_t(4, 90)
    lower, upper = historical_intervals(returns, 0.9, window=40)
    low, high = ranks(0.9, window=40)
    for day in range(50):
        ordered = np.sort(returns[day : day + 40])
        assert lower[day] == ordered[low - 1]
        assert upper[day] == ordered[high - 1]


def coverage_of(intervals, draw, level, radius, window):
    """Return the share of returns inside, and its error between independent series."""
    generator = np.random.default_rng(7)
    shares = []
    for _ in range(80):
        returns = draw(generator, window + 400)
        lower, upper = intervals(returns, level, radius=radius, window=window)
        after = returns[window:]
        shares.append(np.mean((after >= lower) & (after <= upper)))
    return np.mean(shares), np.std(shares) / np.sqrt(len(shares) - 1)


def independent(generator, n):
    return generator.standard_t(5, n)


def weighted(generator, n):
    """Draw returns whose volatility is exponentially weighted itself."""
    normals, found, variance = generator.standard_normal(n), np.empty(n), 1.0
    for day in range(n):
        found[day] = math.sqrt(variance) * normals[day]
        variance = 0.94 * variance + 0.06 * found[day] ** 2
    return found


@pytest.mark.parametrize(
    ("intervals", "draw"), [(historical_intervals, independent), (filtered_intervals, weighted)]
)
@pytest.mark.parametrize("radius", [0.0, 0.02])
def test_intervals_cover_as_stated_under_a_known_law(intervals, draw, radius):
    level, window = 0.9, 150
    share, error = coverage_of(intervals, draw, level, radius, window)
    assert abs(share - exchangeable_coverage(level, radius, window)) < 4 * error
    assert error < 0.004


def test_volatility_is_the_recursion():
    returns = np.random.default_rng(3).standard_normal(80)
    expected = [np.mean(returns[:50] ** 2)]
    for seen in returns[:-1]:
        expected.append(0.9 * expected[-1] + 0.1 * seen**2)
    assert weighted_volatility(returns, 0.9) == pytest.approx(np.sqrt(expected), rel=1e-12)


def test_the_filter_follows_the_scale():
    returns = np.random.default_rng(4).standard_normal(400)
    once, thrice = filtered_intervals(returns), filtered_intervals(3.0 * returns)
    assert thrice[0] == pytest.approx(3.0 * once[0], rel=1e-12)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: worst_level(1.0, 0.1), ParameterError),
        (lambda: worst_level(0.9, -0.1), ParameterError),
        (lambda: worst_level(0.9, math.inf), ParameterError),
        (lambda: sampling_radius(0), ParameterError),
        (lambda: sampling_radius(10, 0.4), ParameterError),
        (lambda: ranks(0.9, window=1), ParameterError),
        (lambda: weighted_volatility(np.ones(60), 1.0), ParameterError),
        (lambda: weighted_volatility(np.zeros(60)), DataError),
        (lambda: historical_intervals(np.ones(250)), DataError),
        (lambda: historical_intervals([math.nan] * 300), DataError),
    ],
)
def test_bad_arguments_are_refused(call, error):
    with pytest.raises(error, match="expected"):
        call()
