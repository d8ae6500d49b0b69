"""Bounds in balls of growing radius around two laws, as parts of the interval without a law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from figures.style import BLACK, GREY, SKY, VERMILION

COLOURS = (SKY, VERMILION)
# Where a law's bars stand beside the middle, and how far apart those of the radii.
_APART, _STEP, _WIDTH = 0.2, 0.1, 3.5


def nested_bars(axis: Axes, balls: pd.DataFrame, by: str, order: list[Any]) -> None:
    """Draw a group of bars for each value of a column; the wider the ball the lighter the bar.

    Rows say their `law`, the radius as a `multiple` of the least, `lower`, `price`, `upper`,
    `classical_lower` and `classical_upper`.
    """
    for side, (law, colour) in enumerate(zip(balls["law"].unique(), COLOURS, strict=True)):
        for rank, multiple in enumerate(np.unique(balls["multiple"])):
            rows = balls.loc[(balls["law"] == law) & (balls["multiple"] == multiple)]
            rows = rows.set_index(by).loc[order]
            least, width = (
                rows["classical_lower"],
                rows["classical_upper"] - rows["classical_lower"],
            )
            low, price, high = ((rows[end] - least) / width for end in ("lower", "price", "upper"))
            place = np.arange(len(order)) + (2 * side - 1) * _APART + (rank - 1) * _STEP
            label = f"{law}, {multiple:g} times the least" if rank == 0 else f"{multiple:g} times"
            axis.vlines(
                place, low, high, color=colour, lw=_WIDTH, alpha=1.0 - 0.3 * rank, label=label
            )
            axis.plot(place, price, "_", color=BLACK, ms=5)
    for level in (0.0, 1.0):
        axis.axhline(level, color=GREY, lw=0.8)
