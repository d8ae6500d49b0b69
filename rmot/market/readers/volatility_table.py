r"""Tables of implied volatilities as J. Gatheral publishes them: forwards, but no puts and calls.

    ,Expiry,Texp,Strike,Bid,Ask,Fwd,CallMid
    3,20230216,0.0027378507871321013,1600.0,,5.38,4146.741883271338,

`Bid` and `Ask` are Black volatilities, empty where there is no bid. `Texp` is the number of days
between two dates over 365.25, the same date for all rows: the table's own day. It is kept as the
maturity, for it is what makes these volatilities prices; it is 0.07% shorter than the same days
in years of 365, and counts whole days, so the hour of settlement does not enter. `CallMid` is the
mean, undiscounted, of Black's call prices at the two volatilities (to rounding, in the published
files): the reader holds the table to that, which fails when volatilities are in percent or `Texp`
is in days.

The table names no underlying, and has no spot and no hour: the snapshot is the close of its day.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.clock import CLOSE, NEW_YORK
from rmot.market.readers import RawChain, Reader
from rmot.market.readers.tables import csv_table
from rmot.numerics import black_otm

COLUMNS: Final = ("Expiry", "Texp", "Strike", "Bid", "Ask", "Fwd")
"""The columns that must be there."""

DAYS_IN_A_YEAR: Final = 365.25
HIGHEST_VOLATILITY: Final = 5.0
"""A volatility above it is no quote; a table whose median bid is above it is in percent."""

TOO_HIGH = f"implied volatility above {HIGHEST_VOLATILITY:.0%}"

_TOLERANCE_OF_DAYS = 1e-6
# Beyond all listed options, and well within what a calendar can count.
_MOST_YEARS = 100.0
_TOLERANCE_OF_PRICES = 1e-6


def recognises(head: str) -> bool:
    """Return whether the first line names this table's columns."""
    cells = {cell.strip() for cell in head.split("\n", 1)[0].split(",")}
    return {"Expiry", "Strike", "Fwd"} <= cells


def parse(text: str, where: str) -> RawChain:
    """Read a table.

    Returns
    -------
    RawChain
        With an empty `underlying` and a NaN `spot`. Beside the usual columns `quotes` has
        `forward`, `maturity`, `bid_volatility` and `ask_volatility`; `bid` and `ask` are the
        undiscounted prices of the out-of-the-money option at these volatilities, a bid of zero
        where there is none. Settlement is called PM, as whole days from close to close are.

    Raises
    ------
    DataError
        A column is missing, a cell is not a number, volatilities are in percent, an expiry has
        two forwards or maturities, the maturities do not count days from one date, or `CallMid`
        is not what the volatilities say.
    """
    table = csv_table(text, where, COLUMNS)
    expiries = table.dates("Expiry", form="%Y%m%d")
    maturity, strike, bid, ask, forward = (table.numbers(name) for name in COLUMNS[1:])
    _require_one_per_expiry(expiries, {"Texp": maturity, "Fwd": forward}, where)
    _require_fractions(bid, where)
    day = _day(expiries, maturity, where)
    is_call = strike >= forward
    moneyness = strike / forward
    log_moneyness = np.log(np.where(moneyness > 0, moneyness, math.nan))
    low, high = (
        forward * black_otm(log_moneyness, np.where(side > 0, side, math.nan), maturity)
        for side in (bid, ask)
    )
    call_of_otm = np.where(is_call, 0.0, forward - strike)
    if "CallMid" in table:
        stated = table.numbers("CallMid")
        _require_call_prices(0.5 * (low + high) + call_of_otm, stated, forward, where)
    unlikely = np.isfinite(bid) & ((bid > HIGHEST_VOLATILITY) | (ask > HIGHEST_VOLATILITY))
    quotes = pd.DataFrame(
        {
            "expiry": expiries,
            "root": "",
            "settlement": "PM",
            "strike": strike,
            "is_call": is_call,
            "bid": np.where(np.isnan(bid), 0.0, low),
            "ask": high,
            "bid_volatility": bid,
            "ask_volatility": ask,
            "forward": forward,
            "maturity": maturity,
            "fault": np.where(unlikely, TOO_HIGH, ""),
        }
    )
    snapshot = datetime.combine(day, CLOSE, NEW_YORK)
    return RawChain("", math.nan, snapshot, "european", quotes)


def _require_one_per_expiry(
    expiries: list[date], columns: dict[str, np.ndarray], where: str
) -> None:
    for name, values in columns.items():
        if not np.all(values > 0):
            raise DataError(f"{where}: expected positive numbers in column {name!r}")
        pairs = sorted(set(zip(expiries, values.tolist(), strict=True)))
        for (day, one), (other_day, other) in pairwise(pairs):
            if day == other_day:
                raise DataError(
                    f"{where}: expected one {name!r} to an expiry; {day} has {one:g} and {other:g}"
                )


def _require_fractions(bid: np.ndarray, where: str) -> None:
    quoted = bid[np.isfinite(bid)]
    # The mean of two middle values of 1e308 would be none.
    median = np.median(np.clip(quoted, -1e100, 1e100)) if quoted.size else 0.0
    if median > HIGHEST_VOLATILITY:
        raise DataError(
            f"{where}: expected volatilities as fractions (0.2 for 20%); the median bid is "
            f"{median:g}, as in percent"
        )


def _day(expiries: list[date], maturity: np.ndarray, where: str) -> date:
    if not maturity.max() <= _MOST_YEARS:
        raise DataError(
            f"{where}: expected 'Texp' in years, at most {_MOST_YEARS:g}; got {maturity.max():g}"
        )
    days = maturity * DAYS_IN_A_YEAR
    whole = np.rint(days)
    starts = {
        expiry - timedelta(days=int(count))
        for expiry, count in set(zip(expiries, whole.tolist(), strict=True))
    }
    if np.max(np.abs(days - whole)) > _TOLERANCE_OF_DAYS or len(starts) != 1:
        raise DataError(
            f"{where}: expected 'Texp' as days over {DAYS_IN_A_YEAR:g} from one date; "
            f"got maturities from {maturity.min():g} to {maturity.max():g}"
        )
    return starts.pop()


def _require_call_prices(
    price: np.ndarray, stated: np.ndarray, forward: np.ndarray, where: str
) -> None:
    error = np.abs(price - stated) / forward
    if np.any(error > _TOLERANCE_OF_PRICES):
        raise DataError(
            f"{where}: expected 'CallMid' to be the mean of Black's prices at bid and ask; "
            f"it is off by up to {np.nanmax(error):.2g} of the forward"
        )


READER: Final = Reader("volatility_table", recognises, parse)
