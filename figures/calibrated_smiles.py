"""Bid-ask intervals of SPX and NDX quotes, and the rough Heston smiles fitted to them."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, PAGE_WIDTH, VERMILION, Request, main


def draw(request: Request) -> Figure:
    """One row an index, one column a slice; volatilities in per cent."""
    (table,) = request.tables
    indices = list(table["underlying"].unique())
    slices = table[["expiry", "settlement"]].drop_duplicates().to_numpy().tolist()
    figure, axes = plt.subplots(
        len(indices),
        len(slices),
        figsize=(PAGE_WIDTH, 1.9 * len(indices) + 0.2),
        squeeze=False,
        sharey="row",
    )
    for row, underlying in zip(axes, indices, strict=True):
        for axis, (expiry, settlement) in zip(row, slices, strict=True):
            here = table.query(
                "underlying == @underlying and expiry == @expiry and settlement == @settlement"
            )
            if here.empty:
                axis.set_axis_off()
                continue
            quotes = here.query("bid_volatility.notna()")
            curve = here.query("bid_volatility.isna()")
            axis.vlines(
                quotes["log_moneyness"],
                100 * quotes["bid_volatility"],
                100 * quotes["ask_volatility"],
                color=BLACK,
                lw=1.6,
                label="bid to ask",
            )
            axis.plot(
                curve["log_moneyness"],
                100 * curve["fitted_volatility"],
                color=VERMILION,
                label="rough Heston",
            )
            axis.set_title(f"{underlying}, {expiry}, {settlement}")
            axis.set_xlabel(r"log-moneyness $k$")
        row[0].set_ylabel("implied volatility (%)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


if __name__ == "__main__":
    main(draw)
