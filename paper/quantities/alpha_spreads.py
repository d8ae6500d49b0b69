"""Numbers of exact spread options in the alpha models."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import significant
from rmot.studies.alpha.exact_spreads import summarised

PRINTED_SET = "source"
LONG = 10.0


def exact(table: pd.DataFrame) -> Iterator[Number]:
    """Give the largest differences over all sets, and at source 004's parameters over ten years."""
    source = Source.of_table("ExactSpread", table)
    gaps = summarised(table)
    yield source.count("Prices", len(table))
    for name, column in (("Error", "exact_error"), ("Parity", "parity_gap")):
        value = float(np.max(gaps[column]))
        yield source.number(name, value, significant(value, 1), max(value, 1e-2))
    (row,) = gaps.query("set == @PRINTED_SET and maturity == @LONG").to_dict("records")
    for name, column in (("Bound", "lower_bound"), ("Published", "published_bound")):
        yield source.measured(name, row[column], 0.02)
    yield source.measured("Kirk", row["kirk"], 0.02)
    worst = float(np.max(gaps["kirk"]))
    yield source.measured("KirkMost", worst, 0.02)
    chance = np.abs(table["simulated"] - table["exact"]) / table["simulated_error"]
    yield source.measured("Chance", float(np.max(chance)), 0.2)
