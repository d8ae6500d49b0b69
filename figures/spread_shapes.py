"""What bends a spread's smile: vol-of-vol, degrees of freedom, and the BiSABR's correlations."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

STYLES = ((BLACK, "-", "o"), (SKY, "-.", "s"), (VERMILION, "-", "^"), (GREEN, "--", "D"))
BOUNDS = {"normal": "--", "lognormal": ":"}
CORRELATIONS = {
    "price_correlation": r"$\rho_{12}$",
    "first_price_second_volatility": r"$\rho_{14}$",
    "second_price_first_volatility": r"$\rho_{23}$",
    "volatility_correlation": r"$\rho_{34}$",
}


def draw(request: Request) -> Figure:
    """Draw a panel for each of the source's Figures 1 to 3."""
    (table,) = request.tables
    figure, (copula, student, bisabr) = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 2.7))
    first = table.loc[table["figure"] == 1]
    for name, style in BOUNDS.items():
        _smile(copula, first.loc[first["case"] == name], GREY, style, "", name)
    _family(copula, first.loc[first["case"] == "sabr"], r"SABR, $\nu={:g}$")
    copula.set_ylabel("normal volatility of the spread (%)")
    _family(student, table.loc[table["figure"] == 2], "{:g} degrees")
    for axis, title in ((copula, "Gaussian copula"), (student, "Student copula")):
        axis.set_title(title)
        axis.legend(loc="upper center", handlelength=2.4, labelspacing=0.3)
        low, high = axis.get_ylim()
        # room for the legend
        axis.set_ylim(low, high + 0.45 * (high - low))
    _changes(bisabr, table.loc[table["figure"] == 3])
    bisabr.set_title("BiSABR")
    figure.supxlabel("strike less forward, in normal deviations", size=8.5)
    return figure


def _family(axis: Axes, table: pd.DataFrame, label: str) -> None:
    cases = table.groupby("value", sort=False)
    for (value, smile), (colour, style, marker) in zip(cases, STYLES, strict=False):
        name = "Gaussian" if value == math.inf else label.format(value)
        _smile(axis, smile, colour, style, marker, name)


def _smile(
    axis: Axes, smile: pd.DataFrame, colour: str, style: str, marker: str, label: str
) -> None:
    axis.plot(
        smile["deviations"],
        100.0 * smile["normal_volatility"],
        color=colour,
        ls=style,
        marker=marker,
        ms=2.5,
        markevery=max(len(smile) // 5, 1),
        label=label,
    )


def _changes(axis: Axes, table: pd.DataFrame) -> None:
    """Draw the expansion's changes as lines, the simulation's with their intervals."""
    for (name, symbol), (colour, style, marker) in zip(CORRELATIONS.items(), STYLES, strict=True):
        rows = table.loc[table["case"] == name]
        change = float(rows["value"].iloc[0])
        axis.plot(rows["deviations"], rows["change"], color=colour, ls=style)
        every = rows.iloc[:: max(len(rows) // 4, 1)]
        axis.errorbar(
            every["deviations"],
            every["simulated_change"],
            yerr=every["simulated_error"],
            color=colour,
            ls="",
            marker=marker,
            ms=2.8,
            lw=0.7,
            label=f"{symbol} by {change:g}",
        )
    axis.axhline(0.0, color=GREY, lw=0.5)
    axis.set_ylabel("change of it (%)", labelpad=1)
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.35 * (high - low))
    axis.legend(loc="upper center", ncols=2, columnspacing=0.8, handletextpad=0.3)


if __name__ == "__main__":
    main(draw)
