"""What 003 reads off indices, futures and bars, line by line beside ours."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.lines import Line, Told, half, kind, matching, only

PARAMETERS, MEASURES = "Key results, parameters", "Phase 3"
CORRELATIONS, ROUGHNESS, FUTURES = "Phase 4, correlations", "Phase 4, roughness", "Phase 6"
INSIGHTS, DATA = "Market insights", "Data sources"

SERIES = {
    "spx_30_minutes_returns": "SPX returns, hourly",
    "vix_15_minutes_log": "log VIX, hourly",
}
QUANTITIES = {
    "vol_of_vol_implied": "implied",
    "vol_of_vol_realised": "realised",
    "mean_reversion": "reversion_changes",
    "long_run_vix": "mean_index",
    "half_life_days": "half_life",
}
EXPONENTS = {"hurst_spx": "SPX returns, hourly", "hurst_vix": "log VIX, hourly"}
PERCENT = {"long_run_vix", "realised_index", "mean_index", "contango_share"}

WORDS = {
    "acf_1": "autocorrelation",
    "neural_vix": "neural model, of the VIX",
    "neural_rv": "neural model, of realised variance",
    "black_scholes": "Black-Scholes",
    "damping": "VVIX over the VIX's realised",
    "realised_index": "S&P 500, realised",
    "mean_index": "mean VIX",
    "long_run_vix": "mean VIX",
    "leverage": "SPX returns and VIX changes",
    "clustering": "size of SPX returns and VIX",
    "contango_share": "days in contango",
    "contango_index": "VIX in contango",
    "backwardation_index": "VIX in backwardation",
    "index_correlation": "VIX and VVIX",
    "hurst_spx": "H of SPX",
    "hurst_vix": "H of VIX",
    "hurst": "H",
    "hurst_gap": "gap of H",
    "mmd": "signature loss",
    "mean_error": "error of the mean",
    "ornstein_uhlenbeck": "Ornstein-Uhlenbeck",
    "half_life_days": "half-life",
}
"""What a name of a table is in words, where its own words would not do."""


def parameters(
    printed: pd.DataFrame, market: pd.DataFrame, robustness: pd.DataFrame
) -> Iterator[Line]:
    """Set the calibrated parameters beside those of the indices and futures that we have."""
    for row in matching(printed):
        name, text = str(row["parameter"]), str(row["value"])
        if name in EXPONENTS:
            own = only(robustness, series=EXPONENTS[name], method="variogram")
            told: Told = {"data": str(own["data"]), "remark": "variogram of hourly bars"}
            yield Line(PARAMETERS, spoken(name), "value", text, float(own["hurst"]), **told)
        else:
            yield _quantity(PARAMETERS, name, QUANTITIES[name], text, market)


def _printed_quantity(item: str, name: str, printed: pd.DataFrame, market: pd.DataFrame) -> Line:
    return _quantity(item, name, name, str(only(printed, quantity=name)["value"]), market)


def _quantity(item: str, name: str, quantity: str, text: str, market: pd.DataFrame) -> Line:
    """Give a quantity of the last window that has it, which is the source's where data reach it."""
    own = matching(market, quantity=quantity)[-1]
    scale = 100.0 if name in PERCENT else 1.0
    error = scale * half(own["low"], own["high"])
    window = "all common dates" if own["window"] == "all" else str(own["window"])
    unit = "%" if name in PERCENT else "days" if quantity == "half_life" else ""
    remark = window if math.isnan(error) else f"{window}; half of the 95% interval of blocks"
    told: Told = {"unit": unit, "data": str(own["data"]), "remark": remark}
    return Line(item, spoken(name), "value", text, scale * float(own["value"]), error, **told)


def market_quantities(printed: pd.DataFrame, market: pd.DataFrame) -> Iterator[Line]:
    """Set volatilities, correlations and regimes beside ours."""
    places = {
        "realised_index": MEASURES,
        "mean_index": MEASURES,
        "leverage": CORRELATIONS,
        "clustering": CORRELATIONS,
        "damping": FUTURES,
        "contango_share": FUTURES,
        "contango_index": INSIGHTS,
        "backwardation_index": INSIGHTS,
        "index_correlation": INSIGHTS,
    }
    for name, item in places.items():
        yield _printed_quantity(item, name, printed, market)


def roughness(printed: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Line]:
    """Set H by method beside that of hourly series, with the range of shuffled ones."""
    for row in matching(printed):
        method = str(row["method"]).replace("_", " ")
        own = only(ours, series=SERIES[str(row["source"])], method=method)
        place = (ROUGHNESS, str(own["series"]))
        found: Told = {"data": str(own["data"]), "remark": "hourly bars"}
        yield Line(*place, method, str(row["estimate"]), float(own["hurst"]), **found)
        error = half(own["null_low"], own["null_high"])
        found["remark"] = "of the same series without memory; half of the 95% range of shuffles"
        yield Line(*place, f"{method}, shuffled", "", float(own["null_hurst"]), error, **found)


def points(printed: pd.DataFrame, market: pd.DataFrame, series: pd.DataFrame) -> Iterator[Line]:
    """Set the points of the source's series beside those of ours."""
    lengths = series.drop_duplicates("series").set_index("series")
    indices = market[market["window"] == "all"].set_index("quantity")
    found = {
        "vix_15_minutes": (lengths.loc["log VIX, hourly", "length"], "hourly bars"),
        "spx_5_or_30_minutes": (lengths.loc["SPX returns, hourly", "length"], "hourly returns"),
        "vvix_15_minutes": (indices.loc["implied", "days"], "daily closes"),
        "vix_futures_daily": (indices.loc["reversion_levels", "days"], "days of all contracts"),
    }
    for row in matching(printed):
        name = str(row["dataset"])
        count, remark = found[name]
        told: Told = {"data": kind(market), "remark": remark}
        yield Line(DATA, spoken(name), "points", str(row["points"]), float(count), **told)


def spoken(name: str) -> str:
    """Return a name of a table in words."""
    return WORDS.get(name, name.replace("_", " "))
