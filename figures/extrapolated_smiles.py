"""Smiles fitted near the money and carried beyond: quotes, predictions, and a ball's intervals."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import (
    BLACK,
    GREEN,
    GREY,
    PAGE_WIDTH,
    PURPLE,
    SKY,
    VERMILION,
    Request,
    main,
)
from rmot.studies.extrapolation.predictions import INSIDE

LINES: dict[str, tuple[str, dict[str, Any]]] = {
    "black_scholes": ("Black-Scholes", {"color": GREY, "ls": ":"}),
    "svi": ("SVI", {"color": PURPLE, "ls": "-."}),
    "sabr": ("SABR", {"color": GREEN, "ls": "--"}),
    "rough_heston_each": (r"rough Heston, $\kappa=0$", {"color": VERMILION}),
}
HIGHEST = 1.35
"""Of the axis, in units of the highest ask: what runs further is cut."""


def draw(request: Request) -> Figure:
    """One panel a chain; volatilities in per cent."""
    (table,) = request.tables
    chains = list(table["chain"].unique())
    columns = min(len(chains), 3)
    rows = -(-len(chains) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(PAGE_WIDTH, 2.0 * rows + 0.6), squeeze=False
    )
    for axis, chain in zip(axes.flat, chains, strict=False):
        _panel(axis, table.loc[table["chain"] == chain])
    for axis in axes.flat[len(chains) :]:
        axis.set_axis_off()
    for axis in axes[-1]:
        axis.set_xlabel(r"log-moneyness $k$")
    for row in axes:
        row[0].set_ylabel("implied volatility (%)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _panel(axis: Axes, table: pd.DataFrame) -> None:
    first = table.iloc[0]
    quotes = table.loc[table["model"] == first["model"]].sort_values("log_moneyness")
    _ball(axis, quotes)
    for key, (name, look) in LINES.items():
        line = table.loc[table["model"] == key].sort_values("log_moneyness")
        axis.plot(line["log_moneyness"], 100 * line["predicted_volatility"], label=name, **look)
    for inside, colour, name in ((True, GREY, "quotes shown"), (False, BLACK, "held out")):
        part = quotes.loc[(quotes["wing"] == INSIDE) == inside]
        bid, ask = 100 * part["bid_volatility"], 100 * part["ask_volatility"]
        axis.errorbar(
            part["log_moneyness"],
            (bid + ask) / 2,
            yerr=(ask - bid) / 2,
            color=colour,
            ls="",
            marker="o",
            ms=1.5 if inside else 3.0,
            elinewidth=1.0,
            zorder=3,
            label=name,
        )
    axis.set_ylim(0.0, 100 * HIGHEST * quotes["ask_volatility"].max())
    axis.set_title(f"{first['chain']}, {first['expiry']}")


def _ball(axis: Axes, quotes: pd.DataFrame) -> None:
    """Draw the intervals at held-out strikes, joined to the last quotes shown."""
    shown = quotes.loc[quotes["wing"] == INSIDE]
    ends = shown.assign(lower=shown["bid_volatility"], upper=shown["ask_volatility"])
    held_out = quotes.dropna(subset=["lower", "upper"])
    wings = (
        pd.concat([held_out.loc[held_out["log_moneyness"] < 0], ends.iloc[:1]]),
        pd.concat([ends.iloc[-1:], held_out.loc[held_out["log_moneyness"] > 0]]),
    )
    for wing, name in zip(wings, ("ball about rough Heston", None), strict=True):
        k, lower, upper = (wing[column] for column in ("log_moneyness", "lower", "upper"))
        axis.fill_between(k, 100 * lower, 100 * upper, color=SKY, alpha=0.35, lw=0, label=name)


if __name__ == "__main__":
    main(draw)
