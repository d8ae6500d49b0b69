"""Widths of bounds on a basket of two assets by maturity, beside the powers that are printed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.sources.width_by_maturity import FITTED, PRINTED, STRIKES, exponent

KINDS = (("classical_width", "all quotes allow", VERMILION), ("ball_width", r"$\chi^2$ ball", SKY))
MARKERS = {STRIKES[0]: ("o", "-"), STRIKES[1]: ("s", "--")}
POWER = 0.20
"""As 002 prints it for its Figure 7."""

TICKS = {1 / 52: "1 week", 1 / 12: "1 month", 1 / 4: "3 months", 1 / 2: "6 months"}


def draw(request: Request) -> Figure:
    """One panel a market; both axes are logarithmic, so that powers are straight."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.0), sharey=True)
    for axis, name in zip(axes, (PRINTED, FITTED), strict=True):
        own = table.loc[table["market"] == name]
        _widths(axis, own)
        _powers(axis, own)
        axis.set_title(name)
        axis.set_xlabel("maturity")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xticks(list(TICKS), list(TICKS.values()))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.minorticks_off()
    axes[0].set_ylabel("width of the bounds / forward")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=7)
    return figure


def _widths(axis: Axes, table: pd.DataFrame) -> None:
    for column, name, colour in KINDS:
        for strike, (marker, style) in MARKERS.items():
            rows = table.loc[table["strike"] == strike].sort_values("maturity")
            power, _ = exponent(rows, column)
            error = 4.0 * rows["sampling_error"] if column == "ball_width" else None
            axis.errorbar(
                rows["maturity"],
                rows[column],
                yerr=error,
                color=colour,
                marker=marker,
                ms=3.5,
                ls=style,
                mfc=colour if strike == STRIKES[0] else "white",
                elinewidth=0.8,
                label=f"{name}, $K = {strike:g}\\,F$",
            )
            last = rows.iloc[-1]
            if strike == STRIKES[0]:
                axis.annotate(
                    f"$T^{{{power:.2f}}}$",
                    (last["maturity"], last[column]),
                    textcoords="offset points",
                    xytext=(-14, 7),
                    ha="right",
                    fontsize=7,
                    color=BLACK,
                )


def _powers(axis: Axes, table: pd.DataFrame) -> None:
    rows = table.loc[table["strike"] == STRIKES[0]].sort_values("maturity")
    maturity = rows["maturity"].to_numpy()
    start = float(rows["ball_width"].iloc[0])
    twice = 2.0 * float(rows["least_hurst"].iloc[0])
    for power, style, name in (
        (POWER, ":", f"002: $T^{{{POWER:.2f}}}$"),
        (twice, "-.", r"$T^{2H}$, least $H$"),
    ):
        line = start * np.power(maturity / maturity[0], power)
        axis.plot(maturity, line, color=GREY, ls=style, lw=1.2, label=name)


if __name__ == "__main__":
    main(draw)
