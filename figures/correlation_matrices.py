"""Correlation matrices of the portfolio's names: a model of shared factors beside past returns.

Below the left diagonal stands the optimum that fits best, above it the next. A dot marks what is
negative, for those who read in grey.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import PAGE_WIDTH, Request, main
from rmot.studies.equal_weight.matrices import FACTORS, HISTORY, matrix_of

NEXT = f"{FACTORS}, optimum 2"


def draw(request: Request) -> Figure:
    """Both matrices on one scale; a pair without a history is left blank."""
    (table,) = request.tables
    names, best = matrix_of(table, FACTORS)
    other = matrix_of(table, NEXT)[1] if NEXT in set(table["source"]) else best
    past = matrix_of(table, HISTORY)[1]
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.4), sharey=True)
    size = min(7.0, 150.0 / len(names))
    for axis, matrix, title in (
        (axes[0], np.tril(best) + np.triu(other, 1), "shared factors: best below, next above"),
        (axes[1], past, "past returns"),
    ):
        image = axis.imshow(matrix, vmin=-1.0, vmax=1.0, cmap="RdBu_r", interpolation="nearest")
        rows, columns = np.nonzero(matrix < 0)
        axis.scatter(columns, rows, s=min(6.0, 40.0 / len(names)), color="black", linewidths=0)
        axis.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
        axis.set_yticks(range(len(names)), names, fontsize=size)
        axis.tick_params(length=0, pad=1.5)
        axis.set_title(title)
    figure.colorbar(image, ax=axes, shrink=0.8, label="correlation")
    return figure


if __name__ == "__main__":
    main(draw)
