"""Knows how a count of operations becomes a floor, and how far above it a kernel is.

floor = sum over units of operations times seconds an operation,   ratio = measured / floor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

WHOLE = "whole"
"""The part that is all of a kernel; it comes before the others."""


@dataclass(frozen=True)
class Counted:
    """What one part of a kernel takes in one case.

    Attributes
    ----------
    kernel, part, case : str
    operations : mapping of str to float
        How many of each unit of `benchmarks.unit_costs`.
    seconds : float
        Measured, least over turns.
    """

    kernel: str
    part: str
    case: str
    operations: Mapping[str, float]
    seconds: float


def tabulate(counts: Iterable[Counted], seconds_of: Mapping[str, float]) -> pd.DataFrame:
    """Set counts beside their floors.

    Parameters
    ----------
    counts : iterable of Counted
    seconds_of : mapping of str to float
        Seconds an operation, by unit.

    Returns
    -------
    DataFrame
        One row a count: `kernel`, `part`, `case`; for each unit its count and `_seconds` of one;
        `floor_seconds`, `measured_seconds` and `ratio`, measured over floor.
    """
    rows = []
    for each in counts:
        row: dict[str, object] = {"kernel": each.kernel, "part": each.part, "case": each.case}
        for unit, seconds in seconds_of.items():
            row[f"{unit}s"] = each.operations.get(unit, 0.0)
            row[f"{unit}_seconds"] = seconds
        floor = sum(number * seconds_of[unit] for unit, number in each.operations.items())
        row["floor_seconds"], row["measured_seconds"] = floor, each.seconds
        rows.append(row | {"ratio": each.seconds / floor})
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return medians over cases by kernel and part, in the table's order."""
    groups = table.groupby(["kernel", "part"], sort=False)
    return groups.median(numeric_only=True).assign(cases=groups.size()).reset_index()
