"""Kirk's formula against QuantLib, and exact prices against QuantLib without vol-of-vol."""

import numpy as np
import pytest
import QuantLib

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import kirk_spread_call, spread_call

FORWARDS, VOLATILITIES = (1.1, 1.0), (0.3, 0.2)
DAYS = 730
FLAT = VarianceFactor(
    hurst=0.5,
    vol_of_vol=0.0,
    correlation=0.0,
    initial_variance=1.0,
    mean_reversion=0.0,
    long_run_variance=0.0,
)
CORRELATION = 0.4


def quantlib(engine, strike):
    today = QuantLib.Date(1, 1, 2020)
    QuantLib.Settings.instance().evaluationDate = today
    counter = QuantLib.Actual365Fixed()
    flat = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.0, counter))
    processes = [
        QuantLib.BlackProcess(
            QuantLib.QuoteHandle(QuantLib.SimpleQuote(forward)),
            flat,
            QuantLib.BlackVolTermStructureHandle(
                QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), volatility, counter)
            ),
        )
        for forward, volatility in zip(FORWARDS, VOLATILITIES, strict=True)
    ]
    payoff = QuantLib.SpreadBasketPayoff(QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike))
    option = QuantLib.BasketOption(payoff, QuantLib.EuropeanExercise(today + DAYS))
    option.setPricingEngine(engine(*processes, CORRELATION))
    return option.NPV()


def exact(strike):
    rest = np.sqrt(1.0 - CORRELATION**2) * VOLATILITIES[1]
    loadings = [[VOLATILITIES[0], 0.0], [CORRELATION * VOLATILITIES[1], rest]]
    model = RoughFactorModel(loadings, [FLAT, FLAT])
    return float(spread_call(model, 0, 1, strike, DAYS / 365, forwards=FORWARDS))


@pytest.mark.parametrize("strike", [0.0, 0.05, 0.3])
def test_the_formula_is_quantlibs(strike):
    found = kirk_spread_call(
        strike,
        DAYS / 365,
        forwards=FORWARDS,
        volatilities=VOLATILITIES,
        correlation=CORRELATION,
    )
    assert abs(found - quantlib(QuantLib.KirkEngine, strike)) <= 1e-14


@pytest.mark.parametrize("strike", [0.02, 0.05, 0.3])
def test_lognormal_prices_are_above_bjerksund_and_stenslands_and_next_to_kirks(strike):
    wanted = exact(strike)
    # the one is a lower bound; the other misses by its own error, of the order of K^2
    assert quantlib(QuantLib.BjerksundStenslandSpreadEngine, strike) <= wanted + 1e-8
    assert abs(quantlib(QuantLib.KirkEngine, strike) - wanted) <= 0.02 * strike**2 + 1e-5


def test_without_a_strike_the_formula_is_margrabes():
    found = kirk_spread_call(
        0.0, DAYS / 365, forwards=FORWARDS, volatilities=VOLATILITIES, correlation=CORRELATION
    )
    assert abs(found - exact(0.0)) <= 3e-8


def test_negative_strikes_go_by_parity():
    given = {"volatilities": VOLATILITIES, "correlation": CORRELATION}
    call = kirk_spread_call(-0.1, 2.0, forwards=FORWARDS, **given)
    turned = {"volatilities": VOLATILITIES[::-1], "correlation": CORRELATION}
    other = kirk_spread_call(0.1, 2.0, forwards=(FORWARDS[1], FORWARDS[0]), **turned)
    assert call - other == pytest.approx(FORWARDS[0] - FORWARDS[1] + 0.1, abs=1e-15)
    with pytest.raises(ParameterError, match="correlation"):
        kirk_spread_call(0.1, 1.0, forwards=FORWARDS, volatilities=VOLATILITIES, correlation=2.0)
