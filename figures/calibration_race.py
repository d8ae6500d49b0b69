"""A calibration's error against its time, and the seconds of many against their number."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import BLACK, GREY, PAGE_WIDTH, PURPLE, SKY, VERMILION, Request, main

SERIES = {
    "engine": ("engine", VERMILION, "o", "-"),
    "engine, one start": ("engine, one start", VERMILION, "v", "-"),
    "network, then engine": ("network, then engine", PURPLE, "D", "-."),
    "network": ("network", BLACK, "s", "--"),
    "small network": ("smaller network", GREY, "s", "--"),
    "polynomial": ("polynomial", SKY, "^", ":"),
}
LEAST = 1e-4
"""Of a standard error: smaller distances are drawn here."""
NUMBERS = np.geomspace(1.0, 1e5, 200)


def draw(request: Request) -> Figure:
    """Left: medians over surfaces, hollow if the quotes have no errors. Right: seconds in all."""
    (table,) = request.tables
    rows = table.to_dict("records")
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.75))
    _errors(axes[0], rows)
    _totals(axes[1], rows)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _fits(rows: list[dict[Any, Any]], method: str, kind: str) -> list[dict[Any, Any]]:
    return [row for row in rows if row["method"] == method and row["quotes_kind"] == kind]


def _errors(axis: Axes, rows: list[dict[Any, Any]]) -> None:
    for kind, filled in (("with errors", True), ("without errors", False)):
        for method, (label, colour, marker, _) in SERIES.items():
            here = _fits(rows, method, kind)
            if not here:
                continue
            seconds, distance = (
                float(np.median([row[name] for row in here])) for name in ("seconds", "distance")
            )
            axis.plot(
                1e3 * seconds,
                max(distance, LEAST),
                ls="none",
                marker=marker,
                color=colour,
                mfc=colour if filled else "white",
                ms=5,
                label=label if filled else None,
                clip_on=False,
            )
    axis.axhline(1.0, color=GREY, lw=0.7, ls="--", zorder=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_ylim(LEAST, None)
    axis.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20, 50, 100, 200]))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_locator(FixedLocator([1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0]))
    axis.yaxis.set_major_formatter(lambda y, _: r"$\leq 10^{-4}$" if y <= LEAST else f"{y:g}")
    axis.set_xlabel("milliseconds a calibration, this run")
    axis.set_ylabel("distance from the optimum\n(standard errors)")
    axis.set_title("error against time")


def _totals(axis: Axes, rows: list[dict[Any, Any]]) -> None:
    costs = {row["method"]: row["cost"] for row in rows if row["study"] == "training"}
    costs |= {"engine": 0.0, "network, then engine": costs["network"]}
    evens = {row["method"]: row["calibrations"] for row in rows if row["way"] == "alone"}
    for method, cost in costs.items():
        _, colour, marker, style = SERIES[method]
        own = float(np.mean([row["seconds"] for row in _fits(rows, method, "with errors")]))
        axis.plot(NUMBERS, cost + NUMBERS * own, color=colour, ls=style)
        number = float(evens.get(method, np.inf))
        if np.isfinite(number):
            axis.plot(number, cost + number * own, marker=marker, color=colour, ms=4.5)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("calibrations")
    axis.set_ylabel("seconds, training counted")
    axis.set_title("in all, with the numbers that break even")


if __name__ == "__main__":
    main(draw)
