"""Model-free bounds, against linear programs on fine grids and interpolation of calls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes
from rmot.payoffs import call, digital, put, straddle
from rmot.transport import Prior, Quotes, Unrestricted, price_bounds

STRIKES = np.array([0.6, 0.8, 0.95, 1.05, 1.3, 1.7])


def _law(seed):
    rng = np.random.default_rng(seed)
    points = np.concatenate([rng.uniform(0, 3, 6), [0.0, 4.0]])
    weights = rng.dirichlet(np.ones(points.size))
    return points / (weights @ points), weights


def _priced(seed, payoffs, width=0.0):
    points, weights = _law(seed)
    fair = np.array([weights @ payoff.value(points) for payoff in payoffs])
    return Quotes(payoffs, fair - width, fair + width)


def _bounds(payoff, quotes, **given):
    return price_bounds(payoff, None, quotes=quotes, divergence=Unrestricted(), **given)


def _grid_bound(payoff, quotes, grid, sign):
    quoted = np.array([p.value(grid) for p in quotes.payoffs])
    result = linprog(
        -sign * payoff.value(grid),
        A_ub=np.vstack([quoted, -quoted]),
        b_ub=np.concatenate([quotes.ask, -quotes.bid]),
        A_eq=np.vstack([np.ones_like(grid), grid]),
        b_eq=[1.0, 1.0],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert result.status == 0
    return -sign * result.fun


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    strike=st.floats(0.2, 1.7),
    maker=st.sampled_from([call, put, straddle]),
    width=st.sampled_from([0.0, 1e-3, 1e-2]),
)
def test_all_prices_agree_with_a_fine_grid(seed, strike, maker, width):
    quotes = _priced(seed, [call(k) for k in STRIKES], width)
    # Far prices stand for infinity: what they add falls like 1/price, so payoffs and quotes share
    # their slope there and the last quoted call caps the mass.
    grid = np.unique(np.concatenate([np.linspace(0, 8, 161), STRIKES, [strike]]))
    found = _bounds(maker(strike), quotes)
    for value, sign in ((found.upper, 1), (found.lower, -1)):
        on_grid = _grid_bound(maker(strike), quotes, grid, sign)
        assert sign * (value - on_grid) >= -1e-9
    # With prices up to 8 the grid meets every law of these call prices that ends before: attained.
    far = np.append(grid, 1e7)
    assert found.upper == pytest.approx(_grid_bound(maker(strike), quotes, far, 1), abs=1e-6)
    assert found.lower == pytest.approx(_grid_bound(maker(strike), quotes, far, -1), abs=1e-6)


@pytest.mark.parametrize("strike", [0.7, 0.9, 1.0, 1.2, 1.5])
def test_upper_bound_of_a_call_between_strikes_interpolates(strike):
    quotes = _priced(1, [call(k) for k in STRIKES])
    found = _bounds(call(strike), quotes)
    expected = np.interp(strike, STRIKES, quotes.ask)
    assert found.upper == pytest.approx(expected, abs=1e-12)
    slopes = np.diff(quotes.ask) / np.diff(STRIKES)
    i = np.searchsorted(STRIKES, strike) - 1
    left = -1.0 if i == 0 else slopes[i - 1]
    left_line = quotes.ask[i] + left * (strike - STRIKES[i])
    if i + 1 < slopes.size:
        right_line = quotes.ask[i + 1] + slopes[i + 1] * (strike - STRIKES[i + 1])
    else:
        right_line = 0.0
    if i == 0:
        intrinsic = (quotes.ask[0] - 1.0) / STRIKES[0]
        left_line = quotes.ask[0] + intrinsic * (strike - STRIKES[0])
    assert found.lower == pytest.approx(max(left_line, right_line, 0.0), abs=1e-12)


@pytest.mark.parametrize("strike", [1.7, 2.0, 5.0, 1e3])
def test_beyond_the_last_strike_a_call_costs_up_to_the_last_quote(strike):
    quotes = _priced(2, [call(k) for k in STRIKES], 1e-3)
    # A bound by the curve, where an earlier ask undercuts the last.
    found = _bounds(call(strike), quotes)
    assert found.upper == pytest.approx(quotes.ask[strike >= STRIKES].min(), abs=1e-12)
    if strike >= 5:
        assert found.lower == 0.0


def test_without_quotes_a_call_lies_between_intrinsic_value_and_forward():
    found = price_bounds(call(0.7), None, forwards=1.0, divergence=Unrestricted())
    assert (found.lower, found.upper) == pytest.approx((0.3, 1.0), abs=1e-12)
    assert not found.support_limited


def test_digitals_meet_both_one_sided_limits():
    quotes = _priced(3, [call(k) for k in STRIKES])
    at = 1.05
    found = _bounds(digital(at), quotes)
    slopes = np.diff(quotes.ask) / np.diff(STRIKES)
    i = int(np.searchsorted(STRIKES, at))
    assert found.upper == pytest.approx(-slopes[i - 1], abs=1e-12)
    assert found.lower == pytest.approx(-slopes[i], abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("maker", [call, put, straddle, digital])
def test_hedges_dominate_everywhere_and_cost_the_bound(seed, maker):
    quotes = _priced(seed, [call(k) for k in STRIKES] + [digital(1.15)], 1e-3)
    payoff = maker(1.12)
    found = _bounds(payoff, quotes)
    prices = np.concatenate([np.linspace(0, 5, 4001), [1e2, 1e5], np.nextafter(1.12, [0, 2])])
    quoted = np.array([p.value(prices) for p in quotes.payoffs])
    for hedge, bound, sign in (
        (found.upper_hedge, found.upper, 1),
        (found.lower_hedge, found.lower, -1),
    ):
        held = hedge.cash + hedge.forwards[0] * prices + hedge.positions @ quoted
        assert np.all(sign * (held - payoff.value(prices)) >= -1e-9 * np.maximum(1, prices))
        longs = np.maximum(sign * hedge.positions, 0)
        shorts = np.maximum(-sign * hedge.positions, 0)
        cost = sign * (hedge.cash + hedge.forwards[0]) + longs @ quotes.ask - shorts @ quotes.bid
        assert sign * cost == pytest.approx(bound, abs=1e-12)
        assert hedge.dominates
    assert found.gap < 1e-9


def test_arrays_confine_the_law_to_the_nodes():
    nodes = np.linspace(0, 3, 61)
    prior = Prior(nodes, np.full(61, 1 / 61))
    quotes = Quotes([call(0.9)], [0.2], [0.21])
    found = price_bounds(call(2.0).value(nodes), prior, quotes=quotes, divergence=Unrestricted())
    assert found.support_limited
    assert found.upper == pytest.approx(_grid_bound(call(2.0), quotes, nodes, 1), abs=1e-9)
    assert found.upper < _bounds(call(2.0), quotes).upper


def test_a_butterfly_arbitrage_is_named():
    quotes = Quotes([call(0.9), call(1.0), call(1.1)], [0.16, 0.13, 0.08], [0.16, 0.13, 0.08])
    with pytest.raises(InfeasibleQuotes, match=r"quote \d \(call\(strike=.*bid.*ask.*reachable"):
        _bounds(call(1.2), quotes)


def test_one_sided_quotes_bind_on_their_side_only():
    quotes = Quotes([call(1.0), call(1.0)], [-np.inf, 0.05], [0.1, np.inf])
    found = _bounds(call(1.0), quotes)
    assert (found.lower, found.upper) == pytest.approx((0.05, 0.1), abs=1e-12)
