"""Figures 13 to 16 of source 004: what agrees with print, and what the searches come to."""

from pathlib import Path

import numpy as np
import pytest

from paper.quantities import alpha_calibration as quantities
from rmot.spread.alpha import price_observables, spread_holdings
from rmot.studies.alpha import forty_parameters
from rmot.studies.alpha.published_problem import LAYOUT, PAIRS, half_unit, read, solved_forwards
from rmot.studies.study import Config

TABLES = Path("proofs_check/tables")
INPUTS = {
    "parameters": TABLES / "004_figure_13_parameters.csv",
    "variables": TABLES / "004_figure_13_variables.csv",
    "optimum": TABLES / "004_figure_14.csv",
    "observables": TABLES / "004_figure_15.csv",
    "derivatives": TABLES / "004_figure_16.csv",
}


@pytest.fixture(scope="module")
def table():
    return forty_parameters.run(Config("quick", INPUTS))


@pytest.fixture(scope="module")
def published():
    return read(INPUTS)


def test_all_printed_observables_but_one_follow_from_the_printed_optimum(table):
    own = table.loc[table["case"] == forty_parameters.PRINTED].set_index("observable")
    beyond = own.index[own["units"] > 1.0].tolist()
    assert beyond == ["VarVar 4-1"]
    assert own.loc[beyond, "deviation"].item() == pytest.approx(-0.0724, abs=1e-4)


def test_assets_observables_are_sums_that_anybody_can_add(published):
    """Var 1 = alpha_11^2 + alpha_12^2 + V_5, from the numbers as printed."""
    number = dict(zip(LAYOUT.names, published.optimum.tolist(), strict=True))
    a, b = number["alpha_11"], number["alpha_12"]
    assert a * a + b * b + number["v_5"] == pytest.approx(0.035007036, abs=5e-10)
    skew = sum(
        number[f"alpha_1{k}"] ** 3 * number[f"rho_{k}"] * number[f"nu_{k}"] for k in range(1, 5)
    )
    skew += number["v_5"] * number["rho_5"] * number["nu_5"]
    assert skew == pytest.approx(-0.002707813, abs=5e-10)


def test_solved_forwards_meet_six_variances_with_four_numbers(published):
    forwards = solved_forwards(published)
    held = spread_holdings(forwards, PAIRS)
    loadings, state = LAYOUT.all_loadings(published.optimum), LAYOUT.state(published.optimum)
    found = price_observables(loadings, state, held).variance
    np.testing.assert_allclose(found, published.spreads.variance, rtol=2e-6)


def test_what_is_printed_as_derivatives_is_the_optimum(published):
    assert published.derivatives_repeat == 40


def test_the_second_asset_never_moved_but_in_one_loading(published):
    still = published.box.free & (published.optimum == published.box.start)
    second = [name for name in LAYOUT.names if name.endswith("_6") or name.startswith("alpha_2")]
    moved = [name for name in second if not still[LAYOUT.names.index(name)]]
    assert moved == ["alpha_22"]


def test_derivatives_in_idle_factors_vanish_at_the_printed_start(published):
    problem = published.problem(solved_forwards(published))
    gradient = problem.gradient(published.box.start)
    idle = [name[-1] in "234" and name[:2] in ("rh", "nu", "al") for name in LAYOUT.names]
    idle = np.array(idle) & (published.box.start * published.box.free != 1e-3)
    own = np.array([name in ("nu_2", "nu_3", "nu_4") for name in LAYOUT.names])
    np.testing.assert_array_equal(gradient[(idle & published.box.free) | own], 0.0)


def test_drawn_starts_do_not_lose_to_the_printed_one(table):
    objective = table.groupby("case")["objective"].first()
    for weights in ("printed", "corrected"):
        drawn, given = (
            objective[f"{weights} weights, {s}"] for s in ("drawn starts", "printed start")
        )
        assert drawn <= given
    # the printed optimum misses what it prints by digits, and so may others
    second = table.loc[table["case"] == forty_parameters.SECOND]
    assert second["objective"].iloc[0] < 100.0 * second["at_printed"].iloc[0]
    mended = table.loc[table["case"] == "corrected weights, drawn starts"]
    assert objective["corrected weights, drawn starts"] < mended["at_printed"].iloc[0]


def test_half_a_unit_is_that_of_the_last_digit():
    assert [float(half_unit(x)) for x in ("0.035", "-1.02E-09", "1", "4.23E+03")] == pytest.approx(
        [5e-4, 5e-12, 0.5, 5.0]
    )


def test_numbers_of_the_article_come_from_the_table(table):
    made = {number.macro: number.value for number in quantities.forty(table)}
    assert made["FortyWithin"] == 29
    assert made["FortyRank"] == 17
    assert "printed optimum" not in forty_parameters.printed(table)
    assert "Printed optimum" in forty_parameters.printed(table)
