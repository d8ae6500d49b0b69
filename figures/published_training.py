"""Held-out errors of the source's model while it is trained, by its own loss and by a kernel's."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

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
COLOURS = (VERMILION, SKY, BLACK, GREEN, PURPLE)


def draw(request: Request) -> Figure:
    """One panel a loss: faint on the batch, strong held out; a dot where the weights are kept."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, len(PANELS), figsize=(PAGE_WIDTH, 2.6))
    for axis, (criterion, title) in zip(axes, PANELS.items(), strict=True):
        here = table[table["criterion"] == criterion]
        groups: Any = here.groupby("variant", sort=False)
        for colour, (_, group) in zip(COLOURS, groups, strict=False):
            axis.plot(
                group["step"], group["loss"].clip(lower=1e-5), color=colour, lw=0.6, alpha=0.4
            )
            axis.plot(group["step"], group["held_out"], color=colour, label=group["label"].iloc[0])
            kept = group[group["step"] == group["best_step"]]
            axis.plot(kept["step"], kept["held_out"], color=colour, marker="o", ms=3.5)
        axis.set_yscale("log")
        axis.set_title(title)
        axis.set_xlabel("step")
        axis.legend(fontsize=6.5)
        axis.grid(axis="y", color=GREY, lw=0.3, alpha=0.4)
    axes[0].set_ylabel("error")
    return figure


if __name__ == "__main__":
    main(draw)
