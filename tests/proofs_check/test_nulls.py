"""Statistics of nulls against closed forms and simulation, whose error is stated."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import digamma

from proofs_check import market_data
from proofs_check.checks.neural_roughness import _exponents, _rescaled_range
from proofs_check.moving_averages import averaged_kernel, exponent, variogram
from proofs_check.quadratic_forms import (
    autocorrelation_of_a_walk,
    expected_log,
    expected_ratio,
    hurst_of_a_walk,
)
from rmot.errors import MissingData

POINTS = 20


@pytest.fixture(scope="module")
def walks():
    steps = np.random.default_rng(7).standard_normal((20_000, POINTS))
    return np.cumsum(steps, axis=1)


def within_error(sample, value):
    return abs(sample.mean() - value) < 4 * sample.std() / np.sqrt(sample.size)


@pytest.mark.parametrize("freedom", [1, 2, 7])
def test_expected_logarithm_of_chi_squared_is_the_digamma_function(freedom):
    value, error = expected_log(2.5 * np.eye(freedom))
    assert value == pytest.approx(digamma(freedom / 2) + np.log(5.0), abs=max(error, 1e-9))


def test_expected_ratio_of_one_coordinate_is_its_share():
    top = np.diag([1.0, 0.0, 0.0, 0.0, 0.0])
    assert expected_ratio(top, np.eye(5))[0] == pytest.approx(1 / 5, abs=1e-10)


def test_autocorrelation_of_short_walks_agrees_with_simulation(walks):
    centred = walks - walks.mean(axis=1, keepdims=True)
    found = np.sum(centred[:, 1:] * centred[:, :-1], axis=1) / np.sum(centred**2, axis=1)
    assert within_error(found, autocorrelation_of_a_walk(POINTS)[0])


@pytest.mark.parametrize("lags", [2, 5])
def test_exponent_of_short_walks_agrees_with_simulation(walks, lags):
    assert within_error(_exponents(walks, lags), hurst_of_a_walk(POINTS, lags)[0])


def test_rescaled_range_agrees_with_simulation():
    steps = np.random.default_rng(8).standard_normal((20_000, 12))
    sums = np.cumsum(steps - steps.mean(axis=1, keepdims=True), axis=1)
    assert within_error(np.ptp(sums, axis=1) / steps.std(axis=1), _rescaled_range(12))


def test_variogram_of_an_exponential_kernel_is_that_of_mean_reversion():
    value, error = variogram(lambda s: np.exp(-3.0 * s), 0.2, (1 / 3,))
    assert value == pytest.approx((1 - np.exp(-0.6)) / 3, abs=max(error, 1e-9))


@pytest.mark.parametrize("hurst", [0.1, 0.3])
def test_spot_variance_has_its_own_exponent_and_a_wide_average_one_half(hurst):
    value, error = exponent(averaged_kernel(hurst, 0.0), (1e-3, 1e-2))
    assert value == pytest.approx(hurst, abs=max(error, 1e-9))
    smooth, _ = exponent(averaged_kernel(hurst, 1.0), (1e-8, 1e-7), (1.0,))
    assert smooth == pytest.approx(0.5, abs=1e-3)


def test_futures_at_thirty_days_are_held_for_a_day(monkeypatch):
    days = pd.to_datetime(["2020-01-02", "2020-01-03", "2020-01-06"])
    levels = {"2020-01-22": (20.0, 20.2, 20.2), "2020-02-19": (30.0, 30.3, 33.33)}
    rows = [
        (day, pd.Timestamp(expiration), level)
        for expiration, settled in levels.items()
        for day, level in zip(days, settled, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["date", "expiration", "settlement"])
    futures = type("Futures", (), {"table": table, "sources": ("one",)})
    monkeypatch.setattr(market_data, "found", lambda name: name)
    monkeypatch.setattr(market_data, "read_vix_futures", lambda paths: futures)
    found = market_data.future_returns(30)
    share = (47 - 30) / (47 - 19)
    assert found.by_day.iloc[0] == pytest.approx(np.log(1.01))
    before, after = (20.2 * share + 30.3 * (1 - share), 20.2 * share + 33.33 * (1 - share))
    assert found.by_day.iloc[1] == pytest.approx(np.log(after / before))


def test_a_series_that_is_not_here_is_missing(monkeypatch):
    monkeypatch.setattr(market_data, "locate", lambda name: None)
    with pytest.raises(MissingData, match="vol/VIX_History"):
        market_data.closes("vol/VIX_History")
