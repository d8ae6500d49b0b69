import math
from datetime import date

import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_chain, read_last_prices
from rmot.market.readers.last_prices import DUPLICATE, NO_LAST_PRICE, NOT_A_TRADING_DAY

HEADER = (
    "date,ticker,underlying,expiry,strike,callPrice,callIv,callDelta,callVolume,callOi,"
    "putPrice,putIv,putDelta,putVolume,putOi"
)
ROW = "2026-05-26,SPY,750.59,2026-06-26,701.00,49.46,19.35,0.78,5,3,2.96,0.0,-0.14,44,43"


def table(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def test_read_chain_says_what_the_file_is_and_what_to_call(save):
    with pytest.raises(DataError, match=r"chain\.txt.*last prices.*read_last_prices"):
        read_chain(save(table(ROW)))


@pytest.mark.parametrize("name", ["last.csv", "last.csv.gz"])
def test_a_row_is_a_put_and_a_call_with_fractions_for_percent(save, name):
    found = read_last_prices(save(table(ROW), name))
    put, call = found.table.to_dict("records")
    common = {
        "date": date(2026, 5, 26),
        "underlying": "SPY",
        "spot": 750.59,
        "expiry": date(2026, 6, 26),
        "strike": 701.0,
    }
    assert call == common | {
        "is_call": True,
        "last": 49.46,
        "iv": pytest.approx(0.1935, rel=1e-15),
        "volume": 5,
        "open_interest": 3,
    }
    assert math.isnan(put.pop("iv"))
    assert put == common | {"is_call": False, "last": 2.96, "volume": 44, "open_interest": 43}
    assert found.dropped == {}
    assert found.source.kind == "unregistered"


def test_holidays_repeats_and_absent_prices_are_dropped_with_counts(save):
    rows = [
        ROW,
        ROW,
        ROW.replace("2026-05-26", "2026-05-25"),
        ROW.replace("701.00", "702.00").replace("49.46", "0.0"),
    ]
    found = read_last_prices(save(table(*rows)))
    assert found.dropped == {NOT_A_TRADING_DAY: 2, NO_LAST_PRICE: 1, DUPLICATE: 2}
    assert len(found.table) == 3


def test_an_absent_level_is_nan(save):
    found = read_last_prices(save(table(ROW.replace("750.59", ""))))
    assert np.isnan(found.table["spot"].to_numpy()).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table(), "no"),
        (table(ROW.rpartition(",")[0]), "cut off"),
        (table(ROW).replace("putOi", "puts"), "missing: putOi"),
        (table(ROW.replace("49.46", "x")), "'x'"),
        (table(ROW.replace("2026-06-26", "soon")), "'soon'"),
        (table(ROW.replace("19.35", "0.1935")), "in percent"),
    ],
)
def test_bad_tables_are_one_line(save, text, message):
    with pytest.raises(DataError, match=message) as caught:
        read_last_prices(save(text))
    assert "\n" not in str(caught.value)
