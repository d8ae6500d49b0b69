"""Numbers of the neural Volterra law: errors in and out of sample, recovery, bounds."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed

_WORDS = {"rough_heston": "RoughHeston", "rough_bergomi": "RoughBergomi", "neural": "Law"}
_QUANTITIES = {
    "SPX volatility, in sample": ("Sample", 100, 2),
    "SPX volatility, held-out maturity": ("HeldOut", 100, 2),
    "VIX volatility, up to a month": ("IndexMonth", 100, 1),
    "VIX volatility, later": ("IndexLater", 100, 1),
    "VIX futures": ("Futures", 100, 2),
    "Hurst index": ("Hurst", 1, 3),
}
# Weights differ with the processor in the last digits, and searches carry that on.
_POINT = 0.1


def errors(table: pd.DataFrame) -> Iterator[Number]:
    """Give errors of held-out smiles in points; of the learned law those of the worst seed."""
    source = Source.of_table("Neural", table)
    kinds = table["law"].where(~table["law"].str.startswith("neural"), "neural")
    for law, word in _WORDS.items():
        own = table.loc[kinds == law]
        for kind, name, digits in (("price", "Price", 2), ("index", "Index", 1)):
            value = 100.0 * float(own[f"{kind}_test"].max())
            label = f"{word}{name}Test"
            yield source.number(label, value, fixed(value, digits), _POINT + 0.1 * value)
    future = 100.0 * float(table.loc[kinds == "neural", "future"].max())
    yield source.number("LawFuture", future, fixed(future, 2), _POINT)


def recovery(table: pd.DataFrame) -> Iterator[Number]:
    """Give how far the law is from a known truth, at the worst of seeds."""
    source = Source.of_table("NeuralTruth", table)
    missed = set(table.loc[~table["within"].astype(bool), "quantity"])
    quantities = set(table["quantity"])
    yield source.count("Quantities", len(quantities))
    yield source.count("Within", len(quantities - missed), 2)
    for quantity, (word, unit, digits) in _QUANTITIES.items():
        value = unit * float(table.loc[table["quantity"] == quantity, "off"].max())
        yield source.number(word, value, fixed(value, digits), 0.5 * value)


def bounds(table: pd.DataFrame) -> Iterator[Number]:
    """Give the straddle's bounds around both laws, in basis points."""
    source = Source.of_table("NeuralBounds", table)
    yield source.count("Quotes", table["quotes"].iloc[0], 4)
    straddle = table.loc[table["payoff"] == "forward-start straddle"]
    for law, word in (("rough_heston", "RoughHeston"), ("neural", "Law")):
        row = straddle.loc[straddle["law"] == law].iloc[0]
        for side in ("prior_price", "lower", "upper"):
            name = side.removesuffix("_price").title()
            yield source.measured(f"{word}{name}", 1e4 * float(row[side]), 5e-2, 3)
