"""Errors of far options' prices that are foretold from quotes near the money, fund by fund."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.sources.far_quotes import HALF_WIDTH

SHOWN = (
    ("rough_heston_error", "rough Heston", BLACK, "o"),
    ("black_scholes_error", "one volatility", VERMILION, "s"),
)
LARGEST = 0.057
"""As 002 prints it in its section 5.3."""

LEAST = 1e-3
"""Smaller errors are drawn here."""


def draw(request: Request) -> Figure:
    """One panel a name: sizes of relative errors over log-moneyness, and half of bid to ask."""
    (table,) = request.tables
    names = list(table["name"].unique())
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(PAGE_WIDTH, 1.7 * rows + 0.5),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for axis, name in zip(axes.flat, names, strict=False):
        own = table.loc[table["name"] == name].sort_values("log_moneyness")
        _errors(axis, own)
        axis.set_title(f"{name}, {own['expiry'].iloc[0]}")
    axes[0, 0].set_ylim(bottom=0.8 * LEAST)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    for axis in axes[-1]:
        axis.set_xlabel(r"log-moneyness $k$")
    figure.supylabel("relative error of the price", fontsize=8.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _errors(axis: Axes, table: pd.DataFrame) -> None:
    axis.axvspan(-HALF_WIDTH, HALF_WIDTH, color=GREY, alpha=0.2, lw=0, label="fitted")
    for column, name, colour, marker in SHOWN:
        size = np.maximum(np.abs(table[column].to_numpy(dtype=float)), LEAST)
        fill = colour if marker == "o" else "none"
        axis.plot(
            table["log_moneyness"],
            size,
            marker,
            color=colour,
            ms=2.6,
            mfc=fill,
            mew=0.6,
            label=name,
        )
    for wing in (table["log_moneyness"] < 0, table["log_moneyness"] > 0):
        rows = table.loc[wing]
        label = "half of bid to ask" if wing.iloc[0] else None
        axis.plot(
            rows["log_moneyness"], rows["relative_half_spread"], color=SKY, lw=1.0, label=label
        )
    axis.axhline(LARGEST, color=GREY, ls=":", lw=1.2)
    axis.annotate(
        "002: largest",
        (0.99, LARGEST),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        xytext=(0, -2),
        ha="right",
        va="top",
        fontsize=6.5,
        color=GREY,
    )
    axis.set_yscale("log")


if __name__ == "__main__":
    main(draw)
