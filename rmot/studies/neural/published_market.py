"""What VVIX, VIX, futures and the S&P 500 say of the source's parameters, beside what it prints.

Windows are all common dates, and 2024-01 to 2026-02, the source's. Intervals (95%) resample blocks
of twenty days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.market import History, read_history, read_vix_futures
from rmot.neural.published import market_parameters as market
from rmot.neural.published.printed import MARKET
from rmot.studies.neural.published_data import about
from rmot.studies.study import Config, main

DRAWS = {"quick": 100, "full": 1000, "deep": 5000}
ALL, PRINTED = "all", "2024 to 2026"
WINDOW = slice("2024-01-01", "2026-02-28")
REALISED_INDEX = 0.19
"""As printed, of the S&P 500 in 2024 to 2026 ("The P vs Q Problem")."""
OF_INDICES = ("mean_index", "realised_index")
FUTURES = ("settle", "symbols", "expirations")
LABELS = {
    "implied": r"vol-of-vol, mean VVIX",
    "realised": r"vol-of-vol, VIX realised",
    "damping": r"implied over realised",
    "damping_of_reversion": r"the same, of $\kappa$ alone",
    "reversion_changes": r"$\kappa$, futures' changes",
    "reversion_levels": r"$\kappa$, futures' levels",
    "half_life": "half-life in days",
    "mean_index": "mean VIX",
    "realised_index": r"S\&P 500, realised volatility",
    "contango_share": "days in contango",
    "contango_index": "mean VIX in contango",
    "backwardation_index": "mean VIX in backwardation",
    "leverage": "SPX returns and VIX changes",
    "index_correlation": "VIX and VVIX",
    "clustering": "size of SPX returns and VIX",
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a quantity and window; inputs `index`, `of_index`, `closes` and futures."""
    histories = {name: read_history(config.inputs[name]) for name in ("index", "of_index")}
    histories["closes"] = read_history(config.inputs["closes"])
    rows = []
    windows = {ALL: slice(None)}
    if pd.Timestamp("2024-06-01") < histories["index"].table.index[-1]:
        windows[PRINTED] = WINDOW
    for window, dates in windows.items():
        rows += [{"window": window, **row} for row in _of_indices(config, histories, dates)]
    rows += [{"window": ALL, **row} for row in _of_futures(config, histories["index"])]
    table = pd.DataFrame(rows)
    damped = float(market.damping(table.set_index("quantity").loc["reversion_changes", "value"]))
    return pd.concat([table, _alone(table, damped)], ignore_index=True)


def _of_indices(
    config: Config, histories: dict[str, History], dates: slice
) -> Iterator[dict[str, object]]:
    index, of_index = (market.closes(histories[name]).loc[dates] for name in ("index", "of_index"))
    closes = market.closes(histories["closes"])
    returns = market.returns_of(closes).loc[dates]
    moves = market.changes_of(index)
    both = index.loc[index.index.isin(of_index.index)]
    found = {
        "implied": (market.implied_vol_of_vol, (of_index,), MARKET.implied_vol_of_vol),
        "realised": (market.realised_vol_of_vol, (both,), MARKET.realised_vol_of_vol),
        "mean_index": (market.mean_level, (index,), MARKET.mean_index),
        "realised_index": (
            market.realised_vol_of_vol,
            (closes.loc[dates],),
            REALISED_INDEX,
        ),
        "leverage": (market.correlation_of, (returns, moves), MARKET.leverage),
        "index_correlation": (market.correlation_of, (index, of_index), MARKET.index_correlation),
        "clustering": (market.correlation_of, (returns.abs(), index), MARKET.clustering),
    }
    source = about(histories["index"].source)
    values = {}
    for name, (measure, series, printed) in found.items():
        one = measure(*series, **_bootstrap(config))
        values[name] = one.value
        yield _row(name, one, printed, source)
    ratio = values["implied"] / values["realised"]
    printed = MARKET.implied_vol_of_vol / MARKET.realised_vol_of_vol
    yield _row("damping", ratio, printed, source)


def _of_futures(config: Config, index: History) -> Iterator[dict[str, object]]:
    futures = read_vix_futures([config.inputs[name] for name in FUTURES])
    source = about(futures.sources[0])
    days, level = pd.to_datetime(futures.table["date"]), market.closes(index)
    level = level.loc[days.min() : days.max()]
    found = market.mean_reversion(futures.table, float(level.mean()), **_bootstrap(config))
    yield _row("reversion_changes", found.changes, MARKET.mean_reversion, source)
    yield _row("reversion_levels", found.levels, MARKET.mean_reversion, source)
    half_life = market.half_life_days(found.changes.value)
    yield _row("half_life", half_life, MARKET.half_life_days, source)
    parted = market.regimes(futures.table, market.closes(index), **_bootstrap(config))
    yield _row("contango_share", parted.contango_share, MARKET.contango_share, source)
    yield _row("contango_index", parted.contango_index, MARKET.contango_index, source)
    printed = MARKET.backwardation_index
    yield _row("backwardation_index", parted.backwardation_index, printed, source)


def _alone(table: pd.DataFrame, damped: float) -> pd.DataFrame:
    """Return the damping that the futures' mean reversion explains, without any premium."""
    first = table.iloc[[0]]
    printed = float(market.damping(MARKET.mean_reversion))
    return first.assign(
        window=ALL,
        quantity="damping_of_reversion",
        value=damped,
        low=np.nan,
        high=np.nan,
        days=np.nan,
        printed=printed,
    )


def _bootstrap(config: Config) -> dict[str, Any]:
    generator = np.random.default_rng(config.seed)
    return {"generator": generator, "draws": DRAWS[config.profile]}


def _row(
    quantity: str, found: market.Estimate | float, printed: float, source: dict[str, str]
) -> dict[str, object]:
    nan = float("nan")
    if not isinstance(found, market.Estimate):
        found = market.Estimate(found, nan, nan, 0)
    days = found.days or nan
    return {
        "quantity": quantity,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "days": days,
        "printed": printed,
        **source,
    }


def printed(table: pd.DataFrame) -> str:
    """Set a row a quantity, of the printed window where there is one, with its interval."""
    last = table.drop_duplicates("quantity", keep="last").set_index("quantity")
    rows = []
    for quantity, label in LABELS.items():
        row = last.loc[quantity]
        digits = 1 if abs(row["printed"]) > 10 else 3 if quantity in OF_INDICES else 2
        interval = ""
        if not np.isnan(row["low"]):
            interval = rf"\;[{fixed(row['low'], digits)}, {fixed(row['high'], digits)}]"
        rows.append(
            {
                "quantity": label,
                "window": row["window"],
                "value": fixed(row["value"], digits) + interval,
                "printed": fixed(row["printed"], digits),
            }
        )
    return latex_table(
        pd.DataFrame(rows),
        (
            Column("quantity", "", lambda text: rf"\text{{{text}}}", align="l"),
            Column("window", "dates", align="l"),
            Column("value", "found", str),
            Column("printed", "printed", str),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
