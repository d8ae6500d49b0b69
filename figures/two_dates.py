"""Payoffs of SPX at two dates: balls around two laws, as parts of the interval without a law."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

COLOURS = (SKY, VERMILION)
# Where a law's bars stand beside the payoff, and how far apart those of the radii.
_APART, _STEP, _WIDTH = 0.2, 0.1, 3.5


def draw(request: Request) -> Figure:
    """Set a group of bars for each payoff; the wider the ball the lighter the bar."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.9 * PAGE_WIDTH, 2.9))
    classical = table.loc[table["law"] == "none"].set_index("payoff")
    names = list(classical.index)
    balls = table.loc[
        (table["divergence"] == "ChiSquared") & (table["cells"] == table["cells"].max())
    ]
    for side, (law, colour) in enumerate(zip(balls["law"].unique(), COLOURS, strict=True)):
        for rank, multiple in enumerate(np.unique(balls["multiple"])):
            rows = balls.loc[(balls["law"] == law) & (balls["multiple"] == multiple)]
            rows = rows.set_index("payoff").loc[names]
            place = np.arange(len(names)) + (2 * side - 1) * _APART + (rank - 1) * _STEP
            low, high, price = (_part(rows[end], classical) for end in ("lower", "upper", "price"))
            label = f"{law}, {multiple:g} times the least" if rank == 0 else f"{multiple:g} times"
            axis.vlines(
                place, low, high, color=colour, lw=_WIDTH, alpha=1.0 - 0.3 * rank, label=label
            )
            axis.plot(place, price, "_", color=BLACK, ms=5)
    for level in (0.0, 1.0):
        axis.axhline(level, color=GREY, lw=0.8)
    axis.set_xticks(range(len(names)), [name.replace(", ", "\n") for name in names])
    axis.set_ylabel("part of the interval without a law")
    figure.legend(loc="outside upper center", ncols=2, fontsize=7)
    return figure


def _part(values: pd.Series, classical: pd.DataFrame) -> pd.Series:
    return (values - classical["lower"]) / (classical["upper"] - classical["lower"])


if __name__ == "__main__":
    main(draw)
