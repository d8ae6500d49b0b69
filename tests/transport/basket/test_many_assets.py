"""Bounds of baskets of many assets: closed forms, laws that attain, hedges that dominate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import ParameterError
from rmot.numerics import black_call
from rmot.payoffs import basket_call, basket_put, call
from rmot.transport import Quotes, Unrestricted, basket_bounds, price_bounds

STRIKES = np.array([0.85, 0.95, 1.0, 1.05, 1.2])


def _calls(deviation, width=1e-3, strikes=STRIKES):
    fair = black_call(np.log(strikes), deviation, 1.0)
    return Quotes([call(k) for k in strikes], fair - width, fair + width)


def _held(hedge, quotes, prices):
    quoted = np.array([p.value(prices[:, i]) for i, q in enumerate(quotes) for p in q.payoffs])
    return hedge.cash + prices @ hedge.forwards + hedge.positions @ quoted


@pytest.fixture(scope="module")
def ten():
    deviations = np.linspace(0.1, 0.3, 10)
    weights = np.linspace(0.5, 1.5, 10) / 10
    quotes = [_calls(each) for each in deviations]
    payoff = basket_call(weights, 1.0)
    return payoff, quotes, basket_bounds(payoff, quotes)


def test_laws_meet_all_quotes_and_attain_both_bounds(ten):
    payoff, quotes, found = ten
    assert found.sharp
    for law, bound in ((found.lower_law, found.lower), (found.upper_law, found.upper)):
        assert law.weights @ payoff.value(law.points) == pytest.approx(bound, abs=1e-6)
        for i, one in enumerate(quotes):
            assert law.weights @ law.points[:, i] == pytest.approx(1.0, abs=1e-6)
            for quoted, bid, ask in zip(one.payoffs, one.bid, one.ask, strict=True):
                assert bid - 1e-8 <= law.weights @ quoted.value(law.points[:, i]) <= ask + 1e-8


def test_many_assets_of_like_size_leave_jensen_alone(ten):
    # (sum w F - K)^+ is what a basket that never moves is worth, and the quotes allow one.
    payoff, quotes, found = ten
    assert found.lower == pytest.approx(0.0, abs=1e-6)
    deep = basket_bounds(basket_call(payoff.weights, 0.9), quotes)
    assert deep.lower == pytest.approx(0.1, abs=1e-6)


def test_hedges_of_ten_assets_stay_on_their_side(ten):
    payoff, quotes, found = ten
    prices = np.random.default_rng(3).lognormal(0, 0.6, (20_000, 10))
    prices[:2000] = np.random.default_rng(4).choice(np.append(STRIKES, 0), (2000, 10))
    worth = payoff.value(prices)
    scale = 1e-9 * (1 + prices.sum(axis=1))
    assert np.all(_held(found.upper_hedge, quotes, prices) >= worth - scale)
    assert np.all(_held(found.lower_hedge, quotes, prices) <= worth + scale)


def test_one_asset_that_outweighs_the_others_keeps_the_lower_bound_off_jensen():
    # By Minkowski the basket moves at least as much as the large asset does beyond the others.
    weights = np.array([0.8, 0.1, 0.1])
    quotes = [_calls(0.3, 0.0), _calls(0.05, 0.0), _calls(0.05, 0.0)]
    payoff = basket_call(weights, 1.0)
    found = basket_bounds(payoff, quotes)
    each = [float(q.ask[2]) for q in quotes]
    assert found.sharp
    assert found.lower >= 0.8 * each[0] - 0.1 * (each[1] + each[2]) - 1e-9


def test_identical_assets_have_the_upper_bound_of_one():
    quotes = [_calls(0.2)] * 7
    found = basket_bounds(basket_call(np.full(7, 1 / 7), 1.02), quotes)
    plain = price_bounds(call(1.02), None, quotes=quotes[0], divergence=Unrestricted())
    assert found.upper == pytest.approx(plain.upper, abs=1e-9)


def test_puts_and_calls_differ_by_the_forward_contract(ten):
    payoff, quotes, found = ten
    put = basket_bounds(basket_put(payoff.weights, payoff.strike), quotes)
    assert put.upper == pytest.approx(found.upper, abs=1e-9)
    assert put.lower == pytest.approx(found.lower, abs=put.gap + found.gap + 1e-9)


def test_zero_weights_change_nothing():
    quotes = [_calls(0.2), _calls(0.3)]
    two = basket_bounds(basket_call([0.5, 0.5], 1.03), quotes)
    three = basket_bounds(basket_call([0.5, 0.0, 0.5], 1.03), [quotes[0], _calls(0.4), quotes[1]])
    assert (three.lower, three.upper) == pytest.approx((two.lower, two.upper), abs=2e-6)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.5), min_size=3, max_size=4),
    st.floats(0.8, 1.2),
    st.integers(0, 2**16),
)
def test_gaussian_copulas_price_inside_and_more_quotes_narrow(deviations, strike, seed):
    n = len(deviations)
    generator = np.random.default_rng(seed)
    weights = generator.uniform(0.2, 1.0, n) / n
    half = generator.normal(size=(n, n))
    cov = half @ half.T
    normals = generator.multivariate_normal(np.zeros(n), cov, 4000) / np.sqrt(np.diag(cov))
    prices = np.exp(np.array(deviations) * normals)
    prices /= prices.mean(axis=0)
    # Quotes are what this very sample says, so that it is one of the laws.
    every = [
        Quotes([call(k) for k in STRIKES], *[[np.maximum(p - k, 0).mean() for k in STRIKES]] * 2)
        for p in prices.T
    ]
    fewer = [Quotes(q.payoffs[::2], q.bid[::2], q.ask[::2]) for q in every]
    payoff = basket_call(weights, strike * weights.sum())
    price = payoff.value(prices).mean()
    wide, narrow = basket_bounds(payoff, fewer), basket_bounds(payoff, every)
    assert narrow.lower - 1e-9 <= price <= narrow.upper + 1e-9
    assert wide.lower <= narrow.lower + wide.gap + narrow.gap + 1e-9
    assert narrow.upper <= wide.upper + wide.gap + narrow.gap + 1e-9


def test_tolerance_and_rounds_are_checked():
    quotes = [_calls(0.2), _calls(0.3)]
    with pytest.raises(ParameterError, match="tolerance"):
        basket_bounds(basket_call([1, 1], 2.0), quotes, tolerance=0.0)
    with pytest.raises(ParameterError, match="rounds"):
        basket_bounds(basket_call([1, 1], 2.0), quotes, rounds=-1)


def test_bounds_stop_valid_where_rounds_run_out():
    weights = np.array([0.8, 0.1, 0.1])
    quotes = [_calls(0.3, 0.0), _calls(0.1, 0.0), _calls(0.1, 0.0)]
    payoff = basket_call(weights, 1.0)
    coarse, fine = (basket_bounds(payoff, quotes, rounds=n) for n in (1, 60))
    assert coarse.lower <= fine.lower + 1e-9
    assert fine.lower <= coarse.lower + coarse.gap + 1e-9
