"""Oracles: the truth of synthetic chains, and Black's formula by `scipy.stats.norm`."""

from datetime import date, datetime

import numpy as np
import pytest
from scipy.stats import norm

from rmot.errors import DataError, ParameterError
from rmot.market import MaximumAbsLogMoneyness, MinimumPrice, read_chain
from rmot.market.clock import NEW_YORK
from rmot.market.synthetic import index_slices, index_smile

FIRST_QUOTE = 4  # lines of title, stamp and columns come before
CALL_BID, CALL_ASK, STRIKE = 4, 5, 11


def black_otm(log_moneyness, maturity, volatility):
    deviation = volatility * np.sqrt(maturity)
    d1 = -log_moneyness / deviation + 0.5 * deviation
    side = np.where(log_moneyness >= 0, 1.0, -1.0)
    d2 = d1 - deviation
    return side * (norm.cdf(side * d1) - np.exp(log_moneyness) * norm.cdf(side * d2))


def recovered_within(path, slices, smile, tick):
    """Check each slice against the truth, by bounds that follow from half a tick on each mid.

    Both mids are off by at most tick/2, so each parity difference is off by at most tick; a
    weighted line through such points is off by at most tick at its centre and by
    tick * sum(w |x|) / sum(w x^2) in its slope.
    """
    surface = read_chain(path).surface()
    assert len(surface) == len(slices)
    for found, true in zip(surface, slices, strict=True):
        fit = found.parity
        assert fit is not None
        weight = fit.weight * np.maximum(fit.width, fit.width[fit.width > 0].min()) ** -2.0
        centre = np.average(fit.strike, weights=weight)
        x = fit.strike - centre
        slope_bound = tick * np.sum(weight * np.abs(x)) / np.sum(weight * x**2)
        forward_bound = (tick + abs(true.forward - centre) * slope_bound) / found.discount_factor
        assert abs(found.discount_factor - true.discount_factor) <= slope_bound
        assert abs(found.forward - true.forward) <= forward_bound

        k = np.log(found.strike / true.forward)
        unit = true.discount_factor * true.forward
        truth = black_otm(k, found.maturity, smile.implied_volatility(k, found.maturity))
        seen = black_otm(found.log_moneyness, found.maturity, found.implied_volatility)
        seen *= found.discount_factor * found.forward
        assert np.max(np.abs(seen - unit * truth)) <= 0.5 * tick + 1e-9
        yield found, forward_bound, slope_bound


@pytest.mark.parametrize("underlying", ["SPX", "NDX"])
def test_synthetic_truth_is_recovered_within_half_a_tick(write_chain, underlying):
    tick, smile, slices = 0.05, index_smile(underlying), index_slices(underlying)
    path = write_chain(
        underlying=underlying,
        slices=slices,
        call_price=smile.call_price,
        tick_size=tick,
        snapshot=datetime(2022, 2, 4, 16, tzinfo=NEW_YORK),
    )
    for found, *_ in recovered_within(path, slices, smile, tick):
        assert len(found) > 30


def test_volatilities_are_recovered_to_rounding_as_the_tick_vanishes(write_chain):
    smile, slices = index_smile("SPX"), index_slices("SPX")
    errors = []
    for tick in (1e-3, 1e-5):
        path = write_chain(
            slices=slices,
            call_price=smile.call_price,
            tick_size=tick,
            half_spread=lambda price: 1e-4 * price,
            snapshot=datetime(2022, 2, 4, 16, tzinfo=NEW_YORK),
        )
        error = 0.0
        for found, *_ in recovered_within(path, slices, smile, tick):
            near = np.abs(found.log_moneyness) < 0.05
            k = found.log_moneyness[near]
            true = smile.implied_volatility(k, found.maturity)
            error = max(error, np.max(np.abs(found.implied_volatility[near] - true)))
        errors.append(error)
    # Proportional to the tick; at 1e-5 of a point the vega of a week is 1e2 points and more.
    assert errors[1] < 1e-5
    assert errors[1] < 0.05 * errors[0]


def test_arrays_agree_with_each_other(write_chain):
    for smile in read_chain(write_chain()).surface():
        assert np.all(np.diff(smile.strike) > 0)
        assert np.array_equal(smile.log_moneyness, np.log(smile.strike / smile.forward))
        assert np.all(smile.bid_volatility < smile.implied_volatility)
        assert np.all(smile.implied_volatility < smile.ask_volatility)
        for price, volatility in (
            (smile.bid_price, smile.bid_volatility),
            (smile.call_price, smile.implied_volatility),
            (smile.ask_price, smile.ask_volatility),
        ):
            call = black_otm(smile.log_moneyness, smile.maturity, volatility)
            call += np.maximum(-np.expm1(smile.log_moneyness), 0)
            # The prices are of order one; scipy's norm.cdf is good to a few eps.
            assert np.max(np.abs(call - price)) < 1e-14
        with pytest.raises(ValueError, match="read-only"):
            smile.strike[0] = 1.0


def test_slices_come_by_maturity_with_the_morning_before_the_afternoon(write_chain):
    surface = read_chain(write_chain()).surface()
    assert [smile.label for smile in surface] == ["2022-03-04 PM", "2022-03-18 AM", "2022-03-18 PM"]
    assert np.all(np.diff([smile.maturity for smile in surface]) > 0)
    assert surface.valuation == datetime(2022, 2, 4, 16, tzinfo=NEW_YORK)


def test_clean_quotes_are_all_kept_or_in_the_money(write_chain):
    report = read_chain(write_chain()).surface().report
    assert report.read == 3 * 31 * 2
    assert report.kept == 3 * 31
    assert set(report.reasons()) == {"in the money (the other side carries the strike)"}


def edit(place, column, value):
    def apply(lines):
        cells = lines[FIRST_QUOTE + place].split(",")
        cells[column] = value
        lines[FIRST_QUOTE + place] = ",".join(cells)

    return apply


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (CALL_ASK, "0.01", "crossed: ask below bid"),
        (CALL_BID, "0", "one-sided: no bid or no ask"),
        (CALL_ASK, "0", "one-sided: no bid or no ask"),
        (CALL_BID, "nan", "strike, bid or ask not a finite number"),
        (CALL_BID, "", "strike, bid or ask not a finite number"),
        (CALL_BID, "-1", "negative price or strike not positive"),
        (CALL_ASK, "1e6", "price outside the arbitrage interval"),
    ],
)
def test_a_faulty_quote_is_dropped_with_count_and_reason(edited_chain, column, value, reason):
    last_strike_of_the_first_slice = 30  # an out-of-the-money call
    path = edited_chain(edit(last_strike_of_the_first_slice, column, value))
    report = read_chain(path).surface().report
    assert report.reasons()[reason] == 1
    assert report.kept + report.dropped == report.read == 3 * 31 * 2
    assert report.kept == 3 * 31 - 1


def test_a_faulty_quote_leaves_all_other_smiles_as_they_were(edited_chain, write_chain):
    faulty = read_chain(edited_chain(edit(3, CALL_BID, "nan"))).surface()
    clean = read_chain(write_chain()).surface()
    for mine, theirs in zip(faulty.slices[1:], clean.slices[1:], strict=True):
        assert np.array_equal(mine.implied_volatility, theirs.implied_volatility)


def test_duplicate_rows_count_once(edited_chain, write_chain):
    report = read_chain(edited_chain(lambda lines: [*lines, lines[10], lines[12]])).surface().report
    clean = read_chain(write_chain()).surface().report
    assert report.reasons()["duplicate"] == 4
    assert (report.kept, report.read) == (clean.kept, clean.read + 4)


def test_duplicates_with_other_prices_leave_none(edited_chain):
    def repeat_with_another_bid(lines):
        cells = lines[10].split(",")
        cells[CALL_BID] = "0.05"
        return [*lines, ",".join(cells)]

    reasons = read_chain(edited_chain(repeat_with_another_bid)).surface().report.reasons()
    assert reasons["same option quoted twice with different prices"] == 2
    assert reasons["duplicate"] == 1  # the put of the same row agrees


def test_a_chain_without_bids_is_one_clear_line(edited_chain):
    def without_bids(lines):
        for place in range(FIRST_QUOTE, len(lines)):
            cells = lines[place].split(",")
            cells[CALL_BID] = cells[CALL_BID + STRIKE] = "0"
            lines[place] = ",".join(cells)

    with pytest.raises(DataError, match=r"^chain\.csv: the chain has no bids") as caught:
        read_chain(edited_chain(without_bids)).surface()
    assert len(str(caught.value).splitlines()) == 1


def test_a_slice_without_a_forward_is_dropped_with_its_reason(edited_chain):
    def keep_three_strikes_of_the_first_slice(lines):
        return lines[: FIRST_QUOTE + 3] + lines[FIRST_QUOTE + 31 :]

    surface = read_chain(edited_chain(keep_three_strikes_of_the_first_slice)).surface()
    assert len(surface) == 2
    reason = "no forward: expected at least 4 strikes with a two-sided call and put; got 3"
    assert surface.report.reasons()[reason] == 6


def test_expiries_in_the_past_are_dropped_and_refused_when_asked_for(write_chain):
    chain = read_chain(write_chain())
    later = datetime(2022, 3, 18, 12, tzinfo=NEW_YORK)
    surface = chain.surface(valuation=later)
    assert [smile.label for smile in surface] == ["2022-03-18 PM"]
    assert surface.report.reasons()["expiry in the past"] == 2 * 62
    with pytest.raises(DataError, match="expiry in the past: 2022-03-04") as caught:
        chain.surface(maturities=["2022-03-04"], valuation=later)
    assert len(str(caught.value).splitlines()) == 1


def test_a_chain_wholly_in_the_past_is_one_clear_line(write_chain):
    with pytest.raises(DataError, match="no quote is left; expiry in the past") as caught:
        read_chain(write_chain()).surface(valuation=datetime(2023, 1, 3, 12, tzinfo=NEW_YORK))
    assert len(str(caught.value).splitlines()) == 1


def test_only_the_expiries_asked_for_are_built(write_chain):
    chain = read_chain(write_chain())
    surface = chain.surface(maturities=[date(2022, 3, 18)])
    assert {smile.expiry for smile in surface} == {date(2022, 3, 18)}
    assert surface.report.reasons()["expiry not asked for"] == 62
    with pytest.raises(DataError, match="expire on 2022-03-05"):
        chain.surface(maturities=["2022-03-05"])


@pytest.mark.parametrize("maturity", [0.08, "18 March", None])
def test_what_is_no_expiry_is_refused(write_chain, maturity):
    with pytest.raises(ParameterError, match="YYYY-MM-DD"):
        read_chain(write_chain()).surface(maturities=[maturity])


def test_a_valuation_without_a_zone_is_refused(write_chain):
    with pytest.raises(ParameterError, match="time zone"):
        read_chain(write_chain()).surface(valuation=datetime(2022, 2, 4, 16))


def test_added_filters_count_and_do_not_move_the_forward(write_chain):
    chain = read_chain(write_chain())
    all_quotes = chain.surface()
    some = chain.surface(filters=(MaximumAbsLogMoneyness(0.08), MinimumPrice(1.0)))
    assert some.report.kept == sum(map(len, some)) < all_quotes.report.kept
    assert some.report.read == all_quotes.report.read
    assert some.report.reasons()["|log-moneyness| above 0.08"] > 0
    for mine, theirs in zip(some, all_quotes, strict=True):
        assert mine.forward == theirs.forward
        assert np.max(np.abs(mine.log_moneyness)) <= 0.08


def test_select_gives_the_smiles_named_and_refuses_others(write_chain):
    surface = read_chain(write_chain()).surface()
    assert [each.label for each in surface.select(["2022-03-18"])] == [
        "2022-03-18 AM",
        "2022-03-18 PM",
    ]
    assert [each.label for each in surface.select(settlement="AM")] == ["2022-03-18 AM"]
    assert surface.select(["2022-03-18"], "PM").report is surface.report
    with pytest.raises(DataError, match="a smile for 2022-03-04 settled AM"):
        surface.select(["2022-03-04"], "AM")


@pytest.mark.parametrize("count", [1, 4, 10**6])
def test_thinned_smiles_keep_whole_quotes_and_both_ends(write_chain, count):
    surface = read_chain(write_chain()).surface()
    for thinned, smile in zip(surface.thin(count), surface, strict=True):
        assert len(thinned) == min(count, len(smile))
        rows = np.searchsorted(smile.strike, thinned.strike)
        for name in ("strike", "log_moneyness", "bid_volatility", "ask_price"):
            assert np.array_equal(getattr(thinned, name), getattr(smile, name)[rows])
        assert thinned.strike[0] == smile.strike[0]
        assert count == 1 or thinned.strike[-1] == smile.strike[-1]
    with pytest.raises(ParameterError, match="at least one"):
        surface.thin(0)
