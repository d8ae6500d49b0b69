"""Factors at the edges of their domain: no vol-of-vol, no variance, a drift under a numeraire."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rmot.errors import AccuracyError, ParameterError
from rmot.models import DriftedFactor, Heston, RoughFactorModel, RoughHeston, VarianceFactor
from rmot.numerics import black_call

MATURITY = 0.8
K = np.array([-0.2, 0.0, 0.15])
GIVEN = {
    "hurst": 0.5,
    "vol_of_vol": 0.9,
    "correlation": -0.5,
    "initial_variance": 0.05,
    "mean_reversion": 0.6,
    "long_run_variance": 0.08,
}


def factor(**changes):
    return VarianceFactor(**{**GIVEN, **changes})


def frequencies(seed=1, n=12):
    random = np.random.default_rng(seed)
    u = random.normal(size=(2, n)) * 6.0 - 0.3j * random.uniform(size=(2, n))
    return 1j * u[0], 1j * u[1]


def test_the_closed_form_is_the_fractional_solver_at_its_end():
    first, second = frequencies()
    exact, error, _ = factor().log_transform(first, second, MATURITY, 1e-12)
    differentiated, _, slopes = factor().log_transform(
        first, second, MATURITY, 1e-12, differentiate=True
    )
    near, near_error, near_slopes = factor(hurst=0.5 - 1e-10).log_transform(
        first, second, MATURITY, 1e-12, differentiate=True
    )
    assert np.array_equal(exact, differentiated)
    # hurst moves the value by its derivative
    assert np.all(np.abs(exact - near) <= error + near_error + 2e-10 * np.abs(slopes[2]))
    assert np.all(np.abs(slopes - near_slopes) <= 1e-7 * (1.0 + np.abs(slopes)))


@pytest.mark.parametrize("hurst", [0.5, 0.2])
def test_without_vol_of_vol_an_asset_is_lognormal(hurst):
    flat = factor(hurst=hurst, vol_of_vol=0.0)
    law = RoughFactorModel([[1.5]], [flat]).marginal(0)
    variance = 1.5**2 * flat.integrated_moments(MATURITY).mean
    found, error = law.call_price(K, MATURITY, True)
    wanted = black_call(K, math.sqrt(variance / MATURITY), MATURITY)
    assert np.all(np.abs(found - wanted) <= error + 1e-12)
    assert flat.integrated_moments(MATURITY).variance == 0.0
    assert law.critical_moments(MATURITY) == (-math.inf, math.inf)
    assert law.moment(2.0, MATURITY) == pytest.approx(math.exp(variance), rel=1e-12)
    assert flat.is_finite(60.0, -500.0, MATURITY)


def test_a_factor_without_variance_changes_nothing():
    nothing = factor(initial_variance=0.0, long_run_variance=0.0)
    one = RoughFactorModel([[1.0], [0.7]], [factor()])
    two = RoughFactorModel([[1.0, 0.4], [0.7, 0.0]], [factor(), nothing])
    u = np.stack(frequencies(2), axis=-1) / 1j
    apart = [law.log_characteristic_function(u, MATURITY) for law in (one, two)]
    assert np.all(np.abs(apart[0] - apart[1]) <= 1e-14 * (1.0 + np.abs(apart[0])))
    assert np.array_equal(one.deviations(MATURITY), two.deviations(MATURITY))
    assert np.array_equal(
        one.marginal(0).call_price(K, MATURITY), two.marginal(0).call_price(K, MATURITY)
    )
    with pytest.raises(ParameterError, match="no law"):
        RoughFactorModel([[1.0]], [nothing]).marginal(0).call_price(K, MATURITY)


def test_variance_may_start_at_zero():
    late = factor(initial_variance=0.0)
    almost = [
        Heston(**{name: GIVEN[name] for name in GIVEN if name != "hurst"} | {"initial_variance": v})
        for v in (2e-9, 1e-9)
    ]
    found = RoughFactorModel([[1.0]], [late]).marginal(0).call_price(K, MATURITY)
    wanted = [law.call_price(K, MATURITY) for law in almost]
    slope = np.abs(wanted[0] - wanted[1])
    assert np.all(np.abs(found - wanted[1]) <= 1.5 * slope + 3e-8)


@pytest.mark.parametrize("hurst", [0.5, 0.15])
@pytest.mark.parametrize("loading", [0.8, -1.5])
def test_under_a_numeraire_the_transform_is_tilted(hurst, loading):
    """The change of measure multiplies by exp(a Y - a^2 U / 2)."""
    base = factor(hurst=hurst)
    under = base.under(loading)
    assert under.drift == base.drift
    first, second = frequencies(3)
    found, error, _ = under.log_transform(first, second, MATURITY, 1e-12)
    # under it Y drifts by a U
    tilted, tilted_error, _ = base.log_transform(
        first + loading, second - 2.0 * loading * first + loading**2, MATURITY, 1e-12
    )
    # A Y - B U/2 of the base is A (Y' + a U) - B U/2
    moved, moved_error, _ = base.log_transform(
        first + loading, second + loading**2, MATURITY, 1e-12
    )
    there = under.log_transform(first, second - 2.0 * loading * first, MATURITY, 1e-12)[0]
    assert np.all(np.abs(there - moved) <= error + moved_error + 1e-10)
    back = under.log_transform(first, second - 4.0 * loading * first, MATURITY, 1e-12)[0]
    assert np.all(np.abs(back - tilted) <= error + tilted_error + 1e-10)
    assert np.max(np.abs(found - moved)) > 1e-3


def test_a_reversion_below_zero_is_a_law():
    grown = DriftedFactor(
        hurst=0.5,
        vol_of_vol=0.9,
        correlation=-0.5,
        initial_variance=0.05,
        mean_reversion=-0.7,
        variance_drift=0.02,
    )
    mean: Any = mpmath.quad(
        lambda t: (0.05 + 0.02 / 0.7) * mpmath.exp(0.7 * t) - 0.02 / 0.7, [0, MATURITY]
    )
    assert grown.integrated_moments(MATURITY).mean == pytest.approx(float(mean), rel=1e-11)
    assert grown.expected_variance(MATURITY) == pytest.approx(
        (0.05 + 0.02 / 0.7) * math.exp(0.7 * MATURITY) - 0.02 / 0.7, rel=1e-12
    )
    model = RoughFactorModel([[1.0], [0.6]], [grown])
    law = model.marginal(0)
    low, high = law.critical_moments(MATURITY)
    assert low < 0.0 < 1.0 < high
    assert model.has_moment([0.999 * high, 0.0], MATURITY)
    assert not model.has_moment([1.001 * high, 0.0], MATURITY)
    prices = model.simulate([MATURITY], 2**15, seed=3, sampling="antithetic", steps=32)[:, 0, 0]
    pairs = np.maximum(prices - 1.0, 0.0).reshape(-1, 2).mean(axis=1)
    chance = pairs.std() / math.sqrt(pairs.size)
    assert abs(pairs.mean() - law.call_price(0.0, MATURITY)) <= 4.0 * chance


@pytest.mark.parametrize("reversion", [0.0, 0.5])
def test_both_faces_of_the_drift_are_one_law(reversion):
    given = {name: GIVEN[name] for name in list(GIVEN)[:4]}
    one = VarianceFactor(**given, mean_reversion=reversion, long_run_variance=0.08)
    other = DriftedFactor(**given, mean_reversion=reversion, variance_drift=0.08 * reversion)
    first, second = frequencies(4)
    found = one.log_transform(first, second, MATURITY, 1e-12, differentiate=True)
    wanted = other.log_transform(first, second, MATURITY, 1e-12, differentiate=True)
    assert np.array_equal(found[0], wanted[0])
    # the chain rule of kappa theta
    assert np.allclose(found[2][6], wanted[2][6] + 0.08 * wanted[2][7], rtol=1e-12, atol=0)
    assert np.allclose(found[2][7], reversion * wanted[2][7], rtol=1e-12, atol=0)


def test_factors_without_vol_of_vol_are_simulated_exactly():
    flat = factor(vol_of_vol=0.0, correlation=0.3)
    model = RoughFactorModel([[1.0, 0.5], [0.4, -0.8]], [flat, factor()])
    times = [0.3, MATURITY]
    paths = model.simulate_factors(times, 2**15, seed=8, sampling="antithetic", steps=24)
    assert np.all(paths.integrated[:, 1, 0] == paths.integrated[0, 1, 0])
    total = flat.integrated_moments(MATURITY).mean
    assert paths.integrated[0, 1, 0] == pytest.approx(total, rel=1e-12)
    returns = paths.returns(model.correlations)[:, 1, 0].reshape(-1, 2)[:, 0]
    assert abs(returns.var() / total - 1.0) <= 4.0 * math.sqrt(2.0 / returns.size)
    prices = model.simulate(times, 2**15, seed=8, sampling="antithetic", steps=24)[:, 1]
    spread = np.maximum(prices[:, 0] - prices[:, 1], 0.0).reshape(-1, 2).mean(axis=1)
    from rmot.spread import spread_call

    exact = spread_call(model, 0, 1, 0.0, MATURITY)
    assert abs(spread.mean() - exact) <= 4.0 * spread.std() / math.sqrt(spread.size)


def test_what_rough_heston_does_not_know_is_refused_by_name():
    with pytest.raises(ParameterError, match="vol_of_vol"):
        factor(vol_of_vol=0.0).loaded(1.0)
    with pytest.raises(ParameterError, match="initial_variance"):
        factor(initial_variance=0.0).loaded(1.0)
    assert isinstance(factor().loaded(2.0), RoughHeston)
    with pytest.raises(ParameterError, match="variance_drift"):
        DriftedFactor(**{k: GIVEN[k] for k in list(GIVEN)[:5]}, variance_drift=-0.1)
    with pytest.raises(ParameterError, match="mean_reversion"):
        factor(mean_reversion=-0.1)
    with pytest.raises(AccuracyError, match="grows"):
        factor(hurst=0.1).under(20.0).under(-50.0).under(-60.0).expected_variance(10.0)
