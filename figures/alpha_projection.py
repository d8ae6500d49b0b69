"""Normal smiles of spreads: exact, and by each projection."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, PAGE_WIDTH, SKY, VERMILION, Request, main

MATURITIES = (1.0, 10.0)
COLOURS = {0: VERMILION, 1: SKY, 2: GREEN}
STYLES = {0: "--", 1: "-", 2: ":"}


def draw(request: Request) -> Figure:
    """One column a spread, one row a maturity."""
    (table,) = request.tables
    names = list(table["spread"].unique())
    figure, axes = plt.subplots(
        len(MATURITIES), len(names), figsize=(PAGE_WIDTH, 3.6), sharex=True, squeeze=False
    )
    for row, maturity in zip(axes, MATURITIES, strict=True):
        for axis, name in zip(row, names, strict=True):
            own = table.loc[(table["spread"] == name) & (table["maturity"] == maturity)]
            # today's normal volatility is that of the observables, mode 0
            unit = own.loc[own["mode"] == 0, "normal_volatility"].iloc[0]
            for mode, rows in own.groupby("mode"):
                axis.plot(
                    rows["deviations"],
                    rows["volatility"] / unit,
                    color=COLOURS[mode],
                    ls=STYLES[mode],
                    label=f"mode {mode}",
                )
            exact = own.loc[own["mode"] == 0]
            axis.plot(
                exact["deviations"],
                exact["exact_volatility"] / unit,
                color=BLACK,
                ls="",
                marker="o",
                ms=2.5,
                label="exact",
            )
            axis.set_xticks([-3, -1.5, 0, 1.5, 3], ["-3", "", "0", "", "3"])
    for axis, name in zip(axes[0], names, strict=True):
        axis.set_title(name)
    for axis, maturity in zip(axes[:, 0], MATURITIES, strict=True):
        axis.set_ylabel(f"over today's, $T={maturity:g}$ year{'s' if maturity > 1.0 else ''}")
    figure.supxlabel("strike less forward, in normal deviations", size=8.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


if __name__ == "__main__":
    main(draw)
