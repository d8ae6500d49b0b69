"""Upper bounds of calls in relative-entropy and chi-squared balls: by last node, strike and law."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import (
    BLACK,
    GREEN,
    GREY,
    PAGE_WIDTH,
    PURPLE,
    SKY,
    VERMILION,
    Request,
    main,
)
from rmot.studies.escaping_mass.laws import EXPONENT, EXPONENTIAL, GIVEN, POWER

BALLS = {"relative_entropy": ("KL", VERMILION), "chi_squared": (r"$\chi^2$", SKY)}
STYLES = dict(zip(GIVEN, ("-", "--"), strict=True))
LIMIT: dict[str, Any] = {"color": GREY, "lw": 0.8, "ls": ":"}
MOMENTS: dict[str, Any] = {"color": BLACK, "lw": 0.8, "ls": "-."}
SMALLEST_EXCESS = 1e-7
LAWS = {
    "Black-Scholes": (BLACK, "o"),
    "Heston": (SKY, "s"),
    "rough Heston": (VERMILION, "^"),
    POWER: (GREEN, "D"),
    EXPONENTIAL: (PURPLE, "x"),
}


def draw(request: Request) -> Figure:
    """By last node and by strike around the power law; over the limit for each law."""
    nodes, calls = request.tables
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 2.9))
    _by_node(left, nodes)
    _by_strike(middle, calls.query("law == @POWER"))
    _by_law(right, calls.query("given == @GIVEN[0]"))
    figure.legend(handles=_legend(), loc="outside upper center", ncols=6, columnspacing=1.2)
    return figure


def _by_node(axis: Axes, table: pd.DataFrame) -> None:
    finite = np.isfinite(table["last_node"])
    for given, style in STYLES.items():
        here = table["given"] == given
        for ball, (_, colour) in BALLS.items():
            curve = table[here & finite]
            axis.plot(curve["last_node"], 1e4 * curve[ball], color=colour, ls=style)
            (end,) = table.loc[here & ~finite, ball]
            axis.axhline(1e4 * end, zorder=0, **LIMIT)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(FixedLocator([1e1, 1e3, 1e5]))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_ylim(bottom=0)
    axis.set_xlabel("last node of the prior / F")
    axis.set_ylabel("upper bound (basis points of F)", labelpad=1)
    axis.set_title(f"power law, K = {table['strike'].iloc[0]:g} F")


def _by_strike(axis: Axes, table: pd.DataFrame) -> None:
    for given, style in STYLES.items():
        here = table.loc[table["given"] == given]
        for ball, (_, colour) in BALLS.items():
            axis.plot(here["strike"], 1e4 * here[ball], color=colour, ls=style)
        axis.axhline(1e4 * here["limit"].iloc[-1], zorder=0, **LIMIT)
    first = table.query("given == @GIVEN[0]")
    axis.plot(first["strike"], 1e4 * first["by_moments"], **MOMENTS)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("strike / F")
    axis.set_title(f"power law, exponent {EXPONENT:g}")


def _by_law(axis: Axes, table: pd.DataFrame) -> None:
    for law, (colour, marker) in LAWS.items():
        here = table.query("law == @law")
        excess = here["relative_entropy"] / here["limit"] - 1.0
        # what the solver's rounding leaves is not drawn
        seen = excess > SMALLEST_EXCESS
        axis.plot(
            here["strike"][seen], excess[seen], color=colour, marker=marker, ms=3, lw=0.9, label=law
        )
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("strike / F")
    axis.set_ylabel("KL bound / its limit, less 1", labelpad=1)
    axis.set_title("all laws, no quotes")
    # Room for the legend on the right.
    axis.set_xlim(1.0, 300.0)
    axis.set_ylim(bottom=SMALLEST_EXCESS)
    axis.legend(loc="lower right", handlelength=1.4, labelspacing=0.2, borderaxespad=0.0)


def _legend() -> list[Line2D]:
    return [
        *(Line2D([], [], color=colour, label=name) for name, colour in BALLS.values()),
        *(Line2D([], [], color=GREY, ls=style, label=given) for given, style in STYLES.items()),
        Line2D([], [], label="limit", **LIMIT),
        Line2D([], [], label="Theorem B", **MOMENTS),
    ]


if __name__ == "__main__":
    main(draw)
