"""Histories of prices and indices: daily closes, Cboe's index files, and bars within the day.

A format is known by its column line:

    Date,Close                                     adjusted closes, "2026-07-31"
    DATE,OPEN,HIGH,LOW,CLOSE  or  DATE,VVIX        an index, "03/27/2026" or "2026-03-27"
    datetime,open,high,low,close,volume            bars stamped at their end on New York's clock
    time,open,high,low,close[,Volume]              bars stamped at their start, seconds since 1970

No file names what it is a history of, save an index with a single column; the name is that of the
registered dataset, or of the file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.clock import NEW_YORK
from rmot.market.files import read_text
from rmot.market.readers.tables import CsvTable, csv_header, csv_table
from rmot.market.registry import DataSource, datasets, describe, without_marker

DUPLICATE = "same date or stamp again"
NOT_POSITIVE = "level empty or not positive"
BAD_TICK = "bad tick: off both neighbours, on one side, by a factor above {factor:.3g}"
UNFINISHED = "taken while the market was open, no close"
INCONSISTENT = "open or close outside low and high"

BAD_TICK_FACTOR = float(np.exp(0.5))
"""A level of an index is a bad tick when it is more than this factor above, or below, both its
neighbours. In two decades of the VIX the largest such excursion of a true close is exp(0.33)."""

_OHLC = ["open", "high", "low", "close"]


@dataclass(frozen=True, eq=False)
class History:
    """A history, oldest first.

    Attributes
    ----------
    name : str
    format : {"adjusted_closes", "index_history", "bars"}
    table : DataFrame
        `close`, and `open`, `high`, `low`, `volume` where the file has them; indexed by `date`
        (midnight, without zone) or, for bars, by `time` in New York's zone.
    units : str
        Of the levels.
    stamps : {"date", "bar start", "bar end"}
        What the index means.
    source : DataSource
    dropped : mapping of str to int
        How many rows were dropped, by reason.
    noted : mapping of str to int
        How many rows were kept in spite of a fault, by fault.
    """

    name: str
    format: Literal["adjusted_closes", "index_history", "bars"]
    table: pd.DataFrame
    units: str
    stamps: Literal["date", "bar start", "bar end"]
    source: DataSource
    dropped: Mapping[str, int]
    noted: Mapping[str, int]


def read_history(path: str | os.PathLike[str]) -> History:
    """Read a history, gzipped or plain, in any of the formats above.

    Rows that repeat a date, or have no positive level, are dropped with a count; so are bad ticks
    of an index, which `BAD_TICK_FACTOR` defines (prices of shares do move like that: none there).
    A row taken while the market was open is not to be told from a close by its looks: it is
    dropped where the registry says so of this very file, and nowhere else.

    Parameters
    ----------
    path : path-like
        CSV, gzipped or not.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty, cut off or of no known format, or a cell is no number or no date.
    """
    path = Path(path)
    where = path.name
    text = without_marker(read_text(path, "a history"))
    source = describe(path)
    name = Path(source.id).name.split(".")[0]
    header = csv_header(text)
    if header == ["Date", "Close"]:
        dated = _dated(csv_table(text, where, header))
        unfinished = datasets()[source.id].unfinished_day if source.kind == "real" else None
        table, dropped = _clean(dated, source, unfinished=unfinished)
        units = "price, adjusted for splits and dividends"
        return _history(name, "adjusted_closes", table, units, "date", source, dropped)
    if header[0] == "DATE" and (len(header) == 2 or header[1:] == ["OPEN", "HIGH", "LOW", "CLOSE"]):
        dated = _dated(csv_table(text, where, header))
        table, dropped = _clean(dated, source, bad_ticks=True)
        name = header[1] if len(header) == 2 else name
        return _history(name, "index_history", table, "index points", "date", source, dropped)
    if header[0] in ("datetime", "time") and header[1:5] == _OHLC:
        epoch = header[0] == "time"
        bars = _bars(csv_table(text, where, header), epoch)
        table, dropped = _clean(bars, source)
        stamps = "bar start" if epoch else "bar end"
        return _history(name, "bars", table, "price or index points", stamps, source, dropped)
    raise DataError(
        f"{where}: expected a history (columns Date,Close; DATE,...; datetime,... or time,...); "
        f"got {','.join(header)[:80]!r}"
    )


def _dated(table: CsvTable) -> pd.DataFrame:
    first, *others = table.columns
    form = "%m/%d/%Y" if "/" in table.columns[first][0] else None
    index = pd.DatetimeIndex(table.dates(first, form), name="date")
    names = ["close"] if len(others) == 1 else _OHLC
    values = [table.numbers(column) for column in others]
    return pd.DataFrame(dict(zip(names, values, strict=True)), index=index)


def _bars(table: CsvTable, epoch: bool) -> pd.DataFrame:
    first, *others = table.columns
    try:
        if epoch:
            stamps = pd.to_datetime(table.numbers(first), unit="s", utc=True).tz_convert(NEW_YORK)
        else:
            naive = [
                datetime.fromisoformat(cell) if cell else None for cell in table.columns[first]
            ]
            stamps = pd.DatetimeIndex(naive).tz_localize(NEW_YORK)
    except DataError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"{table.where}: expected stamps on New York's clock, or seconds since 1970; {error}"
        ) from None
    if stamps.isna().any():
        raise DataError(f"{table.where}: expected a stamp in each row; one is empty")
    values = {name.lower(): table.numbers(name) for name in others}
    return pd.DataFrame(values, index=stamps.rename("time"))


def _clean(
    table: pd.DataFrame,
    source: DataSource,
    bad_ticks: bool = False,
    unfinished: str | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    dropped: dict[str, int] = {}

    def drop(rejected: np.ndarray, reason: str) -> None:
        nonlocal table
        if rejected.any():
            dropped[reason] = int(rejected.sum())
            table = table.loc[~rejected]

    if unfinished is not None:
        drop(np.isin(table.index.to_numpy(), np.datetime64(unfinished)), UNFINISHED)
    drop(table.index.duplicated(), DUPLICATE)
    table = table.sort_index()
    levels = table[[name for name in _OHLC if name in table]].to_numpy(float)
    usable = ((levels > 0) & np.isfinite(levels)).all(axis=1)
    drop(np.asarray(~usable, dtype=bool), NOT_POSITIVE)
    if bad_ticks:
        drop(_off_both_neighbours(table["close"].to_numpy(float)), _bad_tick())
    if table.empty:
        raise DataError(f"{source.id}: no row is left; {dropped}")
    return table, dropped


def _off_both_neighbours(level: np.ndarray) -> np.ndarray:
    step = np.diff(np.log(level))
    limit = np.log(BAD_TICK_FACTOR)
    found = np.zeros(level.size, dtype=bool)
    found[1:-1] = ((step[:-1] > limit) & (step[1:] < -limit)) | (
        (step[:-1] < -limit) & (step[1:] > limit)
    )
    return found


def _bad_tick() -> str:
    return BAD_TICK.format(factor=BAD_TICK_FACTOR)


def _history(
    name: str,
    form: Literal["adjusted_closes", "index_history", "bars"],
    table: pd.DataFrame,
    units: str,
    stamps: Literal["date", "bar start", "bar end"],
    source: DataSource,
    dropped: dict[str, int],
) -> History:
    noted: dict[str, int] = {}
    if "high" in table:
        inside = table[["open", "close"]].to_numpy(float)
        high, low = (table[[name]].to_numpy(float) for name in ("high", "low"))
        outside = int(((inside > high) | (inside < low)).any(axis=1).sum())
        noted = {INCONSISTENT: outside} if outside else {}
    return History(
        name, form, table, units, stamps, source, MappingProxyType(dropped), MappingProxyType(noted)
    )
