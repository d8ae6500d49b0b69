"""Seconds of a price bound against points and quotes, of the engine and of cvxpy, Clarabel."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

SERIES = {
    "rmot": ("rmot", VERMILION, "o"),
    "Clarabel, pieces": ("cvxpy and Clarabel, sums over pieces", SKY, "^"),
    "Clarabel, rows": ("cvxpy and Clarabel, dense rows", BLACK, "s"),
}
# The budget of one bound: its points, quotes and seconds.
POINTS, QUOTES, BUDGET = 2000, 50, 5e-3


def draw(request: Request) -> Figure:
    """One panel against points, one against quotes; a line a method."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.6), sharey=True)
    panels = (
        (
            "points",
            f"points of the prior, {QUOTES} quotes",
            POINTS,
            table.query("quotes == @QUOTES"),
        ),
        ("quotes", f"quotes, {POINTS} points", QUOTES, table.query("points == @POINTS")),
    )
    for axis, (size, label, budgeted, here) in zip(axes, panels, strict=True):
        for method, (name, colour, marker) in SERIES.items():
            line = here.query(f"method == {method!r} and seconds.notna()").sort_values(size)
            axis.plot(
                line[size],
                1e3 * line["seconds"],
                color=colour,
                marker=marker,
                ms=3.5,
                label=name,
            )
        _finish(axis, label, sorted(set(here[size])))
        axis.plot(budgeted, 1e3 * BUDGET, ls="none", marker="_", ms=12, mew=1.4, color=GREY)
    axes[0].set_ylabel("milliseconds of the processor")
    axes[0].annotate(
        "budget",
        (POINTS, 1e3 * BUDGET),
        (0, 3),
        textcoords="offset points",
        ha="center",
        size=7,
        color=GREY,
    )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _finish(axis: Axes, label: str, sizes: list[int]) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.xaxis.set_major_locator(FixedLocator(sizes))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel(label)


if __name__ == "__main__":
    main(draw)
