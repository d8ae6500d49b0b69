"""Calls on half SPX and half NDX: balls around joint laws, as parts of the classical interval."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.nested_bars import nested_bars
from figures.style import PAGE_WIDTH, Request, main


def draw(request: Request) -> Figure:
    """Set a group of bars for each strike."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.8 * PAGE_WIDTH, 2.8))
    strikes = np.unique(table["strike"]).tolist()
    nested_bars(axis, table, "strike", strikes)
    axis.set_xticks(range(len(strikes)), [f"{strike:g}" for strike in strikes])
    axis.set_xlabel("strike / forward")
    axis.set_ylabel("part of the classical interval")
    figure.legend(loc="outside upper center", ncols=2, fontsize=7)
    return figure


if __name__ == "__main__":
    main(draw)
