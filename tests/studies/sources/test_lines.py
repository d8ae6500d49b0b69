"""Lines say what the finished tables say, of the row that answers the printed one."""

import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError
from rmot.studies.capital import methods
from rmot.studies.sources import (
    lines,
    multi_asset,
    times,
    together,
    unified,
    unified_figures,
    unified_trials,
)
from rmot.studies.sources.unified_charges import BALL, moved_charges
from rmot.studies.sources.unified_status import known_matrix
from rmot.studies.study import Config

PRINTED = Path("proofs_check/tables")


def printed(*names):
    return lines.read({name: PRINTED / f"{name}.csv" for name in names})


def shown(table, row, column):
    found = table.loc[(table["row"] == row) & (table["column"] == column)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_printed_table_has_its_recorded_hash():
    hashes = tomllib.loads((PRINTED / "hashes.toml").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PRINTED.glob("*.csv")
    }
    assert found == hashes


def test_printed_numbers_keep_their_digits_through_files(tmp_path):
    table = printed("002_table_2")["002_table_2"]
    assert list(table["error"])[:2] == ["0.020", "0.010"]
    made = lines.table_of("002", [lines.Line("Table 2", "a", "b", "0.020", 0.5)])
    made.to_csv(tmp_path / "a.csv", index=False)
    again = lines.load(tmp_path / "a.csv")
    assert again["published"].item() == "0.020"
    assert again["unit"].item() == ""
    assert np.isnan(again["error"].item())


def test_items_are_joined_in_the_order_of_documents_tables_and_figures(tmp_path):
    for name, source, items in (
        ("b", "002", ["Figure 4", "Table 10", "Table 2"]),
        ("a", "001", ["Table 3"]),
    ):
        made = lines.table_of(source, [lines.Line(item, "r", "c", "", 1.0) for item in items])
        made.to_csv(tmp_path / f"{name}.csv", index=False)
    joined = together.run(Config(inputs={name: tmp_path / f"{name}.csv" for name in ("b", "a")}))
    found = list(zip(joined["source"], joined["item"], strict=True))
    assert found == [
        ("001", "Table 3"),
        ("002", "Table 2"),
        ("002", "Table 10"),
        ("002", "Figure 4"),
    ]


def test_a_row_that_is_not_there_once_is_refused():
    table = pd.DataFrame({"name": ["a", "a"], "value": [1.0, 2.0]})
    for name, count in (("a", 2), ("b", 0)):
        with pytest.raises(DataError, match=f"name = {name}; got {count}"):
            lines.only(table, name=name)


def test_names_without_quotes_keep_their_printed_numbers():
    tables = printed("002_table_1", "002_table_2", "002_table_5")
    portfolio = pd.DataFrame(
        {
            "name": ["SPY"],
            **{name: [0.2] for name in ("hurst", "vol_of_vol", "correlation")},
            **{
                f"{name}_misfit_standard_error": [0.01]
                for name in ("hurst", "vol_of_vol", "correlation")
            },
            "data": "synthetic",
        }
    )
    comparison = pd.DataFrame(columns=["index", "estimate", "hurst", "low", "high", "data"])
    found = lines.table_of("002", unified._hurst(tables["002_table_1"], portfolio, comparison))
    assert shown(found, "SPY", "H")["ours"] == 0.2
    assert shown(found, "SPY", "H")["error"] == 0.01
    assert shown(found, "GLD", "H")["published"] == "0.08"
    assert np.isnan(shown(found, "GLD", "H")["ours"])
    matrices = pd.DataFrame(
        {
            "source": ["shared factors", "history", "marginals, least", "marginals, most"],
            "first": "QQQ",
            "second": "SPY",
            "correlation": [0.9, 0.8, -0.9, 0.95],
            "error": [0.03, 0.04, np.nan, np.nan],
            "data": "synthetic",
        }
    )
    pairs = lines.table_of("002", unified._pairs(tables["002_table_2"], matrices))
    assert shown(pairs, "SPY-QQQ", "from options")["ours"] == 0.9
    assert shown(pairs, "SPY-QQQ", "half width of 95% interval")["ours"] == pytest.approx(0.925)
    apart = shown(pairs, "SPY-QQQ", "absolute error")
    assert (apart["ours"], apart["error"]) == pytest.approx((0.1, 0.05))
    assert np.isnan(shown(pairs, "IWM-GLD", "historical")["ours"])


def test_what_knows_no_hurst_exponent_is_not_moved_by_it():
    tables = printed("002_table_8", "002_table_8_portfolio")
    rows = [
        {"method": method, "side": side, "case": case, "charge": charge, "relief": 0.5}
        for method in ("sharp bounds", methods.WORST[10], BALL)
        for side in ("long", "short")
        for case, charge in (
            ("base", 10.0),
            *((("H -10%", 9.0), ("H +10%", 11.0)) if method == BALL else ()),
            ("weights 20%", 8.0),
            ("weights 20%", 12.0),
            ("notional 20%", 7.0),
        )
    ]
    table = pd.DataFrame(rows).assign(basis="notional", data="synthetic")
    made = moved_charges(tables["002_table_8"], tables["002_table_8_portfolio"], table)
    found = lines.table_of("002", made)
    assert shown(found, "rmot, bought book", "H -10%")["ours"] == 9.0
    held = shown(found, "classical, sold book", "H -10%")
    assert (held["ours"], held["remark"]) == (10.0, "does not know H")
    assert shown(found, "rmot, sold book", "least, other books")["ours"] == 7.0
    largest = shown(found, "rmot, sold book", "largest, other books")
    assert (largest["ours"], largest["published"]) == (12.0, "130")
    assert shown(found, "relief, bought book", "base")["ours"] == 50.0


def test_a_matrix_is_put_together_from_its_pairs():
    table = pd.DataFrame(
        {
            "source": "history",
            "first": ["A", "A", "B"],
            "second": ["B", "C", "C"],
            "correlation": [0.5, np.nan, np.nan],
        }
    )
    names, matrix = known_matrix(table, "history")
    assert names == ["A", "B"]
    assert np.linalg.eigvalsh(matrix) == pytest.approx([0.5, 1.5])


def test_errors_over_the_three_pairs_are_root_mean_squares():
    tables = printed("001_table_1", "001_table_1_half_widths")
    errors = np.array([0.3, -0.4, 0.0])
    tables["recovered_correlations"] = pd.DataFrame(
        [
            {
                "pair": pair,
                "history": history,
                "truth": 0.1,
                "estimate": 0.1 + error,
                "error": error,
            }
            for history in multi_asset.HISTORIES
            for pair, error in zip((12, 13, 23), errors, strict=True)
        ]
    ).assign(market="001 Table 1")
    tables["correlation_inputs"] = pd.DataFrame(
        {
            "pair": [12, 13, 23],
            "truth": [-0.6, 0.2, 0.1],
            "history_mean": [-0.6, 0.2, 0.1],
            "history_deviation": 0.05,
            "history_root_mean_square": [0.03, 0.04, 0.0],
            "implied_lower": [-0.7, 0.1, 0.0],
            "implied_upper": [-0.5, 0.3, 0.2],
        }
    )
    found = lines.table_of("001", multi_asset._correlations(tables))
    name = "root mean square error"
    wanted = np.sqrt(np.mean(errors**2))
    assert shown(found, "rmot, no history", name)["ours"] == pytest.approx(wanted)
    assert shown(found, "historical, one year", name)["ours"] == pytest.approx(0.05 / np.sqrt(3))
    implied = shown(found, "implied by basket options", "rho 13")
    assert (implied["ours"], implied["error"]) == pytest.approx((0.2, 0.1))


def test_seconds_are_shown_for_the_numbers_of_assets_that_were_run():
    tables = printed("002_table_4", "002_table_4_text")
    tables["coupling_scaling"] = pd.DataFrame(
        {
            "assets": [2, 4],
            "calibrate_seconds": [0.1, 0.2],
            "couple_seconds": [0.3, 0.4],
            "total_seconds": [0.5, 0.9],
            "total_exponent": 0.8,
            "total_exponent_error": 0.1,
            "published_exponent": 2.2,
            "published_exponent_error": 0.1,
        }
    )
    found = times.run(tables)
    assert shown(found, "4 assets", "copula")["ours"] == 0.4
    assert np.isnan(shown(found, "15 assets", "total")["ours"])
    assert shown(found, "30 assets", "total")["published"] == "187.5"
    exponent = shown(found, "exponent in assets", "of our totals")
    assert (exponent["ours"], exponent["published"]) == (0.8, "1.98")


def test_a_power_is_fitted_with_the_weights_of_its_points():
    strikes = np.array([5.0, 20.0, 100.0])
    table = pd.DataFrame({"strikes": strikes, "error": 0.1 * strikes**-0.5, "error_error": 0.01})
    found = unified_figures._recovery(table, "-0.5")
    assert (found.ours, found.published) == (pytest.approx(-0.5), "-0.5")
    # independent points: the error is that of weighted least squares
    weight = (table["error"] / 0.01) ** 2
    x = np.log(strikes)
    spread = np.average((x - np.average(x, weights=weight)) ** 2, weights=weight)
    assert found.error == pytest.approx((weight.sum() * spread) ** -0.5)


def test_a_dimension_that_no_number_of_strikes_reaches_has_no_number():
    rows = [
        {
            "maturities": maturities,
            "free": free,
            "strikes": strikes,
            "effective_dimension": 5 if (maturities, free) == (3, 6) else 4,
            "half_width_95": 0.02,
        }
        for maturities in (1, 3)
        for free in (4, 6)
        for strikes in (20, 50)
    ]
    table = pd.DataFrame(rows).assign(**unified_figures.POINT)
    said = unified_figures.printed_in(printed("002_figures")["002_figures"])
    found = lines.table_of("002", unified_figures._dimension(table, said))
    name = "least strikes for dimension five"
    assert shown(found, "maturities: 3", name)["ours"] == 20
    assert np.isnan(shown(found, "maturities: 1", name)["ours"])
    assert shown(found, "maturities: 1", name)["remark"] == "six free: not with 50 strikes"


def test_errors_held_out_scatter_over_seeds():
    table = pd.DataFrame(
        {
            "chain": ["SPX", "SPX", "NDX"],
            "held_out_mean_price_error": [0.1, 0.3, 0.2],
            "data": "real",
        }
    )
    spx, ndx = unified_trials._held_out(table, "0.042")
    assert (spx.ours, spx.error) == pytest.approx((0.2, np.std([0.1, 0.3], ddof=1)))
    assert np.isnan(ndx.error)
