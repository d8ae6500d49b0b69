"""Laws behind smiles: masses, means and vanillas of SABR's formula, and of what is no law."""

import math

import numpy as np
import pytest
from scipy.special import ndtr, roots_legendre

from rmot.errors import AccuracyError, ParameterError
from rmot.models import SABR, BlackScholes, Heston
from rmot.spread import smile_marginal

SMILES = {
    "short": (SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.4, correlation=-0.3), 1.0),
    "long": (SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.2, correlation=-0.3), 10.0),
    "elastic": (
        SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.2, correlation=-0.3, elasticity=0.7),
        10.0,
    ),
    "nearly normal": (
        SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.3, correlation=0.1, elasticity=0.0),
        1.0,
    ),
}
FORWARD = 0.05
NODES, WEIGHTS = roots_legendre(20)


def mean(law, payoff, kinks=()):
    """Return E payoff(S) by Gauss and Legendre's rule between kinks, and the rule's error."""
    high = 8.5 + law.upper_slope
    cuts = [-8.5, high, *law.scores[[0, -1]], *law.score(np.array(kinks)).tolist()]
    found = []
    for length in (0.2, 0.1):
        edges = np.unique(np.concatenate([np.arange(-8.5, high, length), cuts]))
        half = 0.5 * np.diff(edges)[:, None]
        z = edges[:-1, None] + half + half * NODES
        density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        found.append(float(np.sum(half * WEIGHTS * density * payoff(law.quantile(z)))))
    return found[1], 10.0 * abs(found[1] - found[0]) + 1e-14


@pytest.mark.parametrize("name", SMILES)
def test_the_mean_is_the_forward(name):
    model, maturity = SMILES[name]
    law = smile_marginal(model, maturity, forward=FORWARD)
    value, error = mean(law, lambda s: s)
    assert error < 1e-9
    assert abs(value - FORWARD) <= error + 1e-12 * FORWARD


@pytest.mark.parametrize("name", SMILES)
def test_vanillas_between_the_tails_are_the_formulas(name):
    model, maturity = SMILES[name]
    law = smile_marginal(model, maturity, forward=FORWARD)
    deviation = float(model.implied_volatility(0.0, maturity)) * math.sqrt(maturity)
    for k in np.array([-1.0, -0.4, 0.0, 0.5, 1.5]) * deviation:
        strike = FORWARD * math.exp(k)
        assert law.kinks[0] < strike < law.kinks[1]
        value, error = mean(law, lambda s, x=strike: np.maximum(s - x, 0.0), [strike])
        assert error < 1e-9
        # the spline's share is the second term
        assert abs(value - FORWARD * model.call_price(k, maturity)) <= error + 1e-9 * FORWARD


@pytest.mark.parametrize("name", SMILES)
def test_scores_are_those_of_the_slope_of_calls(name):
    model, maturity = SMILES[name]
    law = smile_marginal(model, maturity, forward=FORWARD)
    k, step = np.linspace(-0.3, 0.3, 7), 1e-3
    x = np.exp(k)
    above = [
        (model.call_price(np.log(x - h), maturity) - model.call_price(np.log(x + h), maturity))
        / (2.0 * h)
        for h in (step, 2.0 * step)
    ]
    extrapolated = (4.0 * above[0] - above[1]) / 3.0
    error = np.abs(above[1] - above[0]) * step + 1e-10
    assert np.all(np.abs(ndtr(-law.score(FORWARD * x)) - extrapolated) <= error)


@pytest.mark.parametrize("name", SMILES)
def test_quantiles_invert_scores_in_body_and_tails(name):
    model, maturity = SMILES[name]
    law = smile_marginal(model, maturity, forward=FORWARD)
    z = np.linspace(-8.0, 8.0, 401)
    prices = law.quantile(z)
    assert np.all(np.diff(prices) > 0.0)
    assert np.all(np.abs(law.score(prices) - z) <= 1e-9)


def test_a_lognormal_law_has_straight_scores():
    law = smile_marginal(BlackScholes(volatility=0.3), 2.0, forward=3.0)
    deviation = 0.3 * math.sqrt(2.0)
    x = 3.0 * np.exp(np.linspace(-15.0, 15.0, 61) * deviation)
    straight = np.log(x / 3.0) / deviation + 0.5 * deviation
    assert np.all(np.abs(law.score(x) - straight) <= 1e-9 * (1.0 + np.abs(straight)))
    assert law.score(0.0) == -np.inf


def test_a_law_known_by_its_transform_keeps_its_vanillas():
    model = Heston(
        vol_of_vol=0.5,
        correlation=-0.6,
        initial_variance=0.04,
        mean_reversion=1.0,
        long_run_variance=0.05,
    )
    law = smile_marginal(model, 1.0)
    for k in (-0.5, 0.0, 0.3):
        strike = math.exp(k)
        value, error = mean(law, lambda s, x=strike: np.maximum(s - x, 0.0), [strike])
        assert abs(value - model.call_price(k, 1.0)) <= error + 1e-7


def test_the_formula_is_no_law_below_where_the_lower_tail_begins():
    model, maturity = SMILES["elastic"]
    law = smile_marginal(model, maturity)
    x = law.kinks[0] * np.exp(-np.linspace(0.0, 3.0, 60))
    h = 0.01 * x
    puts = [
        model.call_price(np.log(x + shift * h), maturity) - 1.0 + x + shift * h
        for shift in (-1.0, 0.0, 1.0)
    ]
    # butterflies cost less than nothing, and puts per strike rise as it falls
    assert np.any(puts[0] - 2.0 * puts[1] + puts[2] < 0.0)
    assert np.any(np.diff(puts[1] / x) > 0.0)
    assert np.all(np.diff(law.score(x[::-1])) > 0.0)


def test_too_much_negative_density_is_refused():
    model = SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.4, correlation=-0.3, elasticity=0.0)
    with pytest.raises(AccuracyError, match=r"27% of the mass would be replaced, 5% was accepted"):
        smile_marginal(model, 10.0)
    assert smile_marginal(model, 10.0, most_replaced=0.3).replaced[0] > 0.2


@pytest.mark.parametrize("maturity", [0.0, -1.0, math.nan, math.inf])
def test_an_expired_option_is_refused(maturity):
    with pytest.raises(ParameterError, match="maturity must be positive and finite"):
        smile_marginal(BlackScholes(volatility=0.3), maturity)


@pytest.mark.parametrize("forward", [0.0, -0.02, math.nan])
def test_a_forward_is_positive(forward):
    with pytest.raises(ParameterError, match="forward must be positive"):
        smile_marginal(BlackScholes(volatility=0.3), 1.0, forward=forward)
