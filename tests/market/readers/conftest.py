"""One small chain of known truth, written in each format: flat volatility, exact mid prices."""

import csv
import gzip
import io
import json
import math
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from scipy.stats import norm

from rmot.market.clock import NEW_YORK, settlement_instant, year_fraction

CLOSE = datetime(2026, 7, 10, 16, tzinfo=NEW_YORK)
EXPIRIES = (date(2026, 8, 14), date(2026, 9, 25))
STRIKES = tuple(range(85, 116, 2))
SPOT, RATE, VOLATILITY, HALF_SPREAD = 100.0, 0.03, 0.25, 0.01


@dataclass
class Quote:
    expiry: date
    strike: float
    is_call: bool
    bid: float
    ask: float
    volume: float | None = 3
    open_interest: float | None = 40

    @property
    def symbol(self):
        letter = "C" if self.is_call else "P"
        return f"SPXW{self.expiry:%y%m%d}{letter}{round(1000 * self.strike):08d}"


def forward(expiry):
    return SPOT * math.exp(RATE * maturity(expiry))


def maturity(expiry):
    return year_fraction(CLOSE, settlement_instant(expiry, "PM"))


def black(strike, is_call, level, years, volatility=VOLATILITY):
    """Undiscounted, from the normal law itself."""
    deviation = volatility * math.sqrt(years)
    up = math.log(level / strike) / deviation + deviation / 2
    sign = 1 if is_call else -1
    return float(sign * (level * norm.cdf(sign * up) - strike * norm.cdf(sign * (up - deviation))))


def quotes_of_all():
    table = []
    for expiry in EXPIRIES:
        years = maturity(expiry)
        for strike in STRIKES:
            for is_call in (True, False):
                price = math.exp(-RATE * years) * black(strike, is_call, forward(expiry), years)
                table.append(
                    Quote(expiry, strike, is_call, price - HALF_SPREAD, price + HALF_SPREAD)
                )
    return table


@pytest.fixture
def quotes():
    return quotes_of_all()


def options_desk(quotes):
    return {
        "symbol": "^SPX",
        "updated": "2026-07-12T06:26:58.861412-04:00",
        "underlyingPrice": SPOT,
        "expirations": sorted({quote.expiry.isoformat() for quote in quotes}),
        "quotes": [
            {
                "symbol": quote.symbol,
                "expiration": quote.expiry.isoformat(),
                "side": "call" if quote.is_call else "put",
                "strike": quote.strike,
                "bid": quote.bid,
                "ask": quote.ask,
                "last": None,
                "volume": quote.volume,
                "openInterest": quote.open_interest,
                "iv": 99.0,
            }
            for quote in quotes
        ],
    }


def cboe_json(quotes, underlying="SPX"):
    return {
        "sym": underlying,
        "spot": SPOT,
        "asof": "2026-07-10T16:14:59",
        "fetched": "2026-07-13T11:18:20.665Z",
        "o": [
            {
                "e": int(settlement_instant(quote.expiry, "PM").timestamp()),
                "t": "C" if quote.is_call else "P",
                "k": quote.strike,
                "b": quote.bid,
                "a": quote.ask,
                "l": 0,
                "iv": 99.0,
                "oi": quote.open_interest,
                "v": quote.volume,
            }
            for quote in quotes
        ],
    }


def yfinance(quotes):
    return [
        {
            "contractSymbol": quote.symbol,
            "lastTradeDate": "2026-07-10 14:22:33+00:00",
            "strike": quote.strike,
            "lastPrice": 1.0,
            "bid": repr(quote.bid),
            "ask": repr(quote.ask),
            "volume": "" if quote.volume is None else quote.volume,
            "openInterest": quote.open_interest,
            "impliedVolatility": 99.0,
            "contractSize": "REGULAR",
            "currency": "USD",
            "optionType": "call" if quote.is_call else "put",
            "expirationDate": quote.expiry.isoformat(),
            "days_to_expire": -1,
            "underlyingPrice": SPOT,
            "snapshot": "2026-07-10T20:00:00+00:00",
        }
        for quote in quotes
    ]


def volatility_table():
    rows = []
    for expiry in EXPIRIES:
        years = (expiry - CLOSE.date()).days / 365.25
        for strike in STRIKES:
            sides = VOLATILITY - 0.01, VOLATILITY + 0.01
            calls = [black(strike, True, forward(expiry), years, side) for side in sides]
            rows.append(
                {
                    "": len(rows),
                    "Expiry": f"{expiry:%Y%m%d}",
                    "Texp": repr(years),
                    "Strike": float(strike),
                    "Bid": sides[0],
                    "Ask": sides[1],
                    "Fwd": repr(forward(expiry)),
                    "CallMid": repr(sum(calls) / 2),
                }
            )
    return rows


MAKERS = {"options_desk": options_desk, "cboe_json": cboe_json, "yfinance": yfinance}


def text_of(content):
    """JSON of an object, CSV of rows."""
    if isinstance(content, dict):
        return json.dumps(content)
    handle = io.StringIO()
    writer = csv.DictWriter(handle, fieldnames=list(content[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(content)
    return handle.getvalue()


@pytest.fixture
def save(tmp_path):
    """Write content (an object, rows, or a text), gzipped where the name says so."""

    def write(content, name="chain.txt"):
        text = content if isinstance(content, str) else text_of(content)
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.fixture(params=list(MAKERS))
def price_format(request):
    return request.param


@pytest.fixture
def make(quotes):
    """Make the chain's content in a price format."""
    return lambda form: MAKERS[form](quotes)


@pytest.fixture
def truth():
    """What the chain was made of."""
    return {
        "close": CLOSE,
        "expiries": EXPIRIES,
        "strikes": STRIKES,
        "volatility": VOLATILITY,
        "forward": forward,
        "maturity": maturity,
    }


@pytest.fixture
def make_cboe_json():
    return cboe_json


@pytest.fixture
def make_volatility_table():
    return volatility_table
