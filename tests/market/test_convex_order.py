"""Oracles: the same programme by CVXPY with Clarabel; a martingale between the laws by HiGHS."""

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.market.convex_order import marginals_in_convex_order
from rmot.market.projection import project_smile
from rmot.numerics import black_call, implied_volatility

FIRST, SECOND = 0.1, 0.15


@pytest.fixture
def flat_smile(make_smile):
    """A smile around a volatility, mids moved by shares of half-spreads; all is feasible at 0."""

    def make(maturity, n, moves=0.0, volatility=0.2, seed=0):
        generator = np.random.default_rng(seed)
        m = np.sort(generator.choice(np.arange(700, 1300), n, replace=False)) / 1000
        fair = black_call(np.log(m), volatility, maturity)
        half = 1e-5 + 0.01 * np.minimum(fair, fair - 1 + m)
        mid = fair + half * moves * generator.uniform(-1, 1, n)
        return with_volatilities(make_smile(m, mid - half, mid + half, maturity=maturity))

    return make


def with_volatilities(smile):
    price = np.maximum(smile.call_price, np.maximum(-np.expm1(smile.log_moneyness), 0.0) + 1e-12)
    volatility = implied_volatility(price, smile.log_moneyness, smile.maturity)
    return replace(smile, implied_volatility=volatility)


def calls(law, strikes):
    return np.maximum(law.points - np.asarray(strikes)[:, None], 0.0) @ law.weights


def number(expression):
    return float(np.asarray(expression.value, dtype=float))


def check(found, given):
    """Mean one, within bid and ask, in convex order, and as the smiles say."""
    knots = np.union1d(found.first.points, found.second.points)
    # prices are exact to the solver's 1e-9 of a half-spread, which is below 0.01
    rounding = 1e-11
    assert np.all(calls(found.first, knots) <= calls(found.second, knots) + rounding)
    for law, smile, moved in zip((found.first, found.second), given, found.smiles, strict=True):
        assert law.mean() == pytest.approx(1.0, abs=1e-13)
        price = calls(law, np.exp(smile.log_moneyness))
        assert np.all(price >= smile.bid_price - rounding)
        assert np.all(price <= smile.ask_price + rounding)
        assert moved.call_price == pytest.approx(price, abs=2 * rounding)
        assert np.array_equal(moved.bid_price, smile.bid_price)


@pytest.mark.parametrize("seed", range(4))
def test_laws_are_the_nearest_in_convex_order(flat_smile, seed):
    given = flat_smile(FIRST, 25, 0.9, seed=seed), flat_smile(SECOND, 30, 0.9, seed=seed + 9)
    found = marginals_in_convex_order(*given)
    check(found, given)
    half = [0.5 * (smile.ask_price - smile.bid_price) for smile in given]
    ours = sum(
        np.sum(((moved.call_price - smile.call_price) / h) ** 2)
        for moved, smile, h in zip(found.smiles, given, half, strict=True)
    )
    m = [np.exp(smile.log_moneyness) for smile in given]
    strikes = np.concatenate(m)
    ends = (
        strikes.min() * np.array([0.25, 0.5, 0.75]),
        strikes.max() * np.array([1.1, 1.25, 1.5, 2]),
    )
    knots = np.unique(np.concatenate([strikes, *ends]))
    prices, limits, cost, pull = [], [], cp.Constant(0), cp.Constant(0)
    for smile, strikes, h in zip(given, m, half, strict=True):
        # of order one, in half-spreads of a quote or of the next one
        k, own = np.log(knots), smile.log_moneyness
        scale = np.interp(k, own, h)
        drawn = black_call(k, np.interp(k, own, smile.implied_volatility), smile.maturity)
        variable = cp.Variable(knots.size)
        price = drawn + cp.multiply(scale, variable)
        slope = cp.multiply(cp.diff(price), 1 / np.diff(knots))
        move = (price[np.searchsorted(knots, strikes)] - smile.call_price) / h
        limits += [price[0] == 1 - knots[0], price[-1] == 0, slope[0] >= -1, slope[-1] <= 0]
        limits += [cp.diff(slope) >= 0, cp.abs(move) <= 1]
        cost = cost + cp.sum_squares(move)
        pull = pull + cp.sum_squares(variable[1:-1][~np.isin(knots[1:-1], strikes)])
        prices.append(price)
    limits.append((prices[1] - prices[0]) / 1e-4 >= 0)
    cp.Problem(cp.Minimize(cost), limits).solve(solver=cp.CLARABEL)
    theirs, pulled = number(cost), number(pull)
    # ours is the least of the cost and 1e-4 of the pull together; Clarabel's gap is below 1e-6
    assert theirs - 1e-6 <= ours <= theirs + 1e-4 * pulled + 1e-6
    both = cp.Problem(cp.Minimize(cost + 1e-4 * pull), limits)
    both.solve(solver=cp.CLARABEL)
    assert ours == pytest.approx(number(cost), abs=1e-4)


def test_a_martingale_joins_the_laws(flat_smile):
    given = flat_smile(FIRST, 8, 0.9), flat_smile(SECOND, 10, 0.9, seed=1)
    found = marginals_in_convex_order(*given)
    x, y = found.first.points, found.second.points
    rows = [
        sparse.kron(sparse.eye(x.size), np.ones((1, y.size))),
        sparse.kron(np.ones((1, x.size)), sparse.eye(y.size)),
        sparse.kron(sparse.eye(x.size), y[None, :]),
    ]
    right = np.concatenate([found.first.weights, found.second.weights, x * found.first.weights])
    # the least total deviation of a law from the martingale's equations: that of rounding
    wide = sparse.hstack([sparse.vstack(rows), sparse.eye(right.size), -sparse.eye(right.size)])
    cost = np.append(np.zeros(x.size * y.size), np.ones(2 * right.size))
    assert linprog(cost, A_eq=wide, b_eq=right).fun < 1e-9


def test_mids_out_of_order_are_repaired_and_counted(flat_smile):
    # the later volatility is so low that total variance falls by a tenth of a half-spread
    later = 0.2 * np.sqrt(FIRST / SECOND) * 0.999
    given = flat_smile(FIRST, 20), flat_smile(SECOND, 20, volatility=later)
    found = marginals_in_convex_order(*given)
    check(found, given)
    assert found.at_mids.counts()["calendar"] > 5
    assert all(move.n_moved > 5 and 0 < move.largest <= 1 for move in found.moves)
    assert "calendar" in str(found)
    assert "half-spreads" in str(found)


def test_mids_in_order_stay(flat_smile):
    given = flat_smile(FIRST, 20), flat_smile(SECOND, 25, seed=3)
    found = marginals_in_convex_order(*given)
    check(found, given)
    assert sum(found.at_mids.counts().values()) == 0
    # prices between quotes are those of linear volatilities, here the one of all quotes
    assert max(move.largest for move in found.moves) < 1e-4


def test_order_that_does_not_bind_leaves_what_each_smile_alone_gives(flat_smile):
    given = flat_smile(0.1, 20, 0.9), flat_smile(0.4, 25, 0.9, seed=3)
    found = marginals_in_convex_order(*given)
    for smile, moved in zip(given, found.smiles, strict=True):
        half = 0.5 * (smile.ask_price - smile.bid_price)
        alone = project_smile(smile).call_price
        assert np.max(np.abs(moved.call_price - alone) / half) < 1e-2


def test_quotes_that_no_martingale_meets_are_refused_by_name(flat_smile):
    given = flat_smile(FIRST, 20), flat_smile(SECOND, 20, volatility=0.15)
    with pytest.raises(InfeasibleQuotes, match="2022-03-12 PM and 2022-03-31 PM") as refused:
        marginals_in_convex_order(*given)
    assert "calendar: sell at bid 1 of 2022-03-12 PM" in str(refused.value)


def test_locked_quotes_stay(flat_smile):
    earlier, later = flat_smile(FIRST, 12), flat_smile(SECOND, 12, 0.9, seed=2)
    locked = replace(earlier, bid_price=earlier.call_price, ask_price=earlier.call_price)
    found = marginals_in_convex_order(locked, later)
    check(found, (locked, later))


def test_more_nodes_may_be_named(flat_smile):
    given = flat_smile(FIRST, 20), flat_smile(SECOND, 20, 0.9, seed=5)
    nodes = np.array([0.9987654321, 1.0123456789])
    found = marginals_in_convex_order(*given, nodes=nodes)
    check(found, given)
    assert np.all(np.isin(nodes, found.first.points))


@pytest.mark.parametrize("nodes", [[-1.0], [np.nan], [[1.0]]])
def test_nodes_that_are_no_prices_are_refused(flat_smile, nodes):
    with pytest.raises(ParameterError, match="nodes"):
        marginals_in_convex_order(flat_smile(FIRST, 9), flat_smile(SECOND, 9), nodes=nodes)


def test_dates_in_the_wrong_order_are_refused(flat_smile):
    with pytest.raises(ParameterError, match="earlier expiry first"):
        marginals_in_convex_order(flat_smile(SECOND, 9), flat_smile(FIRST, 9))


def test_real_expiries_have_laws_in_convex_order(real_chain):
    slices = real_chain.surface().select(["2022-03-04", "2022-03-18"]).slices
    given = slices[0], slices[-1]
    check(marginals_in_convex_order(*given), given)
