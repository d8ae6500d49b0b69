"""One spread's smile in all models: normal volatilities above, lognormal correlations below."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, PURPLE, SKY, VERMILION, Request, main

# in grey lines are told apart by their marks
LINES = (
    ("alpha", BLACK, "-", "", "alpha"),
    ("gaussian", VERMILION, "--", "v", "Gaussian copula"),
    ("student", SKY, "-", "s", "Student copula"),
    ("bisabr", GREEN, "-.", "", "BiSABR expansion"),
    ("wishart", PURPLE, "-", "x", "Wishart"),
    ("lognormal", GREY, ":", "", "lognormal"),
    ("normal", GREY, (0, (6, 3)), "", "normal"),
)
DRAWN = ("bisabr_simulated", GREEN, "BiSABR simulated")


def draw(request: Request) -> Figure:
    """Draw a column for each maturity."""
    (table,) = request.tables
    maturities = sorted(table["maturity"].unique())
    figure, axes = plt.subplots(
        2, len(maturities), figsize=(PAGE_WIDTH, 4.6), sharex=True, squeeze=False
    )
    for column, maturity in zip(axes.T, maturities, strict=True):
        here = table.query("maturity == @maturity")
        _smiles(column[0], here, "normal_volatility", 100.0)
        _smiles(column[1], here, "lognormal_correlation")
        column[0].set_title(f"$T={maturity:g}$ year{'s' if maturity > 1.0 else ''}")
        column[1].set_xlabel("strike less forward, in normal deviations")
    axes[0, 0].set_ylabel("normal volatility of the spread (%)")
    axes[1, 0].set_ylabel("lognormal correlation")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, columnspacing=1.2)
    return figure


def _smiles(axis: Axes, table: pd.DataFrame, value: str, scale: float = 1.0) -> None:
    for model, colour, style, marker, label in LINES:
        smile = table.loc[table["model"] == model]
        axis.plot(
            smile["deviations"],
            scale * smile[value],
            color=colour,
            ls=style,
            marker=marker,
            ms=3.0,
            markevery=max(len(smile) // 5, 1),
            label=label,
        )
    model, colour, label = DRAWN
    smile = table.loc[table["model"] == model]
    axis.errorbar(
        smile["deviations"],
        scale * smile[value],
        yerr=scale * smile[f"{value}_error"],
        color=colour,
        ls="",
        marker="o",
        ms=2.5,
        lw=0.7,
        label=label,
    )


if __name__ == "__main__":
    main(draw)
