"""Numbers of two dates: convex order of mids, bounds with and without a law, and their errors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.two_dates import index_options as joint
from rmot.studies.two_dates.bounds import AT_THE_MONEY, LAWS, MIDDLE

_WORDS = dict(zip(LAWS, ("Rough", "Heston"), strict=True))
# Simulated laws of one seed; libraries differ in the last digits.
_SHARE = 2e-2


def convex_order(table: pd.DataFrame) -> Iterator[Number]:
    """Count pairs of expiries, those whose mids no martingale has, and moves that mend them."""
    source = Source.of_table("Order", table)
    feasible = table.loc[table["is_feasible"].astype(bool)]
    yield source.count("Pairs", len(table))
    yield source.count("Infeasible", len(table) - len(feasible))
    yield source.count("Calendar", int((feasible["calendars"] > 0).sum()))
    yield source.count("Butterfly", int((feasible["butterflies"] > 0).sum()))
    largest = float(feasible["largest_move"].max())
    yield source.number("LargestMove", largest, fixed(largest, 2), 1e-2)


def bounds(table: pd.DataFrame) -> Iterator[Number]:
    """Give the straddle's bounds in basis points, widths as shares, and what limits them."""
    source = Source.of_table("TwoDates", table)
    yield source.count("Quotes", table["quotes"].iloc[0], 4)
    classical = table.loc[table["law"] == "none"]
    gap = 1e4 * float(classical["gap"].max())
    # a solver's own tolerance
    yield source.number("Gap", gap, significant(gap, 1), 10 * gap)
    straddle = classical.loc[classical["payoff"] == AT_THE_MONEY].iloc[0]
    for side in ("lower", "upper"):
        yield source.measured(f"None{side.title()}", 1e4 * float(straddle[side]), _SHARE, 3)
    balls = table.loc[(table["payoff"] == AT_THE_MONEY) & (table["multiple"] == MIDDLE)]
    fine = int(np.nanmax(table["cells"]))
    for law, word in _WORDS.items():
        own = balls.loc[balls["law"] == law]
        chi = own.loc[own["divergence"] == "ChiSquared"]
        here = chi.loc[chi["cells"] == fine].iloc[0]
        coarse = chi.loc[chi["cells"] < fine].iloc[0]
        entropy = own.loc[own["divergence"] == "KullbackLeibler"].iloc[0]
        yield source.measured(f"{word}Least", float(here["minimum_radius"]), 5e-2)
        for side in ("lower", "upper"):
            yield source.measured(f"{word}{side.title()}", 1e4 * float(here[side]), _SHARE, 3)
        share = float((here["upper"] - here["lower"]) / (straddle["upper"] - straddle["lower"]))
        yield source.number(f"{word}Share", share, fixed(100 * share, 0), 2e-2)
        moved = 1e4 * max(abs(float(here[side] - coarse[side])) for side in ("lower", "upper"))
        yield source.number(f"{word}Cells", moved, significant(moved, 1), 1.0)
        apart = 1e4 * max(abs(float(here[side] - entropy[side])) for side in ("lower", "upper"))
        yield source.number(f"{word}Entropy", apart, significant(apart, 1), 1.0)
    residual = float(np.nanmax(table.loc[table["law"] != "none", "residual"]))
    digits = int(np.ceil(np.log10(max(residual, 1e-16))))
    yield source.number("Residual", residual, f"10^{{{digits}}}", 1e-9)


def pairs(table: pd.DataFrame) -> Iterator[Number]:
    """Give what laws leave of the forward volatilities that the quotes alone allow."""
    source = Source.of_table("Pairs", table)
    alone = table.loc[table["law"] == "none"]
    yield source.count("Count", len(alone))
    width = {
        law: (own["upper_volatility"] - own["lower_volatility"]).to_numpy()
        for law, own in table.groupby("law")
    }
    for word, end in (("Least", np.min), ("Most", np.max)):
        points = 100 * float(end(width["none"]))
        yield source.measured(f"None{word}", points, _SHARE)
        for law, name in _WORDS.items():
            share = float(end(width[law] / width["none"]))
            yield source.number(f"{name}{word}Share", share, fixed(100 * share, 0), 3e-2)
    apart = np.max(
        [
            np.ptp(own.loc[own["law"] != "none", "prior_price"]) / own["prior_price"].mean()
            for _, own in table.groupby("first")
        ]
    )
    yield source.number("Apart", float(apart), fixed(100 * float(apart), 0), 3e-2)


def index_options(table: pd.DataFrame) -> Iterator[Number]:
    """Give what a joint law of SPX and VIX needs, what the prior misses, and what VIX narrows."""
    source = Source.of_table("JointLaw", table)
    prior = table.loc[table["law"] == joint.PRIOR]
    yield source.count("Quotes", len(prior))
    yield source.count("Nodes", table["nodes"].iloc[0], 0.05 * table["nodes"].iloc[0])
    future = 100 * float(np.max(table["future"].to_numpy()))
    yield source.number("Future", future, fixed(future, 1), 1e-6)
    mean = 100 * float(prior["index_mean"].iloc[0])
    yield source.measured("PriorMean", mean, _SHARE, 3)
    half = 0.5 * (prior["ask"] - prior["bid"])
    miss = (prior["price"] - 0.5 * (prior["bid"] + prior["ask"])).abs() / half
    for word, dates in (("Index", ["index"]), ("Price", ["first", "second"])):
        typical = float(miss.loc[prior["date"].isin(dates)].median())
        yield source.measured(f"{word}Miss", typical, 0.1)
    for name, word in zip(joint.SETS, ("Alone", "Future", "Options"), strict=True):
        own = table.loc[table["law"] == name].to_dict("records")[0]
        if word != "Future":
            spreads = abs(float(own["half_spreads"]))
            yield source.number(f"{word}Spreads", spreads, fixed(spreads, 2), 0.05)
        yield source.measured(f"{word}Least", float(own["minimum_radius"]), 0.1)
        width = 1e4 * float(own["upper"] - own["lower"])
        yield source.measured(f"{word}Width", width, 0.05, 3)
    residual = float(np.nanmax(table["residual"]))
    digits = int(np.ceil(np.log10(max(residual, 1e-16))))
    yield source.number("Residual", residual, f"10^{{{digits}}}", 1e-9)
