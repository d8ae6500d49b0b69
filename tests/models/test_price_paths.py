"""Simulated prices against Fourier, QuantLib and Black; martingales; refusals."""

import datetime
from typing import Any

import numpy as np
import pytest
import QuantLib

from rmot.errors import AccuracyError, ParameterError
from rmot.models import (
    BlackScholes,
    ForwardVariance,
    Heston,
    RoughBergomi,
    RoughHeston,
    TwoFactorBergomi,
)

PATHS = 2**16
STRIKES = np.exp([-0.15, 0.0, 0.1])
LEVELS: dict[str, Any] = {
    "initial_variance": 0.04,
    "mean_reversion": 0.7,
    "long_run_variance": 0.06,
}

TWO_FACTORS = TwoFactorBergomi(
    short_vol_of_vol=1.5,
    slow_weight=0.25,
    fast_reversion=5.0,
    slow_reversion=0.3,
    fast_correlation=-0.7,
    slow_partial_correlation=-0.6,
    **LEVELS,
)


def rough(hurst, **changes):
    given: dict[str, Any] = {"hurst": hurst, "vol_of_vol": 0.4, "correlation": -0.7}
    given |= LEVELS
    return RoughHeston(**(given | changes))


def simulated_calls(model, times, sampling="antithetic"):
    """Mean payoffs and their standard errors, shape (times, strikes); pairs are averaged first."""
    price = model.simulate(times, PATHS, 11, sampling=sampling)
    payoff = np.maximum(price[:, :, None] - STRIKES, 0.0)
    if sampling == "antithetic":
        payoff = 0.5 * (payoff[::2] + payoff[1::2])
    return payoff.mean(axis=0), payoff.std(axis=0) / np.sqrt(payoff.shape[0])


@pytest.mark.parametrize(
    "model",
    [
        rough(0.05),
        rough(0.2, mean_reversion=0.0, correlation=-0.9),
        rough(0.12, correlation=0.6),
        rough(0.5),
        RoughHeston(
            hurst=0.1,
            vol_of_vol=0.3,
            correlation=-0.6,
            mean_reversion=0.5,
            forward_variance=ForwardVariance((0.1, 0.6), (0.03, 0.07)),
        ),
        Heston(vol_of_vol=0.5, correlation=-0.7, **LEVELS),
        BlackScholes(volatility=0.2),
    ],
)
@pytest.mark.parametrize("sampling", ["random", "antithetic"])
def test_mean_payoffs_are_the_model_s_prices(model, sampling):
    times = [0.1, 1.0]
    found, error = simulated_calls(model, times, sampling)
    exact = np.array([model.call_price(np.log(STRIKES), time) for time in times])
    # 2 bp of volatility, with a vega below 0.4
    assert np.all(np.abs(found - exact) < 4.0 * error + 0.8e-4)


def test_sobol_paths_are_nearer_than_random_ones():
    model = rough(0.1)
    exact = model.call_price(np.log(STRIKES), 0.5)

    def spread(sampling):
        means = []
        for seed in range(12):
            price = model.simulate([0.5], 2**11, seed, sampling=sampling, steps=8)
            means.append(np.maximum(price - STRIKES, 0.0).mean(axis=0))
        return np.sqrt(np.mean((np.array(means) - exact) ** 2, axis=0))

    # variances are four times apart: of twelve such, a ratio falls below one once in a hundred
    assert np.all(spread("sobol") < spread("random"))


def test_heston_paths_price_as_quantlib_does():
    model = Heston(vol_of_vol=0.4, correlation=-0.6, **LEVELS)
    found, error = simulated_calls(model, [1.0])
    today = QuantLib.Date(1, 1, 2025)
    QuantLib.Settings.instance().evaluationDate = today
    flat = QuantLib.YieldTermStructureHandle(
        QuantLib.FlatForward(today, 0.0, QuantLib.Actual365Fixed())
    )
    process = QuantLib.HestonProcess(
        flat, flat, QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.0)), 0.04, 0.7, 0.06, 0.4, -0.6
    )
    engine = QuantLib.AnalyticHestonEngine(QuantLib.HestonModel(process))
    expiry = today + (datetime.date(2026, 1, 1) - datetime.date(2025, 1, 1)).days
    for column, strike in enumerate(STRIKES):
        option = QuantLib.VanillaOption(
            QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, strike),
            QuantLib.EuropeanExercise(expiry),
        )
        option.setPricingEngine(engine)
        assert abs(found[0, column] - option.NPV()) < 4.0 * error[0, column] + 0.8e-4


@pytest.mark.parametrize(
    "model",
    [
        rough(0.08),
        Heston(vol_of_vol=0.4, correlation=-0.6, **LEVELS),
        BlackScholes(volatility=0.3),
        RoughBergomi(hurst=0.1, vol_of_vol=1.5, correlation=-0.8, initial_variance=0.04),
        TWO_FACTORS,
    ],
)
def test_prices_are_martingales_with_the_variance_they_show(model):
    paths = model.simulate_paths([0.2, 0.7], PATHS, 3, steps=16)
    error = paths.price.std(axis=0) / np.sqrt(PATHS)
    assert np.all(np.abs(paths.price.mean(axis=0) - 1.0) < 4.0 * error)
    # E[S_t | S_s] = S_s: increments do not correlate with functions of the past
    increment = paths.price[:, 1] - paths.price[:, 0]
    for past in (paths.price[:, 0], paths.variance[:, 0], paths.price[:, 0] > 1.0):
        product = increment * past
        assert abs(product.mean()) < 4.0 * product.std() / np.sqrt(PATHS)
    # E (log S)^2-bracket: -2 E log S is the mean integral of variance
    both = 2.0 * np.log(paths.price) + paths.integrated_variance
    assert np.all(np.abs(both.mean(axis=0)) < 4.0 * both.std(axis=0) / np.sqrt(PATHS))
    assert np.all(paths.variance >= 0.0)
    assert np.all(np.diff(paths.integrated_variance, axis=1) >= 0.0)


def test_same_seed_gives_the_same_prices():
    model = rough(0.1)
    again = model.simulate([0.5, 1.0], 100, 9)
    assert np.array_equal(model.simulate([0.5, 1.0], 100, 9), again)
    assert not np.array_equal(model.simulate([0.5, 1.0], 100, 10), again)


@pytest.mark.parametrize("times", [[], [1.0, 0.5], [0.0], [np.inf], "1y"])
@pytest.mark.parametrize(
    "model",
    [
        rough(0.1),
        BlackScholes(volatility=0.2),
        RoughBergomi(hurst=0.1, vol_of_vol=1.0, correlation=-0.5, initial_variance=0.04),
        TWO_FACTORS,
    ],
)
def test_models_refuse_times_that_do_not_increase(model, times):
    with pytest.raises(ParameterError, match="times"):
        model.simulate(times, 10, 0)


def test_refuses_steps_so_long_that_prices_are_no_martingales():
    model = rough(0.4, vol_of_vol=3.0, correlation=0.95)
    with pytest.raises(AccuracyError, match="more steps"):
        model.simulate([4.0], 10, 0, steps=2)
    assert np.all(model.simulate([4.0], 10, 0, steps=64) > 0.0)
