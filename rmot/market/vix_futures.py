"""VIX futures: daily settlements of the nearest eight months, each with its contract's expiration.

Three files with one row per date and columns 1 to 8 by nearness: settlements (`M1`...), contract
months (``K (May 04)``), and expirations (`V1`...). The columns of expirations lag those of
settlements by one on the day that a contract expires, and in the last weeks of the files name days
after the end of trading. So a settlement is joined to its contract by month, and the expiration is
Cboe's rule for that month (`rmot.market.readers.contracts.vix_expiry`), with the file's own date
beside it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from rmot.errors import DataError
from rmot.market.files import read_text
from rmot.market.readers.contracts import vix_expiry
from rmot.market.readers.tables import CsvTable, csv_table
from rmot.market.registry import DataSource, describe, without_marker

FILES: Final = ("8_m_settle", "8_m_symbols", "expirations")
"""Settlements, contract months, expirations: how the files begin in a folder."""

NO_SETTLEMENT = "settlement zero, empty or infinite for a listed contract"
NO_CONTRACT = "settlement without a contract"
OTHER_DATE = "expiration in the file differs from the rule"
NO_DATE = "no expiration in the file for the contract's month"

_MONTHS = 8
_CONTRACT = re.compile(r"[FGHJKMNQUVXZ] \(([A-Z][a-z]{2} \d\d)\)")


@dataclass(frozen=True, eq=False)
class VixFutures:
    """Settlements of VIX futures.

    Attributes
    ----------
    table : DataFrame
        By date and month: `date`, `month` (first day of the contract's month), `expiration`
        (date, by the rule), `expiration_in_file` (date, or None), `settlement` (index points).
    sources : tuple of DataSource
        Of settlements, contract months and expirations.
    dropped, noted : mapping of str to int
        How many settlements were dropped, or kept in spite of a fault, by reason.
    """

    table: pd.DataFrame
    sources: tuple[DataSource, DataSource, DataSource]
    dropped: Mapping[str, int]
    noted: Mapping[str, int]


def read_vix_futures(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
) -> VixFutures:
    """Read settlements, contract months and expirations, and join them.

    Parameters
    ----------
    paths : path-like or sequence of three
        A folder that holds the three files under the names that `FILES` lists, gzipped or not;
        or the three files in that order.

    Raises
    ------
    MissingData
        A file is absent.
    DataError
        A file is faulty, or the three do not have the same dates.
    """
    settle, symbol, expire = _three(paths)
    tables = []
    for path, letter, form in ((settle, "M", None), (symbol, "M", "%m/%d/%y"), (expire, "V", None)):
        columns = [f"{letter}{number}" for number in range(1, _MONTHS + 1)]
        text = without_marker(read_text(path, "VIX futures"))
        table = csv_table(text, path.name, ("date", *columns))
        tables.append((table, table.dates("date", form), columns))
    days = tables[0][1]
    if any(other != days for _, other, _ in tables[1:]):
        raise DataError(f"{settle.name}: expected the dates of {symbol.name} and {expire.name}")
    if sorted(set(days)) != days:
        raise DataError(f"{settle.name}: expected each date once, oldest first")
    (settled, _, m_columns), (symbols, _, _), (expirations, _, v_columns) = tables
    settlement = [settled.numbers(name).tolist() for name in m_columns]
    month = [_months(symbols, name) for name in m_columns]
    expiration = [expirations.dates(name) for name in v_columns]
    rows, dropped, noted = [], {}, {}

    def count(tally: dict[str, int], reason: str) -> None:
        tally[reason] = tally.get(reason, 0) + 1

    rule = {first: vix_expiry(first) for column in month for first in column if first is not None}
    for i, day in enumerate(days):
        stated = {each[i].replace(day=1): each[i] for each in expiration}
        for levels, months in zip(settlement, month, strict=True):
            level, first = levels[i], months[i]
            if first is None:
                if not math.isnan(level):
                    count(dropped, NO_CONTRACT)
            elif not 0 < level < math.inf:
                count(dropped, NO_SETTLEMENT)
            else:
                found = stated.get(first)
                if found != rule[first]:
                    count(noted, NO_DATE if found is None else OTHER_DATE)
                rows.append((day, first, rule[first], found, level))
    names = ["date", "month", "expiration", "expiration_in_file", "settlement"]
    return VixFutures(
        pd.DataFrame(rows, columns=pd.Index(names)),
        (describe(settle), describe(symbol), describe(expire)),
        MappingProxyType(dropped),
        MappingProxyType(noted),
    )


def _three(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
) -> tuple[Path, Path, Path]:
    if isinstance(paths, str | os.PathLike):
        folder = Path(paths)
        found = [
            next(iter(sorted(folder.glob(f"{name}.csv*"))), folder / f"{name}.csv")
            for name in FILES
        ]
    else:
        found = [Path(path) for path in paths]
    if len(found) != len(FILES):
        raise DataError(
            f"expected three files of VIX futures ({', '.join(FILES)}); got {len(found)}"
        )
    return found[0], found[1], found[2]


def _months(table: CsvTable, name: str) -> list[date | None]:
    known: dict[str, date | None] = {"": None, "NA": None}
    for row, cell in enumerate(table.columns[name]):
        if cell not in known:
            match = _CONTRACT.fullmatch(cell)
            try:
                known[cell] = datetime.strptime(match[1] if match else "", "%b %y").date()
            except ValueError:
                raise DataError(
                    f"{table.here(row)}: expected a month such as 'K (May 04)'; got {cell!r}"
                ) from None
    return [known[cell] for cell in table.columns[name]]
