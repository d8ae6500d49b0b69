"""Projections against exact prices where they are exact or nearly so, parity, and bad input."""

import math

import numpy as np
import pytest

from proofs_check.chaos import AlphaModel
from rmot.errors import ParameterError
from rmot.models import RoughFactorModel
from rmot.models.normal_law import NormalLaw
from rmot.numerics.bachelier import implied_normal_volatility
from rmot.spread import spread_call
from rmot.spread.alpha.curvature import skew_covariation, smile_observables
from rmot.spread.alpha.observables import FactorState, bilog_observables, square_root_observables
from rmot.spread.alpha.projection import project_spread, projected_spread_call
from rmot.spread.alpha.tangent_bilog import fit_normal_heston

EXAMPLE = (0.0507, 0.0505)


def strikes_around(projection, deviations=(-1.5, -0.5, 0.0, 0.5, 1.5)):
    deviation = projection.parameters.normal_volatility * math.sqrt(projection.maturity)
    return projection.forward + deviation * np.array(deviations)


def relative_gaps(found, wanted, strikes, projection):
    """Return differences of implied normal volatilities over the projection's."""
    k = strikes - projection.forward
    volatilities = [
        implied_normal_volatility(k, price, projection.maturity) for price in (found, wanted)
    ]
    return (volatilities[0] - volatilities[1]) / projection.parameters.normal_volatility


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_one_factor_with_small_loadings_is_its_own_projection(make_factor, mode):
    gaps, normal = [], []
    for scale in (0.02, 0.01):
        assets = RoughFactorModel([[2.0 * scale], [scale]], [make_factor(0.8, -0.5)])
        projection = project_spread(assets, 0, 1, 1.0, mode=mode)
        k = strikes_around(projection)
        law = NormalLaw((scale,), assets.factors).options(k, 1.0).call
        true = spread_call(assets, 0, 1, k, 1.0, tolerance=1e-12)
        normal.append(np.max(np.abs(relative_gaps(law, true, k, projection))))
        found = projection.options(k).call
        gaps.append(np.max(np.abs(relative_gaps(found, true, k, projection))))
    # as loadings tend to 0 prices are normal: both errors vanish, to first order
    assert normal[1] <= 0.6 * normal[0]
    assert gaps[1] <= 0.6 * gaps[0]
    # and the projection, which knows the level of the prices, has by far the smaller one
    assert np.all(np.array(gaps) <= 0.4 * np.array(normal))


def test_without_vol_of_vol_mode_1_is_the_bilog_that_it_fits(make_factor):
    still = [make_factor(0.0, 0.0), make_factor(0.0, 0.0)]
    assets = RoughFactorModel([[0.2, 0.1], [0.15, -0.1]], still)
    projection = project_spread(assets, 0, 1, 1.0, forwards=(1.0, 0.9), mode=1)
    assert projection.bilog is not None
    k = strikes_around(projection, (-1.4, -0.7, 0.0, 0.7, 1.4))
    true = spread_call(assets, 0, 1, k, 1.0, forwards=(1.0, 0.9))
    gap = np.abs(relative_gaps(projection.options(k).call, true, k, projection))
    fit = projection.bilog.error / projection.parameters.normal_volatility
    # between strikes of the fit its error is no larger than at them; the Fourier price's is 1e-8
    assert np.all(gap <= 1.5 * fit + 1e-6)
    assert fit <= 5e-3


def test_short_bilogs_have_the_curvature_of_four_observables_and_not_of_three(make_factor):
    still = [make_factor(0.0, 0.0), make_factor(0.0, 0.0)]
    assets = RoughFactorModel([[0.2, 0.1], [0.15, -0.1]], still)
    given = (assets.loadings, FactorState.of(assets), np.array([1.0, -0.9]))
    gaps = []
    for maturity in (0.1, 0.05):
        law = fit_normal_heston(assets, 0, 1, (1.0, 0.9), maturity, 0.1).parameters
        found = square_root_observables(law.initial_variance, law.vol_of_vol, law.correlation)
        wanted = smile_observables(*given)
        gaps.append([abs(a / b - 1.0) for a, b in zip(found, wanted, strict=True)])
    # what is left is of the order of the maturity
    assert np.all(np.array(gaps[1]) <= 0.55 * np.array(gaps[0]))
    assert max(gaps[1]) <= 0.01
    three = float(bilog_observables(*given).variance_of_variance)
    assert float(found.variance_of_variance) > 2.0 * three


def test_fourth_observable_is_the_bracket_of_symbols():
    model = AlphaModel(2, 2)
    spread = model.prices[0] - model.prices[1]
    symbol = model.bracket(model.bracket(model.bracket(spread, spread), spread), spread)
    loadings, v = [[0.6, 0.2], [0.3, -0.4]], (0.9, 1.2)
    nu, rho, prices = (1.5, 0.8), (-0.5, 0.3), (1.1, 0.9)
    values = dict(zip(model.prices, prices, strict=True))
    for k in (0, 1):
        values |= {model.variances[k]: v[k], model.vols_of_vol[k]: nu[k]}
        values |= {model.correlations[k]: rho[k]}
        values |= {model.loading(i, k): loadings[i][k] for i in (0, 1)}
    state = FactorState(*map(np.array, (rho, nu, v)))
    found = skew_covariation(loadings, state, [prices[0], -prices[1]])
    assert math.isclose(found, float(symbol.subs(values)), rel_tol=1e-13)


@pytest.mark.parametrize("mode", [0, 1])
def test_swapped_assets_meet_parity(example, mode):
    projection = project_spread(example, 0, 1, 10.0, forwards=EXAMPLE, mode=mode)
    k = strikes_around(projection)
    first = projection.options(k).call
    second = projected_spread_call(example, 1, 0, -k, 10.0, forwards=EXAMPLE[::-1], mode=mode).price
    # the two bilog fits end where their steps are below 1e-10 of the parameters
    assert np.all(np.abs(first - second - (projection.forward - k)) <= 1e-7 * EXAMPLE[0])


def test_neither_mode_is_nearer_to_the_exact_price_everywhere(example, make_factor):
    opposed = RoughFactorModel(
        [[0.25, 0.05], [0.05, 0.2]], [make_factor(0.8, -0.6, 0.5), make_factor(0.8, 0.4, 0.5)]
    )
    nearer = []
    for assets, forwards in ((example, EXAMPLE), (opposed, (1.0, 1.0))):
        k = strikes_around(project_spread(assets, 0, 1, 1.0, forwards=forwards, mode=0))
        true = spread_call(assets, 0, 1, k, 1.0, forwards=forwards)
        errors = []
        for mode in (0, 1):
            found = projected_spread_call(assets, 0, 1, k, 1.0, forwards=forwards, mode=mode)
            errors.append(np.max(np.abs(found.price - true)))
        # beyond what the exact price is known to
        assert min(errors) > 10.0 * 1e-8 * sum(forwards)
        nearer.append(int(np.argmin(errors)))
    assert nearer == [1, 0]


def test_floor_binds_where_relative_variance_of_variance_is_negative(make_factor):
    # a long leg whose variance falls as it rises, by less than its own growth
    assets = RoughFactorModel([[0.6], [0.01]], [make_factor(1.0, -0.6)])
    projection = project_spread(assets, 0, 1, 1.0, mode=1)
    assert projection.bilog is not None
    near = projection.bilog.parameters
    own = square_root_observables(near.initial_variance, near.vol_of_vol, near.correlation)
    fell = projection.observables.variance_of_variance < own.variance_of_variance
    assert fell
    assert projection.parameters.floored == (projection.observables.variance_of_variance < 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mode": 3}, "mode must be 0, 1 or 2; got 3"),
        ({"strikes": [math.inf]}, "expected finite strikes"),
        ({"strikes": []}, "expected finite strikes"),
        ({"maturity": 0.0}, "maturity must be positive and finite; got 0.0"),
        ({"maturity": -1.0}, "maturity must be positive and finite; got -1.0"),
        ({"forwards": (0.05, -0.05)}, "expected positive forwards"),
        ({"j": 0}, "expected two assets; got 0 twice"),
        ({"j": 7}, "asset must be from 0 to 1; got 7"),
    ],
)
def test_arguments_outside_their_domain_are_named(example, change, message):
    given = {"i": 0, "j": 1, "strikes": [0.0], "maturity": 1.0, "forwards": EXAMPLE, "mode": 1}
    with pytest.raises(ParameterError, match=message):
        projected_spread_call(example, **(given | change))


def test_colours_beyond_one_and_loadings_that_cancel_are_refused(make_factor):
    with pytest.raises(ParameterError, match=r"correlation must lie in \[-1, 1\]; got 1.2"):
        make_factor(1.0, 1.2)
    same = RoughFactorModel([[0.2, 0.1], [0.2, 0.1]], [make_factor(0.5, 0.0)] * 2)
    with pytest.raises(ParameterError, match="expected exposures with a variance"):
        projected_spread_call(same, 0, 1, [0.0], 1.0)
