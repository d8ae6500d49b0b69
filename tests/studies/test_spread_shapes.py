"""Figures 1 to 3 of source 004, drawn anew: one price at the money, and changes as simulated."""

import math

import numpy as np
import pytest
from scipy.stats import t as student_t

from paper.quantities import alpha_figures as quantities
from rmot.spread.alpha.bilog import bilog_spread_call
from rmot.studies.sources import alpha, lines
from rmot.studies.spread_smiles import matched, shapes
from rmot.studies.study import Config


@pytest.fixture(scope="module")
def table():
    return shapes.run(Config("quick", seed=4))


def test_copulas_meet_the_spread_at_the_money(table):
    middle = table.loc[(table["figure"] < 3) & (table["deviations"] == 0.0)]
    assert len(middle) == 9
    # prices are met to the tolerance of the integrals; a vega is about 0.4
    assert (np.abs(middle["normal_volatility"] - middle["level"]) <= 2e-6).all()


def test_the_lognormal_bound_is_that_of_two_lognormal_prices(table):
    rows = table.loc[table["case"] == "lognormal"]
    aim = matched.target(shapes.MATURITY)
    volatilities = aim.volatilities[:, 1]
    strikes = rows["strike"].to_numpy()

    def calls(rho):
        return bilog_spread_call(
            matched.FORWARDS, volatilities, rho, strikes, shapes.MATURITY
        ).price

    low, rho, high = 0.0, 0.5, 0.99
    middle = len(strikes) // 2
    for _ in range(60):
        low, high = (rho, high) if calls(rho)[middle] > aim.money_call else (low, rho)
        rho = 0.5 * (low + high)
    assert np.all(np.abs(calls(rho) - rows["call"]) <= 1e-6)


def test_a_symmetric_smile_has_the_volatility_at_the_money():
    for vol_of_vol in shapes.VOLS_OF_VOL:
        smile = shapes._symmetric(0.21, vol_of_vol)
        found = smile.implied_volatility(np.zeros(1), shapes.MATURITY)[0]
        assert found == pytest.approx(0.21, rel=1e-10)


def test_vol_of_vol_and_few_degrees_of_freedom_bend_the_smile(table):
    bends = shapes.shape(table).set_index(["case", "value"])["convexity"]
    sabr = [bends["sabr", value] for value in shapes.VOLS_OF_VOL]
    assert sabr == sorted(sabr)
    student = [bends["student", value] for value in (*shapes.DEGREES_OF_FREEDOM, math.inf)]
    assert student == sorted(student, reverse=True)
    # between normal and lognormal without vol-of-vol, and not with much of it
    assert abs(bends["normal"].item()) < sabr[0] < bends["lognormal"].item() < sabr[-1]


def test_the_expansion_changes_as_its_simulation_does(table):
    changed = table.dropna(subset=["simulated_error"])
    assert len(changed) == 4 * 5
    # of twenty intervals all are to hold
    batches = shapes._BATCHES - 1
    wide = student_t.ppf(1.0 - 0.025 / len(changed), batches) / student_t.ppf(0.975, batches)
    off = np.abs(changed["change"] - changed["simulated_change"])
    assert (off <= wide * changed["simulated_error"]).all()


def test_lines_and_numbers_come_from_the_table(table):
    found = lines.table_of("004", alpha._smiles(table))
    assert set(found["item"]) == {"Figure 1", "Figure 2", "Figure 3"}
    assert set(found["published"]) == {""}
    made = {number.macro: number.value for number in quantities.shapes(table)}
    steep = found.loc[
        (found["row"] == "rho 14 by 0.2") & (found["column"] == "change of the slope"), "ours"
    ]
    assert made["ShapeFirstSlope"] == pytest.approx(steep.item())
