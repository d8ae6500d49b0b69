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


def draw(request: Request) -> Figure:
    """Set a row a statistic; the band is from -1 to 1, what lies beyond four stands at four."""
    (table,) = request.tables
    names = list(table["statistic"].unique())
    figure, axis = plt.subplots(figsize=(PAGE_WIDTH, 3.4))
    axis.axvspan(-1, 1, color=GREY, alpha=0.18, lw=0)
    for model, (colour, marker, label) in MODELS.items():
        here: Any = table[table["model"] == model].set_index("statistic").loc[names]
        middle, half = (here["low"] + here["high"]) / 2, (here["high"] - here["low"]) / 2
        place = ((here["value"] - middle) / half).clip(-FARTHEST, FARTHEST)
        axis.plot(
            place,
            np.arange(len(names)),
            color=colour,
            marker=marker,
            ls="",
            ms=5,
            label=label,
            fillstyle="none" if marker in "so^" else "full",
        )
    passed: Any = table.groupby("statistic", sort=False)["null_passes"].first()
    labels = [STATISTIC_LABELS[name] + (" (null)" if passed[name] else "") for name in names]
    axis.set_yticks(np.arange(len(names)), labels)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xlim(-FARTHEST - 0.3, FARTHEST + 0.3)
    axis.set_xlabel("distance from the middle of the real 95% band, in half-widths")
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


if __name__ == "__main__":
    main(draw)
