"""Tables of last traded prices: a row per date, ticker, expiry and strike, without bid and ask.

    date,ticker,underlying,expiry,strike,callPrice,callIv,...,callVolume,callOi,putPrice,putIv,...

A last price may be older than its row's level of the underlying, and call and put of one strike
need not have traded at the same time: no forward follows from them. So they are no option chain,
and `read_chain` refuses them. Volatilities are in percent, zero where there is none. The file
writes a row for every weekday; on a holiday it repeats the day before.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.clock import is_trading_day
from rmot.market.files import read_text
from rmot.market.readers import Reader
from rmot.market.readers.tables import CsvTable, csv_table
from rmot.market.registry import DataSource, describe, without_marker

COLUMNS: Final = ("date", "ticker", "underlying", "expiry", "strike")
NOT_A_TRADING_DAY = "dated on a day without trading: repeats the day before"
NO_LAST_PRICE = "no last price"
DUPLICATE = "same option on the same date again"

_SIDES = {"call": True, "put": False}
_FIELDS = {"Price": "last", "Iv": "iv", "Volume": "volume", "Oi": "open_interest"}
_KEY = ["date", "underlying", "expiry", "strike", "is_call"]
_LOWEST_MEDIAN_PERCENT = 2.0


@dataclass(frozen=True, eq=False)
class LastPrices:
    """Last traded prices of options over many dates.

    Attributes
    ----------
    table : DataFrame
        By date, underlying, expiry, strike, puts first: `date`, `underlying`, `spot` (NaN where
        the file has none), `expiry`, `strike`, `is_call`, `last`, `iv` (a fraction, of the
        file's own model; NaN where it has none), `volume`, `open_interest`.
    source : DataSource
    dropped : mapping of str to int
        How many quotes were dropped, by reason.
    """

    table: pd.DataFrame
    source: DataSource
    dropped: Mapping[str, int]


def read_last_prices(path: str | os.PathLike[str]) -> LastPrices:
    """Read a table of last prices, gzipped or plain.

    Parameters
    ----------
    path : path-like
        CSV, gzipped or not.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty or cut off, a column is missing, a cell is not a number or a date, or
        volatilities are not in percent.
    """
    path = Path(path)
    where = path.name
    text = without_marker(read_text(path, "a table of last prices"))
    table = csv_table(text, where, _columns())
    quotes = pd.concat([_side(table, side) for side in _SIDES], ignore_index=True)
    _require_percent(quotes["iv"].to_numpy(float), where)
    quotes["iv"] = quotes["iv"].where(quotes["iv"] > 0) / 100
    dropped: dict[str, int] = {}
    trading = {day: is_trading_day(day) for day in quotes["date"].unique()}
    for reason, bad in (
        (NOT_A_TRADING_DAY, lambda left: ~left["date"].map(trading)),
        (NO_LAST_PRICE, lambda left: ~(left["last"] > 0) | ~(left["strike"] > 0)),
        (DUPLICATE, lambda left: left.duplicated(_KEY)),
    ):
        rejected = bad(quotes).astype(bool)
        if rejected.any():
            dropped[reason] = int(rejected.sum())
        quotes = quotes.loc[~rejected]
    quotes = quotes.sort_values(_KEY, ignore_index=True)
    return LastPrices(quotes, describe(path), MappingProxyType(dropped))


def recognises(head: str) -> bool:
    """Return whether the first line names a last price for each side and no bid."""
    cells = {cell.strip() for cell in head.split("\n", 1)[0].split(",")}
    return {"callPrice", "putPrice"} <= cells


def refuse(text: str, where: str) -> NoReturn:
    """Say that this is no chain.

    Raises
    ------
    DataError
        Always.
    """
    raise DataError(
        f"{where}: expected bids and asks; this is a table of last prices: read it with "
        "rmot.market.read_last_prices"
    )


def _columns() -> tuple[str, ...]:
    return (*COLUMNS, *(side + field for side in _SIDES for field in _FIELDS))


def _side(table: CsvTable, side: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": table.dates("date"),
            "underlying": table.columns["ticker"],
            "spot": table.numbers("underlying"),
            "expiry": table.dates("expiry"),
            "strike": table.numbers("strike"),
            "is_call": np.full(len(table), _SIDES[side]),
        }
        | {ours: table.numbers(side + theirs) for theirs, ours in _FIELDS.items()}
    )


def _require_percent(volatility: np.ndarray, where: str) -> None:
    known = volatility[volatility > 0]
    median = float(np.median(known)) if known.size else math.inf
    if median < _LOWEST_MEDIAN_PERCENT:
        raise DataError(
            f"{where}: expected volatilities in percent; their median is {median:g}, "
            "as of fractions"
        )


READER: Final = Reader("last_prices", recognises, refuse)
