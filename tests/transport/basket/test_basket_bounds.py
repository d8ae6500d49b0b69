"""Basket bounds from marginals, against linear programs over couplings and comonotone splits."""

import numpy as np
import pytest
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics import black_call
from rmot.payoffs import basket_call, call, digital, put
from rmot.transport import Quotes, Unrestricted, basket_bounds, price_bounds

FIRST = np.array([0.8, 0.9, 1.0, 1.1, 1.25])
SECOND = np.array([0.7, 0.95, 1.05, 1.3])
BASKETS = [([0.5, 0.5], 1.0), ([0.5, 0.5], 1.2), ([0.3, 0.7], 0.8), ([1, -1], 0.1), ([2, -1], -0.2)]


def _calls(strikes, deviation, width):
    fair = black_call(np.log(strikes), deviation, 1.0)
    return Quotes([call(k) for k in strikes], fair - width, fair + width)


def _pair(width):
    return [_calls(FIRST, 0.2, width), _calls(SECOND, 0.3, width)]


def _coupling_bound(weights, strike, quotes, axes, sign):
    s1, s2 = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    quoted = [p.value(s1) for p in quotes[0].payoffs] + [p.value(s2) for p in quotes[1].payoffs]
    bid, ask = (np.concatenate([getattr(q, side) for q in quotes]) for side in ("bid", "ask"))
    result = linprog(
        -sign * np.maximum(weights[0] * s1 + weights[1] * s2 - strike, 0),
        A_ub=np.vstack([quoted, -np.array(quoted)]),
        b_ub=np.concatenate([ask, -bid]),
        A_eq=np.vstack([np.ones_like(s1), s1, s2]),
        b_eq=[1.0, 1.0, 1.0],
        method="highs",
    )
    assert result.status == 0
    return -sign * result.fun


@pytest.mark.parametrize(("weights", "strike"), BASKETS)
@pytest.mark.parametrize("width", [0.0, 2e-3])
def test_bounds_are_attained_by_couplings(weights, strike, width):
    quotes = _pair(width)
    found = basket_bounds(basket_call(weights, strike), quotes)
    on_line_1 = (strike - weights[1] * np.append(SECOND, 0)) / weights[0]
    on_line_2 = (strike - weights[0] * np.append(FIRST, 0)) / weights[1]
    far = 4e3
    axes = []
    for own, line, (mine, other) in (
        (FIRST, on_line_1, weights),
        (SECOND, on_line_2, weights[::-1]),
    ):
        beyond = [far, abs((strike - other * far) / mine)]
        axis = np.concatenate([[0.0], own, line[line >= 0], beyond])
        axes.append(np.unique(axis))
    upper = _coupling_bound(weights, strike, quotes, axes, 1)
    lower = _coupling_bound(weights, strike, quotes, axes, -1)
    assert found.gap < 1e-9
    # Weak duality; then strong duality, up to the far price that stands for infinity.
    assert found.lower <= lower + 1e-8
    assert upper <= found.upper + 1e-8
    assert found.upper == pytest.approx(upper, abs=2 / far)
    assert found.lower == pytest.approx(lower, abs=2 / far)


@pytest.mark.parametrize(("weights", "strike"), BASKETS)
def test_hedges_stay_on_their_side(weights, strike):
    quotes = _pair(1e-3)
    found = basket_bounds(basket_call(weights, strike), quotes)
    axis = np.concatenate([np.linspace(0, 3, 121), FIRST, SECOND, [50.0, 1e4]])
    s1, s2 = (a.ravel() for a in np.meshgrid(axis, axis))
    quoted = np.array(
        [p.value(s1) for p in quotes[0].payoffs] + [p.value(s2) for p in quotes[1].payoffs]
    )
    worth = basket_call(weights, strike).value(np.column_stack([s1, s2]))
    for hedge, sign in ((found.upper_hedge, 1), (found.lower_hedge, -1)):
        held = hedge.cash + hedge.forwards @ np.vstack([s1, s2]) + hedge.positions @ quoted
        assert np.all(sign * (held - worth) >= -1e-9 * (1 + s1 + s2))
        assert hedge.dominates


def test_upper_bound_is_the_best_split_of_the_strike():
    quotes = _pair(0.0)
    weights, strike = np.array([0.4, 0.6]), 1.03
    curves = []
    for own, quote in zip((FIRST, SECOND), quotes, strict=True):
        strikes, prices = np.append(0.0, own), np.append(1.0, quote.ask)
        curves.append(lambda k, s=strikes, p=prices: np.interp(k, s, p))
    first = np.unique(
        np.concatenate(
            [np.append(0.0, FIRST), (strike - weights[1] * np.append(0.0, SECOND)) / weights[0]]
        )
    )
    first = first[(first >= 0) & (strike - weights[0] * first >= 0)]
    second = (strike - weights[0] * first) / weights[1]
    split = (weights[0] * curves[0](first) + weights[1] * curves[1](second)).min()
    found = basket_bounds(basket_call(weights, strike), quotes)
    assert found.upper == pytest.approx(split, abs=1e-12)


def test_one_asset_is_the_classical_bound():
    quotes = _calls(FIRST, 0.2, 1e-3)
    basket = basket_bounds(basket_call([1.0], 1.07), [quotes])
    plain = price_bounds(call(1.07), None, quotes=quotes, divergence=Unrestricted())
    assert (basket.lower, basket.upper) == pytest.approx((plain.lower, plain.upper), abs=1e-11)


def test_three_assets_are_bounded_as_by_all_couplings_on_a_grid():
    # Kinks, and prices that put the basket at its strike beside two kinks, as the grid.
    quotes = [_calls(FIRST[1:4], 0.2, 1e-3), _calls(SECOND[:2], 0.3, 1e-3), _calls([1.0], 0.1, 0)]
    weights, strike, far = np.array([0.5, 0.2, 0.3]), 1.02, 40.0
    axes = [np.append(0.0, own) for own in (FIRST[1:4], SECOND[:2], [1.0])]
    corners = [np.append(axis, far) for axis in axes]
    for i in range(3):
        rest = [corners[j] * weights[j] for j in range(3) if j != i]
        line = (strike - np.add.outer(*rest).ravel()) / weights[i]
        axes[i] = np.unique(np.concatenate([corners[i], line[line >= 0]]))
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    near = np.abs(grid @ weights - strike) < 1e-12
    kinks = np.all([np.isin(grid[:, i], corners[i]) for i in range(3)], axis=0)
    points = grid[near | kinks]
    columns = [np.ones(len(points)), *points.T]
    quoted = np.array([p.value(points[:, i]) for i, one in enumerate(quotes) for p in one.payoffs])
    bid, ask = (np.concatenate([getattr(q, side) for q in quotes]) for side in ("bid", "ask"))
    found = basket_bounds(basket_call(weights, strike), quotes)
    assert found.sharp
    for sign, bound in ((1, found.upper), (-1, found.lower)):
        result = linprog(
            -sign * basket_call(weights, strike).value(points),
            A_ub=np.vstack([quoted, -quoted]),
            b_ub=np.concatenate([ask, -bid]),
            A_eq=np.vstack(columns),
            b_eq=np.ones(4),
            method="highs",
        )
        assert -sign * result.fun == pytest.approx(bound, abs=2 / far)
        assert sign * (bound + sign * result.fun) >= -1e-8


def test_jumping_quotes_keep_the_hedge_on_its_side():
    first = Quotes([digital(1.1), put(0.9)], [0.25, 0.02], [0.27, 0.03])
    second = Quotes([call(1.0)], [0.1], [0.11])
    found = basket_bounds(basket_call([0.5, 0.5], 1.0), [first, second])
    axis = np.unique(np.concatenate([np.linspace(0, 3, 61), np.nextafter(1.1, [0, 2]), [1.1]]))
    s1, s2 = (a.ravel() for a in np.meshgrid(axis, axis))
    quoted = np.array([p.value(s1) for p in first.payoffs] + [call(1.0).value(s2)])
    worth = np.maximum(0.5 * s1 + 0.5 * s2 - 1.0, 0)
    hedge = found.lower_hedge
    held = hedge.cash + hedge.forwards @ np.vstack([s1, s2]) + hedge.positions @ quoted
    assert np.all(held <= worth + 1e-9)
    upper = _coupling_bound([0.5, 0.5], 1.0, [first, second], (axis, axis), 1)
    assert found.lower <= upper <= found.upper + 1e-9


def test_bad_arguments_raise_one_clear_error():
    quotes = _pair(0.0)
    with pytest.raises(ParameterError, match="quotes of 2 assets"):
        basket_bounds(basket_call([0.5, 0.5], 1.0), quotes[:1])
    with pytest.raises(ParameterError, match="forward"):
        basket_bounds(basket_call([0.5, 0.5], 1.0), quotes, forwards=[1.0, 1.0, 1.0])
    with pytest.raises(ParameterError, match="basket_call"):
        basket_bounds(call(1.0), quotes)  # pyright: ignore[reportArgumentType]
    rising = Quotes([call(1.0), call(1.1)], [0.1, 0.2], [0.1, 0.2])
    with pytest.raises(InfeasibleQuotes, match=r"asset 0: .*quote [01]"):
        basket_bounds(basket_call([0.5, 0.5], 1.0), [rising, quotes[1]])
