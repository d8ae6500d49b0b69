"""Expiries that can be traded and settled: quotes of a close, and what became of the underlying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import RmotError
from rmot.market import (
    CarryRange,
    OptionChain,
    OptionSurface,
    Smile,
    read_chain,
    read_history,
    read_last_prices,
)
from rmot.market.clock import close_of, settlement_instant, year_fraction
from rmot.studies.chains import RATES
from rmot.studies.trading.closes import Closes, level_of

Vector = NDArray[np.float64]

LAST = "last"
CHAINS, LAST_PRICES = "chains", "last prices"
HISTORY = "history/"
FRIDAY = 4
SHORTEST = 3 / 365
FARTHEST = 0.01
NO_CLOSE = "no close at the expiry"
MORNING = "settles in the morning"
NOT_WEEKLY = "expires on another day than Friday"
TOO_SHORT = "fewer than three days to the expiry"
APART = "forward a hundredth or more from the level"
UNSETTLED = "expires after the last close known"


@dataclass(frozen=True, eq=False)
class Market:
    """One expiry of one underlying at one close, and its settlement.

    Attributes
    ----------
    name : str
    traded : date
        The day of the quotes.
    smile : Smile
    surface : OptionSurface
        Of this smile alone.
    settled : float
        The price at settlement over the forward.
    settled_by : str
        What told it.
    times, path : ndarray, shape (n,)
        Years from the trade to each close, the trade's own first and settlement last, and the
        forwards then over the forward now; empty where a close between is unknown.
    listed : ndarray, shape (2, n) or empty
        Bid and ask of the smile's quotes as the chain lists them, grown to the expiry, as calls per
        forward. Of European options they are the smile's own; of American ones the smile has wider
        intervals, and what is bought or sold is this.
    group : str
        Which kind of quotes: ``"chains"`` or ``"last prices"``.
    """

    name: str
    traded: date
    smile: Smile
    surface: OptionSurface
    settled: float
    settled_by: str
    times: Vector
    path: Vector
    listed: Vector
    group: str


def chains_of(inputs: Mapping[str, Path]) -> dict[tuple[date, str], OptionChain]:
    """Read the chains among the inputs, which are named ``YYYY-MM-DD/NAME``."""
    found = {}
    for key, path in inputs.items():
        day, _, name = key.partition("/")
        if key != LAST and not key.startswith(HISTORY):
            found[date.fromisoformat(day), name] = read_chain(path)
    return found


def closes_of(inputs: Mapping[str, Path], chains: Mapping[tuple[date, str], OptionChain]) -> Closes:
    """Gather all closes that chains, histories and the table of last prices tell."""
    histories: dict[str, Any] = {
        key.removeprefix(HISTORY): read_history(path).table["close"]
        for key, path in inputs.items()
        if key.startswith(HISTORY)
    }
    tables: dict[tuple[str, date], float] = {}
    if LAST in inputs:
        table = read_last_prices(inputs[LAST]).table
        first = table.drop_duplicates(["underlying", "date"])
        for name, day, spot in zip(first["underlying"], first["date"], first["spot"], strict=True):
            tables[str(name), day] = float(spot)
    return Closes(chains, histories, tables)


def markets(
    chains: Mapping[tuple[date, str], OptionChain], closes: Closes, skipped: Counter[str]
) -> Iterator[Market]:
    """Yield every weekly expiry that settles on a day whose close is known; count the others."""
    last = max((day for day, _ in chains), default=date.min)
    for (day, name), chain in chains.items():
        offered = _offered(day, chain, last, skipped)
        for expiry in offered:
            level = closes.at(name, expiry)
            if level is None:
                skipped[NO_CLOSE] += 1
                continue
            try:
                surface = surface_of(chain, expiry)
            except RmotError as error:
                skipped[type(error).__name__] += 1
                continue
            start = level_of(chain).price
            # options on something else besides, after a spin-off, or of another hour
            if abs(np.log(surface.slices[0].forward / start)) >= FARTHEST:
                skipped[APART] += 1
                continue
            market = settled(name, day, surface, level.price, level.source, closes, start)
            yield replace(market, listed=listed_prices(chain, market.smile))


def _offered(day: date, chain: OptionChain, last: date, skipped: Counter[str]) -> Iterator[date]:
    listed = chain.quotes[["expiry", "settlement"]].drop_duplicates()
    for expiry, settlement in sorted(listed.itertuples(index=False, name=None)):
        reason = (
            UNSETTLED
            if expiry > last
            else MORNING
            if settlement != "PM"
            else NOT_WEEKLY
            if expiry.weekday() != FRIDAY
            else TOO_SHORT
            if (expiry - day).days / 365 < SHORTEST
            else ""
        )
        if reason:
            skipped[reason] += 1
        else:
            yield expiry


def surface_of(chain: OptionChain, expiry: date) -> OptionSurface:
    """Return the afternoon-settled quotes of one expiry, European or as intervals of them."""
    carry = None
    if chain.exercise == "american":
        # at the instant of the quotes; the file's own level may be of another day
        chain = replace(chain, spot=level_of(chain).price)
        carry = CarryRange(rates=RATES)
    return chain.surface(maturities=[expiry], carry=carry).select(settlement="PM")


def settled(
    name: str,
    day: date,
    surface: OptionSurface,
    price: float,
    settled_by: str,
    closes: Closes,
    level: float,
    group: str = CHAINS,
) -> Market:
    """Return a market with the forwards of all closes from the trade to its settlement."""
    (smile,) = surface.slices
    carry = np.log(smile.forward / level) / smile.maturity
    times, path = np.empty(0), np.empty(0)
    between = closes.between(name, day, smile.expiry)
    if between is not None:
        end = settlement_instant(smile.expiry, "PM")
        left = np.array([year_fraction(close_of(each), end) for each in between[0]])
        times = np.concatenate([[0.0], smile.maturity - left, [smile.maturity]])
        forwards = between[1] * np.exp(carry * left) / smile.forward
        path = np.concatenate([[1.0], forwards, [price / smile.forward]])
    return Market(
        name,
        day,
        smile,
        surface,
        price / smile.forward,
        settled_by,
        times,
        path,
        np.empty((2, 0)),
        group,
    )


def listed_prices(chain: OptionChain, smile: Smile) -> Vector:
    """Return bid and ask of a smile's quotes as listed, shape (2, n), as calls per forward."""
    quotes = chain.quotes
    own = quotes.loc[(quotes["expiry"] == smile.expiry) & (quotes["settlement"] == "PM")]
    out = own.loc[(own["strike"] >= smile.forward) == own["is_call"].astype(bool)]
    table = out.drop_duplicates("strike").set_index("strike")[["bid", "ask"]]
    unit = smile.discount_factor * smile.forward
    parity = np.where(smile.strike < smile.forward, -np.expm1(smile.log_moneyness), 0.0)
    return table.loc[smile.strike].to_numpy(float).T / unit + parity
