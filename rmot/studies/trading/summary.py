"""Profits by method and radius: mean, worst, how often a loss; static hedge beside delta hedge.

The delta hedge takes the same premium. Of a payoff both sold and bought its two profits add up to
the width of the bounds whatever the market does, so its mean is half the width and says nothing; a
loss, and the mean of the worst fortieth, do.

Trades that share a date of trade, or of settlement, share its market. Errors of means and of rates
resample whole dates, of either kind, and are the larger of the two; with so few dates they are
rough themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.regulation import expected_shortfall
from rmot.studies.study import Config, main
from rmot.studies.trading.positions import CLASSICAL

DRAWS = 2000
BASIS_POINTS = 1e4
LOSS = -1e-9
"""Beyond rounding: a profit below it is a loss."""
MET = 1e-9
CLUSTERS = ("traded", "expiry")
ALL_OPTIONS, ALL_BASKETS = "options", "baskets"
APART = ("digital", "basket")
"""Payoffs of a size of their own or of several names: left out of what is said of all options."""
WORST_SHARE = 0.975

Vector = NDArray[np.float64]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a group, payoff and method; the input is ``trades``."""
    trades = read_csv(config.inputs["trades"], dtype={"method": str})
    rows = list(_rows(trades, config.seed))
    return pd.DataFrame(rows).assign(
        data=trades["data"].iloc[0], data_sha256=trades["data_sha256"].iloc[0]
    )


def _rows(trades: pd.DataFrame, seed: int) -> Iterator[dict[str, object]]:
    for group, own in trades.groupby("group", sort=True):
        sets = {ALL_OPTIONS: own.loc[~own["payoff"].str.startswith(APART)]}
        sets |= {ALL_BASKETS: own.loc[own["payoff"].str.startswith(APART[1])]}
        sets |= {str(payoff): part for payoff, part in own.groupby("payoff", sort=True)}
        for payoff, part in sets.items():
            for method, rows in part.groupby("method", sort=True):
                yield {"group": group, "payoff": payoff, "method": method} | of_trades(rows, seed)


def of_trades(rows: pd.DataFrame, seed: int) -> dict[str, object]:
    """Return what the trades of one method came to.

    Parameters
    ----------
    rows : DataFrame
        As `rmot.studies.trading.trades` has them, of one method.
    seed : int
        Of the resampling.
    """
    known = rows.loc[rows["delta_profit"].notna()]
    profit, delta = (
        part[column].to_numpy(float) for part, column in ((rows, "profit"), (known, "delta_profit"))
    )
    found: dict[str, object] = {
        "markets": len(rows[["name", "traded", "expiry"]].drop_duplicates()),
        "trades": len(rows),
        # of trades, on markets whose quotes the fitted law meets as it is
        "met": (rows["least_radius"] < MET).mean(),
        "delta_trades": len(known),
        "dates": rows["traded"].nunique(),
        "settlements": rows["expiry"].nunique(),
        "mean_width": rows["width"].mean(),
        "worst_profit": rows["profit"].min(),
        "worst_listed_profit": rows["listed_profit"].min(),
        "worst_delta_profit": known["delta_profit"].min(),
        "shortfall": _shortfall(profit),
        "delta_shortfall": _shortfall(delta),
        # the static hedge on the trades that have a delta hedge
        "same_losses": (known["profit"] < LOSS).mean(),
        "same_shortfall": _shortfall(known["profit"].to_numpy(float)),
        "largest_gap": rows["gap"].max(),
    }
    statistics = {
        "mean_profit": (rows, profit),
        "losses": (rows, (profit < LOSS).astype(float)),
        "delta_losses": (known, (delta < LOSS).astype(float)),
    }
    for name, (part, values) in statistics.items():
        found[name] = values.mean() if values.size else np.nan
        found[f"{name}_error"] = clustered_error(
            values, [part[cluster].to_numpy() for cluster in CLUSTERS], seed
        )
    return found


def _shortfall(profits: Vector) -> float:
    return expected_shortfall(-profits, level=WORST_SHARE) if profits.size else np.nan


def clustered_error(values: Vector, clusters: list[np.ndarray], seed: int) -> float:
    """Return a mean's standard error by resampling clusters, the largest over kinds of clusters.

    Parameters
    ----------
    values : ndarray, shape (n,)
    clusters : list of ndarray, shape (n,)
        Labels, a kind of clusters to each.
    seed : int

    Returns
    -------
    float
        nan where no kind has two clusters.
    """
    errors = []
    for labels in clusters:
        names, which = np.unique(labels, return_inverse=True)
        if names.size < 2:
            continue
        total = np.bincount(which, weights=values)
        count = np.bincount(which)
        generator = np.random.default_rng(seed)
        drawn = generator.integers(names.size, size=(DRAWS, names.size))
        means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
        # a resampled variance falls short by (m - 1) / m
        errors.append(float(np.std(means)) * np.sqrt(names.size / (names.size - 1)))
    return max(errors, default=np.nan)


def printed(table: pd.DataFrame) -> str:
    """Set the options of each group by method, in basis points of the forward and per cent."""
    own = table.loc[table["payoff"] == ALL_OPTIONS].copy()
    own["order"] = [np.inf if each == CLASSICAL else float(each) for each in own["method"]]
    own = own.sort_values(["group", "order"])
    for column in own.columns:
        if column.startswith(("mean_", "worst_", "shortfall", "delta_shortfall")):
            own[column] = BASIS_POINTS * own[column]
        elif column.startswith(("losses", "delta_losses")):
            own[column] = 100.0 * own[column]
    own["method"] = [method_name(method) for method in own["method"]]
    columns = [
        Column("group", "Quotes", align="l"),
        Column("method", "Excess", str, align="l"),
        Column("mean_width", "Width", lambda x: significant(x, 3)),
        Column("mean_profit", "Mean", error="mean_profit_error"),
        Column("losses", r"\shortstack{Losses,\\\%}", error="losses_error"),
        Column("shortfall", "Shortfall", lambda x: fixed(x, 0)),
        Column("worst_profit", "Worst", lambda x: fixed(x, 0)),
        Column("delta_losses", r"\shortstack{Delta\\losses}", error="delta_losses_error"),
        Column("delta_shortfall", r"\shortstack{Delta\\shortfall}", lambda x: fixed(x, 0)),
    ]
    return latex_table(own, columns)


def method_name(method: str) -> str:
    """Return a method as tables and figures call it, in math mode."""
    return r"\infty" if method == CLASSICAL else significant(float(method), 1)


if __name__ == "__main__":
    main(run, printed)
