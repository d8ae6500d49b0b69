"""Changes of numeraire against tilted characteristic functions and simulation; (53) and (54)."""

import math

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, SpectralSequence, VarianceFactor
from rmot.models.spectral_sequence import (
    colour,
    noise,
    published_colour,
    published_drift,
    sequences_of,
)

FACTOR = VarianceFactor(
    hurst=0.5,
    vol_of_vol=2.0,
    correlation=-0.5,
    initial_variance=1.0,
    mean_reversion=0.1,
    long_run_variance=1.5,
)
OTHER = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 1.2, "correlation": 0.7})
ROUGH = VarianceFactor(**{**vars(FACTOR), "hurst": 0.2, "vol_of_vol": 0.8})
FLAT = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 0.0, "mean_reversion": 0.0})
ASSETS = RoughFactorModel(
    [[0.3, 0.1, 0.1, 0.05], [0.2, 0.2, -0.1, 0.1]], [FACTOR, OTHER, ROUGH, FLAT]
)
MATURITY = 1.5


@pytest.mark.parametrize("asset", [0, 1])
@pytest.mark.parametrize("numeraire", [0, 1])
def test_under_a_numeraire_the_law_is_the_tilted_one(asset, numeraire):
    sequences = sequences_of(ASSETS)
    under = sequences[asset].under(sequences[numeraire])
    u = np.array([0.0, 0.5, 2.0, -7.0, 20.0])
    orders = np.zeros((5, 2), complex)
    orders[:, asset] = u
    orders[:, numeraire] -= 1j
    wanted = ASSETS.log_characteristic_function(orders, MATURITY)
    assert np.all(np.abs(under.log_transform(1j * u, MATURITY) - wanted) <= 1e-9)


def test_the_published_operation_leaves_the_variances_unchanged_and_is_another_law():
    sequences = sequences_of(ASSETS)
    right = sequences[0].under(sequences[1])
    drift = published_drift(ASSETS.loadings[0], np.zeros(4), ASSETS.loadings[1])
    printed = SpectralSequence(drift, ASSETS.loadings[0], ASSETS.factors)
    # drifts agree, laws do not
    assert np.allclose(right.drift, drift, rtol=0, atol=1e-16)
    u = 1j * np.array([1.0, 4.0])
    gap = np.abs(right.log_transform(u, MATURITY) - printed.log_transform(u, MATURITY))
    assert np.all(gap > 1e-3)
    # the pair that is carried; the first reversion is negative without any fault
    reversions = [factor.mean_reversion for factor in right.factors]
    assert reversions[0] == pytest.approx(0.1 + 0.5 * 2.0 * 0.2)
    assert reversions[1] == pytest.approx(0.1 - 0.7 * 1.2 * 0.2)
    assert reversions[1] < 0.0
    assert [f.drift for f in right.factors] == [f.drift for f in ASSETS.factors]


def test_without_vol_of_vol_the_published_operation_is_right():
    flat = RoughFactorModel([[0.3, 0.1], [0.1, 0.2]], [FLAT, FLAT])
    sequences = sequences_of(flat)
    right = sequences[0].under(sequences[1])
    drift = published_drift(flat.loadings[0], np.zeros(2), flat.loadings[1])
    printed = SpectralSequence(drift, flat.loadings[0], flat.factors)
    u = 1j * np.array([1.0, 4.0])
    assert np.allclose(right.log_transform(u, 1.0), printed.log_transform(u, 1.0), atol=1e-14)


def test_numeraires_compose():
    """From asset 0 to asset 1 in one step or over the asset itself."""
    first, second = sequences_of(ASSETS)
    # under asset 0, the ratio 1/0 is a martingale with the loadings' difference
    there = first.under(first)
    ratio = SpectralSequence(np.zeros(4), second.loadings - first.loadings, there.factors)
    back, direct = there.under(ratio), first.under(second)
    assert np.allclose(back.drift, direct.drift, rtol=0, atol=1e-15)
    for one, other in zip(back.factors, direct.factors, strict=True):
        assert one.mean_reversion == pytest.approx(other.mean_reversion, abs=1e-14)
        assert one.drift == other.drift


def test_printed_checks_of_the_lognormal_case_hold():
    # (53), and (54) with the convention that a missing loading is 0
    assert published_drift([0.3], [0.0], [0.3]) == pytest.approx([0.09])
    sigma, other, rho = 0.3, 0.2, 0.6
    numeraire = [rho * other, math.sqrt(1.0 - rho**2) * other]
    drift = published_drift([sigma, 0.0], [0.0, 0.0], numeraire)
    assert drift == pytest.approx([rho * sigma * other, 0.0])
    flat = SpectralSequence([0.0, 0.0], [sigma, 0.0], [FLAT, FLAT])
    under = flat.under(SpectralSequence([0.0, 0.0], numeraire, [FLAT, FLAT]))
    assert under.drift == pytest.approx(drift)


def test_prices_weighted_with_the_numeraire_have_its_law_by_simulation():
    first, second = sequences_of(ASSETS)
    under = first.under(second)
    prices = ASSETS.simulate([MATURITY], 2**16, seed=2, sampling="antithetic", steps=48)[:, 0]
    for power in (0.5, -0.5):
        sample = (prices[:, 1] * prices[:, 0] ** power).reshape(-1, 2).mean(axis=1)
        exact = math.exp(under.log_transform(power, MATURITY).real)
        assert abs(sample.mean() - exact) <= 4.0 * sample.std() / math.sqrt(sample.size)


@pytest.mark.parametrize(("nu", "rho"), [(2.0, -0.5), (0.3, 1.0), (0.3, -1.0), (0.0, 0.0)])
def test_the_natural_colour_is_injective_and_the_published_one_is_not(nu, rho):
    assert noise(colour(nu, rho)) == pytest.approx((nu, rho), abs=1e-15)
    assert abs(published_colour(nu, 1.0) - published_colour(nu, -1.0)) <= 1e-15
    assert abs(colour(nu, 1.0) - colour(nu, -1.0)) == 2.0 * nu


def test_what_has_no_measure_is_refused():
    first, second = sequences_of(ASSETS)
    drifting = SpectralSequence([0.01, 0.0, 0.0, 0.0], second.loadings, ASSETS.factors)
    with pytest.raises(ParameterError, match="depends on the asset"):
        first.under(drifting)
    with pytest.raises(ParameterError, match="no solution"):
        published_drift([0.2], [0.1], [0.2])
    with pytest.raises(ParameterError, match="upper half plane"):
        noise(-1j)
    with pytest.raises(ParameterError, match="correlation"):
        colour(1.0, 1.5)
    with pytest.raises(ParameterError, match="same factors"):
        first.under(SpectralSequence([0.0], [0.1], [FACTOR]))
    # a moment that exists, and no longer does under the numeraire
    wild = VarianceFactor(**{**vars(FACTOR), "vol_of_vol": 3.0, "correlation": 0.9})
    asset = SpectralSequence([0.0], [1.0], [wild])
    asset.log_transform(1.0, 0.7)
    with pytest.raises(ParameterError, match="infinite"):
        asset.under(asset).log_transform(1.0, 0.7)
