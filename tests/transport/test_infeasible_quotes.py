"""Conflicting quotes are named by a smallest set, with the portfolio that gains from them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes
from rmot.numerics import black_call
from rmot.payoffs import basket_call, call, digital, put
from rmot.transport import (
    ArbitragePortfolio,
    ChiSquared,
    Prior,
    Quotes,
    Unrestricted,
    basket_bounds,
    price_bounds,
)

MANY = np.linspace(0.5, 1.6, 120)


def _good(strikes, width=1e-4, deviation=0.25):
    fair = black_call(np.log(strikes), deviation, 1.0)
    return [call(k) for k in strikes], fair - width, fair + width


def _caught(payoffs, bid, ask):
    quotes = Quotes(payoffs, bid, ask)
    with pytest.raises(InfeasibleQuotes) as caught:
        price_bounds(call(1.1), None, quotes=quotes, divergence=Unrestricted())
    error = caught.value
    names = [quotes.name(j) for j in range(len(quotes))]
    return error, [names.index(name) for name in error.conflict]


def _feasible(payoffs, bid, ask, chosen):
    """Decide by a program of its own: masses at the kinks, and a mean at infinity."""
    kinks = sorted({0.0, *(float(k) for payoff in payoffs for k in payoff.kinks)})
    at = np.array([*kinks, *(k - 1e-9 for k in kinks if k > 0)])
    values = [np.append(payoffs[j].value(at), payoffs[j].tail[0]) for j in chosen]
    hard = [np.append(np.ones(at.size), 0.0), np.append(at, 1.0)]
    found = linprog(
        np.zeros(at.size + 1),
        A_ub=np.vstack([*values, *(-v for v in values)]) if values else None,
        b_ub=np.concatenate([ask[chosen], -bid[chosen]]) if values else None,
        A_eq=np.array(hard),
        b_eq=[1.0, 1.0],
        method="highs",
    )
    return found.status == 0


def _assert_gains(error, payoffs, bid, ask, conflict):
    portfolio = error.arbitrage
    assert isinstance(portfolio, ArbitragePortfolio)
    held = np.array([float(x) for x in portfolio.positions.values()])
    longs, shorts = np.maximum(held, 0), np.maximum(-held, 0)
    unit = float(portfolio.forwards[0])
    cost = float(portfolio.cash) + unit + longs @ ask[conflict] - shorts @ bid[conflict]
    assert cost == pytest.approx(float(portfolio.cost), abs=1e-12)
    assert portfolio.cost < 0 <= portfolio.least_payoff
    prices = np.concatenate([np.linspace(0, 4, 2001), [1e3]])
    paid = float(portfolio.cash) + unit * prices
    paid += held @ np.array([payoffs[j].value(prices) for j in conflict])
    assert np.all(paid >= -1e-12 * np.maximum(prices, 1))


def _assert_irreducible(payoffs, bid, ask, conflict):
    assert not _feasible(payoffs, bid, ask, conflict)
    for j in conflict:
        assert _feasible(payoffs, bid, ask, [i for i in conflict if i != j])


def test_a_call_dearer_than_one_of_a_lower_strike_makes_a_pair():
    payoffs, bid, ask = _good(MANY)
    bid[100] = ask[100] = ask[95] + 1e-3
    error, conflict = _caught(payoffs, bid, ask)
    assert len(conflict) == 2
    assert 100 in conflict
    _assert_irreducible(payoffs, bid, ask, conflict)
    _assert_gains(error, payoffs, bid, ask, conflict)


def test_a_dear_middle_makes_a_butterfly():
    payoffs, bid, ask = _good(MANY)
    # Above the chord of its neighbours, below all calls of lower strikes.
    bid[60] = ask[60] = 0.5 * (ask[59] + ask[61]) + 5e-5
    error, conflict = _caught(payoffs, bid, ask)
    assert len(conflict) == 3
    assert 60 in conflict
    _assert_irreducible(payoffs, bid, ask, conflict)
    _assert_gains(error, payoffs, bid, ask, conflict)
    assert max(error.arbitrage.positions.values()) < 1
    assert min(error.arbitrage.positions.values()) == -1


def test_put_against_call_breaks_parity():
    payoffs, bid, ask = _good(MANY)
    payoffs.append(put(MANY[40]))
    fair = 0.5 * (bid[40] + ask[40]) - 1 + MANY[40]
    bid, ask = np.append(bid, fair - 4e-4), np.append(ask, fair - 3e-4)
    error, conflict = _caught(payoffs, bid, ask)
    assert sorted(conflict) == [40, 120]
    _assert_gains(error, payoffs, bid, ask, conflict)


@pytest.mark.parametrize(("price", "strike"), [(0.05, 0.9), (1.02, 0.4), (-0.01, 1.5)])
def test_a_call_against_the_forward_stands_alone(price, strike):
    payoffs, bid, ask = _good(MANY)
    payoffs.append(call(strike))
    bid, ask = np.append(bid, price), np.append(ask, price)
    error, conflict = _caught(payoffs, bid, ask)
    assert conflict == [120]
    assert list(error.arbitrage.positions.values()) in ([1], [-1])
    _assert_gains(error, payoffs, bid, ask, conflict)


def test_a_digital_outside_its_call_spreads_is_named_with_them():
    payoffs, bid, ask = _good(MANY)
    payoffs.append(digital(1.0))
    spread = (ask[50] - bid[56]) / (MANY[56] - MANY[50])
    bid, ask = np.append(bid, spread + 0.2), np.append(ask, spread + 0.21)
    error, conflict = _caught(payoffs, bid, ask)
    assert 120 in conflict
    assert len(conflict) <= 3
    _assert_irreducible(payoffs, bid, ask, conflict)
    _assert_gains(error, payoffs, bid, ask, conflict)


def test_several_conflicts_give_the_smallest():
    payoffs, bid, ask = _good(MANY)
    bid[30] = ask[30] = 0.5 * (ask[29] + ask[31]) + 5e-5
    bid[70] = ask[70] = 0.5 * (ask[69] + ask[71]) + 5e-5
    payoffs.append(call(1.45))
    bid, ask = np.append(bid, 1.0), np.append(ask, 1.1)
    _, conflict = _caught(payoffs, bid, ask)
    assert conflict == [120] or bid[conflict[0]] > 1 - MANY[conflict[0]]
    assert len(conflict) == 2 or conflict == [120]
    _assert_irreducible(payoffs, bid, ask, conflict)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    n_moved=st.integers(1, 3),
    size=st.sampled_from([3e-4, 1e-3, 1e-2]),
    width=st.sampled_from([0.0, 1e-4, 1e-3]),
)
def test_no_smaller_set_of_planted_conflicts_exists(seed, n_moved, size, width):
    rng = np.random.default_rng(seed)
    strikes = np.sort(rng.choice(MANY, 8, replace=False))
    payoffs, bid, ask = _good(strikes, width)
    moved = rng.choice(8, n_moved, replace=False)
    shift = size * rng.choice([-1, 1], n_moved)
    bid[moved] += shift
    ask[moved] += shift
    if _feasible(payoffs, bid, ask, list(range(8))):
        return
    error, conflict = _caught(payoffs, bid, ask)
    _assert_irreducible(payoffs, bid, ask, conflict)
    _assert_gains(error, payoffs, bid, ask, conflict)
    for count in range(1, len(conflict)):
        for fewer in combinations(range(8), count):
            assert _feasible(payoffs, bid, ask, list(fewer))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_conflicts_among_many_quotes_are_irreducible(seed):
    rng = np.random.default_rng(seed)
    payoffs, bid, ask = _good(MANY, 5e-4)
    moved = rng.choice(120, 3, replace=False)
    shift = rng.choice([-1, 1], 3) * rng.uniform(1e-3, 1e-2, 3)
    bid[moved] += shift
    ask[moved] += shift
    if _feasible(payoffs, bid, ask, list(range(120))):
        return
    error, conflict = _caught(payoffs, bid, ask)
    assert len(conflict) <= 3
    _assert_irreducible(payoffs, bid, ask, conflict)
    _assert_gains(error, payoffs, bid, ask, conflict)


def test_one_sided_quotes_conflict_on_their_side():
    payoffs = [call(1.0), call(1.2)]
    bid, ask = np.array([-np.inf, 0.06]), np.array([0.05, np.inf])
    error, conflict = _caught(payoffs, bid, ask)
    assert sorted(conflict) == [0, 1]
    assert error.arbitrage.positions[error.conflict[0]] == 1
    assert error.arbitrage.cost == pytest.approx(-0.01)


def test_baskets_and_balls_name_the_same_quotes():
    strikes = np.array([0.9, 1.0, 1.1])
    bad = Quotes([call(k) for k in strikes], [0.16, 0.13, 0.08], [0.16, 0.13, 0.08])
    good = Quotes([call(1.0)], [0.1], [0.1])
    nodes = np.linspace(0, 3, 301)
    prior = Prior(nodes, np.full(301, 1 / 301))
    attempts = (
        lambda: basket_bounds(basket_call([1, 1], 2.0), [good, bad]),
        lambda: price_bounds(call(1.2), prior, quotes=bad, divergence=ChiSquared(), radius=100.0),
    )
    for attempt in attempts:
        with pytest.raises(
            InfeasibleQuotes, match=r"smallest conflicting set.*Arbitrage"
        ) as caught:
            attempt()
        assert caught.value.conflict == tuple(bad.name(j) for j in range(3))
        held = list(caught.value.arbitrage.positions.values())
        assert [float(x) for x in held] == pytest.approx([0.5, -1, 0.5], abs=1e-11)


def test_a_forward_out_of_reach_is_no_fault_of_the_quotes():
    nodes = np.linspace(0, 0.5, 11)
    prior = Prior(nodes, np.full(11, 1 / 11))
    quotes = Quotes([call(0.1)], [0.2], [0.3])
    with pytest.raises(InfeasibleQuotes, match="given forwards") as caught:
        price_bounds(call(0.2).value(nodes), prior, quotes=quotes, divergence=Unrestricted())
    assert caught.value.conflict == ()
    assert caught.value.arbitrage is None
