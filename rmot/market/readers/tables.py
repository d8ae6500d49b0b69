"""Cells of CSV and JSON files as checked columns: what is not a number is refused, not guessed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from rmot.errors import DataError

_EMPTY = ("", "NA", "NaN", "nan")


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file as text, column by column.

    Attributes
    ----------
    where : str
        The file's name in errors.
    lines : tuple of int
        The line of the file on which each row stands.
    columns : mapping of str to tuple of str
    """

    where: str
    lines: tuple[int, ...]
    columns: Mapping[str, tuple[str, ...]]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __len__(self) -> int:
        return len(self.lines)

    def here(self, row: int) -> str:
        """Return the place of a row, for an error."""
        return f"{self.where}, line {self.lines[row]}"

    def numbers(self, name: str) -> np.ndarray:
        """Return a column as floats, shape (n,); an empty cell is NaN.

        Raises
        ------
        DataError
            A cell is not a number.
        """
        cells = self.columns[name]
        try:
            return np.array([_number(cell) for cell in cells])
        except ValueError:
            bad = [row for row, cell in enumerate(cells) if not _is_number(cell)]
        raise DataError(
            f"{self.here(bad[0])}: expected a number in column {name!r}; got "
            f"{cells[bad[0]]!r} ({len(bad)} such cells)"
        )

    def dates(self, name: str, form: str | None = None) -> list[date]:
        """Return a column of dates in ISO's form, or in that of `strptime`.

        Raises
        ------
        DataError
            A cell is no such date.
        """
        known: dict[str, date] = {}
        for row, cell in enumerate(self.columns[name]):
            if cell not in known:
                known[cell] = _date(cell, form, self.here(row), name)
        return [known[cell] for cell in self.columns[name]]

    def booleans(self, name: str, choices: Mapping[str, bool]) -> np.ndarray:
        """Return a column as booleans, shape (n,), by the table `choices`.

        Raises
        ------
        DataError
            A cell is not in the table.
        """
        cells = self.columns[name]
        for row, cell in enumerate(cells):
            if cell not in choices:
                raise DataError(
                    f"{self.here(row)}: expected {_either(choices)} for {name!r}; got {cell!r}"
                )
        return np.array([choices[cell] for cell in cells], dtype=bool)


def csv_header(text: str) -> list[str]:
    """Return the names in the first line."""
    return [cell.strip().strip('"') for cell in text.lstrip().split("\n", 1)[0].split(",")]


def csv_table(text: str, where: str, columns: Iterable[str]) -> CsvTable:
    """Split a CSV file into columns.

    Parameters
    ----------
    text, where : str
        The whole file, and its name in errors.
    columns : iterable of str
        Those that must be there; others may be.

    Raises
    ------
    DataError
        A column is missing or comes twice, a row is ragged, or there are no rows.
    """
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise DataError(f"{where}: expected comma-separated values; {error}") from None
    missing = [name for name in columns if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing or twice:
        what = "missing: " + ", ".join(missing) if missing else "repeated: " + ", ".join(twice)
        raise DataError(f"{where}: expected each column once; {what}")
    if not rows:
        raise DataError(f"{where}: expected rows below the column line; there are none")
    for line, cells in rows:
        if len(cells) != len(header):
            raise DataError(
                f"{where}, line {line}: expected {len(header)} cells; got {len(cells)} "
                "(a row that is cut off?)"
            )
    lines, cells = zip(*rows, strict=True)
    return CsvTable(where, lines, dict(zip(header, zip(*cells, strict=True), strict=True)))


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
        # An integer beyond any float is infinite, not an OverflowError further down.
        found = json.loads(text, parse_int=float)
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
    columns: dict[str, list[Any]], name: str, choices: Mapping[str, bool], where: str
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
                f"{where}, quote {number}: expected {_either(choices)} for {name!r}; got {value!r}"
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


def _number(cell: str) -> float:
    return math.nan if cell in _EMPTY else float(cell)


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _either(choices: Iterable[str]) -> str:
    return " or ".join(map(repr, choices))
