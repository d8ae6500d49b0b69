"""Numbers of DIA against its constituents; prices in basis points of the forward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant

# Bounds are solved to a tenth of a basis point; quasi-Monte Carlo is good to more than this.
_RELATIVE = 5e-3


def quotes(table: pd.DataFrame) -> Iterator[Number]:
    """Count quotes, and compare the ratio of prices between spots and forwards."""
    source = Source.of_table("Dow", table)
    rows = table.query("treatment == 'european intervals'").to_dict("records")
    first = {row["name"]: row for row in reversed(rows)}
    own = first.pop("DIA")
    yield source.count("Names", len(first))
    yield source.count("Quotes", sum(row["name"] != "DIA" for row in rows))
    yield source.count("OwnQuotes", sum(row["name"] == "DIA" for row in rows))
    yield source.count("Dropped", sum(row["dropped"] for row in first.values()))
    ratios = [
        sum(row[price] for row in first.values()) / (100.0 * own[price])
        for price in ("spot", "forward")
    ]
    yield source.number("SpotRatio", ratios[0], fixed(ratios[0], 5), 1e-6)
    yield source.number("ForwardRatio", ratios[1], fixed(ratios[1], 5), 1e-5)


def bounds(table: pd.DataFrame) -> Iterator[Number]:
    """Give the interval at the money, what one quote leaves of the others', and the gaps."""
    source = Source.of_table("Dow", table)
    rows = table.to_dict("records")
    (atm,) = (row for row in rows if row["is_joint"])
    others = [row for row in rows if not row["is_joint"]]

    def met(row: dict[Any, Any], before: str = "") -> bool:
        return row["bid"] <= row[f"{before}upper"] and row["ask"] >= row[f"{before}lower"]

    yield source.measured("AtmUpper", 1e4 * atm["upper"], _RELATIVE, digits=3)
    yield source.measured("AtmBid", 1e4 * atm["bid"], _RELATIVE, digits=3)
    yield source.measured("AtmAsk", 1e4 * atm["ask"], _RELATIVE, digits=3)
    yield source.count("Strikes", len(rows))
    yield source.count("Inside", sum(met(row) for row in rows))
    yield source.count("JointInside", sum(met(row, "joint_") for row in others))
    yield source.count("Others", len(others))
    value = min(
        (row["joint_upper"] - row["joint_lower"]) / (row["upper"] - row["lower"]) for row in others
    )
    yield source.number("JointWidth", value, fixed(100 * value, 0) + r"\%", 0.02)
    gap = 1e4 * max(max(row["gap"], row["joint_gap"]) for row in rows)
    yield source.number("Gap", gap, significant(max(gap, 1e-6), 1), 0.1)
    still = 1e4 * rows[0]["still_movement"]
    yield source.number("Still", still, significant(still, 1), max(5.0 * still, 0.1))
    moved = 1e4 * max(abs(row["upper"] - row["european_upper"]) for row in rows)
    yield source.measured("AmericanMoved", moved, 0.05)


def correlation(table: pd.DataFrame) -> Iterator[Number]:
    """Give the best flat correlation and how many strikes it serves."""
    source = Source.of_table("Dow", table)
    rows = table.to_dict("records")
    for name, word in (("fit", ""), ("bid", "Bid"), ("ask", "Ask")):
        here = [row for row in rows if row["volatilities"] == name]
        flat = here[0]["flat"]
        yield source.number(f"Flat{word}", flat, significant(flat, 2), 0.01)
        yield source.count(f"FlatInside{word}", sum(row["inside"] for row in here), 1)
    fit = sorted((row for row in rows if row["volatilities"] == "fit"), key=lambda r: r["strike"])
    yield source.count("FlatStrikes", len(fit))
    for place, word in ((0, "Low"), (-1, "High")):
        ends = (fit[place][f"correlation_{side}"] for side in ("bid", "ask"))
        middle = sum(min(max(end, 0.0), 1.0) for end in ends) / 2
        yield source.number(f"Rho{word}Strike", middle, fixed(middle, 2), 0.02)
    error = 1e4 * max(row["standard_error"] for row in fit)
    yield source.number("CopulaError", error, significant(error, 1), error)
