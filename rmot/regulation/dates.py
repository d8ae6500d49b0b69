"""Days, as callers write them: ISO text, `datetime.date`, NumPy's and pandas' own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np

from rmot.errors import DataError

_COARSER_THAN_DAYS = ("Y", "M", "W", "generic")


def as_day(value: Any, what: str) -> date:
    """Return the calendar day of `value`; the time of day is dropped, the time zone kept.

    Parameters
    ----------
    value : str, date, datetime, datetime64 or Timestamp
        Text is ISO 8601.
    what : str
        What to call it in an error.

    Raises
    ------
    DataError
        It is none of these, missing (NaT), or does not name a day.
    """
    if isinstance(value, np.datetime64):
        if np.isnat(value) or np.datetime_data(value.dtype)[0] in _COARSER_THAN_DAYS:
            raise DataError(f"expected a day for {what}; got {value}")
        return value.astype("datetime64[D]").item()
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            raise DataError(f"expected a day as 2025-07-01 for {what}; got {value!r}") from None
    if isinstance(value, datetime) and not _missing(value):
        return value.date()
    if isinstance(value, date) and not _missing(value):
        return value
    raise DataError(f"expected a day for {what}; got {value!r}")


def _missing(value: Any) -> bool:
    return bool(value != value)  # pandas' NaT is a datetime that equals nothing
