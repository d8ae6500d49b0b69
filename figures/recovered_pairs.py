"""Correlations that the printed estimator returns for drawn pairs, by the history it was given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

# History, name, colour, marker.
SHOWN = (
    ("right", "history: the truth", BLACK, "o"),
    ("wrong", "history: the truth with its sign changed", VERMILION, "s"),
    ("absent", "no history", SKY, "^"),
)
LARGEST, MEAN = 0.05, 0.02
"""Deviations that 002 prints with its Figure 9."""

END = 0.98


def draw(request: Request) -> Figure:
    """Left estimates over truths, right the sizes of their errors, sorted."""
    (table,) = request.tables
    own = table.loc[table["market"].str.startswith("pair") & (table["marginals"] == "fitted")]
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.0))
    _estimates(left, own)
    _errors(right, own)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=7)
    return figure


def _estimates(axis: Axes, table: pd.DataFrame) -> None:
    ends = np.array([-END, END])
    axis.fill_between(ends, ends - LARGEST, ends + LARGEST, color=GREY, alpha=0.35, lw=0)
    axis.plot(ends, ends, color=GREY, lw=0.8, ls=":", label=f"002: within {LARGEST:g} of the truth")
    for history, name, colour, marker in SHOWN:
        rows = table.loc[table["history"] == history]
        axis.plot(rows["truth"], rows["estimate"], marker, color=colour, ms=3.5, label=name)
    axis.set_xlim(-1.04, 1.04)
    axis.set_ylim(-1.04, 1.04)
    axis.set_aspect("equal")
    axis.set_xlabel("true correlation")
    axis.set_ylabel("estimated correlation")


def _errors(axis: Axes, table: pd.DataFrame) -> None:
    for history, _, colour, marker in SHOWN:
        sizes = np.sort(np.abs(table.loc[table["history"] == history, "error"].to_numpy()))
        share = 100.0 * np.arange(1, sizes.size + 1) / sizes.size
        axis.plot(sizes, share, marker=marker, color=colour, ms=3.5, lw=0.9)
    for size, name in ((MEAN, "002: mean"), (LARGEST, "002: largest")):
        axis.axvline(size, color=GREY, ls=":", lw=1.0)
        axis.annotate(
            name,
            (size, 3.0),
            textcoords="offset points",
            xytext=(-2, 0),
            rotation=90,
            ha="right",
            va="bottom",
            fontsize=6.5,
            color=GREY,
        )
    axis.set_xscale("log")
    axis.set_ylim(0, 104)
    axis.set_xlabel("size of the error")
    axis.set_ylabel("pairs with a smaller error, %")


if __name__ == "__main__":
    main(draw)
