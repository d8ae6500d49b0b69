"""DIA's study on quotes of known truth: bounds hold it, and the one correlation is found."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import dow as quantities
from proofs_check import verify
from rmot.market.synthetic_basket import CORRELATION, synthetic_basket
from rmot.payoffs import basket_call
from rmot.studies.dow import bounds, certified, correlation
from rmot.studies.dow.marginals import basket_calls, quantiles
from rmot.studies.study import Config
from rmot.transport import basket_bounds


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dow")
    paths = {}
    for name, table in zip(("quotes", "smiles"), synthetic_basket(6, seed=5), strict=True):
        paths[name] = folder / f"{name}.csv"
        table.to_csv(paths[name], index=False)
    return paths


@pytest.fixture(scope="module")
def bounded(inputs):
    return bounds.run(Config(profile="quick", inputs=inputs))


def test_quotes_of_a_copula_lie_between_bounds_that_one_quote_narrows(bounded):
    gap = bounded[["gap", "joint_gap"]].to_numpy().max()
    assert gap <= bounds.TOLERANCE
    assert np.all(bounded["lower"] <= bounded["ask"])
    assert np.all(bounded["bid"] <= bounded["upper"])
    assert np.all(bounded["joint_lower"] >= bounded["lower"] - gap)
    assert np.all(bounded["joint_upper"] <= bounded["upper"] + gap)
    assert np.all(bounded["joint_lower"] <= bounded["ask"] + gap)
    assert np.all(bounded["bid"] <= bounded["joint_upper"] + gap)


def test_the_joint_quote_is_its_own_bound(bounded):
    (row,) = bounded[bounded["is_joint"]].to_dict("records")
    assert row["joint_lower"] == pytest.approx(row["bid"], abs=bounds.TOLERANCE)
    assert row["joint_upper"] == pytest.approx(row["ask"], abs=bounds.TOLERANCE)


def test_the_correlation_that_made_the_quotes_is_inside_at_every_strike(inputs):
    found = correlation.run(Config(profile="quick", inputs=inputs, seed=11))
    fit = found[found["volatilities"] == "fit"]
    assert np.all(fit["inside"])
    assert np.all(fit["correlation_bid"] <= CORRELATION + 0.01)
    assert np.all(fit["correlation_ask"] >= CORRELATION - 0.01)
    flat = {name: rows["flat"].iloc[0] for name, rows in found.groupby("volatilities")}
    # Dearer constituents leave less to correlation.
    assert flat["ask"] < flat["fit"] < flat["bid"]


def test_a_correlation_that_no_strike_allows_counts_none():
    prices = np.linspace(1.0, 2.0, correlation.CORRELATIONS.size)[:, None] * np.ones((1, 2))
    _, inside = correlation.best_flat(prices, np.array([1.1, 1.8]), np.array([1.2, 1.9]))
    assert inside.sum() == 1


def test_exact_hedges_cost_the_upper_bounds_and_pass_the_verifier(inputs):
    quotes = pd.read_csv(inputs["quotes"])
    _, weights, each = bounds.constituents(quotes, bounds.TREATMENTS[0])
    hedges = certified.run(Config(profile="quick", inputs=inputs))
    assert hedges
    for hedge in hedges:
        statement = hedge.to_json()
        assert verify._superhedge_holds(statement, {})
        payoff = basket_call(weights, -float(hedge.branches[1].cash))
        found = basket_bounds(payoff, each, rounds=1, tolerance=1.0)
        assert float(hedge.cost) == pytest.approx(found.upper, abs=1e-9)
        statement["cost"] = str(hedge.cost - 1)
        assert not verify._superhedge_holds(statement, {})


def test_one_constituent_is_priced_by_its_own_smile(inputs):
    smiles = pd.read_csv(inputs["smiles"]).iloc[:1]
    strikes = np.array([0.95, 1.0, 1.05])
    prices, errors = basket_calls(
        quantiles(smiles), np.ones(1), strikes, np.array([0.5]), 2**14, seed=3
    )
    quotes = pd.read_csv(inputs["quotes"])
    own = quotes[(quotes["name"] == smiles["name"].iloc[0])].iloc[:6]
    between = [
        np.interp(strikes, np.exp(own["log_moneyness"]), own[side]) for side in ("bid", "ask")
    ]
    assert np.all(errors < 1e-3)
    # Interpolation raises a convex curve, so that only the ask bounds it.
    assert np.all(prices[0] <= between[1] + 4 * errors[0])


def test_numbers_of_the_article_come_from_these_tables(inputs, bounded):
    made = {n.macro: n for n in quantities.quotes(pd.read_csv(inputs["quotes"]))}
    made |= {n.macro: n for n in quantities.bounds(bounded)}
    assert made["DowNames"].value == 6
    assert made["DowInside"].value == len(bounded)
    assert made["DowSpotRatio"].value == pytest.approx(0.01)
    assert {n.kind for n in made.values()} == {"synthetic"}
