"""Real series that claims are held against: closes, and returns of VIX futures at thirty days.

The future of constant maturity is the mean of the two contracts around it, by days to expiration;
its return over a day is that of the two held from the day before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.errors import MissingData
from rmot.market.histories import read_history
from rmot.market.registry import locate
from rmot.market.vix_futures import FILES, read_vix_futures

TRADING_DAYS = 252


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers by date, oldest first, and the files that they come from."""

    by_day: pd.Series
    sources: tuple[str, ...]


def found(dataset: str) -> Path:
    """Return where a dataset lies.

    Raises
    ------
    MissingData
        It is not here.
    """
    path = locate(dataset)
    if path is None:
        raise MissingData(f"expected the dataset {dataset}; it is not here")
    return path


def closes(dataset: str) -> Series:
    """Read the last level of each day.

    Raises
    ------
    MissingData
        The dataset is not here.
    """
    history = read_history(found(dataset))
    days = pd.DatetimeIndex(history.table.index).tz_localize(None).normalize()
    close = pd.Series(history.table["close"].to_numpy(float), index=days)
    return Series(close.groupby(level=0).last(), (str(history.source),))


def realised_variances(dataset: str, steps: int) -> Series:
    """Sum squared moves over so many bars at a time, in each day; the night is left out.

    Raises
    ------
    MissingData
        The dataset is not here.
    """
    history = read_history(found(dataset))
    levels = pd.Series(np.log(history.table["close"].to_numpy(float)))
    days = pd.DatetimeIndex(history.table.index).tz_localize(None).normalize()
    sums = {
        day: float(np.sum(np.diff(own.to_numpy()[::steps]) ** 2))
        for day, own in levels.groupby(days)
    }
    return Series(pd.Series(sums), (str(history.source),))


def future_returns(days: int) -> Series:
    """Return logarithmic returns of VIX futures of constant maturity.

    Raises
    ------
    MissingData
        One of the files of futures is not here.
    """
    futures = read_vix_futures([found(f"vol/vix_futures/{name}") for name in FILES])
    table = futures.table.pivot_table(index="date", columns="expiration", values="settlement")
    expirations = np.array(table.columns, dtype="datetime64[D]")
    dates = np.array(table.index, dtype="datetime64[D]")
    levels = table.to_numpy(float)
    returns, at = [], []
    for before in range(len(dates) - 1):
        left = (expirations - dates[before]).astype(int)
        held = np.isfinite(levels[before]) & np.isfinite(levels[before + 1]) & (left > 0)
        near, far = np.flatnonzero(held & (left <= days)), np.flatnonzero(held & (left > days))
        if near.size and far.size:
            pair = [near[-1], far[0]]
            share = (left[pair[1]] - days) / (left[pair[1]] - left[pair[0]])
            weights = np.array([share, 1 - share])
            earlier, later = levels[before : before + 2, pair] @ weights
            returns.append(np.log(later / earlier))
            at.append(dates[before + 1])
    series = pd.Series(returns, index=pd.DatetimeIndex(at))
    return Series(series, tuple(map(str, futures.sources)))
