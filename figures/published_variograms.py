"""Variograms of log VIX squared within a session: real with its band, generated, and the null."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

SERIES = {
    "real": (BLACK, "-", "real"),
    "printed": (VERMILION, "-.", "as printed"),
    "mended": (SKY, "-", "mended"),
    "rough": (GREEN, ":", "rough Bergomi, $H=0.1$"),
    "random_walk": (GREY, "--", "null: random walk"),
}


def draw(request: Request) -> Figure:
    """Mean square changes against the lag; on the right the exponents with their bands."""
    (table,) = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.6), width_ratios=(1.7, 1.0))
    shown = [name for name in SERIES if name in set(table["series"])]
    for name in shown:
        colour, style, label = SERIES[name]
        here = table[table["series"] == name]
        if name == "real":
            left.fill_between(here["lag"], here["low"], here["high"], color=GREY, alpha=0.25, lw=0)
        left.plot(here["lag"], here["mean_square_change"], color=colour, ls=style, label=label)
    left.set_xscale("log")
    left.set_yscale("log")
    left.xaxis.set_major_locator(FixedLocator([1, 2, 3, 5, 8, 12]))
    left.xaxis.set_major_formatter("{x:g}")
    left.xaxis.set_minor_locator(NullLocator())
    left.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter(NullFormatter())
    left.set_xlabel("lag (hours)")
    left.set_ylabel(r"mean $(X_{t+\Delta} - X_t)^2$")
    for at, name in enumerate(shown):
        row = table[table["series"] == name].iloc[0]
        low, high = row["hurst"] - row["hurst_low"], row["hurst_high"] - row["hurst"]
        error = [[max(low, 0.0)], [max(high, 0.0)]]
        right.errorbar([row["hurst"]], [at], xerr=error, color=SERIES[name][0], marker="o", ms=3)
    right.axvline(0.5, color=GREY, lw=0.6, ls=":")
    right.set_yticks(range(len(shown)), [SERIES[name][2].split(",")[0] for name in shown])
    right.set_ylim(len(shown) - 0.5, -0.5)
    right.set_xlim(0.0, 0.65)
    right.set_xlabel("$H$, slope over all lags")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


if __name__ == "__main__":
    main(draw)
