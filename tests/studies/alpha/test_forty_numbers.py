"""The forty numbers found anew: one law has many orders and signs, and lines say what was found."""

import numpy as np
import pandas as pd
import pytest

from paper.quantities import alpha_figures as quantities
from rmot.spread.alpha import price_observables, spread_holdings
from rmot.studies.alpha import forty_numbers, forty_parameters
from rmot.studies.alpha.published_problem import LAYOUT, PAIRS, TABLES, read, solved_forwards
from rmot.studies.sources import alpha_calibration, lines
from rmot.studies.study import Config
from tests.studies.alpha.test_forty_parameters import INPUTS

PRINTED = {
    "004_figure_13_parameters": INPUTS["parameters"],
    "004_figure_14": INPUTS["optimum"],
    "004_figure_15": INPUTS["observables"],
    "004_figure_16": INPUTS["derivatives"],
}


@pytest.fixture(scope="module")
def published():
    return read({name: INPUTS[name] for name in TABLES})


@pytest.fixture(scope="module")
def table():
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(forty_numbers.DRAWS, "quick", 1)
        return forty_numbers.run(Config("quick", INPUTS))


@pytest.fixture(scope="module")
def calibration(table, published):
    """Lines of Figures 13 to 16; of the searches only the weights are needed."""
    weights = forty_parameters.CASES
    with pytest.MonkeyPatch.context() as patched:
        case = "corrected weights, printed start"
        patched.setattr(forty_parameters, "CASES", {case: weights[case]})
        forty = forty_parameters.run(Config("quick", INPUTS))
    tables = {**lines.read(PRINTED), "forty_parameters": forty, "forty_numbers": table}
    return lines.table_of("004", alpha_calibration.calibration_lines(tables))


def turned(numbers, order, signs):
    """Return the same law with its common factors in another order and with other signs."""
    out = numbers.copy()
    for factor, (old, sign) in enumerate(zip(order, signs, strict=True)):
        out[3 * factor] = sign * numbers[3 * old]
        out[3 * factor + 1 : 3 * factor + 3] = numbers[3 * old + 1 : 3 * old + 3]
        for asset in range(4):
            out[24 + 4 * asset + factor] = sign * numbers[24 + 4 * asset + old]
    return out


def test_a_law_in_another_order_is_turned_back(published):
    generator = np.random.default_rng(3)
    reference = published.optimum.copy()
    reference[LAYOUT.loadings] = generator.normal(size=16)
    other = turned(reference, (2, 0, 3, 1), (-1.0, 1.0, 1.0, -1.0))
    np.testing.assert_array_equal(forty_numbers.aligned(other, reference), reference)


def test_turning_a_law_leaves_what_spreads_see_of_it(published):
    generator = np.random.default_rng(4)
    numbers = published.optimum.copy()
    numbers[LAYOUT.loadings] = generator.normal(size=16)
    numbers[LAYOUT.correlations] = generator.uniform(-0.9, 0.9, LAYOUT.n_factors)
    held = spread_holdings(solved_forwards(published), PAIRS)
    found = [
        price_observables(LAYOUT.all_loadings(law), LAYOUT.state(law), held)
        for law in (numbers, forty_numbers.aligned(numbers, published.optimum))
    ]
    for before, after in zip(*found, strict=True):
        # sums of the same numbers in another order
        np.testing.assert_allclose(after, before, rtol=1e-12)


def test_ranges_hold_the_best_and_held_numbers_stay(table):
    assert (table["lowest_mended"] <= table["mended"]).all()
    assert (table["mended"] <= table["highest_mended"]).all()
    held = table.loc[~table["free"]]
    assert held["name"].tolist() == ["v_1", "v_2", "v_3", "v_4"]
    assert (held[["start", "printed", "again", "mended"]] == 1.0).all(axis=None)
    printed = [float(value) for value in pd.read_csv(INPUTS["derivatives"])["value"]]
    assert table["printed"].tolist() == printed[:40]


def test_derivatives_at_the_end_of_a_search_are_those_of_the_objective(table, published):
    """Hold the reported derivatives to central differences."""
    problem = forty_parameters.with_second_factor(published.problem(solved_forwards(published)))
    numbers = table["again"].to_numpy()
    for name in ("alpha_31", "v_5", "nu_1"):
        place = LAYOUT.names.index(name)
        step = np.zeros(LAYOUT.size)
        step[place] = 1e-4 * abs(numbers[place])
        ends = problem.objective(numbers + step), problem.objective(numbers - step)
        found = (ends[0] - ends[1]) / (2.0 * step[place])
        # the objective near its least value has few digits: its rounding over the step
        rounding = 1e-13 * max(ends) / step[place]
        curved = abs(ends[0] + ends[1] - 2.0 * problem.objective(numbers)) / step[place]
        reported = float(table.loc[table["name"] == name, "derivative"].iloc[0])
        assert abs(found - reported) <= rounding + 1e-3 * curved


def test_lines_keep_what_is_printed_and_name_every_observable(calibration):
    fifteen = calibration.loc[calibration["item"] == "Figure 15"]
    assert len(fifteen) == 30
    printed = fifteen["published"].astype(float)
    beyond = np.abs(fifteen["ours"] - printed) > fifteen["error"]
    # one entry is no rounding of the printed optimum's; one is exact
    assert fifteen.loc[beyond, "row"].tolist() == ["Sp14Var"]
    weights = calibration.loc[calibration["column"] == "weight"]
    assert len(weights) == 30
    first = weights.set_index("row")
    # (147): the inverse square of Var 1, Figure 15
    assert first.loc["VU1", "ours"] == pytest.approx(0.035007036**-2, rel=1e-12)
    assert first.loc["VU1", "published"] == "4.23E+03"
    fourteen = calibration.loc[calibration["item"] == "Figure 14"]
    assert len(fourteen) == 36
    assert fourteen["published"].iloc[0] == "-0.412509979"
    sixteen = calibration.loc[calibration["item"] == "Figure 16"]
    assert sixteen["row"].tolist()[-2:] == ["Nbiteration", "NbFuncCall"]


def test_numbers_of_the_article_come_from_the_table(table):
    made = {number.macro: number.value for number in quantities.forty_numbers(table)}
    assert made["FortyNumberStarts"] == 1
    assert made["FortyNumberLoadingLeast"] <= made["FortyNumberLoadingMost"]
