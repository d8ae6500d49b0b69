"""Figures 4 to 7 of source 004: an asset's smiles and those of its one-dimensional equivalents."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

NAMES = {
    "logarithmic": (r"observables of $\log S$", SKY, "-"),
    "price": ("observables of $S$", VERMILION, "--"),
    "printed": ("as printed", GREY, ":"),
}


def draw(request: Request) -> Figure:
    """One panel a maturity."""
    (table,) = request.tables
    maturities = list(table["maturity"].unique())
    figure, axes = plt.subplots(
        1, len(maturities), figsize=(PAGE_WIDTH, 2.5), sharey=True, squeeze=False
    )
    for axis, maturity in zip(axes[0], maturities, strict=True):
        own = table.loc[table["maturity"] == maturity]
        for convention, (name, colour, style) in NAMES.items():
            rows = own.loc[own["convention"] == convention]
            axis.plot(
                rows["log_moneyness"],
                100.0 * rows["volatility"],
                color=colour,
                ls=style,
                label=name,
            )
        exact = own.loc[own["convention"] == "logarithmic"]
        axis.plot(
            exact["log_moneyness"],
            100.0 * exact["exact"],
            color=BLACK,
            ls="",
            marker="o",
            ms=2.5,
            markevery=2,
            label="the asset",
        )
        axis.set_title(f"$T={maturity:g}$ year{'s' if maturity > 1.0 else ''}")
    axes[0, 0].set_ylabel("implied volatility (%)")
    figure.supxlabel("log-moneyness", size=8.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


if __name__ == "__main__":
    main(draw)
