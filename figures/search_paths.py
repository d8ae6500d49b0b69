"""Rough Heston's parameters along local searches from several starts, to the optimum."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, PURPLE, SKY, VERMILION, Request, main
from rmot.studies.rough_heston_parameters import SYMBOLS
from rmot.studies.sources.search_paths import LEAST

COLOURS = (BLACK, VERMILION, SKY, GREEN, PURPLE, GREY)
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
ITERATIONS = 47
"""As 002 prints them in its Table 6."""


def draw(request: Request) -> Figure:
    """One panel a parameter, and one for the distance of the objective from its least value."""
    (table,) = request.tables
    names = [name for name in SYMBOLS if name in set(table["parameter"])]
    figure, axes = plt.subplots(2, 3, figsize=(PAGE_WIDTH, 3.8), sharex=True)
    for axis, name in zip(axes.flat, names, strict=False):
        _parameter(axis, table.loc[table["parameter"] == name])
        axis.set_title(SYMBOLS[name])
    last = axes.flat[len(names)]
    _objective(last, table.loc[table["parameter"] == LEAST])
    for axis in axes[-1]:
        axis.set_xlabel("step")
        axis.set_xlim(0, ITERATIONS + 3)
    for axis in axes.flat:
        axis.axvline(ITERATIONS, color=GREY, ls=":", lw=0.9)
    last.annotate(
        "002: iterations",
        (ITERATIONS, 0.97),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        xytext=(-2, 0),
        rotation=90,
        ha="right",
        va="top",
        fontsize=6.5,
        color=GREY,
    )
    return figure


def _parameter(axis: Axes, table: pd.DataFrame) -> None:
    optimum, error = float(table["optimum"].iloc[0]), float(table["error"].iloc[0])
    axis.axhspan(optimum - error, optimum + error, color=GREY, alpha=0.35, lw=0)
    for (_, rows), colour, style in zip(table.groupby("start"), COLOURS, STYLES, strict=False):
        axis.plot(rows["step"], rows["value"], color=colour, ls=style, lw=1.0)
        axis.plot(rows["step"].iloc[-1], rows["value"].iloc[-1], ".", color=colour, ms=4)


def _objective(axis: Axes, table: pd.DataFrame) -> None:
    least = float(np.min(table["value"]))
    for (_, rows), colour, style in zip(table.groupby("start"), COLOURS, STYLES, strict=False):
        over = rows["value"] / least - 1.0
        # the last steps are within the rounding of sums
        axis.plot(rows["step"], np.maximum(over, 1e-12), color=colour, ls=style, lw=1.0)
    axis.set_yscale("log")
    axis.set_title(r"$\chi^2 / \min \chi^2 - 1$")


if __name__ == "__main__":
    main(draw)
