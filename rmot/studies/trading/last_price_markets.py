"""Markets of a table of last prices, treated as what it is: trades of the day, with no bid or ask.

Only options out of the money that traded that day are used. Bid and ask are assumed around the
last price, wide enough for its age; the forward is the median of put-call parity over strikes near
the money whose put and call both traded. What no law meets is counted and left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from rmot.errors import DataError, RmotError
from rmot.market import DataSource, LastPrices, OptionSurface, Smile, read_last_prices
from rmot.market.clock import close_of, settlement_instant, year_fraction
from rmot.market.filters import FilterReport
from rmot.numerics import implied_volatility_otm
from rmot.studies.trading.closes import RATE, Closes
from rmot.studies.trading.markets import LAST_PRICES, NO_CLOSE, Market, settled

LEAST_VOLUME = 10
SHARE, FLOOR = 0.05, 0.05
"""Assumed half-spread: a share of the last price, and currency."""
NEAR = 0.02
FEWEST = 5
EVERY = {"quick": 30, "full": 4, "deep": 1}
"""Days of the table: one in so many."""


def last_price_markets(
    path: Path, closes: Closes, profile: str, skipped: Counter[str]
) -> Iterator[Market]:
    """Yield the table's expiries that settle on a day whose close it tells; count the others."""
    prices = read_last_prices(path)
    days = sorted(prices.table["date"].unique())[:: EVERY[profile]]
    wanted = prices.table.loc[prices.table["date"].isin(days)]
    for (day, name, expiry), rows in wanted.groupby(["date", "underlying", "expiry"], sort=True):
        level = closes.at(str(name), expiry)
        if level is None:
            skipped[NO_CLOSE] += 1
            continue
        try:
            surface = surface_of_last_prices(rows, prices)
        except RmotError as error:
            skipped[type(error).__name__] += 1
            continue
        spot = float(rows["spot"].iloc[0])
        yield settled(
            str(name), day, surface, level.price, level.source, closes, spot, group=LAST_PRICES
        )


def surface_of_last_prices(rows: pd.DataFrame, prices: LastPrices) -> OptionSurface:
    """Return the smile of one day, name and expiry under the assumed half-spread.

    Raises
    ------
    DataError
        Too few options traded to tell a forward or a smile.
    """
    day, expiry = _day(rows["date"].iloc[0]), _day(rows["expiry"].iloc[0])
    valuation = close_of(day)
    maturity = year_fraction(valuation, settlement_instant(expiry, "PM"))
    growth = math.exp(RATE * maturity)
    traded = rows.loc[rows["volume"] >= LEAST_VOLUME]
    forward = _forward(traded, growth)
    strike = traded["strike"].to_numpy(float)
    out = traded.loc[(strike >= forward) == traded["is_call"].to_numpy(bool)].sort_values("strike")
    last, strike = out["last"].to_numpy(float), out["strike"].to_numpy(float)
    half = SHARE * last + FLOOR
    k = np.log(strike / forward)
    sides = [growth * price / forward for price in (last - half, last, last + half)]
    keep = sides[0] > 0
    volatility = [implied_volatility_otm(side[keep], k[keep], maturity) for side in sides]
    parity = np.where(k[keep] < 0, -np.expm1(k[keep]), 0.0)
    bid, middle, ask = (side[keep] + parity for side in sides)
    if keep.sum() < FEWEST:
        raise DataError(f"expected {FEWEST} options out of the money that traded on {day}")
    smile = Smile(
        expiry,
        "PM",
        maturity,
        forward,
        1.0 / growth,
        strike[keep],
        k[keep],
        bid,
        ask,
        middle,
        volatility[0],
        volatility[2],
        volatility[1],
        None,
    )
    source = DataSource(prices.source.id, prices.source.sha256, prices.source.kind)
    name = str(rows["underlying"].iloc[0])
    return OptionSurface(name, valuation, (smile,), FilterReport(()), source)


def _forward(traded: pd.DataFrame, growth: float) -> float:
    calls, puts = (
        traded.loc[traded["is_call"] == side].set_index("strike")["last"] for side in (True, False)
    )
    both = calls.index.intersection(puts.index).to_numpy(float)
    spot = float(traded["spot"].iloc[0]) if len(traded) else math.nan
    near = both[np.abs(both / spot - 1.0) <= NEAR]
    if near.size < FEWEST:
        raise DataError(f"expected {FEWEST} strikes near the money whose put and call traded")
    apart = calls.loc[near].to_numpy(float) - puts.loc[near].to_numpy(float)
    return float(np.median(near + growth * apart))


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
