"""Eigenvalues of information matrices and of correlation matrices, relative to the largest."""

from __future__ import annotations

from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.calibration.information import RELATIVE_THRESHOLD
from rmot.studies.sources.spectra import CORRELATIONS, INFORMATION

COLOURS = {"SPX": BLACK, "NDX": VERMILION, "SPX23": SKY}
LABELS = {"SPX": "SPX", "NDX": "NDX", "SPX23": "SPX, a year later"}
SIZES = {4: (":", "^"), 5: ("--", "s"), 6: ("-", "o")}
MATRICES = {"history": (BLACK, "o"), "shared factors": (VERMILION, "s")}
ASSUMED = 100.0
"""Condition number that 001 assumes (A4)."""

PRINTED = 8.2
"""Condition number that 002 prints of its correlation matrix."""

NOTHING = 1e-12
"""Shares below are rounding."""


def draw(request: Request) -> Figure:
    """Left the information on parameters, right correlations of the portfolio."""
    (table,) = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.0))
    for axis in (left, right):
        axis.set_yscale("log")
        axis.set_xlabel("rank")
    _information(left, table.loc[table["kind"] == INFORMATION])
    _correlations(right, table.loc[table["kind"] == CORRELATIONS])
    left.set_ylabel("eigenvalue / largest")
    return figure


def _level(axis: Axes, share: float, name: str, side: Literal["left", "right"]) -> None:
    axis.axhline(share, color=GREY, ls=":", lw=1.0)
    axis.annotate(
        name,
        (0.01 if side == "left" else 0.99, share),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        xytext=(0, 2),
        ha=side,
        fontsize=6.5,
        color=GREY,
    )


def _information(axis: Axes, table: pd.DataFrame) -> None:
    for size, (style, marker) in SIZES.items():
        for name, colour in COLOURS.items():
            rows = table.loc[(table["name"] == name) & (table["size"] == size)]
            axis.plot(
                rows["rank"],
                rows["share"],
                color=colour,
                ls=style,
                marker=marker,
                ms=3,
                mfc="white",
            )
    for name, colour in COLOURS.items():
        axis.plot([], [], color=colour, label=LABELS[name])
    for size, (style, marker) in SIZES.items():
        axis.plot([], [], color=GREY, ls=style, marker=marker, ms=3, label=f"{size} free")
    _level(axis, 1.0 / ASSUMED, "001: condition number assumed", "left")
    _level(axis, RELATIVE_THRESHOLD, "least that counts as determined", "left")
    axis.set_xticks(range(1, max(SIZES) + 1))
    axis.set_ylim(top=30.0)
    axis.set_yticks([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    axis.legend(loc="upper right", fontsize=6.5, ncols=2)
    axis.set_title("information on parameters")


def _correlations(axis: Axes, table: pd.DataFrame) -> None:
    for name, (colour, marker) in MATRICES.items():
        rows = table.loc[(table["name"] == name) & (table["share"] > NOTHING)]
        axis.plot(rows["rank"], rows["share"], color=colour, marker=marker, ms=3, label=name)
    _level(axis, 1.0 / PRINTED, "002: least eigenvalue", "right")
    most = int(np.max(table["rank"]))
    axis.set_xticks(np.unique(np.linspace(1, most, 5).round().astype(int)))
    axis.legend(loc="lower left", fontsize=6.5)
    axis.set_title("correlations of the portfolio")


if __name__ == "__main__":
    main(draw)
