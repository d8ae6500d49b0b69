"""Held-out errors of the source's model while it is trained, by its own loss and by a kernel's."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

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

PANELS = {"signature": "expected signatures", "discrepancy": "kernel of whole paths"}
LINES = ((VERMILION, "-"), (SKY, "--"), (BLACK, "-."), (GREEN, (0, (5, 1, 1, 1))), (PURPLE, ":"))


def draw(request: Request) -> Figure:
    """One panel a loss: faint on the batch, strong held out; a dot where the weights are kept."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, len(PANELS), figsize=(PAGE_WIDTH, 2.8))
    for axis, (criterion, title) in zip(axes, PANELS.items(), strict=True):
        here = table[table["criterion"] == criterion]
        groups: Any = here.groupby("variant", sort=False)
        for (colour, style), (_, group) in zip(LINES, groups, strict=False):
            axis.plot(
                group["step"], group["loss"].clip(lower=1e-5), color=colour, lw=0.6, alpha=0.4
            )
            label = group["label"].iloc[0]
            axis.plot(group["step"], group["held_out"], color=colour, ls=style, label=label)
            kept = group[group["step"] == group["best_step"]]
            axis.plot(kept["step"], kept["held_out"], color=colour, marker="o", ms=3.5)
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.set_title(title)
        axis.set_xlabel("step")
        axis.legend(fontsize=6.5)
        axis.grid(axis="y", color=GREY, lw=0.3, alpha=0.4)
    axes[0].set_ylabel("squared distance from real paths")
    handles = [
        Line2D([], [], color=GREY, label="held out"),
        Line2D([], [], color=GREY, lw=0.6, alpha=0.6, label="batch"),
        Line2D([], [], color=GREY, ls="", marker="o", ms=3.5, label="kept"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


if __name__ == "__main__":
    main(draw)
