"""Observables to one variance and back, with its bounds; equivalents of an asset."""

import math

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel
from rmot.spread.alpha.effective import Reversion, mean_reversion, square_root_parameters
from rmot.spread.alpha.equivalents import equivalent_heston, equivalent_parameters
from rmot.spread.alpha.observables import Observables, square_root_observables
from rmot.spread.alpha.published.equivalents import printed_equivalent

FIG_4_CORRELATIONS = (-0.487131072, -0.05988321, -0.338267131, -0.491737439)
FIG_4_VOLS_OF_VOL = (0.969986087, 1.65782433, 6.979499344, 0.782815677)
FIG_5_LOADINGS = (0.17857584, -0.056406384, -0.026813545, -0.006500946)


def observed(variance, covariance, variance_of_variance):
    return Observables(*map(np.array, (variance, covariance, variance_of_variance)))


def test_one_variance_has_the_observables_it_is_made_of():
    given = square_root_observables(0.04, 0.3, -0.6)
    found = square_root_parameters(given, Reversion(0.5, 1.2))
    assert (found.floored, found.clipped) == (False, False)
    names = ("initial_variance", "vol_of_vol", "correlation")
    back = square_root_observables(*(found.law[name] for name in names))
    assert all(math.isclose(a, b, rel_tol=1e-14) for a, b in zip(back, given, strict=True))
    assert (found.mean_reversion, found.long_run_variance) == (0.5, 1.2 * 0.04)


def test_bounds_are_told_where_they_bind():
    floored = square_root_parameters(observed(0.04, 0.0, -1e-5), Reversion(0.1, 1.0))
    assert (floored.floored, floored.clipped) == (True, False)
    assert 0.0 < floored.relative_vol_of_vol <= 1e-3 * (1.0 + 1e-12)
    clipped = square_root_parameters(observed(0.04, 0.01, 1e-4), Reversion(0.1, 1.0))
    assert (clipped.floored, clipped.clipped) == (False, True)
    assert clipped.correlation == 0.95


@pytest.mark.parametrize("variance", [0.0, -0.1, math.nan])
def test_no_variance_is_refused(variance):
    with pytest.raises(ParameterError, match="positive variance"):
        square_root_parameters(observed(variance, 0.0, 1.0), Reversion(0.1, 1.0))


def test_reversion_is_what_factors_share_whatever_a_residual_does(make_factor):
    factors = [make_factor(0.5, -0.5, 0.3), make_factor(0.2, 0.1, 0.3), make_factor(0.0, 0.0, 7.0)]
    assets = RoughFactorModel([[0.1, 0.2, 0.3]], factors)
    found = mean_reversion(assets, [0.1, 0.2, 0.3])
    assert math.isclose(found.speed, 0.3, rel_tol=1e-14)
    assert math.isclose(found.level, 1.0, rel_tol=1e-14)


def test_equivalent_of_one_factor_is_the_asset_itself(make_factor):
    asset = RoughFactorModel([[-0.2]], [make_factor(0.8, -0.4, 0.5, 1.5)]).marginal(0)
    k = np.linspace(-0.5, 0.5, 5)
    gap = equivalent_heston(asset).implied_volatility(k, 2.0) - asset.implied_volatility(k, 2.0)
    # each is known to 1e-6 at worst
    assert np.all(np.abs(gap) <= 2e-6)


def test_equivalent_of_figures_4_and_5_follows_its_smile_and_other_observables_do_not(make_factor):
    pairs = zip(FIG_4_VOLS_OF_VOL, FIG_4_CORRELATIONS, strict=True)
    factors = [make_factor(nu, rho) for nu, rho in pairs]
    asset = RoughFactorModel([FIG_5_LOADINGS], factors).marginal(0)
    k = 0.19 * np.linspace(-1.5, 1.5, 7)
    smile = asset.implied_volatility(k, 1.0)
    laws = [equivalent_heston(asset), equivalent_heston(asset, "price"), printed_equivalent(asset)]
    gaps = [np.max(np.abs(law.implied_volatility(k, 1.0) - smile)) for law in laws]
    assert 10.0 * gaps[0] < gaps[1]
    assert 10.0 * gaps[0] < gaps[2]


def test_slope_at_the_money_of_short_options_is_that_of_the_observables(make_factor):
    pairs = zip(FIG_4_VOLS_OF_VOL, FIG_4_CORRELATIONS, strict=True)
    asset = RoughFactorModel([FIG_5_LOADINGS], [make_factor(*each) for each in pairs]).marginal(0)
    own = equivalent_parameters(asset)
    # d volatility / dk -> rho xi / (4 sigma); its error is of order T
    wanted = own.correlation * own.vol_of_vol / (4.0 * math.sqrt(own.initial_variance))
    slopes = []
    for maturity in (0.02, 0.01):
        k = 0.02 * math.sqrt(maturity)
        low, high = asset.implied_volatility([-k, k], maturity)
        slopes.append((high - low) / (2.0 * k))
    extrapolated = 2.0 * slopes[1] - slopes[0]
    assert abs(extrapolated - wanted) <= abs(slopes[1] - slopes[0])


def test_unknown_conventions_and_rough_factors_are_refused(make_factor):
    asset = RoughFactorModel([[0.2]], [make_factor(0.5, 0.0)]).marginal(0)
    with pytest.raises(ParameterError, match="convention must be one of"):
        equivalent_parameters(asset, "normal")  # pyright: ignore[reportArgumentType]
