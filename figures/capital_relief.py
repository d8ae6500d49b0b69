"""Charges by number of assets, beside those printed, and how they move with H and the book."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.capital import methods
from rmot.studies.capital.markets import GAUSSIAN
from rmot.studies.capital.ranges import SHARP
from rmot.studies.capital.sensitivity import HURST, MIXED, PRINTED, REFITTED, RULE, TILTED, cases
from rmot.studies.equal_weight.widths import RADIUS

BASE = "base"
_BALL = methods.ball_name(GAUSSIAN, f"{RADIUS:g}")
# Method, name, colour, marker.
_BY_ASSETS = (
    (methods.WORST[10], "worst 10 days", VERMILION, "s"),
    (SHARP, "sharp bounds", BLACK, "o"),
    (methods.BLACK_ANY, "Black-Scholes, any correlation", GREEN, "^"),
    (_BALL, f"ball of radius {RADIUS:g}", SKY, "D"),
)
_MOVED = (
    (methods.WORST[10], VERMILION, "s"),
    (SHARP, BLACK, "o"),
    (methods.BLACK_ANY, GREEN, "^"),
    (methods.ball_name(GAUSSIAN, RULE), SKY, "D"),
)
_CASES = {
    HURST[0.9]: "$H$\n$-10\\%$",
    HURST[1.1]: "$H$\n$+10\\%$",
    REFITTED[0.9]: "$-10\\%$\nrefitted",
    REFITTED[1.1]: "$+10\\%$\nrefitted",
    TILTED: "weights\n$20\\%$",
    MIXED: "strikes\n$20\\%$",
}


def draw(request: Request) -> Figure:
    """Set charges by number of assets on the left, relative changes on the right."""
    by_assets, sensitivity = request.tables
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(PAGE_WIDTH, 3.1), gridspec_kw={"width_ratios": (1.0, 1.25)}
    )
    _by_assets(left, by_assets)
    _printed(left, sensitivity)
    _changes(right, sensitivity)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=7)
    return figure


def _by_assets(axis: Axes, table: pd.DataFrame) -> None:
    own = table.loc[table["basis"] == "notional"]
    for method, name, colour, marker in _BY_ASSETS:
        for side, style in (("long", "-"), ("short", "--")):
            rows = own.loc[(own["method"] == method) & (own["side"] == side)]
            charge = rows.groupby("names")["charge"].agg(["mean", "min", "max"])
            axis.errorbar(
                charge.index,
                charge["mean"],
                yerr=(charge["mean"] - charge["min"], charge["max"] - charge["mean"]),
                color=colour,
                ls=style,
                marker=marker,
                ms=3.5,
                mfc=colour if side == "long" else "white",
                elinewidth=0.8,
                capsize=1.5,
                label=name if side == "long" else None,
            )
    axis.plot([], [], color=GREY, ls="-", label="bought")
    axis.plot([], [], color=GREY, ls="--", marker="o", mfc="white", ms=3.5, label="sold")
    axis.set_yscale("log")
    axis.set_xlabel("number of assets")
    axis.set_ylabel("charge, million \\$ a billion of notional")
    sizes = np.unique(own["names"].to_numpy(dtype=int))
    axis.set_xscale("log")
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.minorticks_off()


def _printed(axis: Axes, table: pd.DataFrame) -> None:
    own = table.loc[(table["data"] == "printed") & (table["case"] == BASE)]
    names = {"classical": "classical", "historical": "historical", "rmot": "transport"}
    for row in own.to_dict("records"):
        name = names[row["method"].removeprefix(f"{PRINTED}, ")]
        axis.axhline(row["charge"], color=GREY, lw=0.7, ls=":")
        axis.annotate(
            f"002, {name}",
            (0.015, row["charge"]),
            xycoords=("axes fraction", "data"),
            ha="left",
            va="top" if name == names["rmot"] else "bottom",
            fontsize=6,
            color=GREY,
        )


def _changes(axis: Axes, table: pd.DataFrame) -> None:
    for rank, case in enumerate(_CASES):
        for place, (method, colour, marker) in enumerate(_MOVED):
            for side, fill in (("long", colour), ("short", "white")):
                found = cases(table, method, side)
                if case not in found:
                    continue
                base = float(str(found[BASE]))
                ends = 100.0 * (np.atleast_1d(np.asarray(found[case], dtype=float)) / base - 1.0)
                at = rank + 0.18 * (place - 1.5) + (0.06 if side == "short" else 0.0)
                axis.plot([at] * ends.size, ends, color=colour, lw=0.9)
                axis.plot([at] * ends.size, ends, marker, color=colour, mfc=fill, ms=3.2)
    printed = cases(table, f"{PRINTED}, rmot", "either")
    for rank, case in enumerate((HURST[0.9], HURST[1.1])):
        moved = 100.0 * (float(str(printed[case])) / float(str(printed[BASE])) - 1.0)
        axis.plot([rank - 0.42, rank + 0.42], [moved, moved], color=GREY, lw=1.4, ls=":")
        axis.annotate("002", (rank - 0.42, moved), fontsize=6, color=GREY, ha="left", va="bottom")
    axis.axhline(0.0, color=GREY, lw=0.5)
    axis.set_xticks(np.arange(len(_CASES)), list(_CASES.values()), fontsize=6.5)
    axis.set_ylabel("change of the charge, %")


if __name__ == "__main__":
    main(draw)
