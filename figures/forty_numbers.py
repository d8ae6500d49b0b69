"""Source 004's forty numbers: its start and optimum, ours, and the range of optima no worse."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

KINDS = {
    "rho": r"correlation $\rho_k$",
    "nu": r"vol-of-vol $\nu_k$",
    "v": "initial variance $V_k$",
    "alpha": r"loading $\alpha_{ik}$",
}
_LEAST = {"nu": 1e-4, "v": 1e-7}
"""What is less is drawn there."""
MARKS = (
    ("start", "x", GREY, "printed start"),
    ("printed", "o", BLACK, "printed optimum"),
    ("again", "^", SKY, "from that start anew"),
    ("mended", "D", VERMILION, "best of drawn starts"),
)


def draw(request: Request) -> Figure:
    """Draw factors above, loadings below; bars are ranges over optima no worse than print."""
    (table,) = request.tables
    table = table.join(table["name"].str.split("_", expand=True).set_axis(["kind", "of"], axis=1))
    # the variances of factors in common are held
    table = table.loc[(table["kind"] != "v") | table["free"]]
    figure = plt.figure(figsize=(PAGE_WIDTH, 4.6))
    grid = figure.add_gridspec(2, 3)
    axes = dict(zip(KINDS, [*(figure.add_subplot(grid[0, k]) for k in range(3))], strict=False))
    axes["alpha"] = figure.add_subplot(grid[1, :])
    for kind, axis in axes.items():
        _panel(axis, table.loc[table["kind"] == kind], _LEAST.get(kind))
        axis.set_ylabel(KINDS[kind], labelpad=2)
    for kind in ("rho", "nu", "v"):
        axes[kind].set_xlabel("factor")
    axes["alpha"].set_xlabel("asset and factor")
    figure.legend(
        *axes["alpha"].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=5,
        columnspacing=1.0,
        handletextpad=0.4,
    )
    return figure


def _panel(axis: Axes, rows: pd.DataFrame, least: float | None) -> None:
    places = np.arange(len(rows), dtype=float)

    def shown(column: str) -> np.ndarray:
        values = rows[column].to_numpy(dtype=float)
        return values if least is None else np.maximum(values, least)

    axis.vlines(
        places + 0.24,
        shown("lowest_mended"),
        shown("highest_mended"),
        color=VERMILION,
        lw=0.8,
        label="no worse than print",
    )
    for shift, (column, marker, colour, label) in zip(
        (-0.24, -0.08, 0.08, 0.24), MARKS, strict=True
    ):
        axis.plot(
            places + shift, shown(column), ls="", marker=marker, ms=3.0, color=colour, label=label
        )
    axis.set_xticks(places, rows["of"].tolist())
    if least is None:
        axis.axhline(0.0, color=GREY, lw=0.5, zorder=0)
    else:
        axis.set_yscale("log")


if __name__ == "__main__":
    main(draw)
