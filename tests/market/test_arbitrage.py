"""Oracles: linear programming over all call price functions, and the portfolios' own payoffs."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from rmot.market import (
    DataSource,
    FilterReport,
    OptionSurface,
    read_chain,
    static_arbitrage,
)

GRID = np.linspace(0.0, 5.0, 4001)


def two_slices(make_smile, seed, spread, noise):
    """Quote a martingale on few points at two dates; prices are off by `noise` half-spreads."""
    generator = np.random.default_rng(seed)
    x, weight = generator.uniform(0.3, 2.0, 6), generator.dirichlet(np.ones(6))
    x /= weight @ x
    jump = generator.uniform(0.05, 0.5)
    later = np.concatenate([x * (1 + jump), x * (1 - jump)])
    smiles = []
    for law, chance, maturity in ((x, weight, 0.1), (later, np.tile(weight, 2) / 2, 0.3)):
        m = np.sort(generator.choice(np.arange(40, 190), generator.integers(2, 7), False)) / 100
        call = np.maximum(law - m[:, None], 0) @ chance
        below, above = spread * generator.uniform(0.2, 1.0, (2, m.size))
        call = call + noise * spread * generator.uniform(-1, 1, m.size)
        forward = 100.0 * (1 - 0.01 * maturity)
        smiles.append(make_smile(m, call - below, call + above, maturity=maturity, forward=forward))
    return smiles


def least_widening(smiles):
    """Return by how much bids and asks must give so that calls of a martingale fit, by an LP."""
    grid = np.unique(np.concatenate([[0.0], *(np.exp(smile.log_moneyness) for smile in smiles)]))
    n, size = len(smiles), grid.size
    rows, limits = [], []

    def need(terms, limit, widening=0.0):  # sum(value * c[slice, place]) - widening * e <= limit
        row = np.zeros(n * size + 1)
        for part, place, value in terms:
            row[part * size + place] += value
        row[-1] = -widening
        rows.append(row)
        limits.append(limit)

    for t, smile in enumerate(smiles):
        need([(t, 0, 1.0)], 1.0)
        need([(t, 0, -1.0)], -1.0)
        need([(t, 0, 1.0), (t, 1, -1.0)], grid[1])
        need([(t, size - 1, 1.0), (t, size - 2, -1.0)], 0.0)
        need([(t, size - 1, -1.0)], 0.0)
        for i in range(1, size - 1):
            share = (grid[i] - grid[i - 1]) / (grid[i + 1] - grid[i - 1])
            need([(t, i, 1.0), (t, i - 1, share - 1), (t, i + 1, -share)], 0.0)
        for m, bid, ask in zip(
            np.exp(smile.log_moneyness), smile.bid_price, smile.ask_price, strict=True
        ):
            place = int(np.searchsorted(grid, m))
            need([(t, place, -1.0)], -bid, 1.0)
            need([(t, place, 1.0)], ask, 1.0)
        if t:
            for i in range(size):
                need([(t - 1, i, 1.0), (t, i, -1.0)], 0.0)
    cost = np.append(np.zeros(n * size), 1.0)
    free = [(None, None)] * (n * size) + [(0, None)]
    return linprog(cost, np.array(rows), np.array(limits), bounds=free).fun


def proceeds_and_least_payoff(violation, smiles):
    """Trade the legs: what comes in at once, and the least value of what is held, in currency.

    Calls; the later leg is worth at least its intrinsic value at the earlier date.
    """
    by_label = {smile.label: smile for smile in smiles}
    first = by_label[violation.legs[0].label]
    income, payoff = 0.0, np.zeros_like(GRID)
    forward_legs = []
    for leg in violation.legs:
        smile = by_label[leg.label]
        unit = smile.discount_factor * smile.forward
        if leg.side == "forward":
            forward_legs.append((leg, unit))
            continue
        place = int(np.argmin(np.abs(smile.strike - leg.strike)))
        sign = 1.0 if leg.side == "buy at ask" else -1.0
        price = smile.ask_price[place] if sign > 0 else smile.bid_price[place]
        income -= sign * leg.amount * unit * price
        payoff += (
            sign * leg.amount * unit * np.maximum(GRID - np.exp(smile.log_moneyness[place]), 0)
        )
    for leg, unit in forward_legs:
        income -= leg.amount * unit
        payoff += leg.amount * unit * GRID
    if violation.kind == "vertical" and len(violation.legs) == 2:
        sold, bought = (leg.strike / first.forward for leg in violation.legs)
        if bought > sold:  # a put spread: puts are calls less the forward, exactly
            unit = first.discount_factor * first.forward
            payoff += unit * (bought - sold)
            income -= unit * (bought - sold)
    return income, float(payoff.min())


cases = st.integers(0, 10**6)


@given(cases, st.floats(1e-4, 0.05))
def test_quotes_of_a_martingale_are_never_flagged(make_smile, case, spread):
    report = static_arbitrage(two_slices(make_smile, case, spread, noise=0.0))
    assert report.violations == ()


@given(cases, st.floats(0.005, 0.05), st.floats(0.5, 6.0))
def test_flagged_exactly_when_linear_programming_finds_no_martingale(
    make_smile, case, spread, noise
):
    smiles = two_slices(make_smile, case, spread, noise)
    report, least = static_arbitrage(smiles), least_widening(smiles)
    # HiGHS meets its constraints to 1e-7.
    if least > 1e-6:
        assert report.violations
    elif least < 1e-9:
        assert all(each.profit < 1e-4 for each in report.violations)


@given(cases, st.floats(0.005, 0.05), st.floats(2.0, 8.0))
def test_each_portfolio_earns_its_profit_and_never_loses(make_smile, case, spread, noise):
    smiles = two_slices(make_smile, case, spread, noise)
    for violation in static_arbitrage(smiles).violations:
        if violation.kind == "bound":
            continue
        income, least = proceeds_and_least_payoff(violation, smiles)
        assert violation.profit > 0
        assert income == pytest.approx(violation.profit, abs=1e-10)
        assert least >= -1e-10
        assert violation.profit_in_spreads > 0


M = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
FAIR = np.array([0.215, 0.13, 0.06, 0.025, 0.01])


def planted(make_smile, place, bid=None, ask=None):
    bids, asks = FAIR - 0.002, FAIR + 0.002
    if bid is not None:
        bids[place], asks[place] = bid, bid + 0.004
    if ask is not None:
        bids[place], asks[place] = ask - 0.004, ask
    return make_smile(M, bids, asks)


def strikes(violation):
    return [round(leg.strike, 9) for leg in violation.legs]


def test_a_planted_butterfly_names_its_three_strikes(make_smile):
    report = static_arbitrage([planted(make_smile, 2, bid=0.1)])
    (found,) = [each for each in report.violations if each.kind == "butterfly"]
    assert strikes(found) == [100.0, 90.0, 110.0]
    assert [leg.side for leg in found.legs] == ["sell at bid", "buy at ask", "buy at ask"]
    assert [leg.amount for leg in found.legs] == pytest.approx([1.0, 0.5, 0.5])
    excess = 0.1 - 0.5 * (0.132 + 0.027)
    assert found.profit == pytest.approx(98.0 * excess)
    assert found.profit_in_spreads == pytest.approx(excess / (2 * 0.004))


def test_a_butterfly_over_strikes_that_are_not_adjacent_is_seen(make_smile):
    m = np.array([0.8, 0.95, 1.0, 1.05, 1.2])
    bid = np.array([0.240, 0.110, 0.138, 0.060, 0.030])
    ask = np.array([0.241, 0.180, 0.139, 0.160, 0.031])
    share = (m[1:-1] - m[:-2]) / (m[2:] - m[:-2])
    assert np.all(bid[1:-1] < (1 - share) * ask[:-2] + share * ask[2:])
    (found,) = static_arbitrage([make_smile(m, bid, ask)]).violations
    assert strikes(found) == [100.0, 80.0, 120.0]


def test_a_planted_call_spread_names_its_two_strikes(make_smile):
    report = static_arbitrage([planted(make_smile, 4, bid=0.03)])
    (found,) = [each for each in report.violations if each.kind == "vertical"]
    assert strikes(found) == [120.0, 110.0]
    assert found.profit == pytest.approx(98.0 * (0.03 - 0.027))


def test_a_planted_put_spread_names_its_two_strikes(make_smile):
    report = static_arbitrage([planted(make_smile, 0, bid=0.235)])
    verticals = [each for each in report.violations if each.kind == "vertical"]
    assert [strikes(each) for each in verticals] == [[80.0, 90.0]]
    assert verticals[0].profit == pytest.approx(98.0 * (0.235 + 0.8 - 0.132 - 0.9))


def test_prices_outside_their_bounds_name_the_quote(make_smile):
    cheap = static_arbitrage([planted(make_smile, 0, ask=0.19)])
    (found,) = [each for each in cheap.violations if each.kind == "bound"]
    assert strikes(found) == [80.0, 0.0]
    assert found.profit == pytest.approx(98.0 * 0.01)


def planted_calendar(make_smile):
    near = make_smile(M, FAIR - 0.002, FAIR + 0.002, maturity=0.1, forward=100.0)
    far = make_smile(
        M,
        np.where(M == 1.0, FAIR - 0.009, FAIR),
        np.where(M == 1.0, FAIR - 0.005, FAIR + 0.004),
        maturity=0.5,
        forward=110.0,
        discount=0.9,
    )
    return near, far


def test_expiries_of_a_volatility_index_are_not_held_against_each_other(make_smile):
    counts = {}
    for underlying in ("VIX", "SPX"):
        near, far = planted_calendar(make_smile)
        source = DataSource("planted", "0" * 64, "synthetic")
        valuation = datetime(2026, 8, 7, 16, tzinfo=UTC)
        surface = OptionSurface(underlying, valuation, (near, far), FilterReport(()), source)
        counts[underlying] = static_arbitrage(surface).counts()["calendar"]
    assert counts == {"VIX": 0, "SPX": 1}


def test_a_planted_calendar_names_both_expiries(make_smile):
    near, far = planted_calendar(make_smile)
    report = static_arbitrage([far, near])
    (found,) = [each for each in report.violations if each.kind == "calendar"]
    assert [leg.label for leg in found.legs] == [near.label, far.label]
    assert strikes(found) == [100.0, 110.0]
    assert found.profit == pytest.approx(98.0 * 0.003)
    assert found.legs[1].amount == pytest.approx(98.0 / 99.0)


def test_mids_that_break_convexity_are_counted_over_adjacent_strikes(make_smile):
    generator = np.random.default_rng(3)
    m = np.sort(generator.uniform(0.7, 1.3, 60))
    mid = np.maximum(1 - m, 0) + 0.1 * np.exp(-(((m - 1) / 0.2) ** 2))
    mid += 0.004 * generator.uniform(-1, 1, m.size)
    report = static_arbitrage([make_smile(m, mid - 0.03, mid + 0.03)])
    chord = [np.interp(m[i], m[[i - 1, i + 1]], mid[[i - 1, i + 1]]) for i in range(1, 59)]
    assert report.n_triples == 58
    assert report.n_mid_breaks == np.count_nonzero(mid[1:-1] > chord) > 0
    assert report.mid_break_share == pytest.approx(report.n_mid_breaks / 58)


def test_the_table_and_the_text_tell_what_was_found(make_smile):
    report = static_arbitrage([planted(make_smile, 2, bid=0.1)])
    table = report.table()
    assert list(table["kind"]) == [each.kind for each in report.violations]
    assert "sell at bid 1 of" in table["legs"].iloc[-1]
    assert "1 butterfly" in str(report)
    assert report.counts()["calendar"] == 0


def test_a_clean_synthetic_chain_has_no_arbitrage(write_chain):
    report = static_arbitrage(read_chain(write_chain()).surface())
    assert report.violations == ()
    assert (report.n_slices, report.n_quotes, report.n_triples) == (3, 93, 87)
