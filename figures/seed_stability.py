"""A price over a hundred seeds, p-values of normality under the null, and what the tests see."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, GREY, PAGE_WIDTH, SKY, VERMILION, Request, main
from rmot.studies.trading.normality_power import BINS, LEVEL
from rmot.studies.trading.seed_prices import FLAT, MONTE_CARLO
from rmot.studies.trading.seed_stability import CLAIMED

_EDGES: list[float] = np.linspace(-3.5, 3.5, 15).tolist()
_NORMAL = "normal"


def draw(request: Request) -> Figure:
    """Draw prices over seeds, p-values under the normal law, and rejections under others."""
    prices, power = request.tables
    figure, (seeds, null, seen) = plt.subplots(
        1, 3, figsize=(PAGE_WIDTH, 2.4), gridspec_kw={"width_ratios": [1.0, 1.0, 1.25]}
    )
    _over_seeds(seeds, prices)
    _under_the_null(null, power)
    _power(seen, power)
    return figure


def _over_seeds(axis: Axes, prices: pd.DataFrame) -> None:
    for estimator, colour, label, fill in (
        (MONTE_CARLO, SKY, "fitted law", True),
        (FLAT, VERMILION, "volatility 20%", False),
    ):
        own = prices.loc[prices["estimator"] == estimator]
        score = (own["price"] - own["price"].mean()) / np.sqrt(np.mean(own["error"] ** 2))
        axis.hist(
            score, _EDGES, histtype="stepfilled" if fill else "step", color=colour, label=label
        )
        expected = len(own) * (_EDGES[1] - _EDGES[0])
    grid = np.linspace(_EDGES[0], _EDGES[-1], 200)
    axis.plot(grid, expected * np.exp(-0.5 * grid**2) / np.sqrt(2 * np.pi), color=BLACK, lw=0.8)
    axis.set_xlabel("price less mean, in stated errors")
    axis.set_ylabel("seeds")
    axis.set_ylim(top=1.45 * axis.get_ylim()[1])
    axis.legend(loc="upper left", fontsize=6.5)


def _under_the_null(axis: Axes, power: pd.DataFrame) -> None:
    row = power.loc[power["law"] == _NORMAL].iloc[0]
    edges = np.linspace(0.0, 1.0, BINS + 1)
    for name, colour, label in (
        ("naive", VERMILION, "Kolmogorov's law"),
        ("lilliefors", SKY, "Lilliefors"),
    ):
        density = BINS * np.array([row[f"{name}_bin_{number:02d}"] for number in range(BINS)])
        axis.stairs(density, edges, color=colour, label=label, lw=1.3)
    axis.axvline(CLAIMED, color=GREY, lw=0.8, ls="--")
    axis.text(CLAIMED - 0.02, 0.3, "0.87", rotation=90, ha="right", size=6.5, color=GREY)
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 5.4)
    axis.set_xlabel("p-value of normal samples")
    axis.set_ylabel("density")
    axis.legend(loc="upper left", fontsize=6.5)


def _power(axis: Axes, power: pd.DataFrame) -> None:
    others = power.loc[power["law"] != _NORMAL].iloc[::-1]
    places = np.arange(len(others))
    axis.barh(places + 0.2, 100 * others["lilliefors_rejects"], 0.36, color=SKY)
    axis.barh(places - 0.2, 100 * others["naive_rejects"], 0.36, color=VERMILION)
    axis.axvline(100 * LEVEL, color=GREY, lw=0.8, ls="--")
    axis.set_yticks(places, list(others["law"]), fontsize=6.5)
    axis.set_xlim(0, 100)
    axis.set_xlabel("rejected at 5%, %")


if __name__ == "__main__":
    main(draw)
