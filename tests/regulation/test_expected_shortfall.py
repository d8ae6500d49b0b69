"""Expected shortfall against exact rationals, an integral of the quantile, and its axioms."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from rmot.errors import ParameterError
from rmot.regulation import (
    expected_shortfall,
    is_prudent,
    liquidity_adjusted_shortfall,
    scale_to_horizon,
    stress_horizon,
)

LOSSES = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40)
LEVELS = st.sampled_from([0.0, 0.5, 0.9, 0.975, 0.99])


def exact_shortfall(losses, weights, level):
    """Take the worst losses until 1 - level is used up, in rationals."""
    left = tail = 1 - Fraction(str(level))
    total = Fraction(0)
    for loss, weight in sorted(zip(losses, weights, strict=True), reverse=True):
        taken = min(Fraction(weight), left)
        total, left = total + taken * Fraction(loss), left - taken
    return total / tail


@given(LOSSES, LEVELS, st.data())
@settings(max_examples=80, deadline=None)
def test_shortfall_is_that_of_exact_rationals(losses, level, data):
    parts = data.draw(st.lists(st.integers(0, 9), min_size=len(losses), max_size=len(losses)))
    assume(sum(parts) > 0)
    weights = [Fraction(part, sum(parts)) for part in parts]
    found = expected_shortfall(losses, [float(weight) for weight in weights], level)
    wanted = float(exact_shortfall(losses, weights, level))
    # Weights and the tail are rounded to 1e-16 each, and divided by the tail.
    assert found == pytest.approx(wanted, abs=1e-15 * len(losses) * 2000 / (1 - level))


def test_shortfall_is_the_mean_of_the_quantile_beyond_the_level():
    rng = np.random.default_rng(3)
    losses = np.sort(rng.standard_normal(37))
    breaks = np.arange(37) / 37

    def quantile(u):
        return losses[min(int(np.ceil(u * 37 - 1e-12)) - 1, 36)]

    pieces = [0.9, *(float(point) for point in breaks if point > 0.9), 1.0]
    integral = sum(quad(quantile, a, b)[0] for a, b in pairwise(pieces))
    assert expected_shortfall(losses, level=0.9) == pytest.approx(integral / 0.1, abs=1e-9)


def test_acerbi_and_tasches_split_atom():
    # P(L = 2) = 0.03, P(L = 1) = 0.06, P(L = 0) = 0.91: at 95%, (0.03 * 2 + 0.02 * 1) / 0.05.
    assert expected_shortfall([2, 1, 0], [0.03, 0.06, 0.91], 0.95) == pytest.approx(1.6, abs=1e-13)


@given(LOSSES, LOSSES, LEVELS, st.floats(0, 100), st.integers(-50, 50))
@settings(max_examples=60, deadline=None)
def test_shortfall_is_coherent(first, second, level, scale, shift):
    size = min(len(first), len(second))
    a, b = (np.array(values[:size], dtype=float) for values in (first, second))
    slack = 1e-9 * (1 + scale)
    one, two = expected_shortfall(a, level=level), expected_shortfall(b, level=level)
    assert expected_shortfall(a + b, level=level) <= one + two + slack
    assert expected_shortfall(scale * a, level=level) == pytest.approx(scale * one, abs=1e3 * slack)
    assert expected_shortfall(a + shift, level=level) == pytest.approx(one + shift, abs=slack)
    assert expected_shortfall(np.maximum(a, b), level=level) >= max(one, two) - slack
    assert a.mean() - slack <= one <= a.max() + slack


def test_shortfall_of_a_normal_sample_is_the_closed_form():
    draws = 400_000
    losses = np.random.default_rng(11).standard_normal(draws)
    wanted = np.exp(-(1.959963984540054**2) / 2) / np.sqrt(2 * np.pi) / 0.025
    tail = np.sort(losses)[-draws // 40 :]
    # The estimate's asymptotic variance: [var(tail) + level (ES - VaR)^2] / (n (1 - level)).
    error = np.sqrt((tail.var() + 0.975 * (wanted - 1.95996) ** 2) / (draws * 0.025))
    assert abs(expected_shortfall(losses) - wanted) < 4 * error


def test_prudence_compares_with_the_shortfall():
    losses = [4.0, 2.0, 0.0, 0.0]
    assert expected_shortfall(losses, level=0.5) == 3.0
    assert is_prudent(3.0, losses, level=0.5)
    assert not is_prudent(2.999, losses, level=0.5)
    assert is_prudent(0.1, losses, [0.0, 0.0, 0.5, 0.5])
    with pytest.raises(ParameterError, match="finite loss under the stress"):
        is_prudent(np.nan, losses)


def test_liquidity_horizons_add_in_squares():
    # 7^2 + 4^2 (20-10)/10 + 2^2 (40-20)/10 + 1^2 (60-40)/10 + 2^2 (120-60)/10 = 49+16+8+2+24.
    assert liquidity_adjusted_shortfall([7, 4, 2, 1, 2]) == pytest.approx(99**0.5, rel=1e-15)
    # All at one horizon: the root of time, from ten days.
    for position, horizon in enumerate((10, 20, 40, 60, 120)):
        same = [1.0] * (position + 1) + [0.0] * (4 - position)
        assert liquidity_adjusted_shortfall(same) == pytest.approx((horizon / 10) ** 0.5, rel=1e-15)


def test_a_stress_has_twenty_days_at_least():
    assert [stress_horizon(days) for days in (10, 20, 40, 60, 120)] == [20, 20, 40, 60, 120]
    # A maturity may cap a horizon: MAR33.12.
    assert [stress_horizon(days) for days in (15, 90)] == [20, 90]
    assert scale_to_horizon(3.0, 10, 40) == 6.0
    np.testing.assert_array_equal(scale_to_horizon(np.array([1.0, 2.0]), 5, 20), [2.0, 4.0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([],), "losses of shape"),
        (([1.0, np.nan],), "NaN"),
        (([[1.0]],), "shape"),
        (([1.0, 2.0], [0.5]), "weights of shape"),
        (([1.0, 2.0], [1.5, -0.5]), "none negative"),
        (([1.0, 2.0], [0.5, 0.4]), "sum to 0.9"),
        (([1.0], None, 1.0), "level"),
        (([1.0], None, -0.1), "level"),
    ],
)
def test_bad_losses_are_one_clear_line(arguments, said):
    with pytest.raises(ParameterError, match=said):
        expected_shortfall(*arguments)


def test_bad_horizons_are_one_clear_line():
    with pytest.raises(ParameterError, match="positive number of days"):
        stress_horizon(-5)
    with pytest.raises(ParameterError, match="each of the horizons"):
        liquidity_adjusted_shortfall([1.0])
    with pytest.raises(ParameterError, match="none negative"):
        liquidity_adjusted_shortfall([1.0, -1.0, 0, 0, 0])
    with pytest.raises(ParameterError, match="positive numbers of days"):
        scale_to_horizon(1.0, 0, 10)
