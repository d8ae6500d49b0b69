r"""What an underlying closed at on a day: by a history, a table's column, or its own options.

A chain's field "spot" is the last trade seen when the file was made, which may be of another day.
Options tell the level of their own instant: near the money, for the shortest expiry,

.. math:: S = \operatorname{median}_K\,[K e^{-rT} + C(K) - P(K)] ,

up to premiums of early exercise and dividends within those few days. An index needs none of this:
its level stands still after the close.

Histories are adjusted: closes before a dividend are lowered by it. Where a close is known as it
was, its ratio to the adjusted one tells whether a dividend has been paid since; the history is used
for nothing then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market import OptionChain
from rmot.market.clock import (
    is_trading_day,
    settlement_instant,
    valuation_instant,
    year_fraction,
)

RATE = 0.04
"""Of the few days to the shortest expiry, where a point of it is a basis point of the level."""

UNADJUSTED = 1e-4
"""How near to one the ratio of a close to the adjusted close is where no dividend was paid."""

PAIRS = 8
BY_HISTORY, BY_TABLE, BY_INDEX, BY_PARITY = "history", "table", "index", "parity"


@dataclass(frozen=True)
class Level:
    """A level of an underlying at a close.

    Attributes
    ----------
    price : float
    source : {"history", "table", "index", "parity"}
    error : float
        Half the typical width of the pairs of options that tell it; zero for a close.
    """

    price: float
    source: str
    error: float = 0.0


def parity_level(chain: OptionChain) -> Level:
    """Return the level that options of the shortest expiry imply at the chain's own instant.

    Raises
    ------
    DataError
        No expiry after the quotes has a strike with a two-sided call and put.
    """
    instant = valuation_instant(chain.snapshot)
    quotes = chain.quotes.loc[(chain.quotes["bid"] > 0) & (chain.quotes["ask"] > 0)]
    for expiry in sorted(set(quotes["expiry"])):
        ends = settlement_instant(expiry, "PM")
        if ends <= instant:
            continue
        own = quotes.loc[(quotes["expiry"] == expiry) & (quotes["settlement"] == "PM")]
        calls, puts = (
            own.loc[own["is_call"] == side].drop_duplicates("strike").set_index("strike")
            for side in (True, False)
        )
        strikes = calls.index.intersection(puts.index).sort_values()
        if not len(strikes):
            continue
        call, put = calls.loc[strikes], puts.loc[strikes]
        apart = 0.5 * (call["bid"] + call["ask"] - put["bid"] - put["ask"]).to_numpy(float)
        near = np.argsort(np.abs(apart), kind="stable")[:PAIRS]
        discount = math.exp(-RATE * year_fraction(instant, ends))
        levels = discount * strikes.to_numpy(float) + apart
        width = (call["ask"] - call["bid"] + put["ask"] - put["bid"]).to_numpy(float)
        return Level(float(np.median(levels[near])), BY_PARITY, 0.5 * float(np.median(width[near])))
    raise DataError(f"{chain.source.id}: expected a call and a put of one strike, with two sides")


@dataclass(frozen=True, eq=False)
class Closes:
    """All that is known of closes, by name and day.

    Attributes
    ----------
    chains : mapping of (date, str) to OptionChain
        By close and name.
    histories : mapping of str to Series
        Adjusted closes by date.
    tables : mapping of (str, date) to float
        Closes as they were.
    """

    chains: Mapping[tuple[date, str], OptionChain]
    histories: Mapping[str, pd.Series]
    tables: Mapping[tuple[str, date], float]

    def at(self, name: str, day: date) -> Level | None:
        """Return the close as it was, or None where nothing tells it."""
        if (name, day) in self.tables:
            return Level(self.tables[name, day], BY_TABLE)
        if name in self.histories and self.unadjusted(name):
            known = self.histories[name].get(pd.Timestamp(day))
            if known is not None:
                return Level(float(known), BY_HISTORY)
        chain = self.chains.get((day, name))
        return None if chain is None else level_of(chain)

    def unadjusted(self, name: str) -> bool:
        """Return whether the history is of closes as they were since the first chain's day."""
        ratio = self.ratio(name)
        return ratio is not None and abs(ratio - 1.0) <= UNADJUSTED

    def ratio(self, name: str) -> float | None:
        """Return the first close known to be one over the adjusted close of that day."""
        days = sorted(day for day, other in self.chains if other == name)
        for day in days:
            chain = self.chains[day, name]
            adjusted = self.histories[name].get(pd.Timestamp(day))
            if adjusted is not None and seen_after_close(chain):
                return chain.spot / float(adjusted)
        return None

    def between(self, name: str, first: date, last: date) -> tuple[list[date], np.ndarray] | None:
        """Return the trading days after one day and before another with their closes.

        None where a close is missing.
        """
        every = (day.date() for day in pd.bdate_range(first, last, inclusive="neither"))
        days = [day for day in every if is_trading_day(day)]
        known = [level.price for day in days if (level := self.at(name, day)) is not None]
        return (days, np.array(known)) if len(known) == len(days) else None


def seen_after_close(chain: OptionChain) -> bool:
    """Return whether the file was made while no market was open: its level is then a close."""
    return chain.snapshot != valuation_instant(chain.snapshot)


def level_of(chain: OptionChain) -> Level:
    """Return a chain's own level at its close."""
    if chain.exercise == "european":
        return Level(chain.spot, BY_INDEX)
    if seen_after_close(chain):
        return Level(chain.spot, BY_TABLE)
    return parity_level(chain)
