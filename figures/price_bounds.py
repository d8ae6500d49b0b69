"""Price bounds against the radius of the ball around the fitted law, and the classical limit."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main


def draw(request: Request) -> Figure:
    """One panel a payoff; prices in basis points of the forward, radii in units of the least."""
    (table,) = request.tables
    payoffs = list(table["payoff"].unique())
    figure, axes = plt.subplots(1, len(payoffs), figsize=(PAGE_WIDTH, 2.5), squeeze=False)
    for axis, name in zip(axes[0], payoffs, strict=True):
        here = table.query("payoff == @name")
        balls = here.query("divergence != 'classical'")
        (limit,) = here.query("divergence == 'classical'").to_dict("records")
        axis.fill_between(
            balls["multiple"],
            1e4 * balls["lower"],
            1e4 * balls["upper"],
            color=SKY,
            alpha=0.4,
            lw=0,
            label=r"$\chi^2$ ball",
        )
        for side in ("lower", "upper"):
            axis.plot(balls["multiple"], 1e4 * balls[side], color=BLACK, lw=0.9, marker=".", ms=3)
            axis.axhline(1e4 * limit[side], color=GREY, ls="--", lw=0.9)
        axis.plot([], [], color=GREY, ls="--", lw=0.9, label="classical")
        axis.axhline(1e4 * limit["prior_price"], color=VERMILION, lw=0.9, label="prior")
        axis.set_xscale("log")
        axis.set_xlabel("radius / least radius that meets the quotes")
        axis.set_title(f"SPX {limit['expiry']}, {name} at {limit['strike']:g} F")
    axes[0, 0].set_ylabel("price (basis points of F)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


if __name__ == "__main__":
    main(draw)
