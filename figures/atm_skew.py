"""At-the-money skews by maturity, the power law for all or short ones, and the shifted law."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

DAYS = (3, 14, 60, 365, 1825)
SKEWS = [0.1, 0.2, 0.5, 1.0, 2.0]
ALL, SHORT = "all", "to 30 days"


def draw(request: Request) -> Figure:
    """One panel a chain; bars of two standard errors."""
    skews, laws = request.tables
    names = list(skews["underlying"].unique())
    figure, axes = plt.subplots(
        1, len(names), figsize=(PAGE_WIDTH, 2.7), squeeze=False, sharex=True, sharey=True
    )
    for axis, name in zip(axes[0], names, strict=True):
        here = skews.query("underlying == @name")
        fits = laws.query("underlying == @name and scatter == 'independent'")
        fits = fits.set_index(["range", "law"])
        days = np.geomspace(here["days"].min(), here["days"].max(), 200)
        _law(axis, fits, (ALL, "power"), days, color=GREY, ls="--", label="power law, all")
        if (SHORT, "power") in fits.index:
            _law(axis, fits, (SHORT, "power"), days[days <= 30], color=SKY, label="to 30 days")
        _law(axis, fits, (ALL, "shifted"), days, color=VERMILION, label="shifted power law, all")
        axis.errorbar(
            here["days"],
            here["skew"],
            yerr=2 * here["skew_error"],
            color=BLACK,
            ls="",
            marker="o",
            ms=2.2,
            elinewidth=0.7,
            label="quotes",
        )
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.xaxis.set_major_locator(FixedLocator(DAYS))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_locator(FixedLocator(SKEWS))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_locator(NullLocator())
        axis.set_title(f"{name}, {here['valuation'].iloc[0]}")
        axis.set_xlabel("days to expiry")
    axes[0, 0].set_ylabel(r"skew $|\partial\sigma/\partial k|$ at $k=0$")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _law(
    axis: Axes,
    fits: pd.DataFrame,
    key: tuple[str, str],
    days: NDArray[np.float64],
    **look: Any,
) -> None:
    fit = fits.loc[key]
    slope = fit["hurst"] - 0.5
    log_skew = fit["level"] + slope * np.log((days + fit["shift_days"]) / 365)
    axis.plot(days, np.exp(log_skew), **look)


if __name__ == "__main__":
    main(draw)
