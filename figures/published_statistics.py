"""Statistics of generated paths in half-widths of the real band, and whether a null passes them."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.neural.published_statistics import STATISTIC_LABELS

MODELS = {
    "printed": (VERMILION, "s", "as printed"),
    "mended": (SKY, "o", "mended"),
    "reverting": (BLACK, "|", "Ornstein-Uhlenbeck"),
    "rough": (GREEN, "^", "rough Bergomi"),
    "frozen": (GREY, "x", "null: frozen"),
    "random_walk": (GREY, "+", "null: random walk"),
}
FARTHEST = 4.0
_APART = 0.13
"""Of models in a row, so that equal ones are seen beside each other."""


def draw(request: Request) -> Figure:
    """Set a row a statistic; the real band is from -1 to 1, an arrow points at what is beyond."""
    (table,) = request.tables
    names = list(table["statistic"].unique())
    rows = np.arange(len(names), dtype=float)
    figure, axis = plt.subplots(figsize=(PAGE_WIDTH, 4.4))
    axis.axvspan(-1, 1, color=GREY, alpha=0.18, lw=0)
    for row in rows[1:]:
        axis.axhline(row - 0.5, color=GREY, lw=0.3, alpha=0.5)
    for at, (model, (colour, marker, label)) in enumerate(MODELS.items()):
        here: Any = table[table["model"] == model].set_index("statistic").loc[names]
        middle, half = (here["low"] + here["high"]) / 2, (here["high"] - here["low"]) / 2
        place = ((here["value"] - middle) / half).to_numpy(dtype=float)
        spread = 2.0 * (here["deviation"] / half).to_numpy(dtype=float)
        height = rows + _APART * (at - 0.5 * (len(MODELS) - 1))
        within = np.abs(place) <= FARTHEST
        axis.errorbar(
            place[within],
            height[within],
            xerr=spread[within],
            color=colour,
            marker=marker,
            ls="",
            lw=0.7,
            ms=4,
            label=label,
            fillstyle="none" if marker in "so^" else "full",
        )
        for end, pointer in ((-FARTHEST, "<"), (FARTHEST, ">")):
            beyond = np.sign(end) * place > FARTHEST
            ends = np.full(beyond.sum(), end)
            axis.plot(ends, height[beyond], color=colour, marker=pointer, ls="", ms=3.5)
            axis.plot(ends * 0.965, height[beyond], color=colour, marker=marker, ls="", ms=3)
    passed: Any = table.groupby("statistic", sort=False)["null_passes"].first()
    labels = [STATISTIC_LABELS[name] + (" (null)" if passed[name] else "") for name in names]
    axis.set_yticks(rows, labels, size=7)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xlim(-FARTHEST - 0.3, FARTHEST + 0.3)
    axis.set_xlabel("distance from the middle of the real 95% band, in half-widths")
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


if __name__ == "__main__":
    main(draw)
