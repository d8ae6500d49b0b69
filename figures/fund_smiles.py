"""Quotes of one fund at three expiries, and the smiles of the law fitted to all its surface."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, PAGE_WIDTH, VERMILION, Request, main


def draw(request: Request) -> Figure:
    """One panel an expiry; volatilities in per cent."""
    (table,) = request.tables
    slices = list(table.groupby(["expiry", "settlement"], sort=True))
    figure, axes = plt.subplots(
        1, len(slices), figsize=(PAGE_WIDTH, 2.4), squeeze=False, sharey=True
    )
    for axis, (_, here) in zip(axes[0], slices, strict=True):
        quotes = here.loc[here["bid_volatility"].notna()]
        curve = here.loc[here["bid_volatility"].isna()]
        bid, ask = 100 * quotes["bid_volatility"], 100 * quotes["ask_volatility"]
        middle = 0.5 * (bid + ask)
        axis.errorbar(
            quotes["log_moneyness"],
            middle,
            yerr=(middle - bid, ask - middle),
            fmt=".",
            ms=2.5,
            color=BLACK,
            elinewidth=0.9,
            label="quotes, bid to ask",
        )
        axis.plot(
            curve["log_moneyness"],
            100 * curve["fitted_volatility"],
            color=VERMILION,
            label="rough Heston",
        )
        first = here.iloc[0]
        axis.set_title(f"{first['underlying']}, {first['expiry']}")
        axis.set_xlabel(r"log-moneyness $k$")
    axes[0, 0].set_ylabel("implied volatility (%)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


if __name__ == "__main__":
    main(draw)
