"""The studies of shared factors: laws around their exact means, and two prices of each basket."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import factors as quantities
from rmot.numerics import black_call
from rmot.studies.factors import baskets, correlations
from rmot.studies.factors.assets import two_assets
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def terms():
    return correlations.run(Config("quick", seed=1))


@pytest.fixture(scope="module")
def prices():
    return baskets.run(Config("quick", seed=1))


def test_quantiles_are_ordered_around_means_within_bounds(terms):
    for name in ("realised", "instant"):
        levels = terms[[f"{name}_{level}" for level in correlations.LEVELS]].to_numpy()
        assert np.all(np.diff(levels, axis=1) > 0.0)
        # rank-one at either end: both assets are one but for the sign
        assert np.all(np.abs(levels) <= 1.0)
        mean = terms[f"{name}_mean"]
        assert np.all((mean > levels[:, 0]) & (mean < levels[:, -1]))


def test_expected_covariances_normalised_are_the_exact_correlation(terms):
    """The law of realised covariances has the exact mean, though correlation has not."""
    assets = two_assets()
    paths = assets.simulate_factors([1.0], 2**14, 5)
    loadings = assets.loadings
    covariance = np.einsum("ik,jk,pk->pij", loadings, loadings, paths.integrated[:, 0])
    mean = covariance.mean(axis=0)
    chance = covariance.std(axis=0) / np.sqrt(len(covariance))
    found = mean[0, 1] / mean[0, 0]
    error = 4.0 * (chance[0, 1] + abs(found) * chance[0, 0]) / mean[0, 0]
    (exact,) = terms.query("horizon == 1.0")["returns"]
    assert abs(found - exact) <= error
    # Jensen: the mean of the ratio is another number
    (realised,) = terms.query("horizon == 1.0")["realised_mean"]
    assert exact - realised > 4.0 * terms["realised_mean_error"].max()


def test_both_prices_of_a_basket_agree_within_their_errors(prices):
    gap = np.abs(prices["simulated"] - prices["price"])
    assert np.all(gap <= prices["simulated_error"] + prices["price_error"])


def test_implied_correlation_reprices_the_basket(prices):
    w = baskets.WEIGHTS[0]
    first, second = prices["first_volatility"], prices["second_volatility"]
    both = 2.0 * prices["implied_correlation"] * first * second
    volatility = w * np.sqrt(first**2 + second**2 + both)
    for row, found in zip(prices.to_dict("records"), volatility, strict=True):
        call = black_call(np.array([row["log_moneyness"]]), found, row["maturity"])
        assert call[0] == pytest.approx(row["price"], abs=1e-9)


def test_numbers_and_the_printed_table_come_from_the_rows(terms, prices):
    made = [*quantities.correlations(terms), *quantities.baskets(prices)]
    macros = [number.macro for number in made]
    assert len(set(macros)) == len(macros)
    values = {number.macro: number.value for number in made}
    assert values["FactorCorrelationShort"] > values["FactorCorrelationLong"]
    assert values["FactorBasketShare"] <= 1.0
    moved = pd.DataFrame(prices).assign(simulated=prices["simulated"] + 1.0)
    other = {number.macro: number.value for number in quantities.baskets(moved)}
    assert other["FactorBasketMissed"] > 9000.0
    assert "1 year" in correlations.printed(terms)
