"""Smiles of SPX and VIX: quotes, the learned law and two others, in sample and held out."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main

LAWS = {
    "rough_heston": (SKY, "--", "rough Heston, of SPX alone"),
    "rough_bergomi": (GREY, ":", "rough Bergomi"),
    "neural_": (VERMILION, "-", "neural Volterra"),
}
UNITS = {"price": ("SPX", "strike / forward"), "index": ("VIX", "strike / future")}
PANELS = 3


def draw(request: Request) -> Figure:
    """Set a row a kind: the first smile, the one that is a test, and the last."""
    (table,) = request.tables
    figure, axes = plt.subplots(2, PANELS, figsize=(PAGE_WIDTH, 4.1))
    for row, (kind, (name, unit)) in zip(axes, UNITS.items(), strict=True):
        own = table.loc[table["kind"] == kind]
        maturities = np.unique(own["maturity"])
        (test,) = np.unique(own.loc[own["role"] == "test", "maturity"])
        for axis, maturity in zip(row, (maturities[0], test, maturities[-1]), strict=True):
            smile = own.loc[own["maturity"] == maturity]
            quotes = smile.loc[smile["law"] == smile["law"].iloc[0]]
            # tight quotes are seen by their mark, wide ones by their bar
            axis.errorbar(
                np.exp(quotes["log_moneyness"]),
                100 * quotes["quoted_volatility"],
                yerr=100 * quotes["half_spread"],
                color=BLACK,
                ls="",
                marker="o",
                ms=2.2,
                elinewidth=1.6,
                label="bid to ask",
            )
            for law, (colour, style, label) in LAWS.items():
                lines = smile.loc[smile["law"].str.startswith(law)]
                for place, (_, line) in enumerate(lines.groupby("law")):
                    axis.plot(
                        np.exp(line["log_moneyness"]),
                        100 * line["model_volatility"],
                        color=colour,
                        ls=style,
                        label=label if place == 0 else None,
                    )
            held = ", held out" if maturity == test else ""
            axis.set_title(f"{name}, {12 * maturity:.1f} months{held}")
            axis.set_xlabel(unit)
        row[0].set_ylabel("implied volatility (%)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return figure


if __name__ == "__main__":
    main(draw)
