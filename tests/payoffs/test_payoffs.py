"""Payoffs: values, kinks, tails, limits and refusals."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.payoffs import (
    Payoff,
    PiecewiseLinear,
    basket_call,
    call,
    digital,
    forward,
    put,
    straddle,
)

PRICES = np.array([0.0, 0.5, 1.0, 1.5, 3.0])


@pytest.mark.parametrize(
    ("payoff", "formula", "tail"),
    [
        (call(1.0), lambda s: np.maximum(s - 1, 0), (1.0, -1.0)),
        (put(1.0), lambda s: np.maximum(1 - s, 0), (0.0, 0.0)),
        (digital(1.0), lambda s: 1.0 * (s >= 1), (0.0, 1.0)),
        (straddle(1.0), lambda s: abs(s - 1), (1.0, -1.0)),
        (forward(), lambda s: s, (1.0, 0.0)),
    ],
)
def test_values_and_tails_are_the_formula(payoff, formula, tail):
    np.testing.assert_array_equal(payoff.value(PRICES), formula(PRICES))
    assert payoff.tail == tail
    assert isinstance(payoff, Payoff)


def test_left_limits_differ_at_jumps_only():
    np.testing.assert_array_equal(digital(1.0).left_limit(PRICES), 1.0 * (PRICES > 1))
    np.testing.assert_array_equal(call(1.0).left_limit(PRICES), call(1.0).value(PRICES))


def test_a_basket_call_takes_rows_of_prices():
    payoff = basket_call([0.5, 0.25], 1.0)
    np.testing.assert_array_equal(payoff.value([[2.0, 4.0], [1.0, 1.0]]), [1.0, 0.0])
    assert isinstance(payoff, Payoff)


@pytest.mark.parametrize("strike", [-1.0, np.nan, np.inf])
def test_bad_strikes_are_refused(strike):
    with pytest.raises(ParameterError, match="strike"):
        call(strike)


def test_bad_shapes_are_refused():
    with pytest.raises(ParameterError, match="one asset"):
        call(1.0).value(np.ones((2, 2)))
    with pytest.raises(ParameterError, match="2 assets"):
        basket_call([1.0, 1.0], 1.0).value(np.ones(2))
    with pytest.raises(ParameterError, match="weights"):
        basket_call([0.0, 0.0], 1.0)
    with pytest.raises(ParameterError, match="weights"):
        basket_call([np.nan], 1.0)
    with pytest.raises(ParameterError, match="finite strike"):
        basket_call([1.0], np.nan)
    with pytest.raises(ParameterError, match="increasing"):
        PiecewiseLinear(np.array([1.0, 1.0]), np.zeros(3), np.zeros(3))
    with pytest.raises(ParameterError, match="pieces"):
        PiecewiseLinear(np.array([1.0]), np.zeros(3), np.zeros(3))
    with pytest.raises(ParameterError, match="finite"):
        PiecewiseLinear(np.array([np.nan]), np.zeros(2), np.zeros(2))
