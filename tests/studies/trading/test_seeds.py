"""The hundred seeds: what passes a test of normality, honest errors, and held-out strikes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rmot.market.synthetic_surface import TrueSmile, synthetic_surface
from rmot.payoffs import basket_call
from rmot.studies.study import Config
from rmot.studies.trading import normality_power, seed_stability
from rmot.studies.trading.cross_validation import FOLDS, _parts, dealt
from rmot.studies.trading.seed_prices import SCORES, SEEDS, monte_carlo, sobol
from rmot.studies.trading.synthetic_markets import true_model
from rmot.transport import gaussian_copula

FLAT = [lambda u: 0.5 + u, lambda u: 0.5 + u]
"""Quantiles of a uniform price."""


def test_both_prices_are_within_their_errors_of_the_exact_one():
    # the mean of two uniforms is triangular: E(mean - 1/2)^+ = 1/12, its variance 1/72
    payoff = basket_call([0.5, 0.5], 1.0)
    price, error = monte_carlo(payoff, FLAT, np.eye(2), 4096, seed=1)
    assert abs(price - 1 / 12) < 4 * error
    assert error == pytest.approx(np.sqrt(1 / 72 / 4096), rel=0.05)
    price, error = sobol(payoff, gaussian_copula(FLAT, np.eye(2), 4096, seed=1))
    assert abs(price - 1 / 12) < 5 * error


def test_honest_errors_pass_and_others_fail(tmp_path):
    generator = np.random.default_rng(2)
    drawn = generator.standard_normal((2, SEEDS))
    rows = [
        {"estimator": name, "seed": seed, "price": price, "error": error}
        for name, prices, error in (("honest", drawn[0], 1.0), ("boastful", drawn[1], 0.3))
        for seed, price in enumerate(prices)
    ]
    path = tmp_path / "prices.csv"
    pd.DataFrame(rows).assign(data="drawn", data_sha256="0").to_csv(path, index=False)
    found = seed_stability.run(Config("quick", {"seed_prices": path}, seed=3))
    by_name = found.set_index("estimator")
    assert by_name.loc["honest", "variance_p"] > 1e-3
    assert by_name.loc["boastful", "variance_p"] < 1e-6
    # normality knows nothing of it
    assert np.all(found["lilliefors_p"] > 1e-3)
    assert np.all(found["naive_p"] > found["lilliefors_p"])
    assert seed_stability.printed(found).count(r"\\" + "\n") == 3


def test_numbers_that_no_chance_made_pass_best(tmp_path):
    from scipy.special import ndtri

    scores = ndtri((np.arange(SEEDS) + 0.5) / SEEDS)
    table = pd.DataFrame({"estimator": SCORES, "seed": range(SEEDS), "price": scores, "error": 1.0})
    path = tmp_path / "prices.csv"
    table.assign(data="drawn", data_sha256="0").to_csv(path, index=False)
    found = seed_stability.run(Config("quick", {"seed_prices": path})).iloc[0]
    assert found["naive_p"] == pytest.approx(1.0, abs=1e-9)
    assert found["lilliefors_p"] > 0.999


def test_power_is_the_level_under_the_null_and_grows_with_the_tail(monkeypatch):
    samples = 2000
    monkeypatch.setitem(normality_power.SAMPLES, "quick", samples)
    monkeypatch.setitem(normality_power.NULL_DRAWS, "quick", 5000)
    table = normality_power.run(Config("quick", seed=4)).set_index("law")
    error = np.sqrt(0.05 * 0.95 * (1 / samples + 1 / 5000))
    assert abs(table.loc["normal", "lilliefors_rejects"] - 0.05) < 4 * error
    assert table.loc["normal", "naive_rejects"] < 0.005
    tails = table.loc[["Student t, 10", "Student t, 5", "Student t, 3"], "lilliefors_rejects"]
    assert np.all(np.diff(tails) > 0)
    for name in ("naive", "lilliefors"):
        bins = table.filter(like=f"{name}_bin_")
        np.testing.assert_allclose(bins.sum(axis=1), 1.0, atol=1e-12)


def test_every_strike_is_held_out_once():
    parts = _parts(23, np.random.default_rng(0))
    assert parts.size == 23
    for start in range(0, 20, FOLDS):
        assert sorted(parts[start : start + FOLDS].tolist()) == list(range(FOLDS))


def test_held_out_strikes_of_the_model_itself_are_foretold():
    model = true_model(0.04)
    smiles = []
    for maturity in (0.08, 0.2):
        k = np.linspace(-2.0, 1.5, 15) * 0.2 * np.sqrt(maturity)
        volatility = model.implied_volatility(k, maturity)
        smiles.append(TrueSmile(maturity, k, volatility, np.full(k.size, 0.002)))
    found, _ = dealt(synthetic_surface(smiles, None), np.random.default_rng(1))
    assert found["held_out_quotes"] == 30
    assert found["fitted_quotes"] == 30 * (FOLDS - 1)
    # one more parameter is held than the truth has: a twentieth of the quotes' half-spread
    assert found["held_out_volatility_error"] < 1e-4 + 0.1 * 0.002
    assert found["held_out_within_spread"] == 1.0
