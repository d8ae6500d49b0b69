r"""When an option is valued and when it settles, on New York's clock.

Maturity is :math:`T = (t_\text{settlement} - t_\text{valuation}) / 365\,\text{days}` in elapsed
time, so an hour lost to daylight saving counts. Index options settle in the morning from opening
prices (AM, 09:30) or in the afternoon at the close (PM).

Sources: NYSE Rules 7.1 and 7.2 (hours, holidays, early closes); Cboe index option product
specifications (settlement by root).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)

from rmot.errors import ParameterError

Settlement = Literal["AM", "PM"]

NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE, EARLY_CLOSE = time(9, 30), time(16, 0), time(13, 0)

_UTC = ZoneInfo("UTC")
_YEAR = timedelta(days=365)
_FIRST_YEAR, _LAST_YEAR = 1998, 2200
_MONDAY, _THURSDAY = 0, 3
_DAYS_OF_MOURNING_AND_DISASTER = frozenset(
    map(
        date.fromisoformat,
        (
            "2001-09-11",
            "2001-09-12",
            "2001-09-13",
            "2001-09-14",
            "2004-06-11",
            "2007-01-02",
            "2012-10-29",
            "2012-10-30",
            "2018-12-05",
            "2025-01-09",
        ),
    )
)


class _NewYorkStockExchange(AbstractHolidayCalendar):
    # A New Year's Day that falls on a Saturday is not moved into the old year (Rule 7.2).
    rules = [  # noqa: RUF012 - the base class asks for a list
        Holiday("New Year's Day", month=1, day=1, observance=sunday_to_monday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday(
            "Juneteenth",
            month=6,
            day=19,
            start_date=pd.Timestamp("2022-01-01"),
            observance=nearest_workday,
        ),
        Holiday("Independence Day", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas Day", month=12, day=25, observance=nearest_workday),
    ]


@cache
def _closed_days(year: int) -> frozenset[date]:
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    ruled = _NewYorkStockExchange().holidays(first, last)
    return frozenset(day.date() for day in ruled) | _DAYS_OF_MOURNING_AND_DISASTER


def is_trading_day(day: date) -> bool:
    """Return whether the New York Stock Exchange opens on `day` (rules in force since 1998).

    Raises
    ------
    ParameterError
        `day` lies before 1998 or after 2200.
    """
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ParameterError(
            f"expected a day from {_FIRST_YEAR} to {_LAST_YEAR}; got {day.isoformat()}"
        )
    return day.weekday() < 5 and day not in _closed_days(day.year)


def close_of(day: date) -> datetime:
    """Return the regular close of a trading day: 16:00, or 13:00 on an early-close day.

    Early are the day after Thanksgiving, and 3 July and 24 December from Monday to Thursday
    when they are trading days.

    Raises
    ------
    ParameterError
        `day` is not a trading day.
    """
    if not is_trading_day(day):
        raise ParameterError(f"expected a trading day; the exchange is closed on {day.isoformat()}")
    eve = (day.month, day.day) in {(7, 3), (12, 24)} and _MONDAY <= day.weekday() <= _THURSDAY
    black_friday = day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29
    return datetime.combine(day, EARLY_CLOSE if eve or black_friday else CLOSE, NEW_YORK)


def valuation_instant(snapshot: datetime) -> datetime:
    """Return the instant to which quotes seen at `snapshot` belong.

    Parameters
    ----------
    snapshot : datetime
        With a time zone.

    Returns
    -------
    datetime
        `snapshot` itself inside regular hours, otherwise the last regular close before it, in
        New York's zone.

    Raises
    ------
    ParameterError
        `snapshot` has no time zone.
    """
    if snapshot.tzinfo is None:
        raise ParameterError(f"expected a snapshot with a time zone; got {snapshot.isoformat()}")
    local = snapshot.astimezone(NEW_YORK)
    day = local.date()
    if is_trading_day(day):
        if local >= close_of(day):
            return close_of(day)
        if local.time() >= OPEN:
            return local
    return close_of(_last_trading_day(day - timedelta(days=1)))


def settlement_instant(expiry: date, settlement: Settlement) -> datetime:
    """Return when an option settles: the open (AM) or the close (PM) of its last trading day.

    An expiry on a day without trading (a Saturday in old chains, a holiday) settles on the
    trading day before.

    Raises
    ------
    ParameterError
        `settlement` is neither ``"AM"`` nor ``"PM"``, or the expiry lies before 1998 or after 2200.
    """
    if settlement not in ("AM", "PM"):
        raise ParameterError(f"expected settlement 'AM' or 'PM'; got {settlement!r}")
    day = _last_trading_day(expiry)
    return close_of(day) if settlement == "PM" else datetime.combine(day, OPEN, NEW_YORK)


def year_fraction(start: datetime, end: datetime) -> float:
    """Return the elapsed time from `start` to `end` in years of 365 days (ACT/365, with hours).

    Raises
    ------
    ParameterError
        Either has no time zone.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ParameterError("expected two instants with time zones")
    # Subtracting two times of one zone would count hours on the wall, not elapsed ones.
    return (end.astimezone(_UTC) - start.astimezone(_UTC)) / _YEAR


def _last_trading_day(day: date) -> date:
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day
