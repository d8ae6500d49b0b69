"""Numbers of the far calls in relative-entropy and chi-squared balls, in basis points of F."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import significant

# Solvers' gaps are far below; cells move the bounds by less.
_RELATIVE = 1e-3


def last_nodes(table: pd.DataFrame) -> Iterator[Number]:
    """Give the bounds without quotes at the nearest last node and at none."""
    source = Source.of_table("Node", table)
    rows = table.query("given == 'no quotes'").sort_values("last_node")
    strike = rows["strike"].iloc[0]
    yield source.number("Strike", strike, f"{strike:g}", 0.0)
    for place, end in (("First", 0), ("Last", -1)):
        for ball, name in (("relative_entropy", "Entropy"), ("chi_squared", "ChiSquared")):
            value = 1e4 * rows[ball].iloc[end]
            yield source.measured(f"{name}{place}", value, _RELATIVE, digits=3)
    first = rows["last_node"].iloc[0]
    yield source.number("Nearest", first, f"{first:g}", 0.0)


def far_calls(table: pd.DataFrame) -> Iterator[Number]:
    """Give what is furthest out around rough Heston, and how far Theorem A's limits are missed."""
    source = Source.of_table("Escape", table)
    radius = table["radius"].iloc[0]
    yield source.number("Radius", radius, f"{radius:g}", 0.0)
    farthest = table.loc[table.groupby(["law", "given"], sort=False)["strike"].idxmax()]
    for given, name in (("no quotes", "Free"), ("quotes", "Quoted")):
        here = (farthest["law"] == "rough Heston") & (farthest["given"] == given)
        (row,) = farthest[here].to_dict("records")
        value = 1e4 * row["relative_entropy"]
        yield source.measured(f"Rough{name}", value, _RELATIVE, digits=3)
    missed = np.max(np.abs(farthest["relative_entropy"] / farthest["limit"] - 1.0))
    # It is rounding and the solver's gap.
    yield source.number("Missed", missed, significant(missed, 1), 1e-6)
