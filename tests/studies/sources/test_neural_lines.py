"""Lines of 003's result tables, of small tables made by hand."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rmot.studies.sources import lines, neural, neural_market

PRINTED = Path("proofs_check/tables")
NAMES = (
    *("fit", "pricing", "parameters", "ablation", "market"),
    *("hurst", "roughness", "impact", "data"),
)


@pytest.fixture(scope="module")
def tables():
    """Ours are made so that each number can be told from all others."""
    statistics = pd.DataFrame(
        [
            {
                "statistic": statistic,
                "model": model,
                "value": 10.0 * at + place,
                "deviation": 0.5,
                "real": 10.0 * at + 5.0,
                "low": 10.0 * at,
                "high": 10.0 * at + 8.0,
            }
            for at, statistic in enumerate((*neural.STATISTICS.values(), "flattened_kurtosis"), 1)
            for place, model in enumerate(("printed", "reverting", "rough"))
        ]
    )
    scores = pd.DataFrame(
        {
            "model": ["printed", "reverting"],
            "signature_loss": [0.08, 0.06],
            "signature_correlation": [0.7, 0.8],
        }
    )
    market = pd.DataFrame(
        [
            {"window": window, "quantity": quantity, "value": value, "low": low, "high": value}
            for window, value, low in (("all", 0.5, 0.4), ("2024 to 2026", 0.6, 0.4))
            for quantity in (
                *neural_market.QUANTITIES.values(),
                *("realised_index", "leverage", "clustering", "damping", "contango_share"),
                *("contango_index", "backwardation_index", "index_correlation"),
                "reversion_levels",
            )
        ]
    ).assign(days=100.0)
    market.loc[market["quantity"] == "damping", ["low", "high"]] = np.nan
    pricing = pd.DataFrame(
        {
            "model": ["printed", "printed", "flat"],
            "set": "each",
            "error": [0.03, 0.04, 0.05],
            "quotes": [3, 1, 4],
        }
    )
    robustness = pd.DataFrame(
        [
            {
                "series": series,
                "method": method,
                "hurst": 0.4,
                "null_hurst": 0.5,
                "null_low": 0.45,
                "null_high": 0.57,
                "length": 1000,
            }
            for series in neural_market.SERIES.values()
            for method in ("variogram", "rescaled range")
        ]
    )
    ours = {
        "statistics": statistics,
        "scores": scores,
        "market": market,
        "pricing": pricing,
        "robustness": robustness,
    }
    printed = lines.read({f"003_{name}": PRINTED / f"003_{name}.csv" for name in NAMES})
    return printed | {f"published_{name}": t.assign(data="synthetic") for name, t in ours.items()}


@pytest.fixture(scope="module")
def found(tables):
    return neural.run(tables).set_index(["item", "row", "column"])


def test_all_printed_numbers_are_there_once(tables, found):
    cells = 0
    for name, columns in (
        ("fit", ("market", "neural", "bergomi")),
        ("pricing", ("rmse",)),
        ("parameters", ("value",)),
        ("ablation", ("mmd", "hurst_gap", "mean_error")),
        ("market", ("value",)),
        ("hurst", ("estimate",)),
        ("roughness", ("real", "neural")),
        ("impact", ("before", "after")),
        ("data", ("points",)),
    ):
        cells += int((tables[f"003_{name}"][list(columns)] != "").sum(axis=None))
    # the share of days in backwardation is what contango leaves
    assert int((found["published"] != "").sum()) == cells - 1
    assert found.index.is_unique


def test_what_is_real_has_half_of_its_band_and_models_their_deviation(found):
    own = found.loc[(neural.FIT, "H", "market")]
    assert (own["published"], own["ours"], own["error"]) == ("0.475", 45.0, 4.0)
    own = found.loc[(neural.FIT, "H", "bergomi")]
    assert (own["published"], own["ours"], own["error"]) == ("0.256", 42.0, 0.5)
    gap = found.loc[(neural.ABLATION, "Ornstein-Uhlenbeck", "gap of H")]
    assert (gap["published"], gap["ours"]) == ("0.059", 4.0)


def test_errors_of_expiries_are_joined_by_their_squares(found):
    row = found.loc[(neural.PRICES, "neural model, of the VIX", "error")]
    wanted = 100.0 * math.sqrt((3 * 0.03**2 + 0.04**2) / 4)
    assert (row["published"], row["ours"]) == ("2.95", pytest.approx(wanted))
    gain = found.loc[(neural.PRICES, "neural model, of the VIX", "less than Black-Scholes")]
    assert gain["ours"] == pytest.approx(100.0 - 100.0 * wanted / 5.0)
    none = found.loc[(neural.PRICES, "neural model, of realised variance", "error")]
    assert np.isnan(none["ours"])
    assert (none["published"], none["remark"]) == ("5.85", "not trained in the quick profile")


def test_a_model_of_realised_variance_is_shown_where_it_is_trained(tables):
    prices = pd.DataFrame({"model": ["realised"], "set": "each", "error": [0.04], "quotes": [5]})
    more = tables | {"published_realised": prices.assign(data="synthetic")}
    made = lines.table_of("003", neural._prices(more)).set_index("row")
    row = made.loc["neural model, of realised variance"]
    assert (row["published"], row["ours"]) == ("5.85", pytest.approx(4.0))


def test_parameters_are_of_the_window_that_the_source_has(found):
    row = found.loc[(neural_market.PARAMETERS, "mean VIX", "value")]
    assert (row["published"], row["unit"]) == ("18.6", "%")
    assert (row["ours"], row["error"]) == pytest.approx((60.0, 10.0))
    assert row["remark"].startswith("2024 to 2026")
    ratio = found.loc[(neural_market.FUTURES, "VVIX over the VIX's realised", "value")]
    assert np.isnan(ratio["error"])
    assert ratio["published"] == "0.84"


def test_the_norm_that_matches_is_that_of_time(found):
    """Simulate: a path that never moves has the printed norm, within the printed digits."""
    steps = np.full(400, 1.0 / 400.0)
    first = second = third = 0.0
    for step in steps:
        third += second * step + first * step**2 / 2.0 + step**3 / 6.0
        second += first * step + step**2 / 2.0
        first += step
    row = found.loc[(neural.VERIFIED, "signature norm", "neural")]
    assert row["ours"] == pytest.approx(math.hypot(first, second, third), rel=1e-12)
    assert abs(row["ours"] - float(row["published"])) < 0.001


def test_a_kurtosis_before_is_that_of_flattened_data(found):
    assert found.loc[(neural.IMPACT, "kurtosis", "before"), "ours"] == 65.0
    assert np.isnan(found.loc[(neural.IMPACT, "gap of H", "before"), "ours"])
