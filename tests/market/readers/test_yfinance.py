from datetime import UTC, datetime

import pytest

from rmot.errors import DataError
from rmot.market import Stale, read_chain
from rmot.market.readers.yfinance import ODD_SIZE


def without_snapshot(rows):
    return [{name: cell for name, cell in row.items() if name != "snapshot"} for row in rows]


def test_without_a_snapshot_the_latest_trade_stands_for_it(make, save):
    rows = without_snapshot(make("yfinance"))
    rows[7]["lastTradeDate"] = "2026-07-10 15:10:02+00:00"
    chain = read_chain(save(rows))
    assert chain.snapshot == datetime(2026, 7, 10, 15, 10, 2, tzinfo=UTC)
    assert chain.surface().valuation == chain.snapshot


def test_a_snapshot_in_the_file_is_used(make, save):
    assert read_chain(save(make("yfinance"))).snapshot == datetime(2026, 7, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"snapshot": "2026-07-10T13:00:00+00:00"}, "after the last trade"),
        ({"snapshot": "2026-07-10T20:00:00"}, "time zone"),
        ({"lastTradeDate": "2026-07-10 14:22:33"}, "time zone"),
        ({"lastTradeDate": "yesterday"}, "stamp"),
        ({"optionType": "straddle"}, "'call' or 'put'"),
        ({"expirationDate": "14/08/2026"}, "expected a date"),
        ({"contractSymbol": "SPXW"}, "option symbol"),
        ({"contractSymbol": "SPXW260814C00099000"}, "contradicts"),
    ],
)
def test_bad_cells_are_one_line(make, save, change, message):
    rows = make("yfinance")
    for row in rows:
        row |= change
    with pytest.raises(DataError, match=message) as caught:
        read_chain(save(rows))
    assert "\n" not in str(caught.value)


def test_two_snapshots_in_one_file_are_refused(make, save):
    rows = make("yfinance")
    rows[-1]["underlyingPrice"] = 101.0
    with pytest.raises(DataError, match="one level of one underlying"):
        read_chain(save(rows))
    rows[-1] |= {"underlyingPrice": 100.0, "snapshot": "2026-07-10T20:01:00+00:00"}
    with pytest.raises(DataError, match="one snapshot; got 2"):
        read_chain(save(rows))


def test_contracts_of_unusual_size_are_dropped_with_a_reason(make, save):
    rows = make("yfinance")
    rows[2]["contractSize"] = "MINI"
    assert read_chain(save(rows)).surface().report.reasons()[ODD_SIZE] == 1


def test_stale_quotes_are_dropped_on_request(make, save):
    rows = make("yfinance")
    out_of_the_money = [
        row for row in rows if row["optionType"] == "call" and float(row["strike"]) > 105
    ]
    for row in out_of_the_money[:2]:
        row["lastTradeDate"] = "2026-07-01 14:00:00+00:00"
    out_of_the_money[2]["lastTradeDate"] = ""
    chain = read_chain(save(rows))
    stale = Stale(since=datetime(2026, 7, 9, tzinfo=UTC))
    assert chain.surface(filters=[stale]).report.reasons()[stale.reason] == 3
    assert stale.reason not in chain.surface().report.reasons()


def test_quotes_without_volume_and_open_interest_are_stale(make, save, quotes):
    call = next(quote for quote in quotes if quote.is_call and quote.strike > 105)
    put = next(quote for quote in quotes if not quote.is_call and quote.strike < 95)
    call.volume, call.open_interest = None, 0
    put.volume, put.open_interest = 0, 5
    report = read_chain(save(make("yfinance"))).surface(filters=[Stale()]).report
    assert report.reasons()[Stale().reason] == 1


def test_percent_signs_in_prices_are_refused(make, save):
    rows = make("yfinance")
    rows[1]["ask"] = "25%"
    with pytest.raises(DataError, match="'25%'"):
        read_chain(save(rows))
