"""The race on few surfaces: its arithmetic by hand, its optima by the engine, its numbers."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.calibration_race import (
    ALIKE,
    COMPARED,
    ENGINE,
    EXTRAPOLATING,
    NETWORK,
    POLISHED,
    POLYNOMIAL,
    break_even,
    break_evens,
    maturities_of,
    printed,
    race,
    verdicts,
)
from benchmarks.surrogate.contestants import EFFORTS, Effort, trained
from benchmarks.surrogate.search import QuoteGrid
from benchmarks.surrogate.surfaces import STRIKES, index_surface
from figures.calibration_race import draw
from figures.style import Request
from paper.numbers import used_macros
from paper.quantities.calibration_race import race as numbers
from rmot.market.synthetic import synthetic_index_chain

SURFACES = 2


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    chain = tmp_path_factory.mktemp("race") / "spx.csv.gz"
    synthetic_index_chain(chain, seed=1)
    index = index_surface(chain)
    # of one degree, so that both are compiled at once
    efforts = (Effort(POLYNOMIAL, 32, 2), Effort(NETWORK, 64, 2))
    contestants = trained(efforts, maturities_of(index), QuoteGrid.of(index, STRIKES))
    return race(contestants, index, SURFACES, 1, 4, 2, (NETWORK,))


def fits(table, kind, method):
    chosen = (table["study"] == "fit") & (table["quotes_kind"] == kind)
    return table[chosen & (table["method"] == method)]


def test_a_surrogate_breaks_even_where_its_cost_is_saved():
    found = break_even(10.0, np.array([0.1, 0.3]))
    # the mean is 0.2, with a standard error of 0.1
    assert found["calibrations"] == pytest.approx(50.0)
    assert found["error"] == pytest.approx(25.0)
    assert break_even(10.0, np.array([-0.1, -0.3]))["calibrations"] == np.inf
    assert np.isnan(break_even(10.0, np.array([0.5]))["error"])


def test_a_batch_bears_its_own_compilation():
    costs = pd.DataFrame([{"method": NETWORK, "cost": 12.0, "compiling_seconds": 2.0}])
    seconds = {ENGINE: (0.3, 0.5), NETWORK: (0.1, 0.1), POLISHED: (0.2, 0.2)}
    rows = [
        {"quotes_kind": "with errors", "surface": i, "method": name, "seconds": values[i]}
        for name, values in seconds.items()
        for i in range(2)
    ]
    batches = pd.DataFrame([{"method": NETWORK, "seconds": 0.2, "compiling_seconds": 4.0}])
    found = break_evens(costs, pd.DataFrame(rows), batches).set_index(["method", "way"])
    assert found.loc[(NETWORK, "alone"), "calibrations"] == pytest.approx(12.0 / 0.3)
    assert found.loc[(POLISHED, "alone"), "calibrations"] == pytest.approx(12.0 / 0.2)
    assert found.loc[(NETWORK, "batch"), "calibrations"] == pytest.approx(14.0 / 0.2)


def test_the_engine_ends_at_the_least_and_a_search_from_a_surrogate_too(table):
    for kind in ("without errors", "with errors", "beyond the box", "index"):
        for method in (ENGINE, POLISHED):
            # the engine stops nearer than a hundredth of a standard error
            assert (fits(table, kind, method)["distance"] < 0.01).all()
        # a polynomial of degree two is no rough Heston
        assert (fits(table, kind, NETWORK)["distance"] > 0.1).all()
    assert len(fits(table, "beyond the box", EXTRAPOLATING)) == SURFACES
    exact = fits(table, "without errors", ENGINE)
    assert (exact["largest_error_deviations"] < 0.01).all()
    assert (exact["reduced_chi_squared"] < 1e-4).all()


def test_quotes_with_errors_are_met_as_their_errors_are(table):
    degrees = 3 * STRIKES - 5
    found = fits(table, "with errors", ENGINE)["reduced_chi_squared"]
    assert (np.abs(found - 1.0) < 5 * (2 / degrees) ** 0.5).all()


def test_a_better_choice_than_the_grid_would_be_seen(table):
    rows = table.to_dict("records")
    errors = {(row["method"], row["domain"]): row for row in rows if row["study"] == "error"}
    for domain in ("inside", "near a face", "beyond a face"):
        found = {name: errors[name, domain] for name in ("interpolated", NETWORK)}
        assert found["interpolated"]["largest_error"] < found[NETWORK]["largest_error"]
        assert found[NETWORK]["quotes"] == 2 * 3 * STRIKES


def test_a_verdict_follows_the_values(table):
    found = verdicts(table)
    assert set(found["method"]) == set(COMPARED)
    for criterion, part in found.groupby("criterion"):
        least = part["value"].min()
        reach = ALIKE * (least if str(criterion).startswith("seconds") else 1.0)
        assert np.array_equal(part["wins"], part["value"] <= least + reach)
        assert any(part["wins"])
    doctored = table.copy()
    doctored.loc[(table["study"] == "fit") & (table["method"] == ENGINE), "seconds"] = 1e-9
    fastest = verdicts(doctored).query("criterion == 'seconds a calibration' and wins")
    assert list(fastest["method"]) == [ENGINE]


def test_the_printed_table_has_a_row_a_criterion_and_two_break_evens(table):
    criteria = table[table["study"] == "verdict"]["criterion"].nunique()
    text = printed(table)
    assert text.count(r"\\") == 1 + criteria + 2
    assert text.count(r"\pm") + text.count(r"\infty") == 4


def test_the_article_uses_each_number_that_is_made(table):
    made = list(numbers(table))
    names = [number.macro for number in made]
    assert len(set(names)) == len(names)
    assert set(names) == {name for name in used_macros() if name.startswith("Race")}
    assert {number.kind for number in made} == {"synthetic"}
    by_name = {number.macro: number for number in made}
    assert by_name["RaceSurfaces"].value == SURFACES
    found = float(fits(table, "with errors", NETWORK)["distance"].median())
    assert by_name["RaceDistance"].value == found


def test_the_figure_draws_what_is_there(table):
    figure = draw(Request("quick", (table,)))
    left, right = figure.axes
    assert len(right.lines) >= 3
    assert len(left.get_legend_handles_labels()[1]) == len({*COMPARED, "engine, one start"})


def test_every_profile_has_the_methods_that_are_compared():
    for efforts in EFFORTS.values():
        assert {POLYNOMIAL, NETWORK} <= {effort.name for effort in efforts}
        assert len({effort.name for effort in efforts}) == len(efforts)
