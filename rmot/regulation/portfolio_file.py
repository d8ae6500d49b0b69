"""Tables of a portfolio's TOML file, read key by key: what is wrong is said in one line.

Paths stay inside a folder: absolute ones, and those that leave it by ``..`` or by a link, are
refused, so that a file from elsewhere cannot make a report of this machine's other files.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from rmot.artifact import files
from rmot.errors import DataError, MissingData
from rmot.regulation.dates import as_day

_LONGEST_NAME = 80
_SHOWN = 60


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    MissingData, DataError
        No such file; or it is not TOML, or not readable.
    """
    return files.read_toml(path, "a portfolio")


class Table:
    """One table of the file; `finish` refuses keys that nobody asked for."""

    def __init__(self, content: Any, where: str) -> None:
        if not isinstance(content, dict):
            raise DataError(f"{where}: expected a table; got {shown(content)}")
        self._content, self.where, self._asked = content, where, []

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def raw(self, key: str, default: Any = None) -> Any:
        """Return a value as TOML has it."""
        self._asked.append(key)
        return self._content.get(key, default)

    def name(self, key: str, default: str | None = None) -> str:
        """Return a printable text of one line, at most 80 characters."""
        value = self.raw(key, default)
        good = isinstance(value, str) and value.strip() and value.isprintable()
        if not good or len(value) > _LONGEST_NAME:
            self.wrong(key, f"a text of one line, at most {_LONGEST_NAME} characters", value)
        return value

    def choice(self, key: str, among: Sequence[str], default: str | None = None) -> str:
        """Return a text among several."""
        value = self.raw(key, default)
        if not isinstance(value, str) or value not in among:
            self.wrong(key, f"one of {', '.join(among)}", value)
        return value

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        above: float = -math.inf,
        least: float = -math.inf,
    ) -> float:
        """Return a finite number above one, or not below another."""
        value = number(self.raw(key, default))
        if value is None or not (value > above and value >= least):
            limit = f" > {above:g}" if above > -math.inf else ""
            limit = f" >= {least:g}" if least > -math.inf else limit
            return self.wrong(key, f"a finite number{limit}", self._content.get(key))
        return value

    def whole(self, key: str, default: int, least: int) -> int:
        """Return a whole number, not below one."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
            self.wrong(key, f"a whole number >= {least}", value)
        return value

    def day(self, key: str) -> date:
        """Return a day: a TOML date, or an ISO text."""
        value = self.raw(key)
        if isinstance(value, datetime) or not isinstance(value, date | str):
            self.wrong(key, "a day such as 2022-03-18", value)
        return as_day(value, f"{key} of {self.where}")

    def days(self, key: str) -> tuple[date, ...]:
        """Return a list of days in order, each once."""
        value = self.raw(key)
        if not isinstance(value, list):
            self.wrong(key, "a list of days", value)
        found = [Table({key: each}, self.where).day(key) for each in value]
        if any(after <= before for before, after in pairwise(found)):
            self.wrong(key, "days in order, each once", [str(day) for day in found])
        return tuple(found)

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, not empty."""
        value = self.raw(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            self.wrong(key, "a list of names", value)
        return value

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Return a list of so many finite numbers."""
        value = self.raw(key)
        found = [number(each) for each in value] if isinstance(value, list) else [None]
        if len(found) != count or None in found:
            self.wrong(key, f"a list of {count} finite numbers", value)
        return tuple(each for each in found if each is not None)

    def tables(self, key: str) -> list[Any]:
        """Return a list of tables, not empty."""
        value = self.raw(key)
        if not isinstance(value, list) or not value:
            self.wrong(key, f"[[{key}]] tables", value)
        return value

    def wrong(self, key: str, expected: str, value: Any) -> NoReturn:
        """Raise DataError: what was expected of a key, and what came."""
        came = "nothing" if value is None else shown(value)
        raise DataError(f"{self.where}: expected {expected} for {key}; got {came}")

    def finish(self) -> None:
        """Raise DataError where a key is unknown."""
        unknown = [shown(key) for key in self._content if key not in self._asked]
        if unknown:
            known = ", ".join(dict.fromkeys(self._asked))
            raise DataError(f"{self.where}: expected keys among {known}; got {', '.join(unknown)}")


def number(value: Any) -> float | None:
    """Return a finite number as float, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def shown(value: Any) -> str:
    """Return a value on one line, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # integers of thousands of digits, tables in tables
        text = f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def inside(root: Path, folder: Path, text: Any, what: str) -> Path:
    """Return the file that a path names, relative to `folder` and inside `root`.

    Raises
    ------
    DataError
        It is no text, absolute, or leads out of `root`.
    MissingData
        There is no such file.
    """
    if not isinstance(text, str) or not text:
        raise DataError(f"expected a path as text for {what}; got {shown(text)}")
    try:
        path = (folder / text).resolve()
        leaves = Path(text).is_absolute() or not path.is_relative_to(root.resolve())
        is_file = not leaves and path.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(f"expected a path for {what}; got {shown(text)} ({error})") from None
    if leaves:
        raise DataError(
            f"expected a path inside {root} for {what}; {shown(text)} leads out of it "
            "(a root may be given)"
        )
    if not is_file:
        raise MissingData(f"expected a file for {what} at {path}; there is none")
    return path


def read_observations(path: Path, what: str) -> tuple[date, ...]:
    """Return the days of a CSV file: its column `date`, or its only column.

    Raises
    ------
    DataError
        The file is no such table, a cell is no day, days are out of order, or one comes twice.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"expected a CSV file of days in {path}; {error}") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise DataError(f"expected a column of days in {path}; it is empty")
    head = [cell.strip().lower() for cell in rows[0]]
    column = head.index("date") if "date" in head else 0
    if "date" not in head and len(head) > 1:
        raise DataError(f"expected a column date in {path}; got {shown(rows[0])}")
    days: list[date] = []
    for line, row in enumerate(rows[1:] if "date" in head else rows, start=1):
        day = as_day(row[column] if column < len(row) else "", f"{what}, day {line} of {path.name}")
        if days and day <= days[-1]:
            fault = "comes twice" if day == days[-1] else f"comes after {days[-1]}"
            raise DataError(f"expected days in order, each once, for {what}; {day} {fault}")
        days.append(day)
    return tuple(days)
