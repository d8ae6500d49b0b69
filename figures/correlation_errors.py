"""Error of a correlation read from single assets' quotes, as factors become equally rough."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from figures.style import GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.shared_factors.models import LOADINGS

COLOURS = dict(zip(LOADINGS, (SKY, VERMILION), strict=True))
STYLES = {"known": "-", "estimated": "--"}


def draw(request: Request) -> Figure:
    """Errors by gap on logarithmic axes; where there is no gap, a mark at the left edge."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.62 * PAGE_WIDTH, 3.0))
    gaps = table.query("gap > 0")
    left = 0.4 * float(np.min(gaps["gap"]))
    for loadings, colour in COLOURS.items():
        for factors, style in STYLES.items():
            rows = gaps.query("loadings == @loadings and factors == @factors")
            label = f"{loadings} loadings, factors {factors}"
            axis.plot(rows["gap"], rows["error"], color=colour, ls=style, marker=".", label=label)
            none = table.query("loadings == @loadings and factors == @factors and gap == 0")
            if np.isfinite(none["error"]).all():
                axis.plot([left], none["error"], color=colour, marker="<", ms=5, ls="none")
    known = gaps.query("loadings == 'symmetric' and factors == 'known'").sort_values("gap")
    slope = known["error"].iloc[0] * known["gap"].iloc[0] / known["gap"]
    axis.plot(known["gap"], slope, color=GREY, lw=0.8, ls=":", label="inverse of the gap")
    axis.axhline(1.0, color=GREY, lw=0.8)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("gap between the factors' Hurst exponents")
    axis.set_ylabel("Cramér-Rao error of the correlation")
    # Room for the legend above the line.
    axis.set_ylim(top=30.0)
    axis.legend(fontsize=7)
    return figure


if __name__ == "__main__":
    main(draw)
