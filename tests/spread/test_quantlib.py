"""Prices under factor models and copulas against QuantLib, where it has the model."""

import math

import numpy as np
import pytest
import QuantLib

from rmot.models import SABR, FactorMarginal, RoughFactorModel, VarianceFactor
from rmot.spread import GaussianCopula, copula_spread_options, smile_marginal, spread_call

YEARS = 2
TODAY = QuantLib.Date(1, 1, 2021)
COUNTER = QuantLib.Actual365Fixed()
FORWARDS, VOLATILITIES, CORRELATION = (1.1, 1.0), (0.3, 0.2), 0.4


def exercise():
    QuantLib.Settings.instance().evaluationDate = TODAY
    return QuantLib.EuropeanExercise(TODAY + 365 * YEARS)


def no_rates():
    return QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(TODAY, 0.0, COUNTER))


def call(strike):
    return QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike)


@pytest.mark.parametrize("loading", [0.3, -0.2])
def test_one_asset_on_one_factor_is_heston(loading):
    nu, rho, kappa, theta, initial = 0.8, -0.6, 0.7, 1.2, 0.9
    factor = VarianceFactor(
        hurst=0.5,
        vol_of_vol=nu,
        correlation=rho,
        initial_variance=initial,
        mean_reversion=kappa,
        long_run_variance=theta,
    )
    process = QuantLib.HestonProcess(
        no_rates(),
        no_rates(),
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0)),
        loading**2 * initial,
        kappa,
        loading**2 * theta,
        abs(loading) * nu,
        math.copysign(rho, rho * loading),
    )
    # adaptive integration to this accuracy
    accuracy = 1e-9
    engine = QuantLib.AnalyticHestonEngine(QuantLib.HestonModel(process), accuracy, 10000)
    marginal = FactorMarginal((loading,), (factor,))
    for strike in (0.7, 1.0, 1.4):
        option = QuantLib.VanillaOption(call(strike), exercise())
        option.setPricingEngine(engine)
        found = float(marginal.call_price(math.log(strike), float(YEARS)))
        assert abs(found - option.NPV()) <= 10.0 * accuracy


def lognormal_pair():
    flat = VarianceFactor(
        hurst=0.5,
        vol_of_vol=0.0,
        correlation=0.0,
        initial_variance=1.0,
        mean_reversion=0.0,
        long_run_variance=0.0,
    )
    first, second = VOLATILITIES
    rest = second * math.sqrt(1.0 - CORRELATION**2)
    return RoughFactorModel([[first, 0.0], [CORRELATION * second, rest]], [flat, flat])


def processes():
    return [
        QuantLib.BlackProcess(
            QuantLib.QuoteHandle(QuantLib.SimpleQuote(forward)),
            no_rates(),
            QuantLib.BlackVolTermStructureHandle(
                QuantLib.BlackConstantVol(TODAY, QuantLib.NullCalendar(), volatility, COUNTER)
            ),
        )
        for forward, volatility in zip(FORWARDS, VOLATILITIES, strict=True)
    ]


def by_quantlib(strike, engine):
    option = QuantLib.BasketOption(QuantLib.SpreadBasketPayoff(call(strike)), exercise())
    option.setPricingEngine(engine)
    return option.NPV()


@pytest.mark.parametrize("strike", [0.02, 0.1, 0.4])
def test_lognormal_spreads_are_those_of_quadrature(strike):
    """Choi's engine sums Black's formula over nodes; more of them tell how well."""
    exact = float(spread_call(lognormal_pair(), 0, 1, strike, float(YEARS), forwards=FORWARDS))
    matrix = QuantLib.Matrix(2, 2, CORRELATION)
    matrix[0][0] = matrix[1][1] = 1.0
    handles = QuantLib.GeneralizedBlackScholesProcessVector(processes())
    coarse, fine = (
        by_quantlib(strike, QuantLib.ChoiBasketEngine(handles, matrix, scale))
        for scale in (10.0, 20.0)
    )
    assert abs(fine - exact) <= 10.0 * abs(fine - coarse) + 1e-8 * sum(FORWARDS)


def spread_caplets(volatility, correlation, strikes, points):
    """Return QuantLib's options on two swap rates, their means and the time to the fixing."""
    today = QuantLib.Date(15, 1, 2021)
    QuantLib.Settings.instance().evaluationDate = today
    curve = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.03, COUNTER))
    flat = QuantLib.ConstantSwaptionVolatility(
        today,
        QuantLib.TARGET(),
        QuantLib.ModifiedFollowing,
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(volatility)),
        COUNTER,
        QuantLib.ShiftedLognormal,
    )
    one_rate = QuantLib.LinearTsrPricer(
        QuantLib.SwaptionVolatilityStructureHandle(flat),
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(0.0)),
        curve,
    )
    rho = QuantLib.QuoteHandle(QuantLib.SimpleQuote(correlation))
    two_rates = QuantLib.LognormalCmsSpreadPricer(one_rate, rho, curve, points)
    long, short = (
        QuantLib.EuriborSwapIsdaFixA(QuantLib.Period(years, QuantLib.Years), curve)
        for years in (10, 2)
    )
    period = (QuantLib.Date(15, 1, 2027), 1.0, QuantLib.Date(15, 1, 2026))
    ends = (*period, period[0], 2)
    means = []
    for rate in (long, short):
        coupon = QuantLib.CmsCoupon(*ends, rate)
        coupon.setPricer(one_rate)
        means.append(coupon.rate())
    index = QuantLib.SwapSpreadIndex("spread", long, short)
    plain = QuantLib.CmsSpreadCoupon(*ends, index)
    plain.setPricer(two_rates)
    caplets = []
    for strike in strikes:
        capped = QuantLib.CappedFlooredCmsSpreadCoupon(*ends, index, 1.0, 0.0, strike)
        capped.setPricer(two_rates)
        caplets.append(plain.rate() - capped.rate())
    return np.array(caplets), means, COUNTER.yearFraction(today, plain.fixingDate())


@pytest.mark.parametrize("correlation", [-0.5, 0.6, 0.9])
def test_a_gaussian_copula_of_lognormal_rates_is_the_cms_spread_pricer(correlation):
    """Both have the means that the convexity of each rate gives."""
    volatility, strikes = 0.3, np.array([-0.005, 0.0, 0.002, 0.01])
    fine, means, years = spread_caplets(volatility, correlation, strikes, 64)
    coarse = spread_caplets(volatility, correlation, strikes, 32)[0]
    flat = SABR(initial_volatility=volatility, lognormal_vol_of_vol=0.0, correlation=0.0)
    first, second = (smile_marginal(flat, years, forward=mean) for mean in means)
    copula = GaussianCopula(correlation)
    found = copula_spread_options(first, second, copula, strikes, tolerance=1e-9)
    assert np.all(np.abs(found.call - fine) <= found.error + np.abs(fine - coarse) + 1e-15)
