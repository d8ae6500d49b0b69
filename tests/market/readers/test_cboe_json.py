from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from rmot.errors import DataError
from rmot.market import read_chain
from rmot.market.clock import NEW_YORK
from rmot.market.readers.cboe_json import UNKNOWN_SETTLEMENT
from rmot.market.registry import locate

STANDARD = date(2026, 8, 21)


@pytest.fixture
def third_friday(quotes):
    """The chain with two series on the third Friday, the second dearer by some amount."""

    def make(*excesses):
        series = [quote for quote in quotes if quote.expiry == quotes[0].expiry]
        others = [quote for quote in quotes if quote.expiry != quotes[0].expiry]
        moved = [
            [
                replace(each, expiry=STANDARD, bid=each.bid + more, ask=each.ask + more)
                for each in series
            ]
            for more in excesses
        ]
        return moved[0] + others + [quote for run in moved[1:] for quote in run]

    return make


def roots(chain, day=STANDARD):
    return chain.quotes.loc[chain.quotes["expiry"] == day, "root"].tolist()


def test_the_stamp_is_new_yorks_clock(make, save):
    chain = read_chain(save(make("cboe_json")))
    assert chain.snapshot == datetime(2026, 7, 10, 16, 14, 59, tzinfo=NEW_YORK)
    assert set(chain.quotes["root"]) == {"SPXW"}


def test_a_stamp_after_the_fetch_is_refused(make, save):
    content = make("cboe_json") | {"fetched": "2026-07-10T20:00:00Z"}
    with pytest.raises(DataError, match="before they were fetched"):
        read_chain(save(content))


def test_two_runs_on_a_third_friday_are_morning_and_afternoon(third_friday, make_cboe_json, save):
    # The common excess shifts both calls and puts, so the parity of each series stays.
    chain = read_chain(save(make_cboe_json(third_friday(0.0, 0.02))))
    half = len(roots(chain)) // 2
    assert roots(chain) == ["SPX"] * half + ["SPXW"] * half
    labels = [smile.label for smile in chain.surface()]
    assert labels == ["2026-08-21 AM", "2026-08-21 PM", "2026-09-25 PM"]


@pytest.mark.parametrize("excesses", [(0.02, 0.0), (0.0,), (0.0, 0.01, 0.02)])
def test_unclear_settlements_are_dropped_with_a_reason(
    third_friday, make_cboe_json, save, excesses
):
    chain = read_chain(save(make_cboe_json(third_friday(*excesses))))
    surface = chain.surface()
    assert [smile.label for smile in surface] == ["2026-09-25 PM"]
    assert surface.report.reasons()[UNKNOWN_SETTLEMENT] == len(roots(chain))


@pytest.mark.parametrize("index", ["SPX", "NDX"])
def test_on_real_files_the_afternoon_has_more_variance_left_than_the_morning(index):
    path = locate(f"chains/cboe_eod_2026/2026-08-07/{index}")
    if path is None:
        pytest.skip("the real chains are absent: no data root, or not in it")
    morning, afternoon = read_chain(path).surface(maturities=[STANDARD])
    assert (morning.settlement, afternoon.settlement) == ("AM", "PM")
    variances = []
    for smile in (morning, afternoon):
        at_the_money = smile.implied_volatility[np.argmin(np.abs(smile.log_moneyness))]
        variances.append(at_the_money**2 * smile.maturity)
    assert variances[0] < variances[1]
    assert morning.parity is not None
    assert afternoon.parity is not None
    low, high = zip(morning.parity.forward_interval, afternoon.parity.forward_interval, strict=True)
    assert max(low) <= min(high)


def test_shuffled_rows_of_a_third_friday_are_unclear(third_friday, make_cboe_json, save):
    content = make_cboe_json(third_friday(0.0, 0.02))
    content["o"].sort(key=lambda row: row["k"])
    reasons = read_chain(save(content)).surface().report.reasons()
    assert reasons[UNKNOWN_SETTLEMENT] == sum(row["e"] == 1787342400 for row in content["o"])


def test_a_holiday_moves_the_shared_expiry_to_thursday(quotes, make_cboe_json, save):
    # Good Friday of 2022 was 15 April, a third Friday.
    moved = [replace(each, expiry=date(2022, 4, 14)) for each in quotes[: len(quotes) // 2]]
    content = make_cboe_json(moved) | {"asof": "2022-03-11T16:00:00"}
    assert UNKNOWN_SETTLEMENT in set(read_chain(save(content)).quotes["fault"])


def test_third_fridays_of_shares_are_plain(third_friday, make_cboe_json, save):
    chain = read_chain(save(make_cboe_json(third_friday(0.0), underlying="AMD")))
    assert (chain.exercise, set(chain.quotes["settlement"])) == ("american", {"PM"})
    assert set(chain.quotes["fault"]) == {""}


def test_options_on_vix_settle_in_the_morning(quotes, make_cboe_json, save):
    moved = [replace(each, expiry=date(2026, 8, 19)) for each in quotes[: len(quotes) // 2]]
    chain = read_chain(save(make_cboe_json(moved, underlying="VIX")))
    assert (chain.exercise, set(chain.quotes["settlement"])) == ("european", {"AM"})


@pytest.mark.parametrize("seconds", [-5, 1784577600000, float("nan"), None])
def test_expiries_that_are_no_seconds_are_refused(make, save, seconds):
    content = make("cboe_json")
    content["o"][3]["e"] = seconds
    with pytest.raises(DataError, match="quote 4: expected seconds"):
        read_chain(save(content))


def test_a_side_that_is_neither_is_refused(make, save):
    content = make("cboe_json")
    content["o"][3]["t"] = "X"
    with pytest.raises(DataError, match="quote 4: expected 'C' or 'P'"):
        read_chain(save(content))
