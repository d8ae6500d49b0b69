import math
from datetime import UTC, datetime

import numpy as np
import pytest

from rmot.errors import DataError, ParameterError
from rmot.market import MaximumAbsLogMoneyness, read_chain
from rmot.market.clock import NEW_YORK
from rmot.market.readers.volatility_table import TOO_HIGH
from rmot.numerics import black_call


@pytest.fixture
def table(make_volatility_table):
    return make_volatility_table()


def scaled(rows, factor, *names):
    return [row | {name: float(row[name]) * factor for name in names} for row in rows]


def test_volatilities_forwards_and_maturities_pass_unchanged(table, save):
    surface = read_chain(save(table), underlying="SPX").surface()
    rows = iter(table)
    for smile in surface:
        assert smile.parity is None
        assert math.isnan(smile.discount_factor)
        for strike, bid, ask in zip(
            smile.strike, smile.bid_volatility, smile.ask_volatility, strict=True
        ):
            row = next(rows)
            assert (strike, bid, ask) == (row["Strike"], row["Bid"], row["Ask"])
            assert smile.forward == float(row["Fwd"])
            assert smile.maturity == float(row["Texp"])


def test_prices_are_blacks_and_the_mid_volatility_is_that_of_the_mid_price(table, save):
    for smile in read_chain(save(table)).surface():
        for price, volatility in (
            (smile.bid_price, smile.bid_volatility),
            (smile.ask_price, smile.ask_volatility),
            (smile.call_price, smile.implied_volatility),
        ):
            expected = black_call(smile.log_moneyness, volatility, smile.maturity)
            # Both add an out-of-the-money price and 1 - e^k, of magnitude below one.
            np.testing.assert_allclose(price, expected, rtol=0, atol=2 * np.finfo(float).eps)
        np.testing.assert_allclose(
            smile.call_price, 0.5 * (smile.bid_price + smile.ask_price), rtol=1e-14
        )


def test_the_day_of_the_table_is_that_from_which_its_maturities_count(table, save):
    chain = read_chain(save(table))
    assert chain.snapshot == datetime(2026, 7, 10, 16, tzinfo=NEW_YORK)
    assert chain.exercise == "european"
    assert math.isnan(chain.spot)


def test_the_underlying_is_the_callers_or_unknown(table, save):
    assert read_chain(save(table)).underlying == "unknown"
    assert read_chain(save(table), underlying="VIX").surface().underlying == "VIX"


def test_a_strike_without_a_bid_is_dropped_as_one_sided(table, save):
    table[0] |= {"Bid": "", "CallMid": ""}
    table[1] |= {"Bid": "nan", "CallMid": "NA"}
    report = read_chain(save(table)).surface().report
    assert report.reasons() == {"one-sided: no bid or no ask": 2}


def test_an_absurd_volatility_is_dropped_with_a_reason(table, save):
    rows = [{name: cell for name, cell in row.items() if name != "CallMid"} for row in table]
    rows[3]["Ask"] = 9.99
    assert read_chain(save(rows)).surface().report.reasons() == {TOO_HIGH: 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: scaled(rows, 100, "Bid", "Ask"), "as in percent"),
        (lambda rows: scaled(rows, 365.25, "Texp"), "days over 365.25"),
        (lambda rows: scaled(rows, 365.25 / 365, "Texp"), "days over 365.25"),
        (lambda rows: scaled(rows, 1.1, "Bid", "Ask"), "'CallMid'"),
        (lambda rows: scaled(rows, 100, "Fwd", "CallMid"), "'CallMid'|units"),
        (lambda rows: [rows[0] | {"Fwd": 101.0}, *rows[1:]], "one 'Fwd' to an expiry"),
        (lambda rows: [rows[0] | {"Expiry": "2026-08-14"}, *rows[1:]], "expected a date"),
        (lambda rows: [rows[0] | {"Bid": "low"}, *rows[1:]], "'low'"),
    ],
)
def test_other_units_and_bad_cells_are_one_line(table, save, change, message):
    with pytest.raises(DataError, match=message) as caught:
        read_chain(save(change(table)))
    assert "\n" not in str(caught.value)


def test_filters_and_choices_of_maturities_work_as_for_prices(table, save, truth):
    chain = read_chain(save(table))
    near = chain.surface(maturities=["2026-08-14"], filters=[MaximumAbsLogMoneyness(0.05)])
    (smile,) = near
    assert np.all(np.abs(smile.log_moneyness) <= 0.05)
    assert near.report.reasons()["expiry not asked for"] == len(truth["strikes"])
    assert near.report.read == len(table)


def test_a_valuation_of_ones_own_is_refused(table, save):
    with pytest.raises(ParameterError, match="the table's own"):
        read_chain(save(table)).surface(valuation=datetime(2026, 7, 9, tzinfo=UTC))


@pytest.mark.parametrize("years", [101.0, 1e30])
def test_maturities_are_those_of_options(table, save, years):
    with pytest.raises(DataError, match="'Texp' in years, at most 100; got"):
        read_chain(save([row | {"Texp": years} for row in table]))


def test_bids_near_the_least_number_are_no_overflow(table, save):
    chain = read_chain(save([row | {"Bid": -1e308, "CallMid": "nan"} for row in table]))
    assert len(chain.quotes) == len(table)
