"""Oracle: the same quadratic programme by CVXPY with Clarabel."""

import time

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import InfeasibleQuotes
from rmot.market import project, read_chain, static_arbitrage
from rmot.market.projection import nearest_arbitrage_free, project_smile
from rmot.market.synthetic import index_smile, synthetic_index_chain
from rmot.numerics import implied_volatility_otm
from rmot.numerics.least_norm import TOLERANCE


def noisy_quotes(seed, n, noise):
    """Return m, mid and half-spread around the synthetic index's calls, which are feasible."""
    generator = np.random.default_rng(seed)
    m = np.sort(generator.choice(np.arange(500, 1500), n, replace=False)) / 1000
    call = index_smile("SPX").call_price(np.log(m), 0.3)
    half = (1e-5 + 0.01 * np.minimum(call, call - 1 + m)) * generator.uniform(0.3, 1.5, n)
    return m, call + noise * half * generator.uniform(-1, 1, n), half


def clarabel(m, mid, half):
    x = cp.Variable(m.size)
    price = mid + cp.multiply(half, x)
    whole, node = cp.hstack([np.ones(1), price]), np.append(0.0, m)
    slope = cp.multiply(cp.diff(whole), 1 / np.diff(node))
    limits = [cp.diff(slope) >= 0, slope[0] >= -1, slope[-1] <= 0, price[-1] >= 0, cp.abs(x) <= 1]
    cp.Problem(cp.Minimize(cp.sum_squares(x)), limits).solve(solver=cp.CLARABEL)
    return np.asarray(x.value, dtype=float)


@pytest.mark.parametrize("n", [2, 3, 10, 60])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_is_the_optimum_of_the_quadratic_programme(n, seed):
    m, mid, half = noisy_quotes(seed, n, noise=0.99)
    ours, theirs = nearest_arbitrage_free(m, mid, half), clarabel(m, mid, half)
    # The cost is strongly convex: a gap g in it is sqrt(2 g) in x; Clarabel's is 1e-8.
    assert np.linalg.norm(ours - theirs) < (2 * TOLERANCE) ** 0.5 + 2e-8**0.5
    assert np.sum(ours**2) == pytest.approx(np.sum(theirs**2), abs=1e-6)


@given(st.integers(0, 10**6), st.integers(1, 80), st.floats(0.0, 0.99))
def test_prices_are_free_of_arbitrage_within_bid_and_ask(seed, n, noise):
    m, mid, half = noisy_quotes(seed, n, noise)
    move = nearest_arbitrage_free(m, mid, half)
    price = mid + half * move
    slope = np.diff(price, prepend=1.0) / np.diff(m, prepend=0.0)
    assert np.max(np.abs(move)) <= 1 + TOLERANCE
    # A price moved by the tolerance of its half-spread moves slopes by as much over a run.
    rounding = (TOLERANCE * half.max() + 1e-15) / np.diff(m, prepend=0.0).min()
    assert np.all(np.diff(slope) >= -4 * rounding)
    assert slope[0] >= -1 - rounding
    assert slope[-1] <= rounding
    assert np.all(price >= np.maximum(1 - m, 0) - 1e-12)


def test_mids_without_arbitrage_stay():
    m, mid, half = noisy_quotes(1, 40, noise=0.0)
    assert np.max(np.abs(nearest_arbitrage_free(m, mid, half))) < (2 * TOLERANCE) ** 0.5


def test_a_single_quote_stays_within_its_bounds():
    # The mid is below the intrinsic value by half a half-spread.
    move = nearest_arbitrage_free(np.array([0.8]), np.array([0.1995]), np.array([0.001]))
    assert move == pytest.approx([0.5], abs=(2 * TOLERANCE) ** 0.5)


def test_locked_quotes_stay_and_the_others_move():
    m, mid, half = noisy_quotes(5, 40, noise=0.9)
    exact = index_smile("SPX").call_price(np.log(m), 0.3)
    locked = np.arange(40) % 3 == 0
    locked[10:14] = True
    mid, half = np.where(locked, exact, mid), np.where(locked, 0.0, half)
    move = nearest_arbitrage_free(m, mid, half)
    slope = np.diff(mid + half * move, prepend=1.0) / np.diff(m, prepend=0.0)
    assert np.diff(slope).min() > -1e-10
    assert np.max(np.abs(move)) > 0.05


def test_three_hundred_strikes_take_less_than_fifty_milliseconds():
    m, mid, half = noisy_quotes(3, 300, noise=0.9)
    seconds = []
    for _ in range(5):
        start = time.process_time()
        nearest_arbitrage_free(m, mid, half)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.05


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    path = tmp_path_factory.mktemp("chain") / "spx.csv"
    synthetic_index_chain(path, 1)
    return read_chain(path).surface()


def test_a_projected_surface_keeps_its_quotes_and_says_how_far_mids_moved(surface):
    assert static_arbitrage(surface).n_mid_breaks > 0
    found = project(surface)
    assert static_arbitrage(found.surface).n_mid_breaks == 0
    assert found.surface.report is surface.report
    for old, new, move in zip(surface, found.surface, found.moves, strict=True):
        assert np.array_equal(old.bid_price, new.bid_price)
        assert np.array_equal(old.ask_volatility, new.ask_volatility)
        half = 0.5 * (old.ask_price - old.bid_price)
        step = np.abs(new.call_price - old.call_price) / half
        assert move.largest == step.max() <= 1
        assert move.n_moved == np.count_nonzero(step > 1e-3)
        otm = new.call_price - np.maximum(-np.expm1(new.log_moneyness), 0)
        volatility = implied_volatility_otm(otm, new.log_moneyness, new.maturity)
        assert np.array_equal(new.implied_volatility, volatility)
        assert np.all(old.bid_volatility <= new.implied_volatility)
        assert np.all(new.implied_volatility <= old.ask_volatility)
    assert f"of {sum(map(len, surface))} mid prices moved" in str(found)


def test_projecting_twice_moves_nothing_more(surface):
    once = project(surface)
    assert max(move.largest for move in once.moves) > 0.01
    twice = project(once.surface)
    assert max(move.largest for move in twice.moves) < 2 * (2 * TOLERANCE) ** 0.5


def test_arbitrage_at_bid_and_ask_is_refused_with_the_quotes_named(make_smile):
    smile = make_smile([0.9, 1.0, 1.1], [0.128, 0.1, 0.023], [0.132, 0.104, 0.027])
    with pytest.raises(InfeasibleQuotes, match=r"butterfly.*100; .*90; .*110") as caught:
        project_smile(smile)
    assert len(str(caught.value).splitlines()) == 1
