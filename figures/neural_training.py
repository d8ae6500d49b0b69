"""How the learned law is found: loss of the train quotes and of those for validation."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

CASES = {
    "quotes": "SPX and VIX",
    "bergomi": "the same, no network",
    "truth": "a known rough Bergomi law",
}


def draw(request: Request) -> Figure:
    """Set a panel a training: both losses by step, and the step whose weights are kept."""
    (table,) = request.tables
    figure, axes = plt.subplots(1, len(CASES), figsize=(PAGE_WIDTH, 2.2), sharey=True)
    for axis, (case, title) in zip(axes, CASES.items(), strict=True):
        for place, (_, seed) in enumerate(table.loc[table["case"] == case].groupby("seed")):
            label = "train" if place == 0 else None
            axis.plot(seed["step"], seed["loss"], color=SKY, ls="--", label=label)
            label = "validation" if place == 0 else None
            axis.plot(seed["step"], seed["held_out"], color=VERMILION, lw=0.9, label=label)
            kept = seed.loc[seed["kept"].astype(bool)]
            axis.plot(kept["step"], kept["held_out"], "o", color=GREY, ms=4, label="kept")
        axis.set_yscale("log")
        axis.set_title(title)
        axis.set_xlabel("step")
    axes[0].set_ylabel("loss")
    axes[0].legend()
    return figure


if __name__ == "__main__":
    main(draw)
