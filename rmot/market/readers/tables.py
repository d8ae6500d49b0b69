"""Cells of CSV and JSON files as checked columns: what is not a number is refused, not guessed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from rmot.errors import DataError

_EMPTY = ("", "NA", "NaN", "nan")


def csv_table(text: str, where: str, columns: Iterable[str]) -> pd.DataFrame:
    """Return the cells as stripped text, indexed by the line of the file.

    Parameters
    ----------
    text, where : str
        The whole file, and its name in errors.
    columns : iterable of str
        The columns that must be there.

    Raises
    ------
    DataError
        A column is missing, a row is ragged, or there are no rows.
    """
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise DataError(f"{where}: expected comma-separated values; {error}") from None
    require_columns(header, columns, where)
    if not rows:
        raise DataError(f"{where}: expected rows below the column line; there are none")
    for line, cells in rows:
        if len(cells) != len(header):
            raise DataError(
                f"{where}, line {line}: expected {len(header)} cells; got {len(cells)} "
                "(a row that is cut off?)"
            )
    lines, cells = zip(*rows, strict=True)
    return pd.DataFrame(list(cells), columns=pd.Index(header), index=pd.Index(lines), dtype=object)


def require_columns(header: Iterable[str], columns: Iterable[str], where: str) -> None:
    """Raise a DataError that names the columns that are missing or come twice."""
    header = list(header)
    missing = [name for name in columns if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing or twice:
        what = "missing: " + ", ".join(missing) if missing else "repeated: " + ", ".join(twice)
        raise DataError(f"{where}: expected each column once; {what}")


def numbers(table: pd.DataFrame, name: str, where: str) -> np.ndarray:
    """Return a column as floats, shape (n,); an empty cell is NaN.

    Raises
    ------
    DataError
        A cell is not a number.
    """
    cells = table[name]
    values = pd.to_numeric(cells, errors="coerce").astype(float)
    bad = values.isna() & ~cells.isin(_EMPTY)
    if bad.any():
        line = bad.idxmax()
        raise DataError(
            f"{where}, line {line}: expected a number in column {name!r}; got "
            f"{cells.loc[line]!r} ({bad.sum()} such cells)"
        )
    return values.to_numpy()


def dates(table: pd.DataFrame, name: str, where: str, form: str | None = None) -> list[date]:
    """Return a column of dates in ISO's form, or in that of `strptime`.

    Raises
    ------
    DataError
        A cell is no such date.
    """
    known: dict[str, date] = {}
    for line, cell in table[name].items():
        if cell not in known:
            known[cell] = _date(cell, form, f"{where}, line {line}", name)
    return [known[cell] for cell in table[name]]


def iso_dates(cells: Sequence[Any], name: str, where: str) -> list[date]:
    """Return dates given as ISO text; quotes count from one.

    Raises
    ------
    DataError
        A cell is no such date.
    """
    known = {}
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, str) or cell not in known:
            known[cell] = _date(cell, None, f"{where}, quote {number}", name)
    return [known[cell] for cell in cells]


def json_object(text: str, where: str, keys: Iterable[str]) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Raises
    ------
    DataError
        The text is not JSON (a file that is cut off never is) or not an object, or lacks a key.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: expected JSON, whole; {error}") from None
    if not isinstance(found, dict):
        raise DataError(f"{where}: expected a JSON object; got {type(found).__name__}")
    missing = [key for key in keys if key not in found]
    if missing:
        raise DataError(f"{where}: expected the key {missing[0]!r}; it is missing")
    return found


def json_columns(
    records: Any, names: Sequence[str], where: str, optional: Iterable[str] = ()
) -> dict[str, list[Any]]:
    """Return lists of the named values of a list of objects; `optional` ones may be absent.

    Raises
    ------
    DataError
        There are no records, or one is no object or lacks a key.
    """
    if not (isinstance(records, list) and records):
        raise DataError(f"{where}: expected a list of quotes; there are none")
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise DataError(f"{where}, quote {number}: expected an object; got {record!r}")
        for name in names:
            if name not in record:
                raise DataError(f"{where}, quote {number}: expected the key {name!r}")
    return {name: [record.get(name) for record in records] for name in (*names, *optional)}


def json_numbers(columns: dict[str, list[Any]], name: str, where: str) -> np.ndarray:
    """Return values as floats, shape (n,); null is NaN.

    Raises
    ------
    DataError
        A value is not a number, such as a text with digits.
    """
    values = columns[name]
    for number, value in enumerate(values, start=1):
        if isinstance(value, bool) or not isinstance(value, float | int | None):
            raise DataError(
                f"{where}, quote {number}: expected a number for {name!r}; got {value!r}"
            )
    return np.array([math.nan if value is None else value for value in values], dtype=float)


def json_choice(
    columns: dict[str, list[Any]], name: str, choices: dict[str, bool], where: str
) -> np.ndarray:
    """Return values as booleans, shape (n,), by the table `choices`.

    Raises
    ------
    DataError
        A value is not in the table.
    """
    for number, value in enumerate(columns[name], start=1):
        if not isinstance(value, str) or value not in choices:
            raise DataError(
                f"{where}, quote {number}: expected {' or '.join(map(repr, choices))} for "
                f"{name!r}; got {value!r}"
            )
    return np.array([choices[value] for value in columns[name]], dtype=bool)


def positive_level(value: Any, name: str, where: str) -> float:
    """Return a positive level of an underlying, in the units of its strikes.

    Raises
    ------
    DataError
        It is not a positive finite number.
    """
    number = isinstance(value, float | int) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and value > 0):
        raise DataError(f"{where}: expected a positive level for {name!r}; got {value!r}")
    return float(value)


def instant(text: Any, name: str, where: str) -> datetime:
    """Return a stamp in ISO's form, without a zone if the text has none.

    Raises
    ------
    DataError
        The text is no such stamp.
    """
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise DataError(
            f"{where}: expected a stamp such as 2026-07-12T06:26:58-04:00 for {name!r}; "
            f"got {text!r}"
        ) from None


def zoned_instant(text: Any, name: str, where: str) -> datetime:
    """Return a stamp that says its zone.

    Raises
    ------
    DataError
        The text is no stamp, or a naive one.
    """
    stamp = instant(text, name, where)
    if stamp.tzinfo is None:
        raise DataError(f"{where}: expected a time zone in {name!r}; got {text!r}")
    return stamp


def _date(cell: Any, form: str | None, here: str, name: str) -> date:
    try:
        return date.fromisoformat(cell) if form is None else datetime.strptime(cell, form).date()
    except (TypeError, ValueError):
        raise DataError(
            f"{here}: expected a date for {name!r} such as 2026-07-17; got {cell!r}"
        ) from None
