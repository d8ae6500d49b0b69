"""DIA's study on quotes of known truth: bounds hold it, and the one correlation is found."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import dow as quantities
from proofs_check import verify
from rmot.dependence import FlatPrices
from rmot.dependence.discrete import discrete_law
from rmot.market.synthetic_basket import CORRELATION, synthetic_basket
from rmot.models import SVI
from rmot.numerics import black_call
from rmot.payoffs import basket_call
from rmot.studies.dow import bounds, certified, correlation
from rmot.studies.dow.marginals import SVI_NAMES, forward_miss, laws
from rmot.studies.dow.quotes import LARGEST_MISS
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
    # nodes go from the largest correlation down
    prices = np.linspace(2.0, 1.0, 33)[:, None] * np.ones((1, 2))
    curve = FlatPrices(30, np.array([1.0, 1.0]), prices, np.zeros_like(prices))
    _, inside = correlation.best_flat(curve, np.array([1.1, 1.8]), np.array([1.2, 1.9]))
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


def test_the_laws_of_constituents_price_by_their_smiles(inputs):
    smiles = pd.read_csv(inputs["smiles"])
    k = np.array([-0.05, 0.0, 0.05])
    for shift in (-1.0, 0.0, 1.0):
        for row, law in zip(smiles.to_dict("records"), laws(smiles, shift), strict=True):
            model = SVI(**{name: row[name] for name in SVI_NAMES})
            volatility = model.implied_volatility(k, row["maturity"]) + shift * row["half_width"]
            points, weights = discrete_law(law)
            found = np.maximum(points - np.exp(k)[:, None], 0.0) @ weights
            # middles of cells, 0.04 deviations wide, and nodes apart by 0.008 scores
            expected = black_call(k, volatility, row["maturity"])
            assert found == pytest.approx(expected, abs=1e-5 + 1e-4 * volatility[1])
            assert abs(float(points @ weights) - 1.0) <= LARGEST_MISS


def test_a_smile_with_wings_of_no_law_misses_its_forward():
    """Calls that rise with the strike far out: total variance grows faster than 2 |k| there."""
    numbers = ((0.01, 0.1, -0.4, 0.0, 0.15), (0.0087, 1.824, 0.9724, 0.6498, 0.15))
    tame, wild = (SVI(**dict(zip(SVI_NAMES, row, strict=True))) for row in numbers)
    assert forward_miss(tame, 0.115) < LARGEST_MISS < forward_miss(wild, 0.115)


def test_numbers_of_the_article_come_from_these_tables(inputs, bounded):
    made = {n.macro: n for n in quantities.quotes(pd.read_csv(inputs["quotes"]))}
    made |= {n.macro: n for n in quantities.bounds(bounded)}
    assert made["DowNames"].value == 6
    assert made["DowInside"].value == len(bounded)
    assert made["DowSpotRatio"].value == pytest.approx(0.01)
    assert {n.kind for n in made.values()} == {"synthetic"}
