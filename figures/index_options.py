"""Smiles of SPX at two dates and of its index between them: quotes, the prior, and nearest laws."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

LAWS = {
    "prior": (GREY, ":", "prior"),
    "SPX": (SKY, "--", "SPX met"),
    "SPX, VIX": (VERMILION, "-", "SPX and VIX met"),
}
TITLES = {"first": "SPX, first date", "index": "VIX, first date", "second": "SPX, second date"}


def draw(request: Request) -> Figure:
    """Set one panel a smile: bid and ask as bars, implied volatilities of three laws as lines."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 2.3))
    for axis, (date, title) in zip(axes, TITLES.items(), strict=True):
        own = table.loc[table["date"] == date]
        unit = 100.0 * float(own["future"].iloc[0]) if date == "index" else 1.0
        quotes = own.loc[own["law"] == "prior"]
        axis.vlines(
            unit * quotes["strike"],
            100 * quotes["bid_volatility"],
            100 * quotes["ask_volatility"],
            color=BLACK,
            lw=2.2,
            label="bid to ask",
        )
        for law, (colour, style, label) in LAWS.items():
            rows = own.loc[own["law"] == law]
            axis.plot(
                unit * rows["strike"],
                100 * rows["implied_volatility"],
                color=colour,
                ls=style,
                label=label,
            )
        axis.set_title(title)
        axis.set_xlabel("strike, index points" if date == "index" else "strike / forward")
    axes[0].set_ylabel("implied volatility, %")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return figure


if __name__ == "__main__":
    main(draw)
