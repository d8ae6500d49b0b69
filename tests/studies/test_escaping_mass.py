"""Far calls: the limits are those of Theorem A, and Theorem B bounds what chi-squared allows."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import escaping_mass
from rmot.numerics.escaping_forward import escaping_forward
from rmot.payoffs import call
from rmot.studies.escaping_mass import exponential_law, far_calls, last_nodes, laws
from rmot.studies.study import Config
from rmot.transport import KullbackLeibler, price_bounds


def test_the_exponential_laws_bounds_fall_to_theorem_a_limit():
    strikes, radius = (5.0, 20.0, 100.0), 0.1
    bounds = [exponential_law.upper_bound(strike, radius) for strike in strikes]
    assert np.all(np.diff(bounds) < 0)
    # What is left is of order exp(-K/2), far below rounding.
    assert bounds[-1] == pytest.approx(exponential_law.limit(radius), abs=1e-8)
    # The closed form against Newton's on cells of width h, whose error is h^2.
    edges = np.linspace(0.0, 40.0, 20_001)
    mass = -np.diff(np.exp(-edges))
    points = -np.diff((1 + edges) * np.exp(-edges)) / mass
    found = escaping_forward(points, mass / mass.sum(), radius, critical_slope=1.0)
    assert found.escaped == pytest.approx(exponential_law.limit(radius), abs=1e-5)


@pytest.fixture(scope="module")
def power_law():
    (law,) = [law for law in laws.laws("quick") if law.name == laws.POWER]
    return law


@pytest.mark.parametrize("given", laws.GIVEN)
def test_far_bounds_reach_the_limit_and_moments_bound_the_rest(power_law, given):
    rows = []
    for strike in (2.0, 100.0):
        prior = power_law.up_to(strike)
        quotes = laws.quotes_around(prior) if given == "quotes" else None
        rows.append(far_calls._bounds(power_law, prior, quotes, strike))
    near, far = rows
    assert far["relative_entropy"] == pytest.approx(far["limit"], abs=far["gap"] + 1e-9)
    assert far["limit"] > 0.009
    assert near["relative_entropy"] > near["limit"]
    assert all(row["chi_squared"] <= row["by_moments"] for row in rows)
    # Exponent 8: like K^-3.
    slope = np.log(far["chi_squared"] / near["chi_squared"]) / np.log(50.0)
    assert slope == pytest.approx(-3.0, abs=0.1)


def test_cut_off_laws_approach_the_law_from_below():
    whole = laws.power_law("quick", 1e3, (last_nodes.STRIKE,))
    cut = [
        laws.power_law("quick", end, (last_nodes.STRIKE,), has_tail=False) for end in (10.0, 1e3)
    ]
    near, far, all_ = (
        price_bounds(
            call(last_nodes.STRIKE), prior, divergence=KullbackLeibler(), radius=laws.RADIUS
        ).upper
        for prior in (*cut, whole)
    )
    assert near < far < all_


def test_numbers_are_read_where_they_are_furthest():
    table = pd.DataFrame(
        {
            "law": "rough Heston",
            "given": ["no quotes", "no quotes", "quotes"],
            "strike": [2.0, 5.0, 5.0],
            "relative_entropy": [0.03, 0.02, 0.01],
            "limit": [0.02, 0.02, 0.01 / (1 + 1e-9)],
            "chi_squared": 1e-6,
            "by_moments": 1e-5,
            "radius": 0.01,
            "data": "drawn",
            "data_sha256": "ab" * 32,
        }
    )
    made = {number.macro: number for number in escaping_mass.far_calls(table)}
    assert made["EscapeRoughFree"].value == pytest.approx(200.0)
    assert made["EscapeMissed"].value == pytest.approx(1e-9, rel=1e-5)
    assert r"\toprule" in far_calls.printed(table)


def test_the_table_of_last_nodes_ends_with_the_law_itself(monkeypatch):
    monkeypatch.setitem(last_nodes.NODES, "quick", 2)
    table = last_nodes.run(Config("quick"))
    assert np.isinf(table["last_node"].iloc[-1])
    assert set(table["given"]) == set(laws.GIVEN)
    assert np.max(table["gap"].to_numpy()) < 1e-9
