"""Returns of a basket against 99% intervals in volatile weeks, and exceptions a year."""

from __future__ import annotations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.regulation.traffic_light import zone_starts

WEEKS = {
    "2008": ("2008-09-01", "2008-12-15"),
    "2020": ("2020-02-15", "2020-05-15"),
    "2022": ("2022-04-01", "2022-07-15"),
    "2025": ("2025-03-15", "2025-06-01"),
}
RULES = {"historical_ball": ("window and ball", SKY), "filtered_ball": ("filtered and ball", BLACK)}
COUNTED = {
    "historical": ("window", GREY, ":"),
    "historical_ball": ("window and ball", SKY, "-"),
    "filtered_ball": ("filtered and ball", BLACK, "-"),
}


def draw(request: Request) -> Figure:
    """Set four panels of weeks above the exceptions of the past 250 days."""
    (table,) = request.tables
    table = table.assign(date=pd.to_datetime(table["date"]))
    figure = plt.figure(figsize=(PAGE_WIDTH, 4.4))
    grid = figure.add_gridspec(2, len(WEEKS), height_ratios=(1.0, 0.9))
    shared: Axes | None = None
    for column, (year, (first, last)) in enumerate(WEEKS.items()):
        axis = figure.add_subplot(grid[0, column], sharey=shared)
        shared = shared or axis
        _weeks(axis, table.loc[table["date"].between(first, last)])
        axis.set_title(year)
        if column:
            axis.tick_params(labelleft=False)
    assert shared is not None
    shared.set_ylabel("daily return, %")
    below = figure.add_subplot(grid[1, :])
    _counts(below, table)
    figure.legend(*shared.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def _weeks(axis: Axes, rows: pd.DataFrame) -> None:
    returns = 100 * rows["return"]
    axis.vlines(rows["date"], 0.0, returns, color=GREY, lw=0.9)
    for rule, (label, colour) in RULES.items():
        for side in ("lower", "upper"):
            ends = 100 * rows[f"{side}_{rule}"]
            axis.step(
                rows["date"],
                ends,
                where="mid",
                color=colour,
                lw=1.0,
                label=label if side == "lower" else None,
            )
    for rule, marker, size in (("historical_ball", "o", 4.5), ("filtered_ball", "x", 4.5)):
        outside = (rows["return"] < rows[f"lower_{rule}"]) | (
            rows["return"] > rows[f"upper_{rule}"]
        )
        axis.plot(
            rows["date"][outside],
            returns[outside],
            ls="",
            marker=marker,
            ms=size,
            mfc="none",
            color=VERMILION,
            label=f"exception of {RULES[rule][0]}",
        )
    axis.xaxis.set_major_locator(mdates.MonthLocator())
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%b"))


def _counts(axis: Axes, rows: pd.DataFrame) -> None:
    amber, red = zone_starts(250, 0.99)
    for rule, (label, colour, dashes) in COUNTED.items():
        known = rows[f"count_{rule}"] >= 0
        axis.plot(
            rows["date"][known],
            rows[f"count_{rule}"][known],
            color=colour,
            ls=dashes,
            lw=1.0,
            label=label,
        )
    top = max(red + 2, int(np.max([rows[f"count_{rule}"].max() for rule in COUNTED])) + 1)
    for start, end, colour, zone in (
        (0, amber - 0.5, GREEN, "green"),
        (amber - 0.5, red - 0.5, "#E69F00", "amber"),
        (red - 0.5, top, VERMILION, "red"),
    ):
        axis.axhspan(start, end, color=colour, alpha=0.13, lw=0)
        axis.text(1.005, 0.5 * (start + end), zone, transform=axis.get_yaxis_transform(), size=7)
    axis.set_ylim(0, top)
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlim(rows["date"].iloc[0], rows["date"].iloc[-1])
    axis.set_ylabel("exceptions in 250 days")
    axis.legend(loc="upper right", ncols=3, fontsize=7)


if __name__ == "__main__":
    main(draw)
