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
from rmot.market.readers.tables import csv_table, dates, numbers, positive_level, zoned_instant

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
    """Return whether the first line names yfinance's columns."""
    first = head.split("\n", 1)[0]
    return "contractSymbol" in first and "strike" in first


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
    sides = table["optionType"]
    if not sides.isin(("call", "put")).all():
        line = (~sides.isin(("call", "put"))).idxmax()
        raise DataError(
            f"{where}, line {line}: expected 'call' or 'put' for 'optionType'; "
            f"got {sides.loc[line]!r}"
        )
    is_call = (sides == "call").to_numpy(bool)
    expiries = dates(table, "expirationDate", where)
    strikes = numbers(table, "strike", where)
    roots = roots_of(table["contractSymbol"].tolist(), expiries, strikes, is_call, where)
    last_trade = _instants(table["lastTradeDate"], where)
    underlying = underlying_of(Counter(roots).most_common(1)[0][0])
    faults = np.array(faults_of(roots, underlying, where), dtype=object)
    if "contractSize" in table:
        faults[(table["contractSize"] != "REGULAR").to_numpy() & (faults == "")] = ODD_SIZE
    columns = quote_columns(expiries, roots, strikes, is_call)
    columns |= {side: numbers(table, side, where) for side in ("bid", "ask")}
    for theirs, ours in _OPTIONAL.items():
        if theirs in table:
            columns[ours] = numbers(table, theirs, where)
    return RawChain(
        underlying,
        _spot(table, where),
        _snapshot(table, last_trade, where),
        exercise_of(underlying),
        pd.DataFrame(columns | {"last_trade": last_trade, "fault": faults}),
    )


def _instants(cells: pd.Series, where: str) -> pd.DatetimeIndex:
    known = {"": pd.NaT} | {
        cell: zoned_instant(cell, "lastTradeDate", f"{where}, line {line}")
        for line, cell in cells.drop_duplicates().items()
        if cell
    }
    return pd.DatetimeIndex(pd.to_datetime([known[cell] for cell in cells], utc=True))


def _spot(table: pd.DataFrame, where: str) -> float:
    levels = np.unique(numbers(table, "underlyingPrice", where))
    if levels.size != 1:
        raise DataError(
            f"{where}: expected one level of one underlying in 'underlyingPrice'; "
            f"got {levels.size}, from {levels[0]:g} to {levels[-1]:g}"
        )
    return positive_level(float(levels[0]), "underlyingPrice", where)


def _snapshot(table: pd.DataFrame, last_trade: pd.DatetimeIndex, where: str) -> datetime:
    latest = last_trade.max()
    if "snapshot" not in table:
        if latest is pd.NaT:
            raise DataError(f"{where}: expected a 'lastTradeDate'; every one is empty")
        return latest.to_pydatetime()
    stamps = table["snapshot"].unique()
    if len(stamps) != 1:
        raise DataError(f"{where}: expected one snapshot; got {len(stamps)}")
    stamp = zoned_instant(stamps[0], "snapshot", where)
    if latest is not pd.NaT and latest > stamp:
        raise DataError(
            f"{where}: expected a snapshot after the last trade ({latest.isoformat()}); "
            f"got {stamp.isoformat()}"
        )
    return stamp


READER: Final = Reader("yfinance", recognises, parse)
