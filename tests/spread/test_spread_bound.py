"""The lower bound of spread options: below the price, at it without a strike, or as published."""

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import spread_call, spread_call_lower_bound

FACTOR = VarianceFactor(
    hurst=0.5,
    vol_of_vol=1.5,
    correlation=-0.5,
    initial_variance=1.0,
    mean_reversion=0.1,
    long_run_variance=1.0,
)
OTHER = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 0.0})
PAIR = RoughFactorModel([[0.2, 0.1], [0.15, -0.1]], [FACTOR, OTHER])
FORWARDS = (1.1, 1.0)


@pytest.mark.parametrize("strike", [-0.3, -0.05, 0.02, 0.1, 0.4])
def test_the_bound_is_below_the_price_and_the_search_raises_it(strike):
    exact = spread_call(PAIR, 0, 1, strike, 2.0, forwards=FORWARDS, tolerance=1e-9)
    found = spread_call_lower_bound(PAIR, 0, 1, strike, 2.0, forwards=FORWARDS)
    published = spread_call_lower_bound(PAIR, 0, 1, strike, 2.0, forwards=FORWARDS, optimise=False)
    assert found.price <= exact + found.error + 1e-9
    assert found.price >= published.price - found.error - published.error
    # and close to it
    assert exact - found.price <= 2e-4 * sum(FORWARDS)


def test_without_a_strike_the_bound_is_the_price():
    exact = spread_call(PAIR, 0, 1, 0.0, 2.0, forwards=FORWARDS, tolerance=1e-9)
    found = spread_call_lower_bound(PAIR, 0, 1, 0.0, 2.0, forwards=FORWARDS)
    assert abs(found.price - exact) <= found.error + 1e-9
    assert found.exponent == 1.0


def test_bad_questions_are_refused():
    with pytest.raises(ParameterError, match="twice"):
        spread_call_lower_bound(PAIR, 0, 0, 0.1, 1.0)
    with pytest.raises(ParameterError, match="assets are"):
        spread_call_lower_bound(PAIR, 0, 2, 0.1, 1.0)
    with pytest.raises(ParameterError, match="forwards"):
        spread_call_lower_bound(PAIR, 0, 1, 0.1, 1.0, forwards=(1.0, 0.0))
    with pytest.raises(ParameterError, match="strike and a maturity"):
        spread_call_lower_bound(PAIR, 0, 1, np.nan, 1.0)
