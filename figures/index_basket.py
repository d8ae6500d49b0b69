"""Calls on half SPX and half NDX: balls around joint laws, as parts of the classical interval."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

COLOURS = (SKY, VERMILION)
# Where a law's bars stand beside the strike, and how far apart those of the radii.
_APART, _STEP, _WIDTH = 0.2, 0.1, 3.5


def draw(request: Request) -> Figure:
    """Set a group of bars for each strike; the wider the ball the lighter the bar."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.8 * PAGE_WIDTH, 2.8))
    strikes = np.unique(table["strike"])
    multiples = np.unique(table["multiple"])
    for side, (law, colour) in enumerate(zip(table["law"].unique(), COLOURS, strict=True)):
        for rank, multiple in enumerate(multiples):
            rows = table.query("law == @law and multiple == @multiple").sort_values("strike")
            least = rows["classical_lower"]
            width = rows["classical_upper"] - least
            place = np.arange(strikes.size) + (2 * side - 1) * _APART + (rank - 1) * _STEP
            low, high = ((rows[end] - least) / width for end in ("lower", "upper"))
            label = f"{law}, {multiple:g} times the least" if rank == 0 else f"{multiple:g} times"
            axis.vlines(
                place, low, high, color=colour, lw=_WIDTH, alpha=1.0 - 0.3 * rank, label=label
            )
            axis.plot(place, (rows["price"] - least) / width, "_", color=BLACK, ms=5)
    for level in (0.0, 1.0):
        axis.axhline(level, color=GREY, lw=0.8)
    axis.set_xticks(range(strikes.size), [f"{strike:g}" for strike in strikes])
    axis.set_xlabel("strike / forward")
    axis.set_ylabel("part of the classical interval")
    figure.legend(loc="outside upper center", ncols=2, fontsize=7)
    return figure


if __name__ == "__main__":
    main(draw)
