"""Numbers of the simulated paths: how far they are from Fourier prices, in basis points."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed

# Up to which Hurst exponent the article speaks of few steps.
_ROUGH = 0.2


def biases(table: pd.DataFrame) -> Iterator[Number]:
    """Give the largest bias at the most steps and at the fewest, with its standard error."""
    source = Source.of_table("Path", table)
    rows = table.to_dict("records")
    most = max(row["steps"] for row in rows)
    fewest = min(row["steps"] for row in rows)
    at_most = [row for row in rows if row["steps"] == most]
    rough = [row for row in rows if row["steps"] == fewest and row["hurst"] <= _ROUGH]
    yield source.count("Steps", most)
    yield source.count("FewestSteps", fewest)
    yield source.count("Draws", rows[0]["paths"])
    yield source.count("Strikes", len(at_most))
    for name, among in (("Largest", at_most), ("Rough", rough)):
        worst = max(among, key=lambda row: abs(row["bias"]))
        size, error = abs(worst["bias"]), worst["standard_error"]
        yield source.number(f"{name}Bias", size, fixed(size, 1), error)
        yield source.number(f"{name}Error", error, fixed(error, 1), 0.5 * error)
