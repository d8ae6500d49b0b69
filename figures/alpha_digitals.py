"""Section 2.1 of source 004: the spread option, its digitals, and what breaks arbitrage."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

DIGITAL = "-."
"""That pays 1 and is of the projection alone."""
KINDS = {"first": VERMILION, "second": SKY, "digital": GREEN}
LABELS = {"first": r"pays $S_2$", "second": r"pays $S_1$", "digital": "pays 1"}
STYLES = {1: "-", 2: "--"}
COUNTS = {1: "one triplet", 2: "two triplets"}


def draw(request: Request) -> Figure:
    """Left prices, in the middle errors of digitals, right breaches of the arbitrage relation."""
    (table,) = request.tables
    table = table.loc[table["residuals"] == "as printed"]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(PAGE_WIDTH, 2.7))
    one = table.loc[table["triplets"] == 1]
    _prices(left, one)
    for count, rows in table.groupby("triplets"):
        for kind in ("first", "second"):
            error = 100.0 * (rows[kind] - rows[f"exact_{kind}"]) / rows["forward"]
            middle.plot(rows["deviations"], error, color=KINDS[kind], ls=STYLES[count])
        breach = 100.0 * rows["arbitrage"] / rows["forward"]
        right.plot(rows["deviations"], breach, color=BLACK, ls=STYLES[count], label=COUNTS[count])
    error = 100.0 * (one["digital"] - one["exact_digital"])
    middle.plot(one["deviations"], error, color=KINDS["digital"], ls=DIGITAL)
    left.set_ylabel("share of the forward")
    left.legend()
    middle.set_ylabel("error of digitals (%)")
    right.set_ylabel("breach of the relation (%)")
    right.legend()
    for axis in (left, middle, right):
        axis.set_xticks([-2, 0, 2])
    for axis in (middle, right):
        axis.axhline(0.0, color=GREY, lw=0.5, zorder=0)
    figure.supxlabel("strike less forward, in normal deviations", size=8.5)
    return figure


def _prices(axis: Axes, rows: pd.DataFrame) -> None:
    for kind, colour in KINDS.items():
        unit = 1.0 if kind == "digital" else rows["forward"]
        axis.plot(
            rows["deviations"],
            rows[f"exact_{kind}"] / unit,
            color=colour,
            ls=DIGITAL if kind == "digital" else "-",
            label=LABELS[kind],
        )
    axis.plot(
        rows["deviations"],
        5.0 * rows["exact_call"] / rows["forward"],
        color=BLACK,
        label=r"5 $\times$ spread option",
    )


if __name__ == "__main__":
    main(draw)
