"""Each budget as it was last measured on an idle machine, from the history that `benchmarks` keeps.

A line's records are those of the last commit that has any which were not taken beside others' work;
what is shown is their median.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import pandas as pd

from benchmarks.budget_table import cost
from benchmarks.budgets import BUDGETS, Budget
from benchmarks.history import Record, read
from rmot.artifact.formats import Column, latex_table, significant
from rmot.errors import DataError
from rmot.studies.study import Config, main

COLUMNS = (
    "machine",
    "line",
    "work",
    "unit",
    "cost",
    "least",
    "largest",
    "limit",
    "peer",
    "ratio",
    "least_ratio",
    "error",
    "largest_error",
    "error_of",
    "gigabytes",
    "runs",
    "commit",
    "date",
)


def run(config: Config) -> pd.DataFrame:
    """Return a row a machine and line; each input is a machine's history, under a name of its own.

    Raises
    ------
    DataError
        A history is damaged, or none was given.
    """
    if not config.inputs:
        raise DataError("expected a machine's history, as `python -m benchmarks` writes; got none")
    rows = [
        _row(machine, budget, taken)
        for machine, path in config.inputs.items()
        for history in [read(path)]
        for budget in BUDGETS
        if (taken := _latest(history, budget.name))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _latest(history: Sequence[Record], line: str) -> list[Record]:
    quiet = [each for each in history if each.line == line and not each.busy]
    return [each for each in quiet if each.commit == quiet[-1].commit]


def _row(machine: str, budget: Budget, taken: Sequence[Record]) -> tuple[object, ...]:
    costs = [each.cost for each in taken]
    return (
        machine,
        budget.name,
        budget.work,
        budget.unit,
        median(costs),
        min(costs),
        max(costs),
        budget.cost,
        taken[-1].peer,
        _median([each.ratio for each in taken]),
        budget.ratio,
        _median([each.error for each in taken]),
        budget.error,
        budget.error_of,
        max(each.gigabytes for each in taken),
        len(taken),
        taken[-1].commit,
        taken[-1].date,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return median(known) if known else None


def printed(table: pd.DataFrame) -> str:
    """Set costs, ratios and errors beside what is asked of them."""
    units = table["unit"].tolist()

    def costs(name: str) -> list[str]:
        return [_cost(value, unit) for value, unit in zip(table[name], units, strict=True)]

    def beside(name: str, asked: str, sign: str) -> list[str | None]:
        return [
            None if pd.isna(value) else _beside(value, bound, sign)
            for value, bound in zip(table[name], table[asked], strict=True)
        ]

    return latex_table(
        table.assign(
            cost=costs("cost"),
            limit=costs("limit"),
            ratio=beside("ratio", "least_ratio", r"\ge"),
            error=beside("error", "largest_error", r"\le"),
        ),
        (
            Column("work", "Work", align="l"),
            Column("cost", "Median", str),
            Column("limit", "Limit", str),
            Column("ratio", "Peer", str),
            Column("error", "Error", str),
        ),
    )


def _cost(value: float, unit: str) -> str:
    number, _, name = cost(value, unit).partition(" ")
    of = {"": "", "us": r"\,\mu\mathrm{s}"}.get(name, rf"\,\mathrm{{{name}}}")
    return number + of


def _beside(value: float, bound: float | None, sign: str) -> str:
    shown = significant(value, 2)
    return (
        shown
        if bound is None or pd.isna(bound)
        else rf"{shown}\;({sign}{significant(bound, 1 if bound < 1.0 else 2)})"
    )


if __name__ == "__main__":
    main(run, printed)
