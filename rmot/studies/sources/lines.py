"""What a line is: one number of a source's table or figure as printed, and ours beside it.

A module for each source makes lines of tables that are finished; nothing is computed anew. The
printed numbers are those of `proofs_check/tables`, kept as text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.errors import DataError
from rmot.studies import study

Tables = dict[str, pd.DataFrame]

# Where no data are needed: models with given parameters, or arithmetic on what is printed.
NO_DATA = "none"


class Told(TypedDict, total=False):
    """What is said of a number beside its value."""

    unit: str
    data: str
    remark: str


@dataclass(frozen=True)
class Line:
    """One printed number beside ours.

    Attributes
    ----------
    item : str
        As the source numbers it, ``"Table 3"``.
    row, column : str
        Where in the item the number stands, in our words.
    published : str
        As printed; empty where only ours exists.
    ours : float
        NaN where there is none, and then `remark` says why.
    error : float
        One standard error or an enclosing half width, as `remark` says; NaN where there is none.
    unit : str
        Empty for pure numbers.
    data : str
        ``"real"``, ``"synthetic"``, ``"drawn"``, or ``"none"``.
    remark : str
        Which data, dates or strikes ours is of, where it differs from the source.

    Raises
    ------
    DataError
        There is no number and no reason.
    """

    item: str
    row: str
    column: str
    published: str
    ours: float
    error: float = math.nan
    unit: str = ""
    data: str = NO_DATA
    remark: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.ours) and not (math.isinf(self.ours) or self.remark):
            raise DataError(
                f"expected a number or a reason for none in {self.item}, {self.row}, {self.column}"
            )


COLUMNS = ("source", *(field.name for field in fields(Line)))


def table_of(source: str, lines: Iterable[Line]) -> pd.DataFrame:
    """Return a row a line, in columns `COLUMNS`.

    Parameters
    ----------
    source : str
        Number of the document, ``"002"``.
    lines : iterable of Line
    """
    return pd.DataFrame([{"source": source} | asdict(line) for line in lines], columns=COLUMNS)


def read(inputs: dict[str, Path]) -> Tables:
    """Read tables by name; those whose name begins with a digit are printed, and stay text."""
    return {
        name: read_csv(path, dtype=str, keep_default_na=False)
        if name[0].isdigit()
        else read_csv(path)
        for name, path in inputs.items()
    }


def load(path: Path) -> pd.DataFrame:
    """Read a table of lines back, what is printed as text."""
    table = read_csv(path, dtype=str, keep_default_na=False)[list(COLUMNS)]
    numbers = {name: [float(text or "nan") for text in table[name]] for name in ("ours", "error")}
    return table.assign(**numbers)


def main(run: Callable[[Tables], pd.DataFrame]) -> None:
    """Run ``--profile P --input NAME=TABLE.csv ... --output LINES.csv``."""
    study.main(lambda config: run(read(config.inputs)))


def kind(table: pd.DataFrame) -> str:
    """Return what the table's data are; with several kinds the one that says most."""
    return sorted(set(table["data"]) - {"printed"})[-1]


Row = dict[str, Any]


def only(table: pd.DataFrame, **wanted: object) -> Row:
    """Return the one row with these values.

    Raises
    ------
    DataError
        There is none, or more than one.
    """
    rows = matching(table, **wanted)
    if len(rows) != 1:
        said = ", ".join(f"{name} = {value}" for name, value in wanted.items())
        raise DataError(f"expected one row with {said}; got {len(rows)}")
    return rows[0]


def matching(table: pd.DataFrame, **wanted: object) -> list[Row]:
    """Return the rows with these values, in the table's order."""
    chosen = pd.Series(data=True, index=table.index)
    for name, value in wanted.items():
        chosen &= table[name] == value
    rows = table.loc[chosen].to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def half(low: float, high: float) -> float:
    """Return half of an interval."""
    return 0.5 * (float(high) - float(low))
