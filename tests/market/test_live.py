"""With a ticker object of our own in place of yfinance's: nothing here asks the network."""

from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rmot.errors import MissingData
from rmot.market import read_chain
from rmot.market.live import fetch_live

NOW = datetime(2026, 7, 10, 19, 30, 5, tzinfo=UTC)
EXPIRIES = ("2026-08-14", "2026-09-25")
STRIKES = (90.0, 95.0, 100.0, 105.0, 110.0)


class FakeTicker:
    """Answers as `yfinance.Ticker` does, with the columns of its option chains."""

    options = EXPIRIES
    level: float | None = 100.25

    def __init__(self, name):
        self.name = name

    def option_chain(self, expiry):
        calls, puts = (
            pd.DataFrame(
                {
                    "contractSymbol": [
                        f"{self.name}{expiry[2:].replace('-', '')}{letter}{round(1000 * k):08d}"
                        for k in STRIKES
                    ],
                    "lastTradeDate": pd.to_datetime(["2026-07-10 19:29:59+00:00"] * len(STRIKES)),
                    "strike": STRIKES,
                    "lastPrice": 1.0,
                    "bid": [max(sign * (100.25 - k), 0) + 2.0 for k in STRIKES],
                    "ask": [max(sign * (100.25 - k), 0) + 2.2 for k in STRIKES],
                    "change": 0.0,
                    "percentChange": 0.0,
                    "volume": [1.0, None, 3.0, 4.0, 5.0],
                    "openInterest": 7,
                    "impliedVolatility": 0.2,
                    "inTheMoney": False,
                    "contractSize": "REGULAR",
                    "currency": "USD",
                }
            )
            for letter, sign in (("C", 1), ("P", -1))
        )
        return SimpleNamespace(
            calls=calls, puts=puts, underlying={"regularMarketPrice": self.level}
        )


def fetch(folder, ticker=FakeTicker, name="SPY"):
    return fetch_live(name, folder, make_ticker=ticker, clock=lambda: NOW)


def test_the_file_is_read_back_with_its_snapshot_and_level(tmp_path):
    path = fetch(tmp_path / "live")
    assert path.name == "SPY_20260710T193005Z.csv.gz"
    chain = read_chain(path)
    assert (chain.underlying, chain.spot, chain.snapshot) == ("SPY", 100.25, NOW)
    assert len(chain.quotes) == 2 * len(EXPIRIES) * len(STRIKES)
    assert sorted({day.isoformat() for day in chain.quotes["expiry"]}) == list(EXPIRIES)
    assert np.isnan(chain.quotes["volume"].to_numpy()).sum() == 2 * len(EXPIRIES)


def test_the_same_answers_make_the_same_file(tmp_path):
    assert fetch(tmp_path / "a").read_bytes() == fetch(tmp_path / "b").read_bytes()


def test_a_ticker_without_options_or_level_is_refused(tmp_path):
    class Optionless(FakeTicker):
        options = ()

    class Levelless(FakeTicker):
        level = None

    with pytest.raises(MissingData, match="lists none"):
        fetch(tmp_path, Optionless)
    with pytest.raises(MissingData, match="level of SPY"):
        fetch(tmp_path, Levelless)
    assert list(tmp_path.iterdir()) == []
