"""Correlation under shared factors: by horizon, expected and drawn, and implied by baskets."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.factors.correlations import HORIZONS

FANS = (("instant", GREY, "instantaneous at $T$"), ("realised", SKY, "realised over $[0,T]$"))
LINES = (
    ("returns", BLACK, "-", "returns"),
    ("log_prices", VERMILION, "--", "log-prices"),
    ("forward", GREEN, "-.", "forward"),
)
SHORT = {"1 week": "1w", "1 month": "1m", "3 months": "3m", "1 year": "1y", "2 years": "2y"}


def draw(request: Request) -> Figure:
    """Terms of correlation and its laws on the left, what baskets imply on the right."""
    correlations, baskets = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.1), width_ratios=(1.1, 1.0))
    _terms(left, correlations)
    _implied(right, baskets)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, columnspacing=1.2)
    return figure


def _terms(axis: Axes, table: pd.DataFrame) -> None:
    table = table.sort_values("horizon")
    time = table["horizon"]
    for name, colour, label in FANS:
        low, high = (table[f"{name}_{level}"] for level in ("q05", "q95"))
        axis.fill_between(time, low, high, color=colour, alpha=0.25, lw=0, label=f"{label}, 90%")
        axis.plot(time, table[f"{name}_mean"], color=colour, lw=1.4, label=f"{label}, mean")
    for name, colour, style, label in LINES:
        axis.plot(time, table[name], color=colour, ls=style, label=label)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(FixedLocator(list(HORIZONS.values())))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([SHORT[name] for name in HORIZONS])
    axis.set_xlabel("horizon, $T$")
    axis.set_ylabel("correlation", labelpad=1)
    axis.set_ylim(-1.02, 1.02)


def _implied(axis: Axes, table: pd.DataFrame) -> None:
    names = {round(value, 6): name for name, value in HORIZONS.items()}
    for (maturity, smile), (_, colour, style, _) in zip(
        table.groupby("maturity"), LINES, strict=True
    ):
        name = names[round(float(str(maturity)), 6)]
        axis.plot(
            smile["log_moneyness"], smile["implied_correlation"], color=colour, ls=style, label=name
        )
        expected = smile["expected_correlation"].iloc[0]
        axis.plot(0.0, expected, color=colour, marker="o", ms=3.5, ls="", mfc="none")
    axis.set_xlabel(r"log-moneyness, $k$")
    axis.set_ylabel("implied correlation", labelpad=1)
    axis.set_ylim(0.0, 1.0)
    axis.legend(loc="lower left")


if __name__ == "__main__":
    main(draw)
