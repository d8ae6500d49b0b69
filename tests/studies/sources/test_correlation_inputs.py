"""What a year of returns says of a correlation, and what an option on both assets implies."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import ks_2samp, norm

from rmot.studies.sources import black_scholes_basket, correlation_inputs
from rmot.studies.sources.correlation_inputs import DAYS, yearly
from rmot.studies.study import Config


@pytest.mark.parametrize("truth", [-0.6, 0.0, 0.95])
def test_correlations_of_a_year_have_the_law_of_those_of_drawn_returns(truth):
    generator = np.random.default_rng(1)
    quick = yearly(truth, 4000, generator)
    first = generator.standard_normal((1500, DAYS))
    second = truth * first + np.sqrt(1 - truth**2) * generator.standard_normal((1500, DAYS))
    first -= first.mean(axis=1, keepdims=True)
    second -= second.mean(axis=1, keepdims=True)
    slow = (first * second).sum(axis=1)
    slow /= np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    assert float(ks_2samp(quick, slow)[1]) > 1e-3  # pyright: ignore[reportArgumentType] (scipy's stub)


@pytest.fixture(scope="module")
def inputs():
    return correlation_inputs.run(Config("quick", seed=6))


def test_history_scatters_as_theory_has_it(inputs):
    for row in inputs.to_dict("records"):
        expected = (1 - row["truth"] ** 2) / np.sqrt(DAYS - 1)
        # the scatter's own error, and terms of the next order in 1 / DAYS
        assert row["history_deviation"] == pytest.approx(
            expected, rel=4 / np.sqrt(2 * row["years"]) + 2 / DAYS
        )


def test_an_option_on_both_assets_implies_the_truth_within_its_spread(inputs):
    error = inputs["implied_error"]
    assert np.all(inputs["implied_lower"] - 4 * error <= inputs["truth"])
    assert np.all(inputs["truth"] <= inputs["implied_upper"] + 4 * error)


def test_with_perfect_correlation_a_basket_of_equal_volatilities_is_one_asset(
    monkeypatch, tmp_path
):
    volatility, maturity = 0.2, 0.25
    ones = np.ones((2, 2))
    market = SimpleNamespace(
        maturity=maturity,
        volatilities=(volatility, volatility),
        past=SimpleNamespace(
            lower=np.eye(2), correlation=0.5 * (ones + np.eye(2)), upper=ones, level=0.95
        ),
        data="synthetic",
        data_sha256="00",
    )
    market.past.observations = 252
    published = tmp_path / "published.csv"
    published.write_text("moneyness,lower\n0.9,0\n1.1,0\n")
    monkeypatch.setattr(black_scholes_basket, "index_market", lambda config: market)
    found = black_scholes_basket.run(Config("quick", {"published": published}, seed=3))
    deviation = volatility * np.sqrt(maturity)
    for row in found.to_dict("records"):
        d = -np.log(row["strike"]) / deviation
        price = norm.cdf(d + deviation / 2) - row["strike"] * norm.cdf(d - deviation / 2)
        assert row["upper"] == pytest.approx(price, abs=5 * row["error"])
        assert row["lower"] < row["price"] < row["upper"]
