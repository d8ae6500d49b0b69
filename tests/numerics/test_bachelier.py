"""Bachelier's formula against mpmath, and its inverse against the formula."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.numerics.bachelier import bachelier_call, bachelier_vega, implied_normal_volatility


def test_price_is_the_mean_of_the_payoff():
    for m, s in ((-0.3, 0.1), (0.0, 0.2), (0.05, 0.02), (0.5, 0.4)):
        with mpmath.workdps(25):
            wanted: Any = mpmath.quad(
                lambda z, m=m, s=s: (s * z - m) * mpmath.npdf(z), [m / s, max(m / s, 0) + 2, 15]
            )
        # rounding of two terms that cancel
        assert abs(bachelier_call(m, s) - float(wanted)) <= 4e-16 * (abs(m) + s)


def test_no_deviation_leaves_the_intrinsic_value():
    assert bachelier_call([-0.2, 0.0, 0.2], 0.0).tolist() == [0.2, 0.0, 0.0]


def test_implied_volatility_inverts_prices_to_the_rounding_of_their_time_value():
    m = np.array([-0.2, -0.01, -1e-9, 0.0, 1e-15, 1e-4, 0.01, 0.2])
    for volatility in (0.03, 0.2, 1.5):
        price = bachelier_call(m, volatility * math.sqrt(2.0))
        back = implied_normal_volatility(m, price, 2.0)
        vega = bachelier_vega(m, volatility, 2.0)
        rounding = 1e-15 * (np.abs(m) + volatility) / vega + 1e-14 * volatility
        assert np.all(np.abs(back - volatility) <= rounding)


def test_vega_is_the_slope_of_the_price():
    m, step = np.array([-0.1, 0.0, 0.25]), 1e-5
    both = [bachelier_call(m, (0.2 + e) * math.sqrt(2.0)) for e in (step, -step)]
    slope = (both[0] - both[1]) / (2.0 * step)
    # the third derivative is at most 100 vegas here, and prices are rounded
    assert np.all(np.abs(slope - bachelier_vega(m, 0.2, 2.0)) <= 20.0 * step**2 + 1e-16 / step)


def test_prices_that_no_volatility_has_are_nan():
    found = implied_normal_volatility([-0.1, 0.1, 0.0], [0.05, -0.1, math.nan], 1.0)
    assert np.isnan(found).all()


def test_negative_deviations_are_refused():
    with pytest.raises(ParameterError, match=r"deviation must be >= 0; got -0.1"):
        bachelier_call(0.0, -0.1)
