"""Cboe's delayed-quotes table: a title, a stamp, then one row per strike with call and put.

    Standard & Poors 500 Index,Last: 4500.5298,Change:  23.0898
    "Date: February 5 2022, 8:09 PM EST",Bid: 4420.5,Ask: 4615.4302,...
    Expiration Date,Calls,Last Sale,Net,Bid,Ask,...,Strike,Puts,Last Sale,Net,Bid,Ask,...

Option symbols are OCC's; the root says how the option settles.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.clock import NEW_YORK
from rmot.market.readers import RawChain, Reader
from rmot.market.readers.contracts import (
    SYMBOL,
    exercise_of,
    settlement_of,
    thousandths_of,
    underlying_of,
)

_HEADER_START = "Expiration Date,"
_STAMP = re.compile(
    r"Date: (?P<month>[A-Z][a-z]+) (?P<day>\d{1,2}),? (?P<year>\d{4})(?:,| at) "
    r"(?P<clock>\d{1,2}:\d{2} [AP]M) (?P<zone>E[SD]?T)"
)
_LAST = re.compile(r"(?:^|,)Last: *(?P<spot>[^,]+)")
_SIDES = (("Calls", True), ("Puts", False))
_OPTIONAL = {"Last Sale": "last", "Volume": "volume", "Open Interest": "open_interest"}


def recognises(head: str) -> bool:
    """Return whether the head holds this table's column line."""
    return any(line.startswith(_HEADER_START) for line in head.splitlines())


def parse(text: str, where: str) -> RawChain:
    """Read a quote table.

    Parameters
    ----------
    text : str
        The whole file.
    where : str
        Its name in errors.

    Returns
    -------
    RawChain
        Two quotes per row of the file, calls first. An empty cell is NaN.

    Raises
    ------
    DataError
        A column or the stamp is missing, a row is ragged, a cell is not a number, a symbol
        contradicts its row, the options have several underlyings, or there are no rows.
    """
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(_HEADER_START))
    try:
        header = next(csv.reader([lines[start]]))
        numbered = list(enumerate(csv.reader(io.StringIO(text)), start=1))
    except csv.Error as error:
        raise DataError(f"{where}: expected comma-separated values; {error}") from None
    rows = [_Row(number, cells) for number, cells in numbered if number > start + 1 and cells]
    if not rows:
        raise DataError(f"{where}: expected quotes below the column line; there are no rows")
    for row in rows:
        if len(row.cells) != len(header):
            raise DataError(
                f"{where}, line {row.line}: expected {len(header)} cells; got {len(row.cells)}"
            )
    preamble = lines[:start]
    table = _Table(where, rows, header)
    quotes = pd.concat([_side(table, name, is_call) for name, is_call in _SIDES], ignore_index=True)
    underlying = _underlying(set(quotes["root"]), where)
    return RawChain(
        underlying,
        _spot(preamble, where),
        _snapshot(preamble, where),
        exercise_of(underlying),
        quotes,
    )


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]


@dataclass(frozen=True)
class _Table:
    where: str
    rows: list[_Row]
    header: list[str]

    def position(self, name: str, side: str | None = None) -> int | None:
        """Return a column's place; the two sides are divided by the column of strikes."""
        strike = self.header.index("Strike") if "Strike" in self.header else len(self.header)
        start, stop = {None: (0, None), "Calls": (0, strike), "Puts": (strike, None)}[side]
        columns = self.header[start:stop]
        return start + columns.index(name) if name in columns else None

    def texts(self, name: str, side: str | None = None) -> list[str]:
        place = self.position(name, side)
        if place is None:
            of = f" of the {side.lower()}" if side else ""
            raise DataError(f"{self.where}: the column {name!r}{of} is missing")
        return [row.cells[place].strip() for row in self.rows]

    def numbers(self, name: str, side: str | None = None) -> np.ndarray:
        texts = self.texts(name, side)
        try:
            return np.array([float(text) if text else math.nan for text in texts])
        except ValueError:
            bad = [i for i, text in enumerate(texts) if text and not _is_number(text)]
        raise DataError(
            f"{self.where}, line {self.rows[bad[0]].line}: expected a number in column {name!r}; "
            f"got {texts[bad[0]]!r} ({len(bad)} such cells)"
        )


def _side(table: _Table, name: str, is_call: bool) -> pd.DataFrame:
    strike = table.numbers("Strike")
    roots, expiries = _identities(table, name, is_call, strike)
    columns = {
        "expiry": expiries,
        "root": roots,
        "settlement": [settlement_of(root) for root in roots],
        "strike": strike,
        "is_call": np.full(strike.size, is_call),
        "bid": table.numbers("Bid", name),
        "ask": table.numbers("Ask", name),
    }
    for theirs, ours in _OPTIONAL.items():
        if table.position(theirs, name) is not None:
            columns[ours] = table.numbers(theirs, name)
    return pd.DataFrame(columns)


def _identities(
    table: _Table, name: str, is_call: bool, strike: np.ndarray
) -> tuple[list[str], list[date]]:
    roots: list[str] = []
    expiries: list[date] = []
    known: dict[str, tuple[date, str]] = {}
    letter = "C" if is_call else "P"
    thousandths = thousandths_of(strike)
    stated, symbols = table.texts("Expiration Date"), table.texts(name)
    for row, text, symbol, level in zip(
        table.rows, stated, symbols, thousandths.tolist(), strict=True
    ):
        if text not in known:
            known[text] = _expiry(text, f"{table.where}, line {row.line}")
        expiry, day = known[text]
        match = SYMBOL.fullmatch(symbol)
        if match is None:
            raise DataError(
                f"{table.where}, line {row.line}: expected an option symbol in {name!r}; "
                f"got {symbol!r}"
            )
        if match.groups()[1:] != (day, letter, f"{level:08d}"):
            raise DataError(
                f"{table.where}, line {row.line}: the symbol {symbol} contradicts its row "
                f"({text}, strike {level / 1000:g}, {name})"
            )
        roots.append(match[1])
        expiries.append(expiry)
    return roots, expiries


def _expiry(text: str, here: str) -> tuple[date, str]:
    for form in ("%a %b %d %Y", "%m/%d/%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return day, day.strftime("%y%m%d")
    raise DataError(f"{here}: expected an expiry such as 'Fri Mar 04 2022'; got {text!r}")


def _underlying(roots: set[str], where: str) -> str:
    names = sorted({underlying_of(root) for root in roots})
    if len(names) != 1:
        raise DataError(f"{where}: expected options on one underlying; got {', '.join(names)}")
    return names[0]


def _spot(preamble: list[str], where: str) -> float:
    found = [match["spot"] for line in preamble if (match := _LAST.search(line))]
    spot = float(found[0]) if found and _is_number(found[0]) else math.nan
    if not (math.isfinite(spot) and spot > 0):
        got = found[0] if found else "none"
        raise DataError(f"{where}: expected a positive 'Last: ' level above the columns; got {got}")
    return spot


def _snapshot(preamble: list[str], where: str) -> datetime:
    match = next((match for line in preamble if (match := _STAMP.search(line))), None)
    if match is None:
        raise DataError(
            f"{where}: expected a stamp such as 'Date: February 5 2022, 8:09 PM EST' above the "
            "columns; there is none"
        )
    text = f"{match['month']} {match['day']} {match['year']} {match['clock']}"
    try:
        naive = datetime.strptime(text, "%B %d %Y %I:%M %p")
    except ValueError:
        raise DataError(f"{where}: expected a date and time in the stamp; got {text!r}") from None
    stamp = naive.replace(tzinfo=NEW_YORK)
    if match["zone"] not in ("ET", stamp.tzname()):
        raise DataError(
            f"{where}: the stamp says {match['zone']}, but New York keeps {stamp.tzname()} on "
            f"{naive.date().isoformat()}"
        )
    return stamp


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


READER: Final = Reader("cboe", recognises, parse)
