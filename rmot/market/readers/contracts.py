"""Listed options by their names: OCC symbols, and how each root settles and is exercised.

A symbol is root, yymmdd, C or P, and the strike in thousandths (OCC's Options Symbology
Initiative). Settlement by root is from Cboe's index option product specifications.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from rmot.errors import DataError
from rmot.market.clock import Settlement, is_trading_day
from rmot.market.readers import Exercise

AM_SETTLED_ROOTS: Final = frozenset(
    {"SPX", "NDX", "RUT", "DJX", "VIX", "VIXW", "RLG", "RLV", "RUI", "MXEF"}
)
"""Roots that settle from opening prices. Every other root settles at the close."""

UNDERLYING_OF_ROOT: Final = {
    "SPXW": "SPX",
    "NDXP": "NDX",
    "RUTW": "RUT",
    "VIXW": "VIX",
    "MRUT": "MRUT",
}
"""Roots that do not bear their underlying's name."""

EUROPEAN_UNDERLYINGS: Final = frozenset(
    {"SPX", "NDX", "RUT", "DJX", "VIX", "RLG", "RLV", "RUI", "MXEF", "MRUT", "XSP", "XEO"}
)
"""Underlyings whose options cannot be exercised early; every other is taken as American."""

SYMBOL: Final = re.compile(r"([A-Z.]+\d?)(\d{6})([CP])(\d{8})")

OTHER_DELIVERABLE = "another root than the underlying's (adjusted contract)"
"""The fault of an option that delivers something else than the underlying, as after a merger."""

_FRIDAY = 4
_LONGEST_STRIKE = 1e5
_SETTLEMENT_LAG = timedelta(days=30)
_LAST_YEAR_OF_THE_FIRST_RULE = 2004


def exercise_of(underlying: str) -> Exercise:
    """Return how the options on `underlying` are exercised."""
    return "european" if underlying in EUROPEAN_UNDERLYINGS else "american"


def settlement_of(root: str) -> Settlement:
    """Return whether the options of a root settle in the morning or in the afternoon."""
    return "AM" if root in AM_SETTLED_ROOTS else "PM"


def underlying_of(root: str) -> str:
    """Return the underlying of a root, adjusted contracts (``AAPL1``) apart."""
    return UNDERLYING_OF_ROOT.get(root, root)


def roots_of(
    symbols: Sequence[str],
    expiries: Sequence[date],
    strikes: np.ndarray,
    is_call: np.ndarray,
    where: str,
) -> list[str]:
    """Return the root of each symbol, all else in it being what its row says.

    Raises
    ------
    DataError
        A text is no option symbol, or contradicts expiry, strike or side of its row; rows count
        from one.
    """
    roots = []
    day_of = {day: day.strftime("%y%m%d") for day in set(expiries)}
    thousandths = thousandths_of(strikes)
    rows = zip(symbols, expiries, thousandths.tolist(), is_call.tolist(), strict=True)
    for number, (symbol, day, level, call) in enumerate(rows, start=1):
        match = SYMBOL.fullmatch(symbol) if isinstance(symbol, str) else None
        if match is None:
            raise DataError(f"{where}, quote {number}: expected an option symbol; got {symbol!r}")
        if match.groups()[1:] != (day_of[day], "C" if call else "P", f"{level:08d}"):
            side = "call" if call else "put"
            raise DataError(
                f"{where}, quote {number}: the symbol {symbol} contradicts its row "
                f"({day.isoformat()}, strike {level / 1000:g}, {side})"
            )
        roots.append(match[1])
    return roots


def thousandths_of(strikes: np.ndarray) -> np.ndarray:
    """Return strikes as symbols have them, whole thousandths of at most eight digits.

    NaN, infinity and what is longer have no symbol: they become -1, which contradicts every one.
    """
    short = np.abs(strikes) < _LONGEST_STRIKE
    return np.rint(1000 * np.where(short, strikes, -1e-3)).astype(np.int64)


def faults_of(roots: Sequence[str], underlying: str, where: str) -> list[str]:
    """Return, for each root, `OTHER_DELIVERABLE` or nothing.

    Raises
    ------
    DataError
        Most of the options are on something else.
    """
    own = _letters(underlying)
    foreign = {root: _letters(underlying_of(root)) != own for root in set(roots)}
    faults = [OTHER_DELIVERABLE if foreign[root] else "" for root in roots]
    if 2 * sum(map(bool, faults)) > len(roots):
        names = ", ".join(sorted(root for root in foreign if foreign[root]))
        raise DataError(f"{where}: expected options on one underlying, {underlying}; got {names}")
    return faults


def quote_columns(
    expiries: Sequence[date], roots: Sequence[str], strikes: np.ndarray, is_call: np.ndarray
) -> dict[str, object]:
    """Return the columns that say which option a quote is for."""
    return {
        "expiry": list(expiries),
        "root": list(roots),
        "settlement": [settlement_of(root) for root in roots],
        "strike": strikes,
        "is_call": is_call,
    }


def third_friday(day: date) -> date:
    """Return the third Friday of the month of `day`."""
    first = day.replace(day=1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)


def standard_expiry(day: date) -> date:
    """Return the last trading day, not after the third Friday, of the month of `day`.

    On it both the morning-settled and the afternoon-settled index options of a month expire.
    """
    return _trading_day_not_after(third_friday(day))


def vix_expiry(month: date) -> date:
    """Return the final settlement of the VIX futures and standard options of a month.

    The Wednesday 30 days before the third Friday of the next month, or the trading day before if
    that Wednesday or that Friday is a holiday (Cboe Futures Exchange, Rule 1202). The contracts
    of 2004 settled on the Wednesday before the third Friday of their own month.
    """
    if month.year <= _LAST_YEAR_OF_THE_FIRST_RULE:
        return _trading_day_not_after(third_friday(month) - timedelta(days=2))
    friday = third_friday((month.replace(day=1) + timedelta(days=32)).replace(day=1))
    wednesday = friday - _SETTLEMENT_LAG
    return _trading_day_not_after(wednesday - timedelta(days=0 if is_trading_day(friday) else 1))


def _trading_day_not_after(day: date) -> date:
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name))
