"""CSV dumps of yfinance's option chains: one row per contract, all expiries below one another.

    contractSymbol,lastTradeDate,strike,lastPrice,bid,ask,...,volume,openInterest,...,
    contractSize,currency,optionType,expirationDate,...,underlyingPrice[,snapshot]

The file of yfinance does not say when it was made. The latest `lastTradeDate` (UTC) is a lower
bound of that, a few seconds to minutes early while the market trades a liquid name, and is taken
as the snapshot. `rmot data fetch TICKER` adds a column `snapshot`, which is used where present.
A quote may be far older than the snapshot: `last_trade` is kept for `rmot.market.Stale`.
`days_to_expire` and the like, which some dumps count wrongly by a day, are not read.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.readers import RawChain, Reader
from rmot.market.readers.contracts import (
    exercise_of,
    faults_of,
    quote_columns,
    roots_of,
    underlying_of,
)
from rmot.market.readers.tables import CsvTable, csv_table, positive_level, zoned_instant

COLUMNS: Final = (
    "contractSymbol",
    "lastTradeDate",
    "strike",
    "bid",
    "ask",
    "optionType",
    "expirationDate",
    "underlyingPrice",
)
"""The columns that must be there."""

ODD_SIZE = "contract of unusual size"
"""The fault of a contract that is not for the regular number of shares."""

_OPTIONAL = {"lastPrice": "last", "volume": "volume", "openInterest": "open_interest"}


def recognises(head: str) -> bool:
    """Return whether the first line names yfinance's symbols."""
    return "contractSymbol" in head.split("\n", 1)[0]


def parse(text: str, where: str) -> RawChain:
    """Read a dump.

    Raises
    ------
    DataError
        A column is missing, a cell is not a number, a date or a time with a zone, a symbol
        contradicts its row, or the rows have several levels of the underlying (several snapshots
        or several underlyings in one file).
    """
    table = csv_table(text, where, COLUMNS)
    is_call = table.booleans("optionType", {"call": True, "put": False})
    expiries = table.dates("expirationDate")
    strikes = table.numbers("strike")
    roots = roots_of(table.columns["contractSymbol"], expiries, strikes, is_call, where)
    last_trade = _instants(table)
    underlying = underlying_of(Counter(roots).most_common(1)[0][0])
    faults = np.array(faults_of(roots, underlying, where), dtype=object)
    if "contractSize" in table:
        odd = np.array([size != "REGULAR" for size in table.columns["contractSize"]])
        faults[odd & (faults == "")] = ODD_SIZE
    columns = quote_columns(expiries, roots, strikes, is_call)
    columns |= {side: table.numbers(side) for side in ("bid", "ask")}
    for theirs, ours in _OPTIONAL.items():
        if theirs in table:
            columns[ours] = table.numbers(theirs)
    return RawChain(
        underlying,
        _spot(table),
        _snapshot(table, last_trade),
        exercise_of(underlying),
        pd.DataFrame(
            columns | {"last_trade": pd.to_datetime(last_trade, utc=True), "fault": faults}
        ),
    )


def _instants(table: CsvTable) -> list[datetime | None]:
    known: dict[str, datetime | None] = {"": None}
    for row, cell in enumerate(table.columns["lastTradeDate"]):
        if cell not in known:
            known[cell] = zoned_instant(cell, "lastTradeDate", table.here(row))
    return [known[cell] for cell in table.columns["lastTradeDate"]]


def _spot(table: CsvTable) -> float:
    levels = np.unique(table.numbers("underlyingPrice"))
    if levels.size != 1:
        raise DataError(
            f"{table.where}: expected one level of one underlying in 'underlyingPrice'; "
            f"got {levels.size}, from {levels[0]:g} to {levels[-1]:g}"
        )
    return positive_level(float(levels[0]), "underlyingPrice", table.where)


def _snapshot(table: CsvTable, last_trade: list[datetime | None]) -> datetime:
    trades = [stamp for stamp in last_trade if stamp is not None]
    if "snapshot" not in table:
        if not trades:
            raise DataError(f"{table.where}: expected a 'lastTradeDate'; every one is empty")
        return max(trades)
    stamps = sorted(set(table.columns["snapshot"]))
    if len(stamps) != 1:
        raise DataError(f"{table.where}: expected one snapshot; got {len(stamps)}")
    stamp = zoned_instant(stamps[0], "snapshot", table.where)
    if trades and max(trades) > stamp:
        raise DataError(
            f"{table.where}: expected a snapshot after the last trade "
            f"({max(trades).isoformat()}); got {stamp.isoformat()}"
        )
    return stamp


READER: Final = Reader("yfinance", recognises, parse)
