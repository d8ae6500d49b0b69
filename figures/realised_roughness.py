"""Variograms of realised log-volatility, with the noisy rough law and its part without noise.

The fan has the slopes that a block bootstrap leaves to the power law.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main


def draw(request: Request) -> Figure:
    """One panel a series; mean square changes against the lag, both on logarithmic axes."""
    table, intervals = request.tables
    slopes = intervals.query("method == 'variogram'").set_index("series")
    names = list(table["series"].unique())
    figure, axes = plt.subplots(
        1, len(names), figsize=(PAGE_WIDTH, 2.5), squeeze=False, sharex=True, sharey=True
    )
    for axis, name in zip(axes[0], names, strict=True):
        here = table.query("series == @name")
        lag = here["lag"]
        middle = here.iloc[len(here) // 2]
        hurst, own = middle["hurst"], middle["variogram_hurst"]
        least, most = slopes.loc[name, ["low", "high"]]
        line, *fan = (
            middle["mean_square_change"] * (lag / middle["lag"]) ** (2 * slope)
            for slope in (own, least, most)
        )
        axis.fill_between(lag, *fan, color=GREY, alpha=0.25, lw=0, label="its 95% interval")
        axis.plot(lag, line, color=GREY, ls="--", lw=0.9, label="power law")
        axis.plot(lag, here["fitted"], color=VERMILION, label="rough and noise")
        axis.plot(lag, here["fitted_without_noise"], color=SKY, label="rough alone")
        axis.plot(
            lag,
            here["mean_square_change"],
            color=BLACK,
            ls="",
            marker="o",
            ms=2.4,
            label="measured",
        )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 30]))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.set_title(
            rf"{name}: $H$ {own:.2f} [{least:.2f}, {most:.2f}]" "\n" rf"({hurst:.2f} with noise)"
        )
        axis.set_xlabel("lag (trading days)")
    axes[0, 0].set_ylabel(r"mean $(\log\sigma_{t+\Delta} - \log\sigma_t)^2$")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


if __name__ == "__main__":
    main(draw)
