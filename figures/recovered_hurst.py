"""Effective dimension and the error of H by number of strikes, beside what 002 says of both."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.calibration.design import NORMAL_95
from rmot.studies.information.points import PRECISION, STRIKES

NOISE = "0.2% in volatility"
FREE = {4: ("o", "four free"), 6: ("s", "six free")}
MATURITIES = {1: VERMILION, 3: BLACK, 5: SKY}
ERRORS = (0.003, 0.01, 0.03, 0.1)
TICKS = (5, 10, 20, 50, 100, 200)


def draw(request: Request) -> Figure:
    """Left the dimension, right errors of fitted surfaces against Cramer and Rao's bound."""
    by_strikes, recovered = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.0))
    _dimension(left, by_strikes)
    _errors(right, recovered)
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_xticks(TICKS, [str(tick) for tick in TICKS])
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel("strikes in each maturity, $m$")
    return figure


def _dimension(axis: Axes, table: pd.DataFrame) -> None:
    own = table.loc[(table["point"] == "index") & (table["noise"] == NOISE)]
    for above, (free, (marker, _)) in zip((-0.04, 0.04), FREE.items(), strict=True):
        for place, (maturities, colour) in enumerate(MATURITIES.items()):
            rows = own.loc[(own["free"] == free) & (own["maturities"] == maturities)]
            # whole numbers: lines that coincide are set apart
            axis.plot(
                rows["strikes"],
                rows["effective_dimension"] + above + 0.14 * (place - 1),
                color=colour,
                marker=marker,
                ms=3,
                lw=0.9,
                mfc=colour if free == 4 else "white",
            )
    strikes = np.arange(TICKS[0], TICKS[-1] + 1)
    claimed = np.minimum(5, np.floor(np.log2(strikes)) + 2)
    axis.step(
        strikes,
        claimed,
        where="post",
        color=GREY,
        ls=":",
        lw=1.5,
        label=r"002: $\min\{5, \lfloor \log_2 m \rfloor + 2\}$",
    )
    for maturities, colour in MATURITIES.items():
        said = "maturity" if maturities == 1 else "maturities"
        axis.plot([], [], color=colour, label=f"{maturities} {said}")
    for free, (marker, name) in FREE.items():
        fill = GREY if free == 4 else "white"
        axis.plot([], [], color=GREY, marker=marker, ms=3, mfc=fill, label=name)
    axis.set_ylim(0.5, 6.0)
    axis.set_ylabel("effective dimension")
    axis.legend(loc="lower left", fontsize=6.5, ncols=2)


def _errors(axis: Axes, table: pd.DataFrame) -> None:
    axis.plot(table["strikes"], table["cramer_rao"], color=BLACK, lw=1.0, label="Cramér and Rao")
    axis.errorbar(
        table["strikes"],
        table["error"],
        yerr=2.0 * table["error_error"],
        fmt="o",
        ms=3.5,
        color=VERMILION,
        elinewidth=0.9,
        capsize=1.5,
        label="fitted surfaces",
    )
    strikes = np.array([TICKS[0], TICKS[-1]], dtype=float)
    line = PRECISION / NORMAL_95 * np.sqrt(STRIKES / strikes)
    axis.plot(strikes, line, color=GREY, ls=":", lw=1.3, label=r"002: $m^{-1/2}$")
    axis.plot([STRIKES], [PRECISION / NORMAL_95], "x", color=GREY, ms=5, label="002: 50 strikes")
    axis.set_yscale("log")
    axis.set_yticks(ERRORS, [f"{size:g}" for size in ERRORS])
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.set_ylabel(r"standard error of $\hat{H}$")
    axis.legend(loc="lower left", fontsize=6.5)


if __name__ == "__main__":
    main(draw)
