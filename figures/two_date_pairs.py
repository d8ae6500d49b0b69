"""Straddles of SPX that start at an expiry and end at the next: bounds as forward volatilities."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

# What a bar is of, where it stands beside the middle, how wide it is.
_BARS = {
    "none": ("no law", GREY, 0.0, 9.0),
    "rough Heston": ("in the ball around rough Heston", SKY, -0.12, 3.5),
    "Heston": ("in the ball around Heston", VERMILION, 0.12, 3.5),
}


def draw(request: Request) -> Figure:
    """Set a group of bars for each pair of expiries."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.9 * PAGE_WIDTH, 2.6))
    pairs = table.drop_duplicates(["first", "second"])
    places = np.arange(len(pairs))
    for law, (label, colour, shift, width) in _BARS.items():
        rows = table.loc[table["law"] == law]
        axis.vlines(
            places + shift,
            100 * rows["lower_volatility"],
            100 * rows["upper_volatility"],
            color=colour,
            lw=width,
            alpha=0.35 if law == "none" else 1.0,
            label=label,
        )
    names = [
        f"{first.split()[0]}\nto {second.split()[0]}"
        for first, second in zip(pairs["first"], pairs["second"], strict=True)
    ]
    axis.set_xticks(places, names, fontsize=6.5)
    axis.set_xlim(-0.5, len(pairs) - 0.5)
    axis.set_ylabel("forward volatility, %")
    figure.legend(loc="outside upper center", ncols=3, fontsize=7)
    return figure


if __name__ == "__main__":
    main(draw)
