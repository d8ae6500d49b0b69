"""Oracles: QuantLib's high-precision engine and finite differences, closed forms, symmetry."""

import math

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - the short name that its own manual uses
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import ParameterError
from rmot.numerics import black_otm
from rmot.numerics.american import american_option, european_equivalent

TODAY = ql.Date(10, 7, 2026)
SPOT = 100.0


def quantlib(strike, volatility, days, rate, dividend_yield, is_call, grid=None):
    """Price by QdFp's high-precision scheme, or by finite differences on `grid` points."""
    ql.Settings.instance().evaluationDate = TODAY
    counter = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(SPOT)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend_yield, counter)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, counter)),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, counter)
        ),
    )
    side = ql.Option.Call if is_call else ql.Option.Put
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(side, strike), ql.AmericanExercise(TODAY, TODAY + days)
    )
    option.setPricingEngine(
        ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())
        if grid is None
        else ql.FdBlackScholesVanillaEngine(process, grid, grid)
    )
    return option.NPV()


def random_options(count, seed):
    """Draw options within two deviations of the money, half of them calls."""
    generator = np.random.default_rng(seed)
    for i in range(count):
        days = int(generator.integers(2, 400))
        volatility = math.exp(generator.uniform(math.log(0.06), math.log(1.5)))
        rate = generator.uniform(0.0, 0.08)
        dividend_yield = generator.choice([0.0, rate, generator.uniform(-0.05, 0.2)])
        deviation = volatility * math.sqrt(days / 365)
        strike = SPOT * math.exp(generator.uniform(-2.0, 2.0) * deviation)
        yield strike, volatility, days, rate, dividend_yield, bool(i % 2)


def test_prices_are_quantlibs_within_the_stated_error():
    options = list(random_options(200, seed=5))
    seen = np.array([quantlib(*option) for option in options])
    strike, volatility, days, rate, dividend_yield, is_call = map(
        np.array, zip(*options, strict=True)
    )
    ours = american_option(SPOT, strike, volatility, days / 365, rate, dividend_yield, is_call)
    # QdFp's own tolerance is 1e-10 of the strike, but its boundary ends at 1e-8
    assert np.all(np.abs(ours.price - seen) <= ours.error + 1e-7 * strike)
    assert np.max(ours.error / strike) < 1e-5
    assert np.median(ours.error / strike) < 1e-8


@pytest.mark.parametrize(
    "option",
    [
        (95.0, 0.25, 180, 0.04, 0.01, False),
        (105.0, 0.2, 90, 0.03, 0.06, True),
        (100.0, 0.3, 120, 0.04, 0.04, False),
    ],
)
def test_prices_are_those_of_finite_differences(option):
    coarse, fine = (quantlib(*option, grid=n) for n in (400, 800))
    strike, volatility, days, rate, dividend_yield, is_call = option
    ours = american_option(SPOT, strike, volatility, days / 365, rate, dividend_yield, is_call)
    # both errors of the scheme fall at least as the step
    assert abs(ours.price - fine) <= abs(fine - coarse) + ours.error


@settings(max_examples=60, deadline=None)
@given(
    strike=st.floats(60.0, 160.0),
    volatility=st.floats(0.08, 0.8),
    maturity=st.floats(0.01, 2.0),
    rate=st.floats(0.0, 0.1),
    dividend_yield=st.floats(0.0, 0.1),
)
def test_calls_are_puts_with_spot_and_strike_and_rates_exchanged(
    strike, volatility, maturity, rate, dividend_yield
):
    call = american_option(SPOT, strike, volatility, maturity, rate, dividend_yield, True)
    put = american_option(strike, SPOT, volatility, maturity, dividend_yield, rate, False)
    assert call.price == pytest.approx(put.price, rel=1e-12, abs=1e-12)
    assert call.premium >= 0.0
    assert call.price >= max(SPOT - strike, 0.0) - call.error - 1e-10 * SPOT


def test_a_long_put_is_the_perpetual_one():
    rate, dividend_yield, volatility = 0.05, 0.02, 0.3
    half = rate - dividend_yield - 0.5 * volatility**2
    power = -(half + math.sqrt(half**2 + 2 * rate * volatility**2)) / volatility**2
    boundary = SPOT * power / (power - 1)
    perpetual = (SPOT - boundary) * (SPOT / boundary) ** power
    price = american_option(SPOT, SPOT, volatility, 150.0, rate, dividend_yield, False)
    # a perpetual option less one that starts in 150 years
    gap = SPOT * math.exp(-rate * 150.0)
    assert -gap - 1e-3 <= price.price - perpetual <= price.error + 1e-3


@pytest.mark.parametrize(
    ("rate", "dividend_yield", "is_call"),
    [(0.05, 0.0, True), (0.05, -0.02, True), (0.0, 0.03, False), (-0.01, 0.0, False)],
)
def test_there_is_no_premium_where_waiting_costs_nothing(rate, dividend_yield, is_call):
    strike = np.linspace(70, 130, 7)
    price = american_option(SPOT, strike, 0.2, 0.5, rate, dividend_yield, is_call)
    forward = SPOT * math.exp((rate - dividend_yield) * 0.5)
    k = np.log(strike / forward)
    intrinsic = np.maximum(forward - strike if is_call else strike - forward, 0.0)
    black = math.exp(-rate * 0.5) * (forward * black_otm(k, 0.2, 0.5) + intrinsic)
    assert np.all(price.premium == 0.0)
    np.testing.assert_allclose(price.price, black, rtol=1e-11)


def test_european_equivalents_undo_american_prices():
    rng = np.random.default_rng(7)
    for number in range(40):
        is_call = bool(number % 2)
        maturity, volatility = rng.uniform(0.01, 0.6), rng.uniform(0.1, 0.8)
        rate, dividend_yield = rng.uniform(0.0, 0.06), rng.uniform(-0.05, 0.15)
        distance = np.linspace(-0.2, 3.0, 25) * (1.0 if is_call else -1.0)
        strike = SPOT * np.exp(distance * volatility * math.sqrt(maturity))
        smile = volatility * (1.0 + 0.1 * distance**2)
        price = american_option(SPOT, strike, smile, maturity, rate, dividend_yield, is_call)
        european, implied = european_equivalent(
            price.price, strike, SPOT, maturity, rate, dividend_yield, is_call
        )
        exact = price.price - price.premium
        good = np.isfinite(european)
        assert good[distance * (1.0 if is_call else -1.0) >= 0.0].all()
        # 1e-6 of the strike for the interpolated boundary, see the module
        assert np.max(np.abs(european - exact)[good] / strike[good]) <= 2e-6
        clear = good & (exact > 0.01 * SPOT)
        assert np.max(np.abs(implied - smile)[clear], initial=0.0) <= 1e-4


def test_prices_without_a_european_equivalent_are_nan():
    price, strike = [20.0, 19.0, np.nan, 121.0, 2.0], [120.0, 120.0, 90.0, 120.0, 90.0]
    european, volatility = european_equivalent(price, strike, SPOT, 0.5, 0.04, 0.0, False)
    assert np.isnan(european).tolist() == [True, True, True, True, False]
    assert np.isnan(volatility).tolist() == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spot": 0.0}, "positive, finite spot"),
        ({"strike": [90.0, -1.0]}, "positive, finite strike"),
        ({"volatility": math.nan}, "positive, finite volatility"),
        ({"maturity": 0.0}, "positive, finite maturity"),
        ({"rate": math.inf}, "finite rates"),
        ({"rate": -0.02, "dividend_yield": -0.03}, "two exercise boundaries"),
    ],
)
def test_bad_input_is_refused(change, message):
    option = {"spot": 100.0, "strike": 90.0, "volatility": 0.2, "maturity": 0.5, "rate": 0.04}
    option |= {"dividend_yield": 0.0, "is_call": False}
    with pytest.raises(ParameterError, match=message):
        american_option(**(option | change))


def test_european_equivalents_refuse_bad_terms():
    with pytest.raises(ParameterError, match="positive spot and maturity"):
        european_equivalent([1.0], [90.0], math.nan, 0.5, 0.04, 0.0, False)
    with pytest.raises(ParameterError, match="finite rate"):
        european_equivalent([1.0], [90.0], 100.0, 0.5, math.nan, 0.0, False)
    with pytest.raises(ParameterError, match="two exercise boundaries"):
        european_equivalent([1.0], [90.0], 100.0, 0.5, -0.03, -0.02, True)
