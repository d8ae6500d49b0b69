"""Source 004's thirty observables: at its printed optimum, and at the optima of searches anew."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.alpha.forty_parameters import PRINTED

KINDS = {"Var": ("o", BLACK), "CoVar": ("s", SKY), "VarVar": ("^", VERMILION)}
# searches are told apart by filled and open marks too
SEARCHES = {
    "corrected weights, printed start": (GREY, GREY, "right: from the printed start"),
    "corrected weights, drawn starts": (GREEN, "white", "right: from drawn starts"),
}
_LEAST_UNITS, _LEAST_DEVIATION = 1e-3, 1e-9


def draw(request: Request) -> Figure:
    """Deviations from print on the left, of the searches on the right."""
    (table,) = request.tables
    table = table.join(
        table["observable"].str.split(" ", expand=True).set_axis(["kind", "of"], axis=1)
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.9), sharex=True)
    places = {name: place for place, name in enumerate(table["of"].unique())}
    _points(left, table.loc[table["case"] == PRINTED], places, "units", _LEAST_UNITS)
    left.axhline(1.0, color=GREY, lw=0.6, ls="--")
    left.set_ylabel("from print, in open digits", labelpad=1)
    for case, (colour, fill, _) in SEARCHES.items():
        rows = table.loc[table["case"] == case]
        _points(right, rows, places, "deviation", _LEAST_DEVIATION, colour, fill)
    right.set_ylabel("relative deviation", labelpad=1)
    for axis in (left, right):
        axis.set_yscale("log")
        axis.set_xticks(list(places.values()), list(places))
        axis.set_xlabel("asset or spread")
    handles = [
        Line2D([], [], ls="", marker=marker, ms=4, color=colour, label=kind)
        for kind, (marker, colour) in KINDS.items()
    ]
    handles += [
        Line2D([], [], ls="", marker="o", ms=4, color=colour, markerfacecolor=fill, label=label)
        for colour, fill, label in SEARCHES.values()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=5, columnspacing=1.2)
    return figure


def _points(
    axis: Axes,
    rows: pd.DataFrame,
    places: dict[str, int],
    column: str,
    least: float,
    colour: str | None = None,
    fill: str | None = None,
) -> None:
    for shift, (kind, (marker, own)) in zip((-0.22, 0.0, 0.22), KINDS.items(), strict=True):
        here = rows.loc[rows["kind"] == kind]
        x = np.array([places[name] for name in here["of"]]) + shift
        y = np.maximum(np.abs(here[column].to_numpy()), least)
        edge = colour or own
        axis.plot(x, y, ls="", marker=marker, ms=3.2, color=edge, markerfacecolor=fill or edge)


if __name__ == "__main__":
    main(draw)
