"""Digitals by the arbitrage fit: means, relation, the source's form, and exact digitals."""

import math

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import NormalHeston, RoughFactorModel
from rmot.spread import two_asset_call
from rmot.spread.alpha.float_digitals import arbitrage_digitals, numeraire_means

FORWARDS, MATURITY = (0.0505, 0.0507), 10.0


def exact_digitals(assets, forwards, strikes, maturity):
    """Return E[S_1 1] and E[S_2 1]: forwards times deltas of the exact spread price."""
    found = [
        two_asset_call(assets, [1.0, -1.0], k, maturity, forwards=forwards, differentiate=True)
        for k in strikes
    ]
    deltas = np.array([each.deltas for each in found])
    return forwards[0] * deltas[:, 0], -forwards[1] * deltas[:, 1]


def test_means_under_numeraires_of_lognormal_prices_are_the_printed_ones(make_factor):
    still = [make_factor(0.0, 0.0)] * 2
    assets = RoughFactorModel([[0.2, 0.1], [0.15, -0.1]], still)
    covariance = assets.loadings @ assets.loadings.T * 2.0
    first, second = numeraire_means(assets, (1.1, 0.9), 2.0)
    grown = np.exp(covariance)
    assert math.isclose(first, 1.1 * grown[0, 0] - 0.9 * grown[0, 1], rel_tol=1e-10)
    assert math.isclose(second, 1.1 * grown[0, 1] - 0.9 * grown[1, 1], rel_tol=1e-10)


def test_relation_holds_to_the_breach_and_the_source_form_is_the_same_law(example):
    found = arbitrage_digitals(example, 1, 0, MATURITY, forwards=FORWARDS)
    gaps = found.arbitrage(found.strikes)
    assert math.isclose(np.sqrt(np.mean(gaps**2)), found.breach, rel_tol=1e-12)
    assert found.breach < 1e-3 * FORWARDS[0]
    # (164): opt_1 = S_1 (1 - d/dK [H_12(-K)]), the law of S_1 - S_2 with its rho of the other sign
    law = found.laws[1]
    mirrored = NormalHeston(**(law.law | {"correlation": -law.correlation}))
    below = mirrored.options(-found.strikes, MATURITY, forward=-found.means[1])
    assert np.all(
        np.abs(FORWARDS[1] * (1.0 - below.digital) - found.pays_second(found.strikes))
        <= FORWARDS[1] * (below.digital_error + 1e-9)
    )


def test_arbitrage_relation_does_not_determine_the_digitals(example):
    one = arbitrage_digitals(example, 1, 0, MATURITY, forwards=FORWARDS)
    two = arbitrage_digitals(example, 1, 0, MATURITY, forwards=FORWARDS, triplets=2)
    assert two.breach <= one.breach
    exact = exact_digitals(example, FORWARDS, one.strikes, MATURITY)
    errors = [np.max(np.abs(each.pays_first(one.strikes) - exact[0])) for each in (one, two)]
    # breaches differ by little, errors by much, and all errors dwarf the breaches
    assert two.breach > 0.8 * one.breach
    assert errors[1] < 0.5 * errors[0]
    assert errors[1] > 3.0 * two.breach


def test_digitals_tend_to_exact_ones_as_loadings_do(make_factor):
    errors = []
    for scale in (0.2, 0.1):
        factors = [make_factor(0.5, -0.4), make_factor(0.3, 0.2)]
        assets = RoughFactorModel(scale * np.array([[1.0, 0.5], [0.3, -0.5]]), factors)
        found = arbitrage_digitals(assets, 0, 1, 1.0, triplets=1)
        exact = exact_digitals(assets, (1.0, 1.0), found.strikes, 1.0)
        errors.append(np.max(np.abs(found.pays_first(found.strikes) - exact[0])))
    assert errors[1] < 0.8 * errors[0]
    assert errors[1] < 0.02


def test_infinite_second_moments_and_other_triplets_are_refused(make_factor):
    assets = RoughFactorModel([[1.5], [0.5]], [make_factor(3.0, 0.9)])
    with pytest.raises(ParameterError, match="infinite"):
        arbitrage_digitals(assets, 0, 1, 20.0)
    with pytest.raises(ParameterError, match="triplets must be 1 or 2; got 3"):
        arbitrage_digitals(assets, 0, 1, 1.0, triplets=3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="nearness must be positive"):
        arbitrage_digitals(assets, 0, 1, 1.0, nearness=0.0)
