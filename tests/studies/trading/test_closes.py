"""Closes: which source tells them, and what dividends and files of another hour do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from rmot.errors import DataError
from rmot.market import DataSource, OptionChain
from rmot.market.clock import NEW_YORK
from rmot.market.readers import Exercise
from rmot.numerics import black_otm
from rmot.studies.trading.closes import (
    BY_HISTORY,
    BY_INDEX,
    BY_PARITY,
    BY_TABLE,
    RATE,
    Closes,
    level_of,
    parity_level,
)
from rmot.studies.trading.markets import APART, UNSETTLED, markets

DAY, EXPIRY = date(2026, 7, 17), date(2026, 7, 20)
LEVEL = 742.3
HALF = 0.05


def chain(day: date, hour: int = 16, exercise: Exercise = "american", spot: float = 750.0):
    """Options three days from expiry around LEVEL, quoted within HALF; the file's spot is off."""
    left = 3 / 365
    growth = np.exp(RATE * left)
    strikes = np.arange(720.0, 766.0, 2.0)
    k = np.log(strikes / (LEVEL * growth))
    otm = LEVEL * black_otm(k, np.full(k.size, 0.15), left)
    rows = []
    for is_call in (True, False):
        parity = LEVEL - strikes / growth
        own = otm + np.maximum(parity if is_call else -parity, 0.0)
        rows.append(
            pd.DataFrame(
                {
                    "expiry": EXPIRY,
                    "root": "X",
                    "settlement": "PM",
                    "strike": strikes,
                    "is_call": is_call,
                    "bid": own - HALF,
                    "ask": own + HALF,
                }
            )
        )
    snapshot = datetime(day.year, day.month, day.day, hour, 0, tzinfo=NEW_YORK)
    source = DataSource("X", "0" * 64, "synthetic")
    return OptionChain("X", spot, snapshot, exercise, pd.concat(rows), source)


def test_parity_tells_the_level_whatever_the_files_own_says():
    level = parity_level(chain(DAY))
    assert level.source == BY_PARITY
    # black_otm is per forward, so of a price near the strikes nothing is rounded away
    assert level.price == pytest.approx(LEVEL, abs=HALF)
    assert level.error == pytest.approx(2 * HALF, rel=1e-9)


def test_an_index_and_a_file_made_after_the_close_say_it_themselves():
    assert level_of(chain(DAY, exercise="european")).source == BY_INDEX
    assert level_of(chain(DAY, hour=20)).source == BY_TABLE
    assert level_of(chain(DAY)).source == BY_PARITY


def test_without_a_pair_of_quotes_there_is_no_level():
    found = chain(DAY)
    calls = replace(found, quotes=found.quotes.loc[found.quotes["is_call"]])
    with pytest.raises(DataError, match="a call and a put of one strike"):
        parity_level(calls)


@pytest.mark.parametrize(("dividend", "source"), [(0.0, BY_HISTORY), (0.005, BY_TABLE)])
def test_an_adjusted_history_is_used_only_where_no_dividend_came(dividend, source):
    days = pd.to_datetime(["2026-07-17", "2026-07-20"])
    history = pd.Series([750.0 * (1 - dividend), 751.0], index=days)
    after_close = chain(DAY, hour=20, spot=750.0)
    closes = Closes({(DAY, "X"): after_close}, {"X": history}, {})
    assert closes.unadjusted("X") == (dividend == 0.0)
    level = closes.at("X", DAY)
    assert level is not None
    assert (level.source, level.price) == (source, 750.0)
    later = closes.at("X", EXPIRY)
    assert (later is None) == (dividend > 0.0)


def test_a_table_of_closes_comes_first():
    closes = Closes({(DAY, "X"): chain(DAY)}, {}, {("X", DAY): 743.29})
    level = closes.at("X", DAY)
    assert level is not None
    assert (level.price, level.source) == (743.29, BY_TABLE)


def test_a_forward_far_from_the_level_is_of_something_else():
    # the options say 742, the index 760
    here = chain(DAY, exercise="european", spot=760.0)
    quotes = here.quotes.assign(expiry=date(2026, 7, 24))
    here = replace(here, quotes=quotes)
    chains = {(DAY, "X"): here, (date(2026, 7, 24), "X"): here}
    skipped: Counter[str] = Counter()
    assert list(markets({(DAY, "X"): here}, Closes(chains, {}, {}), skipped)) == []
    assert skipped[UNSETTLED] == 1
    assert not list(markets(chains, Closes(chains, {}, {}), skipped))
    assert skipped[APART] == 1


def test_days_between_are_trading_days_with_known_closes():
    week = {("X", date(2026, 7, day)): 100.0 + day for day in (20, 21, 22, 23)}
    closes = Closes({}, {}, week)
    found = closes.between("X", DAY, date(2026, 7, 24))
    assert found is not None
    days, prices = found
    assert [day.day for day in days] == [20, 21, 22, 23]
    np.testing.assert_array_equal(prices, [120.0, 121.0, 122.0, 123.0])
    assert closes.between("X", DAY, date(2026, 7, 28)) is None
