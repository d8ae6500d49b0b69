import numpy as np
import pytest
from scipy.optimize import minimize

from rmot.calibration import estimate_roughness, log_volatility, variogram
from rmot.calibration.block_bootstrap import moving_means, resampled_means
from rmot.calibration.roughness import sampling_noise
from rmot.calibration.whittle import block_periodograms, expected_periodogram, whittle
from rmot.errors import DataError, ParameterError
from rmot.market.synthetic_realised import RoughVolatility
from rmot.numerics.fractional_brownian import (
    averaged_increment_autocovariance,
    stationary_gaussian,
)

NOISE = 0.008


def _series(hurst, vol_of_vol, noise, days, paths, seed):
    generator = np.random.default_rng(seed)
    covariance = averaged_increment_autocovariance(days, hurst)
    changes = vol_of_vol * stationary_gaussian(covariance, generator, paths)
    return np.cumsum(changes, axis=1) + np.sqrt(noise) * generator.standard_normal(changes.shape)


def test_expected_periodogram_is_the_mean_of_periodograms():
    block, noise = 16, 0.3
    series = _series(0.15, 0.5, noise, 4 * block, 4000, 1)
    found = np.array([block_periodograms(row[: block + 1], block)[0] for row in series])
    white = np.concatenate([[2.0, -1.0], np.zeros(block - 2)])
    expected = 0.25 * expected_periodogram(averaged_increment_autocovariance(block, 0.15))
    expected += noise * expected_periodogram(white)
    error = found.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - expected) < 4 * error)


@pytest.mark.parametrize("given", [None, NOISE])
@pytest.mark.parametrize("hurst", [0.05, 0.1, 0.35])
def test_grid_finds_what_a_continuous_search_finds(hurst, given):
    block, days = 64, 1750
    (series,) = _series(hurst, 0.3, NOISE, days, 1, 3)
    mean = block_periodograms(series, block).mean(axis=0)
    white = expected_periodogram(np.concatenate([[2.0, -1.0], np.zeros(block - 2)]))

    def contrast(z):
        rough = averaged_increment_autocovariance(block, np.clip(z[0], 0.005, 0.9))
        noise = np.exp(z[2]) if given is None else given
        law = np.exp(2 * z[1]) * expected_periodogram(rough) + noise * white
        return np.mean(np.log(law) + mean / law)

    found = np.array([column[0] for column in whittle(mean[None], block, given)])
    at = np.array([found[0], np.log(found[1]), np.log(max(found[2], 1e-12))])
    options = {"xatol": 1e-7, "fatol": 1e-13, "maxiter": 4000}
    best = min(
        minimize(contrast, at + step, method="Nelder-Mead", options=options).fun
        for step in (np.array([0.0, 0.1, 0.1]), np.array([0.05, -0.2, 0.2]))
    )
    # the contrast times the days is twice a log-likelihood: a standard error raises it by one
    assert days * (contrast(at) - best) < 0.02


@pytest.mark.parametrize("hurst", [0.05, 0.1, 0.3])
def test_estimates_of_the_model_are_unbiased_and_their_intervals_cover(hurst):
    truth, count = hurst, 40
    generator = np.random.default_rng(9)
    free, held, covered = [], [], 0
    for series in _series(hurst, 0.3, NOISE, 1750, count, 5):
        fit = estimate_roughness(series, generator=generator, draws=100)
        free.append(fit.hurst)
        low, high = fit.interval()
        covered += low <= truth <= high
        known = estimate_roughness(series, generator=generator, noise_variance=NOISE, draws=1)
        held.append(known.hurst)
    # where the lower end of the search is within reach, its side of the errors is cut off
    for found, spread in ((free, 0.055), (held, 0.032)):
        cut = spread if hurst < 2 * spread else 0.0
        bias = np.mean(found) - truth
        assert -4 * spread / np.sqrt(count) < bias < 4 * spread / np.sqrt(count) + 0.4 * cut
    # fewer than 33 of 40 has probability 0.0007 at 95%
    assert covered >= 33


@pytest.mark.parametrize(("hurst", "vol_of_vol"), [(0.05, 0.4), (0.1, 0.3), (0.3, 0.15)])
def test_realised_variances_mislead_the_variogram_and_not_the_robust_estimate(hurst, vol_of_vol):
    model, count, days = RoughVolatility(hurst, vol_of_vol, 0.002), 8, 1500
    generator = np.random.default_rng(2)
    plain, robust = [], []
    for _ in range(count):
        series, _ = log_volatility(model.realised_variance(days, generator, steps_per_return=2))
        plain.append(variogram(series, generator=generator, draws=1).hurst)
        robust.append(estimate_roughness(series, generator=generator, draws=1).hurst)
    error = np.std(robust, ddof=1) / np.sqrt(count)
    assert abs(np.mean(robust) - hurst) < 4 * error
    if hurst < 0.2:
        # averaging over days smooths what is rough: it is far outside sampling error
        assert np.mean(plain) - hurst > 6 * np.std(plain, ddof=1) / np.sqrt(count)


def test_variogram_of_a_random_walk_scales_with_one_half():
    walk = np.cumsum(np.random.default_rng(4).standard_normal(20000))
    found = variogram(walk, generator=np.random.default_rng(0), lags=range(1, 11), draws=200)
    low, high = found.interval()
    error = (high - low) / 3.92
    assert abs(found.hurst - 0.5) < 4 * error
    assert low < 0.5 < high
    least, most = found.hurst_range
    assert most - least < 4 * error


def test_variogram_is_the_plain_formula():
    series = np.random.default_rng(5).standard_normal(400).cumsum()
    found = variogram(
        series, generator=np.random.default_rng(0), lags=(1, 3), orders=(2.0,), draws=5, block=20
    )
    n = series.size - 3
    moments = [np.mean((series[lag : lag + n] - series[:n]) ** 2) for lag in (1, 3)]
    np.testing.assert_allclose(found.moments[0], moments, rtol=1e-13)
    assert found.hurst == pytest.approx(np.log(moments[1] / moments[0]) / np.log(3) / 2, rel=1e-12)


def test_resampled_means_have_the_variance_of_a_dependent_mean():
    # moving average (1, 1) of unit noise: n var(mean) tends to 4, independent draws would give 2
    noise = np.random.default_rng(6).standard_normal(20001)
    terms = (noise[1:] + noise[:-1])[:, None]
    blocks = moving_means(terms, 50)
    np.testing.assert_allclose(blocks[7], terms[7:57].mean(axis=0))
    draws = resampled_means(blocks, 400, 1500, np.random.default_rng(0))
    # bias 1/50 by the blocks' ends; 4 errors of a variance of 400 blocks and of 1500 draws
    spread = 4 * (np.sqrt(2 / 400) + np.sqrt(2 / 1500))
    assert draws.var() * 20000 == pytest.approx(4 * (1 - 0.5 / 50), rel=spread)


def test_simulated_draws_surround_the_fit():
    (series,) = _series(0.2, 0.3, NOISE, 1500, 1, 8)
    fit = estimate_roughness(series, generator=np.random.default_rng(0), draws=200)
    drawn = fit.simulated_draws(60, np.random.default_rng(1))
    assert abs(drawn.mean() - fit.hurst) < 4 * drawn.std() / np.sqrt(60) + 0.01
    assert 0.6 < drawn.std() / fit.hurst_draws.std() < 1.6
    again = fit.simulated_draws(60, np.random.default_rng(1))
    np.testing.assert_array_equal(drawn, again)


def test_scale_of_volatility_changes_nothing():
    (series,) = _series(0.1, 0.3, NOISE, 600, 1, 8)
    fits = [
        estimate_roughness(shifted, generator=np.random.default_rng(0), draws=3)
        for shifted in (series, series + 5)
    ]
    assert fits[0].hurst == pytest.approx(fits[1].hurst, abs=1e-9)
    assert 0 <= fits[0].noise_share <= 1


def test_missing_days_are_counted_and_left_out():
    values, missing = log_volatility([1e-4, np.nan, 4e-4, np.nan])
    np.testing.assert_allclose(values, [np.log(0.01), np.log(0.02)])
    assert missing == 2


@pytest.mark.parametrize(
    ("variances", "message"),
    [
        ([1e-4, 0.0], "positive"),
        ([1e-4, -1e-5], "positive"),
        ([1e-4, np.inf], "finite"),
        ([0.37, 0.5], "per cent squared"),
    ],
)
def test_what_is_no_daily_variance_is_refused(variances, message):
    with pytest.raises(DataError, match=message):
        log_volatility(variances)


def test_short_and_constant_series_are_refused():
    generator = np.random.default_rng(0)
    for estimate in (variogram, estimate_roughness):
        with pytest.raises(DataError, match="days"):
            estimate(np.random.default_rng(1).standard_normal(200), generator=generator)
        with pytest.raises(DataError, match="constant"):
            estimate(np.full(1000, -4.6), generator=generator)


def test_parameters_out_of_range_are_refused():
    series, generator = np.zeros(1000), np.random.default_rng(0)
    with pytest.raises(ParameterError, match="16 days"):
        estimate_roughness(series, generator=generator, block=8)
    with pytest.raises(ParameterError, match="noise_variance"):
        estimate_roughness(series, generator=generator, noise_variance=0.0)
    with pytest.raises(ParameterError, match="lags"):
        variogram(series, generator=generator, lags=(1,))
    with pytest.raises(ParameterError, match="one return"):
        sampling_noise(0)
