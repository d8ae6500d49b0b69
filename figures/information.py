"""Standard error of H against the number of strikes, and against their range, beside the claims."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, VERMILION, Request, main
from rmot.calibration.design import NORMAL_95
from rmot.studies.information.points import HALF_WIDTH, PRECISION, STRIKES

POINT, NOISE, HURST = "index", "0.2% in volatility", 0.12
COLOURS = {1: VERMILION, 3: GREEN, 5: BLACK}
STYLES = {4: "-", 6: "--"}
# m^-1/2 on the left, delta^(-1 + 2H) on the right
CLAIMED: dict[str, Any] = {"color": GREY, "lw": 0.9, "ls": ":"}
SMALLEST_RANGE = 1e-4
HIGHEST = 30.0


def draw(request: Request) -> Figure:
    """Errors by strikes and by range, and slopes by range; see the legend."""
    by_strikes, by_range = request.tables
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 2.7))
    chosen = by_strikes.query("point == @POINT and noise == @NOISE")
    _errors(left, chosen, "strikes")
    _strikes(left, chosen)
    chosen = by_range.query("hurst == @HURST and half_width >= @SMALLEST_RANGE")
    _errors(middle, chosen.query("std_hurst < @HIGHEST"), "half_width")
    middle.set_xlabel(r"half-width of the range, $\delta$")
    middle.set_title(f"$m = {STRIKES}$")
    _slopes(right, chosen)
    figure.legend(handles=_legend(), loc="outside upper center", ncols=6, columnspacing=1.2)
    return figure


def _errors(axis: Axes, table: pd.DataFrame, column: str) -> None:
    _plot(axis, table, column, "std_hurst")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.axhline(PRECISION / NORMAL_95, color=GREY, lw=0.7, zorder=0)
    axis.set_ylabel(r"standard error of $\hat H$", labelpad=1)
    axis.set_ylim(2e-3, HIGHEST)


def _strikes(axis: Axes, table: pd.DataFrame) -> None:
    first = table.query("free == 4 and maturities == 1 and strikes >= 10").iloc[0]
    strikes = np.array([first["strikes"], table["strikes"].max()])
    reference = 2.5 * first["std_hurst"] * (strikes / strikes[0]) ** -0.5
    axis.plot(strikes, reference, **CLAIMED)
    axis.annotate(
        rf"$\pm{PRECISION}$, 95%",
        (0.02, PRECISION / NORMAL_95),
        (0, 1),
        axis.get_yaxis_transform(),
        "offset points",
        va="bottom",
        color=GREY,
        size=7,
    )
    axis.xaxis.set_major_locator(FixedLocator([5, 10, 20, 50, 100, 200]))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("strikes in each maturity, $m$")
    axis.set_title(rf"$\delta = {HALF_WIDTH}$")


def _slopes(axis: Axes, table: pd.DataFrame) -> None:
    _plot(axis, table.dropna(subset="local_slope"), "half_width", "local_slope")
    claimed = table["claimed_exponent"].iloc[0]
    axis.axhline(claimed, **CLAIMED)
    axis.set_xscale("log")
    axis.set_xlabel(r"half-width of the range, $\delta$")
    axis.set_ylabel("slope of the middle panel", labelpad=1)
    axis.set_title(f"$H = {HURST}$")


def _plot(axis: Axes, table: pd.DataFrame, x: str, y: str) -> None:
    for _, line in table.groupby(["free", "maturities"]):
        first = line.iloc[0]
        colour, style = COLOURS[first["maturities"]], STYLES[first["free"]]
        axis.plot(line[x], line[y], color=colour, ls=style)


def _legend() -> list[Line2D]:
    colours = [
        Line2D([], [], color=colour, label=f"{count} maturit{'y' if count == 1 else 'ies'}")
        for count, colour in COLOURS.items()
    ]
    styles = [
        Line2D([], [], color=GREY, ls=style, label=f"{free} parameters")
        for free, style in STYLES.items()
    ]
    return [*colours, *styles, Line2D([], [], label="claimed slope", **CLAIMED)]


if __name__ == "__main__":
    main(draw)
