"""Baskets by simulation against Fourier inversion, single assets, averages and differences."""

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel, VarianceFactor
from rmot.spread import basket_call_price, simulated_basket_call, two_asset_call

MATURITY = 0.5
FACTORS = [
    VarianceFactor(
        hurst=0.1,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.5,
        long_run_variance=0.05,
    ),
    VarianceFactor(
        hurst=0.5,
        vol_of_vol=0.5,
        correlation=-0.2,
        initial_variance=0.02,
        mean_reversion=1.5,
        long_run_variance=0.03,
    ),
]
LOADINGS = np.array([[1.0, 0.3], [0.8, -0.4], [1.2, 0.1], [0.5, 0.9]])
ASSETS = RoughFactorModel(LOADINGS, FACTORS)
PAIR = RoughFactorModel(LOADINGS[:2], FACTORS)
WEIGHTS = np.array([0.3, 0.2, 0.1, 0.4])
STRIKES = np.array([0.85, 1.0, 1.15])


def test_two_assets_are_those_of_fourier_inversion():
    found = simulated_basket_call(PAIR, [0.6, 0.4], STRIKES, MATURITY, differentiate=True)
    exact = basket_call_price(PAIR, [0.6, 0.4], STRIKES, MATURITY, differentiate=True)
    assert np.all(exact.error <= 1e-8)
    # standard errors of 8 scramblings: t with 7 degrees of freedom
    bound = exact.error + found.error + 3.0 * found.standard_error
    assert np.all(np.abs(found.price - exact.price) <= bound)
    assert np.all(found.error <= 1e-4)
    # what steps do to derivatives is of the order of what they do to prices
    gap = np.abs(found.deltas - exact.deltas)
    assert np.all(gap <= 5.0 * found.deltas_error + 20.0 * found.step_change[:, None])
    gap = np.abs(found.loading_vegas - exact.loading_vegas)
    steps = 20.0 * found.step_change[:, None, None]
    assert np.all(gap <= 5.0 * found.loading_vegas_error + steps)


def test_many_copies_of_an_asset_are_one():
    copies = RoughFactorModel(np.tile(LOADINGS[0], (4, 1)), FACTORS)
    found = simulated_basket_call(copies, WEIGHTS, STRIKES, MATURITY, n_paths=2**8)
    price, error = copies.marginal(0).call_price(np.log(STRIKES), MATURITY, True)
    # an asset is its own geometric mean: nothing is left to chance
    assert np.all(np.abs(found.price - price) <= found.error + error)
    assert np.all(found.standard_error <= 1e-14)


@pytest.mark.parametrize("weights", [WEIGHTS, np.array([0.5, 0.6, -0.4, -0.2])])
def test_prices_are_those_of_plain_averages(weights):
    strikes = weights.sum() + np.array([-0.1, 0.0, 0.15])
    found = basket_call_price(ASSETS, weights, strikes, MATURITY, n_paths=2**12)
    payoff = np.maximum(
        (ASSETS.simulate([MATURITY], 2**16, 3, steps=48)[:, 0] @ weights)[:, None] - strikes, 0.0
    )
    chance = payoff.std(axis=0) / math.sqrt(len(payoff))
    assert np.all(np.abs(found.price - payoff.mean(axis=0)) <= 4.0 * chance + found.error)
    # and controls are worth something: an average as wide takes many times the paths
    assert np.all(found.standard_error < 0.2 * chance * math.sqrt(len(payoff) / 2**12))


def test_prices_decrease_convexly_with_the_strike_between_their_bounds():
    strikes = np.linspace(0.7, 1.3, 13)
    found = basket_call_price(ASSETS, WEIGHTS, strikes, MATURITY, n_paths=2**12)
    slack = 4.0 * found.error.max()
    assert np.all(found.price >= np.maximum(1.0 - strikes, 0.0) - slack)
    assert np.all(np.diff(found.price) <= slack)
    assert np.all(np.diff(found.price, 2) >= -slack)
    # no basket is worth more than its assets' options apart
    apart = sum(
        weight * ASSETS.marginal(i).call_price(np.log(strikes), MATURITY)
        for i, weight in enumerate(WEIGHTS)
    )
    assert np.all(found.price <= apart + slack)


def test_derivatives_are_those_of_the_price():
    given: Any = {"n_paths": 2**13, "steps": 16, "seed": 5}
    forwards = np.array([1.0, 1.1, 0.9, 1.05])
    found = simulated_basket_call(
        ASSETS, WEIGHTS, 1.05, MATURITY, forwards=forwards, differentiate=True, **given
    )

    def price(loadings, forwards):
        model = RoughFactorModel(loadings, FACTORS)
        return simulated_basket_call(
            model, WEIGHTS, 1.05, MATURITY, forwards=forwards, **given
        ).price[0]

    step = 0.02
    for asset in (0, 3):
        unit = np.eye(4)[asset]
        ends = [price(LOADINGS, forwards + sign * step * unit) for sign in (1.0, -1.0)]
        slope = (ends[0] - ends[1]) / (2.0 * step)
        # the same numbers with other coefficients; third derivatives are below 10 w^3
        error = 5.0 * found.deltas_error[0, asset] + step**2 * 10.0 * WEIGHTS[asset] ** 3
        assert abs(found.deltas[0, asset] - slope) <= error
        moved = np.zeros_like(LOADINGS)
        moved[asset, 0] = step
        ends = [price(LOADINGS + sign * moved, forwards) for sign in (1.0, -1.0)]
        slope = (ends[0] - ends[1]) / (2.0 * step)
        error = 5.0 * found.loading_vegas_error[0, asset, 0] + step**2 * WEIGHTS[asset]
        assert abs(found.loading_vegas[0, asset, 0] - slope) <= error


def test_same_seed_same_numbers_and_another_seed_within_errors():
    first, again, other = (
        simulated_basket_call(ASSETS, WEIGHTS, STRIKES, MATURITY, n_paths=2**11, seed=seed)
        for seed in (1, 1, 2)
    )
    for field in fields(first):
        values = [getattr(each, field.name) for each in (first, again)]
        assert np.array_equal(values[0], values[1], equal_nan=True)
    assert not np.array_equal(first.price, other.price)
    bound = 4.0 * (first.standard_error + other.standard_error)
    assert np.all(np.abs(first.price - other.price) <= bound)


def test_two_weights_are_priced_exactly():
    weights = [0.0, 0.5, 0.0, -0.5]
    found = basket_call_price(ASSETS, weights, 0.05, MATURITY)
    assert found.price[0] == two_asset_call(ASSETS, weights, 0.05, MATURITY).price
    assert found.standard_error[0] == 0.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weights": WEIGHTS[:3]}, "4 weights"),
        ({"strike": [math.nan]}, "strikes"),
        ({"n_paths": 1000}, "power of two"),
        ({"scramblings": 1}, "scramblings"),
        ({"steps": 7}, "even"),
        ({"seed": -1}, "seed"),
        ({"forwards": 0.0}, "positive"),
    ],
)
def test_bad_questions_are_refused(given, said):
    arguments = {"weights": WEIGHTS, "strike": 1.0, "maturity": MATURITY, **given}
    with pytest.raises(ParameterError, match=said):
        simulated_basket_call(ASSETS, **arguments)
