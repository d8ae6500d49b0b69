"""Widths of bounds on an equal-weight basket: by number of names, and by maturity."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.equal_weight.widths import MIDDLE

COLOURS = {"classical": VERMILION, "ball": SKY}
STYLES = ("-", "--")


def draw(request: Request) -> Figure:
    """Left all sizes at one maturity, right all maturities of the largest basket."""
    (table,) = request.tables
    table = table.assign(
        classical=table["classical_upper"] - table["classical_lower"],
        ball=table["upper"] - table["lower"],
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.8))
    _widths(left, table.loc[np.isclose(table["maturity"], MIDDLE)], "names")
    left.set_xlabel("names")
    left.set_ylabel("width of the bounds / forward")
    most = table.loc[table["names"] == table["names"].max()]
    _widths(right, most, "maturity")
    right.set_xlabel("maturity (years)")
    start = most.query("strike == 1.0").sort_values("maturity")
    exponent = 2.0 * float(start["least_hurst"].iloc[0])
    line = start["ball"].iloc[0] * (start["maturity"] / start["maturity"].iloc[0]) ** exponent
    right.plot(start["maturity"], line, color=GREY, ls=":", label=f"power 2H = {exponent:.2f}")
    right.legend(fontsize=7, loc="lower right")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _widths(axis: Axes, table: pd.DataFrame, by: str) -> None:
    for kind, colour in COLOURS.items():
        for strike, style in zip(np.unique(table["strike"]), STYLES, strict=True):
            rows = table.loc[table["strike"] == strike].sort_values(by)
            name = "classical" if kind == "classical" else r"$\chi^2$ ball"
            label = f"{name}, K = {strike:g} F" if by == "names" else None
            axis.plot(rows[by], rows[kind], color=colour, ls=style, marker=".", label=label)
    axis.set_xscale("log")
    axis.set_yscale("log")
    places = np.unique(table[by])
    axis.set_xticks(places, [f"{place:.3g}" for place in places])
    axis.minorticks_off()


if __name__ == "__main__":
    main(draw)
