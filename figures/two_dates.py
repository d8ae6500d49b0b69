"""Payoffs of SPX at two dates: balls around two laws, as parts of the interval without a law."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from figures.nested_bars import nested_bars
from figures.style import PAGE_WIDTH, Request, main


def draw(request: Request) -> Figure:
    """Set a group of bars for each payoff."""
    (table,) = request.tables
    figure, axis = plt.subplots(figsize=(0.9 * PAGE_WIDTH, 2.9))
    classical = table.loc[table["law"] == "none"].set_index("payoff")
    balls = table.loc[
        (table["divergence"] == "ChiSquared") & (table["cells"] == table["cells"].max())
    ]
    balls = balls.join(classical[["lower", "upper"]].add_prefix("classical_"), on="payoff")
    names = list(classical.index)
    nested_bars(axis, balls, "payoff", names)
    axis.set_xticks(range(len(names)), [name.replace(", ", "\n") for name in names])
    axis.set_ylabel("part of the interval without a law")
    figure.legend(loc="outside upper center", ncols=2, fontsize=7)
    return figure


if __name__ == "__main__":
    main(draw)
