"""Sets what was measured beside its budget, as a table of numbers and as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.budgets import MISSED, SECONDS, WITHIN, Budget
from benchmarks.history import LEAST_RUNS, Change, Record

FAILED = "failed"

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


@dataclass(frozen=True)
class Row:
    """A budget, what was measured, what of it was missed, and how it compares; or why it failed."""

    budget: Budget
    record: Record | None = None
    because: tuple[str, ...] = ()
    change: Change | None = None
    failure: str = ""

    @property
    def missed(self) -> bool:
        """Whether it was measured and lies outside its budget."""
        return self.record is not None and self.record.verdict == MISSED


def table(rows: Sequence[Row], about: dict[str, Any]) -> pd.DataFrame:
    """Return a row a budget: what was asked, what was found, and the machine's earlier runs."""
    found = []
    for row in rows:
        budget, record, change = row.budget, row.record, row.change or Change(0)
        found.append(
            {
                "line": budget.name,
                "work": budget.work,
                "unit": budget.unit,
                "cost": record and record.cost,
                "limit": budget.cost,
                "turns": record and record.turns,
                "peer": record and record.peer,
                "peer_cost": record and record.peer_cost,
                "ratio": record and record.ratio,
                "least_ratio": budget.ratio,
                "error": record and record.error,
                "standard_error": record and record.standard_error,
                "largest_error": budget.error,
                "error_of": budget.error_of,
                "gigabytes": record and record.gigabytes,
                "most_gigabytes": budget.gigabytes,
                "verdict": record.verdict if record else FAILED,
                "because": row.failure or " ".join(row.because),
                "earlier_runs": change.runs,
                "earlier_median": change.median,
                "slower_than": change.threshold,
                "slower": change.slower,
                "peer_slower": change.peer_slower,
                "date": about["date"],
                "commit": about["commit"],
                "processor": about["processor"],
                "cores": about["cores"],
                "load": about["load"],
            }
        )
    return pd.DataFrame(found)


def said(rows: Sequence[Row]) -> str:
    """Set the rows as text; below it the lines that became slower, and whether others ran."""
    head = ("line", "median", "limit", "ratio", "error", "GB", "verdict", "history", "peer")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    lines += [_slower(row) for row in rows if row.change and row.change.slower]
    busy = next((row.record for row in rows if row.record and row.record.busy), None)
    if busy is not None:
        lines.append(
            f"the machine was busy (load {busy.load:.1f} on {busy.cores} cores): seconds by the"
            " clock are not ours alone, and later runs are not held against these"
        )
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    budget, record = row.budget, row.record
    limit = cost(budget.cost, budget.unit)
    if record is None:
        return budget.name, "", limit, "", "", "", FAILED, "", row.failure
    judged = record.verdict
    if judged != WITHIN:
        judged += f" ({', '.join(row.because)})"
    return (
        budget.name,
        cost(record.cost, budget.unit),
        limit,
        _beside(record.ratio, budget.ratio, ">="),
        _beside(record.error, budget.error, "<="),
        _beside(record.gigabytes, budget.gigabytes, "<="),
        judged,
        _history(row.change or Change(0)),
        record.peer,
    )


def cost(value: float, unit: str) -> str:
    """Set a cost in three digits, seconds in the unit that fits."""
    if unit != SECONDS:
        return f"{value:.3g}"
    scale, name = next((each for each in _UNITS if value >= each[0]), _UNITS[-1])
    return f"{value / scale:.3g} {name}"


def _beside(value: float | None, bound: float | None, sign: str) -> str:
    if value is None:
        return ""
    return f"{value:.2g}" if bound is None else f"{value:.2g} ({sign} {bound:g})"


def _history(change: Change) -> str:
    if change.threshold is None:
        return f"{change.runs} of {LEAST_RUNS} runs"
    return "SLOWER" if change.slower else "steady"


def _slower(row: Row) -> str:
    change, record = row.change, row.record
    assert change is not None
    assert record is not None
    assert change.median is not None
    unit = row.budget.unit
    told = (
        f"{record.line} is slower: {cost(record.cost, unit)}, where {change.runs} earlier runs have"
        f" the median {cost(change.median, unit)} and end at {cost(change.threshold or 0.0, unit)}"
    )
    return told + ("; its peer is slower too" if change.peer_slower else "")
