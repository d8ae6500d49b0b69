"""Numbers of correlation under shared rough factors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant

# Exact but for rounding.
_EXACT = 1e-6
# Seeds are fixed; an order of summation may move a path's digits.
_DRAWN = 1e-3
YEAR = 1.0


def correlations(table: pd.DataFrame) -> Iterator[Number]:
    """Give exact correlations at both ends, and the laws at a year."""
    source = Source.of_table("FactorCorrelation", table)
    ordered = table.sort_values("horizon")
    for place, end in (("Short", 0), ("Long", -1)):
        value = ordered["returns"].iloc[end]
        yield source.number(place, value, fixed(value, 2), _EXACT)
    gap = np.max(np.abs(table["log_prices"] - table["returns"]))
    yield source.number("Gap", gap, fixed(gap, 2), _EXACT)
    (row,) = table.query("horizon == @YEAR").to_dict("records")
    names = {"returns": "Year", "realised_mean": "Mean", "realised_q05": "Low"}
    for column, name in {**names, "realised_q95": "High", "instant_mean": "Instant"}.items():
        yield source.number(name, row[column], fixed(row[column], 2), _DRAWN)


def baskets(table: pd.DataFrame) -> Iterator[Number]:
    """Give implied correlations at a year, and how far simulation is from Fourier inversion."""
    source = Source.of_table("FactorBasket", table)
    year = table.query("maturity == @YEAR").sort_values("log_moneyness")
    implied = year["implied_correlation"].to_numpy()
    middle = implied[np.argmin(np.abs(year["log_moneyness"].to_numpy()))]
    for name, value in (("Least", implied.min()), ("Most", implied.max()), ("Middle", middle)):
        yield source.number(name, value, fixed(value, 2), 1e-3)
    gap = np.abs(table["simulated"] - table["price"])
    yield source.number("Missed", 1e4 * gap.max(), significant(1e4 * gap.max(), 2), 0.2)
    share = np.max(gap / (table["simulated_error"] + table["price_error"]))
    yield source.number("Share", share, fixed(share, 1), 0.5)
    yield source.count("Prices", len(table))
