import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.fractional_brownian import (
    averaged_increment_autocovariance,
    averaged_mean_square_increment,
    fractional_brownian_covariance,
    fractional_brownian_paths,
    fractional_noise_autocovariance,
    stationary_gaussian,
)


@pytest.mark.parametrize("hurst", [0.05, 0.3, 0.8])
@pytest.mark.parametrize("lag", [0.5, 1.0, 4.0])
def test_mean_square_increment_of_averages_is_the_double_integral(hurst, lag):
    # E (X_t - X_0)^2 = int over u of (1 - |u|) (|t + u|^2H - |u|^2H) du, |u| < 1
    def integrand(u):
        return (1 - abs(u)) * (abs(lag + u) ** (2 * hurst) - abs(u) ** (2 * hurst))

    breaks = sorted({-1, -min(lag, 1), 0, 1})
    exact = float(mpmath.mpf(mpmath.quad(integrand, breaks)))
    # quadrature of a power singularity: digits are lost in proportion to 2H + 1 only
    assert averaged_mean_square_increment(lag, hurst) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("hurst", [0.02, 0.1, 0.45, 0.7])
def test_autocovariance_keeps_its_digits_at_long_lags(hurst):
    found = averaged_increment_autocovariance(5001, hurst)
    with mpmath.workdps(60):
        power = mpmath.mpf(hurst) * 2 + 2
        for lag in (0, 1, 59, 60, 61, 100, 5000):
            terms = zip((1, -4, 6, -4, 1), range(-2, 3), strict=True)
            fourth = sum(c * abs(mpmath.mpf(lag + s)) ** power for c, s in terms)
            exact = float(fourth / (2 * power * (power - 1)))
            # rounding of the direct difference: lag^(2H+2) eps, at lag 60; of the expansion lag^-6
            near = 60 ** (2 * hurst + 2) * 4e-16 if lag <= 60 else abs(exact) * 1e-8
            assert abs(found[lag] - exact) <= near + 1e-12 * abs(exact)


@given(st.floats(0.01, 0.99))
def test_variances_of_sums_follow_from_the_autocovariance(hurst):
    covariance = averaged_increment_autocovariance(40, hurst)
    weights = np.concatenate([[40.0], 2 * np.arange(39, 0, -1)])
    total = averaged_mean_square_increment(40, hurst)
    assert weights @ covariance == pytest.approx(total, rel=1e-9)


def test_samples_have_the_covariance_asked_for():
    paths, size = 4000, 12
    for make in (fractional_noise_autocovariance, averaged_increment_autocovariance):
        covariance = make(size, 0.1)
        drawn = stationary_gaussian(covariance, np.random.default_rng(1), paths)
        found = drawn.T @ drawn / paths
        exact = covariance[np.abs(np.subtract.outer(np.arange(size), np.arange(size)))]
        # each entry has variance (c0^2 + c^2) / paths; 144 of them stay within 4.5 errors
        assert np.all(
            np.abs(found - exact) < 4.5 * np.sqrt((covariance[0] ** 2 + exact**2) / paths)
        )


def test_equal_seeds_give_equal_paths():
    covariance = fractional_noise_autocovariance(50, 0.2)
    first, second = (stationary_gaussian(covariance, np.random.default_rng(7), 3) for _ in "ab")
    assert first.shape == (3, 50)
    np.testing.assert_array_equal(first, second)


def test_what_cannot_be_drawn_exactly_is_refused():
    with pytest.raises(AccuracyError, match="least eigenvalue"):
        stationary_gaussian(np.array([1.0, 0.9, -0.9]), np.random.default_rng(0))
    for hurst in (0.0, 1.0, -0.2, float("nan")):
        with pytest.raises(ParameterError, match="0 < hurst < 1"):
            averaged_mean_square_increment(1.0, hurst)


@pytest.mark.parametrize("hurst", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("times", [0.25 * np.arange(1, 9), [0.01, 0.3, 0.31, 2.0]])
def test_paths_have_the_covariance_of_fractional_brownian_motion(hurst, times):
    count = 40_000
    paths = fractional_brownian_paths(times, hurst, count, 7)
    t = np.asarray(times)
    increments = np.diff(paths, axis=1, prepend=0.0)
    # by its definition: E (W_t - W_s)^2 = |t - s|^2H for all pairs, s = 0 among them
    every = np.hstack([np.zeros((count, 1)), paths])
    at = np.append(0.0, t)
    for i in range(t.size + 1):
        square = (every[:, i + 1 :] - every[:, [i]]) ** 2
        exact = np.abs(at[i + 1 :] - at[i]) ** (2 * hurst)
        # a square of a normal has variance two
        assert np.all(np.abs(square.mean(axis=0) / exact - 1) < 4.5 * np.sqrt(2 / count))
    assert np.all(np.abs(increments.mean(axis=0)) < 4.5 * increments.std(axis=0) / np.sqrt(count))


def test_both_constructions_share_a_law():
    even = 0.1 * np.arange(1, 33)
    uneven = np.append(even, 3.25)
    circulant = fractional_brownian_paths(even, 0.1, 20_000, 1)
    cholesky = fractional_brownian_paths(uneven, 0.1, 20_000, 1)[:, :-1]
    assert not np.allclose(circulant[0], cholesky[0])
    for weight in (np.ones(32), (-1.0) ** np.arange(32), np.sin(even)):
        variance = weight @ fractional_brownian_covariance(even, 0.1) @ weight
        for paths in (circulant, cholesky):
            found = np.mean((paths @ weight) ** 2) / variance
            assert abs(found - 1) < 4.5 * np.sqrt(2 / 20_000)


def test_path_function_refuses_what_draws_no_paths():
    with pytest.raises(ParameterError, match="hurst"):
        fractional_brownian_paths([1.0], 1.0, 1, 0)
    with pytest.raises(ParameterError, match="times"):
        fractional_brownian_paths([1.0, 1.0], 0.2, 1, 0)
    with pytest.raises(ParameterError, match="n_paths"):
        fractional_brownian_paths([1.0], 0.2, 0, 0)
    with pytest.raises(ParameterError, match="8192 uneven"):
        fractional_brownian_paths(np.append(np.arange(1.0, 9000.0), 1e5), 0.2, 1, 0)
    with pytest.raises(AccuracyError, match="apart"):
        fractional_brownian_paths(1.0 + 4e-16 * np.arange(30), 0.9, 1, 0)
