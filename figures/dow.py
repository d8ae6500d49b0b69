"""DIA's calls between bounds from its constituents, and the correlation that its quotes imply."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import BLACK, GREEN, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main


def draw(request: Request) -> Figure:
    """Left: time values, in basis points of the forward; right: intervals of correlation."""
    bounds, correlation = request.tables
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 2.7))
    strike, exercised = bounds["strike"], bounds["jensen"]
    bands = (
        ("lower", "upper", GREY, 0.3, "constituents alone"),
        ("joint_lower", "joint_upper", SKY, 0.6, "and one DIA quote"),
    )
    for low, high, colour, alpha, label in bands:
        left.fill_between(
            strike,
            1e4 * (bounds[low] - exercised),
            1e4 * (bounds[high] - exercised),
            color=colour,
            alpha=alpha,
            lw=0,
            label=label,
        )
    left.vlines(
        strike,
        1e4 * (bounds["bid"] - exercised),
        1e4 * (bounds["ask"] - exercised),
        color=VERMILION,
        lw=2.2,
        label="DIA bid and ask",
    )
    left.set_ylabel("call less $(F-K)^+$ (basis points of $F$)")
    left.legend()
    fit = correlation.query("volatilities == 'fit'")
    low, high = (
        np.clip(fit[f"correlation_{side}"].to_numpy(), 0.0, 1.0) for side in ("bid", "ask")
    )
    right.vlines(fit["strike"], low, high, color=BLACK, lw=2.0, label="at DIA's bid and ask")
    for name, colour, style in (("fit", VERMILION, "-"), ("bid", GREEN, ":"), ("ask", SKY, "--")):
        flat = correlation.query(f"volatilities == {name!r}")["flat"].iloc[0]
        label = "best flat" if name == "fit" else f"constituents at the {name}"
        right.axhline(flat, color=colour, ls=style, lw=1.0, label=label)
    right.set_ylabel(r"one correlation of all pairs, $\rho$")
    right.set_ylim(0.0, 1.0)
    right.legend()
    for axis in (left, right):
        axis.set_xlabel("strike / forward")
    return figure


if __name__ == "__main__":
    main(draw)
