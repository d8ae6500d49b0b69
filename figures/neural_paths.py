"""Paths of price and volatility under the learned law."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

COLOURS = (VERMILION, SKY, BLACK)


def draw(request: Request) -> Figure:
    """Set the price to the left, volatility to the right, a colour a path."""
    (table,) = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.2))
    for (_, path), colour in zip(table.groupby("path"), COLOURS, strict=True):
        left.plot(path["time"], path["price"], color=colour, lw=0.8)
        right.plot(path["time"], 100 * np.sqrt(path["variance"]), color=colour, lw=0.7)
    first = table.loc[table["path"] == 0]
    right.plot(
        first["time"],
        100 * np.sqrt(first["expected_variance"]),
        color=GREY,
        ls="--",
        label="root of forward variance",
    )
    right.legend()
    left.set_ylabel("price / forward")
    right.set_ylabel("volatility (%)")
    for axis in (left, right):
        axis.set_xlabel("years")
    return figure


if __name__ == "__main__":
    main(draw)
