"""Share of held-out quotes met against the width that it takes: balls about priors, and bands."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import (
    BLACK,
    GREEN,
    GREY,
    PAGE_WIDTH,
    PURPLE,
    SKY,
    VERMILION,
    Request,
    main,
)
from rmot.studies.extrapolation.competitors import LAST_QUOTE
from rmot.studies.extrapolation.intervals import BALL, BAND, CLASSICAL, WEDGE
from rmot.studies.extrapolation.point_errors import ALL_CHAINS

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    BALL: ("ball", {"ls": "-", "marker": "o"}),
    BAND: ("constant band", {"ls": "--", "marker": "s"}),
    WEDGE: ("growing band", {"ls": ":", "marker": "^"}),
}
ABOUT: dict[str, tuple[str, str]] = {
    LAST_QUOTE: ("last quote", BLACK),
    "black_scholes": ("Black-Scholes", GREY),
    "heston_each": (r"Heston, $\kappa=0$", SKY),
    "rough_heston_each": (r"rough Heston, $\kappa=0$", VERMILION),
    "sabr": ("SABR", GREEN),
    "svi": ("SVI", PURPLE),
}
PANELS = (
    ("median_width", 100.0, "median width (volatility points)"),
    ("median_price_width", 1.0, "median width / middle price"),
)
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def draw(request: Request) -> Figure:
    """Widths of volatilities and of prices; all chains together."""
    (table,) = request.tables
    pooled = table.loc[table["chain"] == ALL_CHAINS]
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.3), sharey=True)
    for axis, (column, unit, label) in zip(axes, PANELS, strict=True):
        for kind, (_, look) in KINDS.items():
            for about, (_, colour) in ABOUT.items():
                line = pooled.loc[(pooled["kind"] == kind) & (pooled["about"] == about)]
                _line(axis, unit * line[column], 100 * line["meets"], colour, look)
        (limit,) = pooled.loc[pooled["kind"] == CLASSICAL].to_dict("records")
        axis.plot(unit * limit[column], 100 * limit["meets"], color=BLACK, ls="", marker="*", ms=7)
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(FixedLocator(TICKS))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xlabel(label)
        for level in sorted(table["level"].dropna().unique()):
            axis.axhline(100 * level, color=GREY, lw=0.4, zorder=0)
    axes[0].set_ylabel("held-out quotes met (%)")
    handles = [
        *(axes[0].plot([], [], color=colour, label=name)[0] for name, colour in ABOUT.values()),
        *(
            axes[0].plot([], [], color=GREY, ms=3, label=name, **look)[0]
            for name, look in KINDS.values()
        ),
        axes[0].plot([], [], color=BLACK, ls="", marker="*", ms=6, label="all laws")[0],
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=5)
    return figure


def _line(axis: Axes, x: pd.Series, y: pd.Series, colour: str, look: dict[str, Any]) -> None:
    axis.plot(x, y, color=colour, ms=3, lw=0.9, **look)


if __name__ == "__main__":
    main(draw)
