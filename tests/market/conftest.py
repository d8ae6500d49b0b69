"""Small chains of known truth, and the real files where they are present."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from rmot.market import ParityFit, Smile, read_chain
from rmot.market.clock import NEW_YORK
from rmot.market.registry import locate
from rmot.market.synthetic import SyntheticSlice, index_smile, write_cboe_table

SLICES = (
    SyntheticSlice(date(2022, 3, 4), "PM", 4490.0, 0.9995, np.arange(3500.0, 5001.0, 50.0)),
    SyntheticSlice(date(2022, 3, 18), "AM", 4487.0, 0.9991, np.arange(3500.0, 5001.0, 50.0)),
    SyntheticSlice(date(2022, 3, 18), "PM", 4486.5, 0.9990, np.arange(3500.0, 5001.0, 50.0)),
)
SNAPSHOT = datetime(2022, 2, 5, 20, 9, tzinfo=NEW_YORK)


@pytest.fixture
def write_chain(tmp_path):
    """Write a small SPX chain, gzipped or plain by its name, and return its path."""

    def write(name="chain.csv", **changes):
        arguments = {
            "underlying": "SPX",
            "spot": 4500.0,
            "slices": SLICES,
            "call_price": index_smile("SPX").call_price,
            "seed": 1,
            "spread_noise": 0.0,
            "snapshot": SNAPSHOT,
        }
        path = tmp_path / name
        write_cboe_table(path, **{**arguments, **changes})
        return path

    return write


@pytest.fixture
def edited_chain(write_chain):
    """Write the small chain as plain text, edited by a function of its lines."""

    def write(edit):
        path: Path = write_chain()
        lines = path.read_text().splitlines()
        path.write_text("\n".join(edit(lines) or lines) + "\n")
        return path

    return write


@pytest.fixture(scope="session")
def make_smile():
    """Make a smile of undiscounted calls, forward = 1; its volatilities are not filled in."""

    def make(moneyness, bid, ask, *, maturity=0.25, forward=100.0, discount=0.98):
        moneyness, bid, ask = (np.asarray(column, dtype=float) for column in (moneyness, bid, ask))
        none = np.full(moneyness.size, np.nan)
        return Smile(
            expiry=date(2022, 2, 4) + timedelta(days=round(365 * maturity)),
            settlement="PM",
            maturity=maturity,
            forward=forward,
            discount_factor=discount,
            strike=moneyness * forward,
            log_moneyness=np.log(moneyness),
            bid_price=bid,
            ask_price=ask,
            call_price=0.5 * (bid + ask),
            bid_volatility=none,
            ask_volatility=none,
            implied_volatility=none,
            parity=ParityFit.__new__(ParityFit),
        )

    return make


@pytest.fixture(params=["spx", "ndx"])
def real_chain(request):
    """Read a real chain of the close of 2022-02-04."""
    path = locate(f"chains/cboe_20220204/{request.param}_quotedata")
    if path is None:
        pytest.skip("the real chains are absent: no data root, or not in it")
    return read_chain(path)
