"""The bilog against mpmath, QuantLib, exchange options and its own parity."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import QuantLib
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.spread.alpha.bilog import bilog_spread_call

FORWARDS, VOLATILITIES, MATURITY = [1.1, 0.9], [0.3, 0.2], 2.0
STRIKES = [-0.6, 1e-6, 0.2, 0.9]


def by_the_other_asset(strike: float, correlation: float) -> Any:
    """Return the price as a mean over the first asset's number of a put on the second."""
    f1, f2 = map(mpmath.mpf, FORWARDS)
    s1, s2 = (mpmath.mpf(s) * mpmath.sqrt(MATURITY) for s in VOLATILITIES)
    rho = mpmath.mpf(correlation)
    left = s2 * mpmath.sqrt(1 - rho**2)

    def integrand(z):
        room = f1 * mpmath.exp(s1 * z - s1**2 / 2) - strike
        forward = f2 * mpmath.exp(rho * s2 * z - (rho * s2) ** 2 / 2)
        if room <= 0:
            return mpmath.mpf(0)
        d = mpmath.log(forward / room) / left + left / 2
        put = room * mpmath.ncdf(left - d) - forward * mpmath.ncdf(-d)
        return put * mpmath.npdf(z)

    # where there is no room the integrand is flat to all orders; it is split there
    edge = (mpmath.log(strike / f1) + s1**2 / 2) / s1 if strike > 0 else mpmath.mpf(-13)
    points = mpmath.linspace(max(edge, -13), 13, 17)
    return mpmath.quad(integrand, points, method="gauss-legendre")


@pytest.mark.parametrize("correlation", [-0.95, 0.3, 0.97])
def test_price_is_that_of_mpmath_by_the_other_asset_within_its_error(correlation):
    found = bilog_spread_call(FORWARDS, VOLATILITIES, correlation, STRIKES, MATURITY)
    with mpmath.workdps(20):
        for price, error, strike in zip(*found, STRIKES, strict=True):
            assert error <= 1e-12
            # the sum of two rounded terms of the size of the forwards
            assert abs(price - float(by_the_other_asset(strike, correlation))) <= error + 1e-15


def test_exchange_of_assets_is_margrabe_at_every_correlation():
    (f1, f2), (s1, s2) = FORWARDS, VOLATILITIES
    for correlation in (-1.0, -0.5, 0.0, 0.999, 1.0):
        deviation = math.sqrt((s1**2 + s2**2 - 2.0 * correlation * s1 * s2) * MATURITY)
        d = math.log(f1 / f2) / deviation + 0.5 * deviation
        wanted = f1 * ndtr(d) - f2 * ndtr(d - deviation)
        price, error = bilog_spread_call(FORWARDS, VOLATILITIES, correlation, [0.0], MATURITY)
        assert abs(price[0] - wanted) <= error[0] + 1e-15


def test_assets_of_one_number_are_exercised_between_two_roots():
    # F_1 e^{s_1 z} - F_2 e^{s_2 z} > K between the roots, by hand where the second does not move
    f, s, strike = [1.1, 0.9], 0.3 * math.sqrt(MATURITY), 0.25
    d = math.log(f[0] / (f[1] + strike)) / s + 0.5 * s
    black = f[0] * ndtr(d) - (f[1] + strike) * ndtr(d - s)
    price, error = bilog_spread_call(f, [0.3, 0.0], 1.0, [strike], MATURITY)
    assert abs(price[0] - black) <= error[0] + 1e-15


def test_quantlib_agrees_to_its_own_accuracy():
    today = QuantLib.Date(1, 1, 2020)
    QuantLib.Settings.instance().evaluationDate = today
    count = QuantLib.Actual365Fixed()
    flat = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, count))
    expiry = today + 730

    def process(forward, volatility):
        vol = QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), volatility, count)
        spot = QuantLib.QuoteHandle(QuantLib.SimpleQuote(forward))
        return QuantLib.BlackScholesMertonProcess(
            spot, flat, flat, QuantLib.BlackVolTermStructureHandle(vol)
        )

    processes = [process(f, v) for f, v in zip(FORWARDS, VOLATILITIES, strict=True)]
    matrix = QuantLib.Matrix(2, 2, 1.0)
    matrix[0][1] = matrix[1][0] = 0.6
    found = bilog_spread_call(FORWARDS, VOLATILITIES, 0.6, STRIKES, MATURITY)
    engine = QuantLib.ChoiBasketEngine(
        QuantLib.GeneralizedBlackScholesProcessVector(processes), matrix, 20.0
    )
    for price, strike in zip(found.price, STRIKES, strict=True):
        payoff = QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike)
        option = QuantLib.BasketOption(
            QuantLib.SpreadBasketPayoff(payoff), QuantLib.EuropeanExercise(expiry)
        )
        option.setPricingEngine(engine)
        assert abs(price - option.NPV()) <= 1e-9


def test_strikes_of_both_signs_meet_parity_and_convexity():
    strikes = np.linspace(-1.0, 1.0, 41)
    price, error = bilog_spread_call(FORWARDS, VOLATILITIES, 0.8, strikes, MATURITY)
    swapped, swapped_error = bilog_spread_call(
        FORWARDS[::-1], VOLATILITIES[::-1], 0.8, -strikes, MATURITY
    )
    parity = price - swapped - (FORWARDS[0] - FORWARDS[1] - strikes)
    assert np.all(np.abs(parity) <= error + swapped_error + 1e-15)
    assert np.all(np.diff(price, 2) >= -4.0 * error.max() - 1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forwards": [1.0, 0.0]}, "expected two positive forwards"),
        ({"volatilities": [0.2, -0.1]}, "expected two non-negative volatilities"),
        ({"volatilities": [0.2]}, "expected two non-negative volatilities"),
        ({"correlation": 1.1}, r"correlation must be in \[-1, 1\]; got 1.1"),
        ({"strikes": [0.1, math.nan]}, "expected finite strikes"),
        ({"maturity": 0.0}, "maturity must be positive and finite; got 0.0"),
    ],
)
def test_arguments_outside_their_domain_are_named(change, message):
    given = {
        "forwards": FORWARDS,
        "volatilities": VOLATILITIES,
        "correlation": 0.5,
        "strikes": STRIKES,
        "maturity": MATURITY,
    }
    with pytest.raises(ParameterError, match=message):
        bilog_spread_call(**(given | change))
