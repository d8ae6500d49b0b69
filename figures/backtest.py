"""Volatilities and prices of four names, day by day, against bounds stated the day before."""

from __future__ import annotations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.backtest.laws import NAMES
from rmot.studies.backtest.rows import BALL, WALK, level_name

_ENDS = ("outcome", f"lower_{BALL}", f"upper_{BALL}")


def draw(request: Request) -> Figure:
    """Set a row a name: volatility at the money beside the price, with bounds and exceptions."""
    (table,) = request.tables
    table = table.assign(
        date=pd.to_datetime(table["date"]), skipped=table["skipped"].astype(object).fillna("")
    )
    figure, axes = plt.subplots(len(NAMES), 2, figsize=(PAGE_WIDTH, 6.6), sharex=True)
    for (left, right), name in zip(axes, NAMES, strict=True):
        _panel(left, table.loc[table["name"] == name])
        _prices(right, table.loc[table["name"] == level_name(name)])
        left.set_ylabel(f"{name}\nvolatility, %")
        right.set_ylabel("price")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=6,
        fontsize=7,
    )
    return figure


def _prices(axis: Axes, rows: pd.DataFrame) -> None:
    known = rows.loc[rows["skipped"] == ""]
    before = known["before"].to_numpy(float)
    ends = {side: before * known[f"{side}_{BALL}"] for side in ("lower", "upper")}
    axis.fill_between(known["date"], ends["lower"], ends["upper"], color=SKY, alpha=0.45, lw=0)
    price = before * known["outcome"]
    axis.plot(known["date"], price, color=BLACK, lw=0.9, marker=".", ms=2)
    outside = _outside(known) & ~known["training"].to_numpy(dtype=bool)
    axis.plot(
        known["date"][outside], price[outside], ls="", marker="o", ms=4, mfc="none", color=VERMILION
    )
    every = rows["date"].to_numpy("datetime64[D]")
    first = every[~rows["training"].to_numpy(dtype=bool)].min()
    axis.axvspan(every.min(), first, color=GREY, alpha=0.15, lw=0)


def _panel(axis: Axes, rows: pd.DataFrame) -> None:
    nearest = rows["place"].loc[rows["log_moneyness"].abs().idxmin()]
    money = rows.loc[(rows["place"] == nearest) & (rows["skipped"] == "")]
    # a gap where the expiry changes
    every = np.unique(rows["date"].to_numpy("datetime64[D]"))
    shown = money.set_index("date").reindex(pd.DatetimeIndex(every))
    lower, upper = (100 * shown[f"{side}_{BALL}"] for side in ("lower", "upper"))
    axis.fill_between(every, lower, upper, color=SKY, alpha=0.45, lw=0, label="ball")
    for side in ("lower", "upper"):
        axis.plot(
            every,
            100 * shown[f"{side}_{WALK.replace(' ', '_')}"],
            color=GREY,
            lw=0.8,
            ls="--",
            label="random walk" if side == "lower" else None,
        )
    axis.plot(
        every, 100 * shown["outcome"], color=BLACK, lw=0.9, marker=".", ms=2, label="at the money"
    )
    judged = ~money["training"].to_numpy(dtype=bool)
    outside = _outside(money) & judged
    axis.plot(
        money["date"][outside],
        100 * money["outcome"][outside],
        ls="",
        marker="o",
        ms=4,
        mfc="none",
        color=VERMILION,
        label="exception",
    )
    others = rows.loc[(rows["skipped"] == "") & (rows["place"] != nearest) & ~rows["training"]]
    dates = others["date"][_outside(others)].unique()
    floor = axis.get_ylim()[0]
    axis.plot(
        dates,
        np.full(len(dates), floor),
        ls="",
        marker="|",
        ms=6,
        color=VERMILION,
        label="at another strike",
    )
    first = rows.loc[~rows["training"].astype(bool), "date"].min()
    axis.axvspan(every[0], first, color=GREY, alpha=0.15, lw=0, label="learned from")
    axis.set_xlim(every[0], every[-1])
    axis.xaxis.set_major_locator(mdates.MonthLocator())
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%b"))


def _outside(rows: pd.DataFrame) -> NDArray[np.bool_]:
    seen, lower, upper = (rows[key].to_numpy(float) for key in _ENDS)
    return (seen < lower) | (seen > upper)


if __name__ == "__main__":
    main(draw)
