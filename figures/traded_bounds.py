"""Options traded at price bounds and hedged to expiry: widths, losses and profits by radius."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.trading.markets import CHAINS
from rmot.studies.trading.positions import CLASSICAL, EXCESSES
from rmot.studies.trading.summary import ALL_OPTIONS, APART, BASIS_POINTS

_METHODS = [f"{excess:g}" for excess in EXCESSES] + [CLASSICAL]
_PLACES = np.arange(len(_METHODS))
_LABELS = [rf"$10^{{{round(np.log10(excess))}}}$" for excess in EXCESSES] + [r"$\infty$"]
_LINEAR = 10.0


def draw(request: Request) -> Figure:
    """Draw three panels over the radius's excess."""
    trades, summary = request.tables
    own = summary.loc[(summary["group"] == CHAINS) & (summary["payoff"] == ALL_OPTIONS)]
    own = own.set_index(own["method"].astype(str)).loc[_METHODS]
    figure, (widths, losses, profits) = plt.subplots(
        1, 3, figsize=(PAGE_WIDTH, 2.4), gridspec_kw={"width_ratios": [1.0, 1.0, 1.5]}
    )
    widths.plot(_PLACES, BASIS_POINTS * own["mean_width"], "o-", color=BLACK, ms=3)
    widths.set_ylabel("mean width, bp of the forward")
    widths.set_ylim(bottom=0)
    for column, colour, marker, label in (
        ("losses", SKY, "o", "static hedge"),
        ("delta_losses", VERMILION, "s", "delta hedge"),
    ):
        losses.errorbar(
            _PLACES,
            100 * own[column],
            100 * own[f"{column}_error"],
            color=colour,
            marker=marker,
            ms=3,
            capsize=2,
            label=label,
        )
    losses.set_ylim(-2, 100)
    losses.set_ylabel("trades at a loss, %")
    losses.legend(loc="upper right")
    options = trades.loc[(trades["group"] == CHAINS) & ~trades["payoff"].str.startswith(APART)]
    _profits(profits, options)
    for axis in (widths, losses, profits):
        axis.set_xticks(_PLACES, _LABELS)
        axis.set_xlabel(r"excess of the radius")
    return figure


def _profits(axis: Axes, trades: pd.DataFrame) -> None:
    for column, colour, shift in (("profit", SKY, -0.14), ("delta_profit", VERMILION, 0.14)):
        for place, method in zip(_PLACES, _METHODS, strict=True):
            values = BASIS_POINTS * trades.loc[trades["method"].astype(str) == method, column]
            least, low, middle, high, most = np.nanquantile(values, [0, 0.05, 0.5, 0.95, 1])
            at = place + shift
            axis.vlines(at, least, most, color=colour, lw=0.8)
            axis.vlines(at, low, high, color=colour, lw=4.0)
            axis.plot([at], [middle], marker="_", color=BLACK, ms=6)
    axis.axhline(0.0, color=GREY, lw=0.6, zorder=0)
    axis.set_yscale("symlog", linthresh=_LINEAR, linscale=0.6)
    axis.set_ylabel("profit, bp of the forward")


if __name__ == "__main__":
    main(draw)
