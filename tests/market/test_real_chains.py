"""What must hold on the real SPX and NDX chains of the close of 2022-02-04."""

from datetime import date, datetime

import numpy as np

from rmot.market import pooled_surfaces, project, static_arbitrage
from rmot.market.clock import NEW_YORK

ROWS = {"SPX": 10_257, "NDX": 9_193}  # rows of the files, two quotes each


def test_every_quote_is_accounted_for(real_chain):
    report = real_chain.surface().report
    assert report.read == len(real_chain.quotes) == 2 * ROWS[real_chain.underlying]
    assert report.kept + sum(report.reasons().values()) == report.read
    assert report.kept == sum(map(len, real_chain.surface()))
    one_sided = ((real_chain.quotes["bid"] == 0) | (real_chain.quotes["ask"] == 0)).sum()
    assert report.reasons()["one-sided: no bid or no ask"] == one_sided


def test_a_file_stamped_on_saturday_is_valued_at_fridays_close(real_chain):
    assert real_chain.snapshot.date() == date(2022, 2, 5)
    assert real_chain.surface().valuation == datetime(2022, 2, 4, 16, tzinfo=NEW_YORK)


def test_it_is_known_as_real(real_chain):
    assert real_chain.source.kind == "real"
    assert real_chain.source.id.startswith("chains/cboe_20220204/")


def test_the_expiries_of_the_studies_are_there(real_chain):
    labels = {smile.label for smile in real_chain.surface(maturities=["2022-03-04", "2022-03-18"])}
    expected = {"SPX": {"2022-03-18 PM"}, "NDX": set()}[real_chain.underlying]
    assert labels == {"2022-03-04 PM", "2022-03-18 AM"} | expected


def test_forwards_lie_where_bid_and_ask_of_every_strike_allow(real_chain):
    for smile in real_chain.surface():
        lower, upper = smile.require_parity().forward_interval
        assert lower <= smile.forward <= upper, smile.label
        assert smile.parity.n_violations == 0, smile.label


def test_forwards_of_morning_and_afternoon_agree_within_their_intervals(real_chain):
    surface = real_chain.surface()
    for morning in surface:
        for evening in surface:
            if morning.expiry == evening.expiry and morning.settlement < evening.settlement:
                low = max(morning.parity.forward_interval[0], evening.parity.forward_interval[0])
                high = min(morning.parity.forward_interval[1], evening.parity.forward_interval[1])
                assert low <= high, morning.label


def test_volatilities_are_ordered_and_sane(real_chain):
    for smile in real_chain.surface():
        assert np.all(smile.bid_volatility > 0), smile.label
        assert np.all(smile.bid_volatility <= smile.implied_volatility), smile.label
        assert np.all(smile.implied_volatility <= smile.ask_volatility), smile.label
        at_the_money = smile.implied_volatility[np.argmin(np.abs(smile.log_moneyness))]
        assert 0.1 < at_the_money < 0.4, smile.label


def test_the_pooled_curve_lies_where_bid_and_ask_of_every_slice_allow(real_chain):
    (surface,), curve = pooled_surfaces([real_chain])
    lower, pooled, upper = curve.slices[["lower", "pooled", "upper"]].to_numpy().T
    assert np.all((lower <= pooled) & (pooled <= upper))
    for smile in surface:
        lower, upper = smile.require_parity().forward_interval
        assert lower <= smile.forward <= upper, smile.label


def test_bid_and_ask_hold_no_arbitrage_and_projected_mids_none_within_a_slice(real_chain):
    surface = real_chain.surface()
    assert static_arbitrage(surface).violations == ()
    projected = project(surface)
    assert static_arbitrage(projected.surface).n_mid_breaks == 0
    assert max(move.largest for move in projected.moves) <= 1
