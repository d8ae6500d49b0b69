"""Error of a smile against its time, for the engine and QuantLib's engines at several settings."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

# Largest error that the engine may make.
REACH = 1e-6
SERIES = {
    "rmot": ("rmot", VERMILION, "o"),
    "Adams": ("QuantLib, Adams", BLACK, "s"),
    "lifted": ("QuantLib, lifted", SKY, "^"),
    "Pade": ("QuantLib, Padé", GREEN, "D"),
}
PANELS = {"easy domain": "easy", "beyond it": "not easy"}


def draw(request: Request) -> Figure:
    """One panel a domain: medians over its smiles, a line a method, a point a setting."""
    (table,) = request.tables
    ladder = table.query("study == 'ladder' and not (method == 'rmot' and setting == 'default')")
    # below the reference's own error nothing is known
    error = ladder[["largest_error", "reference_error"]].max(axis=1, skipna=False)
    ladder = ladder.assign(largest_error=error, easy=ladder["easy"].astype(bool))
    figure, axes = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.6), sharex=True, sharey=True)
    for axis, (title, domain) in zip(axes, PANELS.items(), strict=True):
        here = ladder.query(domain)
        smiles = here.groupby(["name", "days"]).ngroups
        medians = here.groupby(["method", "setting"], sort=False)[["seconds", "largest_error"]]
        for method, (label, colour, marker) in SERIES.items():
            points = medians.median().loc[method]
            axis.plot(
                1e3 * points["seconds"],
                points["largest_error"],
                color=colour,
                marker=marker,
                ms=3.5,
                label=label,
            )
        _finish(axis, f"{title}, {smiles} smiles")
    axes[0].set_ylabel("largest error of a smile\n(implied volatility)")
    axes[1].annotate(
        "reach",
        (0.0, REACH),
        (3, 2),
        ("axes fraction", "data"),
        "offset points",
        ha="left",
        va="bottom",
        size=7,
        color=GREY,
    )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _finish(axis: Axes, title: str) -> None:
    axis.axhline(REACH, color=GREY, lw=0.7, ls="--", zorder=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.xaxis.set_major_locator(FixedLocator([0.1, 0.3, 1.0, 3.0, 10.0, 30.0]))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_title(title)
    axis.set_xlabel("milliseconds for 50 strikes, this run")


if __name__ == "__main__":
    main(draw)
