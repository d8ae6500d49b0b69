"""Studies of projections, digitals and equivalents: against the engine, and the paper's numbers."""

from pathlib import Path

import numpy as np
import pytest

from paper.quantities import alpha_projection
from rmot.spread import spread_call
from rmot.studies.alpha import digitals, equivalents, projection_errors
from rmot.studies.alpha.examples import figure_14, pairs, section_2_1
from rmot.studies.alpha.published_problem import read
from rmot.studies.study import Config

TABLES = Path(__file__).parents[2] / "proofs_check" / "tables"
INPUTS = {
    "parameters": TABLES / "004_figure_13_parameters.csv",
    "variables": TABLES / "004_figure_13_variables.csv",
    "optimum": TABLES / "004_figure_14.csv",
    "observables": TABLES / "004_figure_15.csv",
    "derivatives": TABLES / "004_figure_16.csv",
}


@pytest.fixture(scope="module")
def errors():
    return projection_errors.run(Config(profile="quick", inputs=INPUTS))


@pytest.fixture(scope="module")
def floats():
    return digitals.run(Config(profile="quick"))


def test_correlation_of_section_2_1_is_printed_for_independent_residuals():
    assert round(section_2_1(independent=True).assets.correlation(1.0)[0, 1], 6) == 0.951456
    assert round(section_2_1().assets.correlation(1.0)[0, 1], 6) == round(93.0 / 103.0, 6)


def test_figure_14_has_the_spread_variance_that_figure_15_prints():
    published = read(INPUTS)
    pair = figure_14(published)
    held = np.array([pair.forwards[0], -pair.forwards[1]])
    v = np.array([factor.initial_variance for factor in pair.assets.factors])
    variance = np.sum((held @ pair.assets.loadings) ** 2 * v)
    # two of four forwards that fit six printed variances
    assert abs(variance / 2.01191e-05 - 1.0) < 1e-3


def test_errors_are_those_of_exact_prices_and_printed_by_spread_and_maturity(errors):
    row = errors.iloc[3]
    pair = next(one for one in pairs(read(INPUTS)) if one.name == row["spread"])
    exact = spread_call(pair.assets, 0, 1, row["strike"], row["maturity"], forwards=pair.forwards)
    # both known to 1e-8 of the forwards
    assert abs(row["exact_price"] - exact) <= 2e-8 * sum(pair.forwards)
    largest = projection_errors.largest(errors)
    assert len(largest) == 4 * 2 * 3
    assert projection_errors.printed(errors).count(r"\\") == 1 + 4 * 2
    made = {number.macro: number.value for number in alpha_projection.errors(errors)}
    assert made["ProjectionStraightWins"] + made["ProjectionBilogWins"] == made["ProjectionCases"]
    # neither dominates
    assert min(made["ProjectionStraightWins"], made["ProjectionBilogWins"]) > 0


def test_digitals_print_their_largest_errors(floats):
    made = {number.macro: number.value for number in alpha_projection.digitals(floats)}
    one = floats.loc[(floats["residuals"] == "as printed") & (floats["triplets"] == 1)]
    worst = max(
        np.max(np.abs(one[kind] - one[f"exact_{kind}"]) / one["forward"])
        for kind in ("first", "second")
    )
    assert made["FloatDigitalOneError"] == pytest.approx(100.0 * worst, rel=1e-12)
    # exact prices meet the relation to the accuracy of each
    parts = one["exact_first"] - one["exact_second"] - one["strike"] * one["exact_digital"]
    assert np.max(np.abs(parts - one["exact_call"])) <= 1e-7 * 0.05
    assert digitals.printed(floats).count(r"\\") == 1 + 4


def test_equivalents_keep_their_order():
    table = equivalents.run(Config(profile="quick"))
    made = {number.macro: number.value for number in alpha_projection.equivalents(table)}
    assert 5.0 * made["EquivalentLogGap"] < made["EquivalentPriceGap"]
    assert 5.0 * made["EquivalentLogGap"] < made["EquivalentPrintedGap"]
