"""Numbers of the quotes: those kept, the arbitrage in them, what published filters leave."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed

VIOLATIONS = ("bound", "vertical", "butterfly", "calendar")


def kept(table: pd.DataFrame) -> Iterator[Number]:
    """Strikes and slices of the fitted expiries."""
    for _, group in table.groupby("underlying", sort=False):
        source = Source.of_row(group.to_dict("records")[0])
        yield source.count("QuotesKept", group["kept"].to_numpy().sum())
        yield source.count("QuotesDropped", group["dropped"].to_numpy().sum())
        yield source.count("Slices", len(group))


def arbitrage(table: pd.DataFrame) -> Iterator[Number]:
    """Count triples and moves; a mid price on the edge of convexity may fall to either side."""
    for row in table.to_dict("records"):
        source = Source.of_row(row)
        breaks = 100 * row["mid_break_share"]
        moved = 100 * row["moved"] / row["quotes"]
        yield source.count("SurfaceQuotes", row["quotes"])
        yield source.number("MidBreaks", breaks, fixed(breaks, 0), 0.1)
        # the projection stops at its own tolerance, where a move may count or not
        yield source.number("Moved", moved, fixed(moved, 0), 1.0)
    violations = table[[f"{kind}_violations" for kind in VIOLATIONS]].to_numpy().sum()
    yield Source.of_table("Quote", table).count("Violations", violations)


def filters(table: pd.DataFrame) -> Iterator[Number]:
    """Count what the filters leave in the end, and what the first of them removes."""
    for _, group in table.groupby("underlying", sort=False):
        rows = group.to_dict("records")
        source, first, last = Source.of_row(rows[0]), rows[0], rows[-1]
        removed = 100 * first["removed_alone"] / first["quotes"]
        yield source.number("VolumeRemoved", removed, fixed(removed, 0), 0.0)
        yield source.count("FiltersLeft", last["left"])
