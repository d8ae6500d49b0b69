import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import ParameterError
from rmot.payoffs import (
    TwoDatePayoff,
    average_call,
    cliquet,
    forward_start_call,
    forward_start_put,
    forward_start_straddle,
)

PRICES = st.floats(0.01, 10.0)


@given(x=PRICES, y=PRICES, k=st.floats(0.0, 3.0))
def test_payoffs_at_two_dates_are_their_textbook_formulas(x: float, y: float, k: float) -> None:
    point = np.array([[x, y]])
    exact = pytest.approx
    assert forward_start_call(k).value(point)[0] == exact(max(y - k * x, 0), abs=1e-12)
    assert forward_start_put(k).value(point)[0] == exact(max(k * x - y, 0), abs=1e-12)
    assert forward_start_straddle(k).value(point)[0] == exact(abs(y - k * x), abs=1e-12)
    assert average_call(k).value(point)[0] == exact(max((x + y) / 2 - k, 0), abs=1e-12)
    clipped = min(max(y / x - 1, -0.1), 0.2)
    assert cliquet(-0.1, 0.2).value(point)[0] == exact(clipped, abs=1e-11)


def test_a_payoff_is_linear_between_its_kinks_in_the_second_price() -> None:
    payoff = cliquet(-0.1, 0.05)
    low, high = payoff.kinks([2.0])[0]
    y = np.linspace(low, high, 5)
    assert np.allclose(np.diff(payoff.at(2.0, y), 2), 0.0, atol=1e-15)
    assert (low, high) == pytest.approx((1.8, 2.1))


def test_a_first_price_of_zero_is_a_return_of_zero() -> None:
    assert cliquet(-0.1, 0.2).value([[0.0, 0.0]])[0] == pytest.approx(0.0, abs=1e-15)


def test_a_sold_payoff_pays_what_the_bought_one_costs() -> None:
    points = np.array([[1.0, 1.3], [0.7, 0.2]])
    payoff = forward_start_straddle(1.1)
    assert np.array_equal(payoff.negated().value(points), -payoff.value(points))


def test_prices_of_two_dates_and_one_asset_have_either_shape() -> None:
    points = np.array([[1.0, 1.3], [0.7, 0.2]])
    payoff = forward_start_call(1.0)
    assert np.array_equal(payoff.value(points), payoff.value(points[:, :, None]))


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 3), (3, 2, 2), (3, 1, 2)])
def test_prices_of_another_number_of_dates_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ParameterError, match="one asset at two dates"):
        forward_start_call(1.0).value(np.ones(shape))


def test_impossible_terms_are_refused() -> None:
    with pytest.raises(ParameterError, match="floor"):
        cliquet(0.1, 0.0)
    with pytest.raises(ParameterError, match="strike"):
        forward_start_call(-1.0)
    nothing = np.empty(0)
    with pytest.raises(ParameterError, match="return alone"):
        TwoDatePayoff(np.array([1.0, 0.0, 0.0]), nothing, nothing, nothing, per_first=True)
    with pytest.raises(ParameterError, match="as many offsets"):
        TwoDatePayoff(np.zeros(3), np.ones(1), nothing, nothing)
