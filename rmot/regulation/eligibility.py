"""Whether a risk factor may be modelled: Basel's test on the days of its real prices (MAR31.13).

A factor passes by either of
    (1)  24 real price observations in twelve months, and no period of 90 days with fewer than 4;
    (2)  100 real price observations in twelve months.
At most one observation a day counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError
from rmot.regulation.dates import as_day

REGULAR = "MAR31.13(1)"
FREQUENT = "MAR31.13(2)"
_REGULAR_COUNT = 24
_FREQUENT_COUNT = 100
_WINDOW_DAYS = 90
_WINDOW_COUNT = 4


@dataclass(frozen=True)
class Window:
    """Days from `start` to `end`, both included, and the observations among them."""

    start: date
    end: date
    count: int


@dataclass(frozen=True)
class Eligibility:
    """What the test found; true where the factor may be modelled.

    Attributes
    ----------
    criterion : str or None
        "MAR31.13(1)" (24 and the 90 days) where that passes, else "MAR31.13(2)" (100), else None.
    count : int
        Days with an observation, in the period.
    start, end : date
        First and last day of the period.
    failing_window : Window or None
        The earliest 90 days with fewer than four observations, whichever criterion passed.
    """

    criterion: str | None
    count: int
    start: date
    end: date
    failing_window: Window | None

    def __bool__(self) -> bool:
        """Return whether either criterion passes."""
        return self.criterion is not None

    def __str__(self) -> str:
        """Return the verdict and what it rests on, in one line."""
        window = self.failing_window
        gap = (
            f"no {_WINDOW_DAYS} days with fewer than {_WINDOW_COUNT}"
            if window is None
            else f"{window.count} in the {_WINDOW_DAYS} days {window.start} to {window.end}"
        )
        verdict = f"modellable by {self.criterion}" if self else "not modellable"
        return f"{verdict}: {self.count} observations from {self.start} to {self.end}, {gap}"


def is_modellable(
    observation_dates: Iterable[Any], period_end: Any, *, several_a_day: bool = False
) -> Eligibility:
    """Return whether a risk factor passes the risk-factor eligibility test.

    The twelve months end with `period_end`, included, and begin on the day after the same day of
    the year before (after 28 February where that year has no 29th): 365 days, or 366 where a
    29 February lies among them. A period of 90 days is 90 consecutive calendar days, both ends
    included, wholly inside the twelve months; it is moved a day at a time, so that there are 276
    or 277 of them. MAR31.13(1) counts the 24 over the period to which the expected shortfall is
    calibrated, and the 90 days over the previous twelve months; here both are the twelve months
    that end with `period_end`.

    Parameters
    ----------
    observation_dates : iterable of dates
        The days of real prices, oldest first: ISO text, `date`, `datetime`, `datetime64` or
        pandas. Those before the period are allowed, and do not count. None at all is an answer,
        not an error: such a factor is not modellable.
    period_end : date
        In any of these forms.
    several_a_day : bool
        Whether a day may come more than once, as in a list of trades or of several vendors; it is
        counted once. Otherwise a repeated day is refused, since it may be a file read twice.

    Returns
    -------
    Eligibility

    Raises
    ------
    DataError
        A date cannot be read or is missing, dates are out of order, one is repeated (see
        `several_a_day`), or one lies after `period_end`.

    References
    ----------
    Basel Committee, Minimum capital requirements for market risk (2019, revised 2020), MAR31.13;
    in the Union, Delegated Regulation 2022/2060, Articles 1 and 4, which takes both counts over one
    period of twelve months, as here.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> fortnightly = [date(2025, 1, 6) + timedelta(days=14 * i) for i in range(26)]
    >>> print(is_modellable(fortnightly, "2025-12-31"))
    modellable by MAR31.13(1): 26 observations from 2025-01-01 to 2025-12-31, no 90 days with \
fewer than 4
    """
    if isinstance(observation_dates, str | bytes) or not isinstance(observation_dates, Iterable):
        raise DataError(f"expected a sequence of days; got {observation_dates!r}")
    end = as_day(period_end, "the end of the period")
    if end.year < 2:
        raise DataError(f"expected an end of the period with a year before it; got {end}")
    start = _year_before(end) + timedelta(days=1)
    days = _ordered_days(observation_dates, end, several_a_day)
    inside = np.unique(days[days >= np.datetime64(start)])
    window = _first_failing_window(inside, start, end)
    if inside.size >= _REGULAR_COUNT and window is None:
        criterion = REGULAR
    else:
        criterion = FREQUENT if inside.size >= _FREQUENT_COUNT else None
    return Eligibility(criterion, int(inside.size), start, end, window)


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _ordered_days(
    observation_dates: Iterable[Any], end: date, several_a_day: bool
) -> NDArray[np.datetime64]:
    days: list[date] = []
    for number, value in enumerate(observation_dates, start=1):
        day = as_day(value, f"observation {number}")
        if days and day < days[-1]:
            raise DataError(
                f"expected observations in order of their dates; number {number} is of {day}, "
                f"after {days[-1]}"
            )
        if days and day == days[-1] and not several_a_day:
            raise DataError(
                f"expected one observation a day; {day} comes twice, as numbers {number - 1} and "
                f"{number} (several_a_day counts such a day once)"
            )
        if day > end:
            raise DataError(
                f"expected observations up to the end of the period, {end}; number {number} is of "
                f"{day}"
            )
        days.append(day)
    return np.array(days, dtype="datetime64[D]")


def _first_failing_window(days: NDArray[np.datetime64], start: date, end: date) -> Window | None:
    last = end - timedelta(days=_WINDOW_DAYS - 1)
    day = np.timedelta64(1, "D")
    starts = np.arange(np.datetime64(start), np.datetime64(last) + day)
    counts = np.searchsorted(days, starts + _WINDOW_DAYS * day) - np.searchsorted(days, starts)
    short = np.flatnonzero(counts < _WINDOW_COUNT)
    if not short.size:
        return None
    first = start + timedelta(days=int(short[0]))
    return Window(first, first + timedelta(days=_WINDOW_DAYS - 1), int(counts[short[0]]))
