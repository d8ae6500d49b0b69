r"""Cboe's delayed quotes as compact JSON: one letter to a field, and no option symbols.

    {"sym": "SPX", "spot": 7457.69, "asof": "2026-07-17T16:14:59",
     "fetched": "2026-07-20T11:18:20.665Z",
     "o": [{"e": 1784577600, "t": "C", "k": 5000, "b": 2473, "a": 2493.8, "l": 0, "iv": 4.501,
            "oi": 0, "v": 0}, ...]}

`asof` is New York's clock without a zone, `e` seconds since 1970 (always 20:00 UTC of the expiry's
day, so it says nothing of the hour of settlement).

Without symbols the root is unknown, and on the last trading day of the third week the
morning-settled options of an index (SPX) share the expiry with the afternoon-settled ones (SPXW):
both are there, strike by strike, under the same `e`. The file keeps Cboe's order, root by root,
so the rows of such an expiry form two runs of rising strikes, the morning's first. That is taken
as evidence, and prices may veto it: the afternoon's options live six and a half hours longer, so
they must not be cheaper. With one run, more than two, or dearer morning options the settlement is
unknown, and each of these quotes carries a `fault` by which the surface drops it. Options on VIX
settle in the morning, weekly ones too; all bear the root VIX here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.clock import NEW_YORK
from rmot.market.readers import RawChain, Reader
from rmot.market.readers.contracts import (
    AM_SETTLED_ROOTS,
    UNDERLYING_OF_ROOT,
    exercise_of,
    quote_columns,
    settlement_of,
    standard_expiry,
)
from rmot.market.readers.tables import (
    instant,
    json_choice,
    json_columns,
    json_numbers,
    json_object,
    positive_level,
    zoned_instant,
)

UNKNOWN_SETTLEMENT = "morning or afternoon settlement: the file does not say"
"""The fault of an index option whose settlement the file leaves open."""

_SIDES = {"C": True, "P": False}
_NUMBERS = {"b": "bid", "a": "ask", "l": "last", "v": "volume", "oi": "open_interest"}
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def recognises(head: str) -> bool:
    """Return whether the head is that of an object with this format's short keys."""
    return head.lstrip().startswith("{") and ('"sym"' in head or '"asof"' in head)


def parse(text: str, where: str) -> RawChain:
    """Read a chain.

    Raises
    ------
    DataError
        The JSON is cut off, a key is missing, a number is a text, or `asof` lies after `fetched`.
    """
    whole = json_object(text, where, ("sym", "spot", "asof", "o"))
    underlying = whole["sym"]
    if not isinstance(underlying, str) or not underlying.strip("^_"):
        raise DataError(f"{where}: expected a ticker for 'sym'; got {underlying!r}")
    underlying = underlying.strip("^_")
    columns = json_columns(whole["o"], ("e", "t", "k", "b", "a"), where, optional=("l", "v", "oi"))
    expiries = _expiries(columns, where)
    is_call = json_choice(columns, "t", _SIDES, where)
    strikes = json_numbers(columns, "k", where)
    values = {ours: json_numbers(columns, theirs, where) for theirs, ours in _NUMBERS.items()}
    mid = 0.5 * (values["bid"] + values["ask"])
    live = (values["bid"] > 0) & (values["ask"] > 0)
    roots, faults = _roots(underlying, expiries, strikes, is_call, np.where(live, mid, np.nan))
    quotes = pd.DataFrame(
        quote_columns(expiries, roots, strikes, is_call) | values | {"fault": faults}
    )
    return RawChain(
        underlying,
        positive_level(whole["spot"], "spot", where),
        _snapshot(whole, where),
        exercise_of(underlying),
        quotes,
    )


def _expiries(columns: dict[str, list[Any]], where: str) -> list[date]:
    seconds = json_numbers(columns, "e", where)
    bad = ~((seconds > 0) & (seconds < _LATEST))
    if bad.any():
        raise DataError(
            f"{where}, quote {np.argmax(bad) + 1}: expected seconds since 1970 for 'e'; "
            f"got {columns['e'][int(np.argmax(bad))]!r}"
        )
    known = {
        second: datetime.fromtimestamp(second, NEW_YORK).date() for second in set(seconds.tolist())
    }
    return [known[second] for second in seconds.tolist()]


def _snapshot(whole: dict[str, Any], where: str) -> datetime:
    asof = instant(whole["asof"], "asof", where)
    stamp = asof if asof.tzinfo else asof.replace(tzinfo=NEW_YORK)
    if "fetched" in whole and stamp > zoned_instant(whole["fetched"], "fetched", where):
        raise DataError(
            f"{where}: expected quotes as of a time before they were fetched "
            f"({whole['fetched']}); got {stamp.isoformat()}"
        )
    return stamp


def _roots(
    underlying: str,
    expiries: Sequence[date],
    strikes: np.ndarray,
    is_call: np.ndarray,
    mid: np.ndarray,
) -> tuple[list[str], list[str]]:
    evening = next(
        (
            root
            for root, name in UNDERLYING_OF_ROOT.items()
            if name == underlying and settlement_of(root) == "PM"
        ),
        None,
    )
    if underlying not in AM_SETTLED_ROOTS or evening is None:
        return [underlying] * len(expiries), [""] * len(expiries)
    roots = np.full(len(expiries), evening, dtype=object)
    faults = np.full(len(expiries), "", dtype=object)
    days = np.array(expiries, dtype="datetime64[D]")
    for day in sorted(set(expiries)):
        if day != standard_expiry(day):
            continue
        rows = np.flatnonzero(days == np.datetime64(day))
        first, second = _two_runs(rows, strikes)
        if first.size and not _dearer(first, second, strikes, is_call, mid):
            roots[first] = underlying
        else:
            faults[rows] = UNKNOWN_SETTLEMENT
    return roots.tolist(), faults.tolist()


def _two_runs(rows: np.ndarray, strikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the two runs of rows with strikes that never fall; empty if there are not two."""
    new = (np.diff(rows) > 1) | (np.diff(strikes[rows]) < 0)
    if np.count_nonzero(new) != 1:
        return rows[:0], rows[:0]
    cut = int(np.argmax(new)) + 1
    return rows[:cut], rows[cut:]


def _dearer(
    first: np.ndarray, second: np.ndarray, strikes: np.ndarray, is_call: np.ndarray, mid: np.ndarray
) -> bool:
    """Return whether the options of the first run cost more than the same ones of the second."""
    prices = [
        dict(zip(zip(strikes[rows], is_call[rows], strict=True), mid[rows], strict=True))
        for rows in (first, second)
    ]
    excess = [price - prices[1].get(option, math.nan) for option, price in prices[0].items()]
    known = [each for each in excess if not math.isnan(each)]
    return bool(known) and float(np.median(known)) > 0


READER: Final = Reader("cboe_json", recognises, parse)
