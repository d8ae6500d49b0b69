"""Couplings from finitely many quotes against cvxpy, and what they reduce to."""

import cvxpy as cp
import numpy as np
import pytest
from scipy.optimize import linprog

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.models import BlackScholes
from rmot.payoffs import basket_call, call, put
from rmot.transport import ChiSquared, KullbackLeibler, Prior, Quotes, price_bounds
from rmot.transport.balls import nearest as balls_nearest
from rmot.transport.couplings.constraints import CrossProduct, correlation_quotes, on_assets
from rmot.transport.couplings.nearest import nearest_coupling
from rmot.transport.couplings.reference import gaussian_copula

STRIKES = (0.9, 1.0, 1.1)
MATURITY = 0.25


def quotes_of(volatility, half=0.0):
    """Calls under Black and Scholes, `half` to either side."""
    fair = BlackScholes(volatility=volatility).call_price(np.log(STRIKES), MATURITY)
    return Quotes([call(k) for k in STRIKES], fair - half, fair + half)


def reference(n_assets=2, rho=0.4, n=512, volatility=0.2):
    marginal = BlackScholes(volatility=volatility).prior(MATURITY, n_points=200)
    return gaussian_copula([marginal] * n_assets, rho, n, seed=7, replicates=4)


def dense(quotes, points):
    return np.array([payoff.value(points) for payoff in quotes.payoffs])


@pytest.mark.parametrize("divergence", [KullbackLeibler(), ChiSquared()])
@pytest.mark.parametrize("half", [0.0, 5e-4])
def test_coupling_of_three_assets_agrees_with_clarabel(divergence, half):
    joint = reference(3)
    quotes = [quotes_of(v, half) for v in (0.21, 0.19, 0.22)]
    index = Quotes([basket_call(np.full(3, 1 / 3), 1.0)], [0.033], [0.034])
    found = nearest_coupling(joint, quotes, joint=index, divergence=divergence)
    merged, w = on_assets(quotes, index), joint.weights
    rows = dense(merged, joint.points) * w
    q = cp.Variable(w.size)
    rules = [q >= 0, w @ q == 1, (joint.points.T * w) @ q == np.ones(3)]
    rules += [rows @ q >= merged.bid, rows @ q <= merged.ask]
    spent = w @ -cp.entr(q) if divergence.order == 1 else w @ cp.square(q - 1)
    problem = cp.Problem(cp.Minimize(spent), rules)
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11)
    # Clarabel meets its gap and rows to about 1e-10; multipliers are of order ten
    assert found.divergence == pytest.approx(float(problem.value), abs=1e-8)  # pyright: ignore[reportArgumentType]
    assert found.largest_miss <= 1e-9
    assert w @ np.abs(found.density - np.asarray(q.value)) <= 1e-4
    assert found.law.mean() == pytest.approx(np.ones(3), abs=1e-9)


def test_density_of_an_entropic_coupling_is_a_tilt_by_its_positions():
    joint = reference(2)
    quotes = [quotes_of(0.22), quotes_of(0.19)]
    found = nearest_coupling(joint, quotes)
    merged = on_assets(quotes)
    held = np.log(found.density) + found.positions @ dense(merged, joint.points)
    line = np.column_stack([np.ones(len(held)), joint.points])
    left = held - line @ np.linalg.lstsq(line, held, rcond=None)[0]
    assert np.abs(left).max() <= 1e-8 * np.abs(held).max()


def test_one_asset_gives_the_law_nearest_to_its_prior():
    joint = reference(1)
    quotes = quotes_of(0.22)
    found = nearest_coupling(joint, [quotes], divergence=ChiSquared())
    alone = price_bounds(
        call(1.05),
        Prior(joint.points[:, 0], joint.weights),
        quotes=quotes,
        divergence=ChiSquared(),
        radius=1.0,
    )
    assert found.divergence == pytest.approx(alone.minimum_radius, abs=1e-12)
    price = found.law.expectation(np.maximum(found.law.points[:, 0] - 1.05, 0.0))
    assert price == pytest.approx(alone.price, abs=1e-9)


def test_identical_assets_are_priced_as_one():
    joint = reference(2, rho=1.0)
    assert np.array_equal(joint.points[:, 0], joint.points[:, 1])
    quotes = quotes_of(0.22, 2e-4)
    both = price_bounds(
        basket_call([0.5, 0.5], 1.07),
        joint,
        quotes=on_assets([quotes, quotes]),
        divergence=ChiSquared(),
        radius=0.05,
    )
    alone = price_bounds(
        call(1.07),
        Prior(joint.points[:, 0], joint.weights, replicates=4),
        quotes=quotes,
        divergence=ChiSquared(),
        radius=0.05,
    )
    for name in ("lower", "upper", "price", "sampling_error"):
        tolerance = 1e-9 + both.gap + alone.gap
        assert getattr(both, name) == pytest.approx(getattr(alone, name), abs=tolerance)


@pytest.mark.parametrize("wanted", [-0.3, 0.1, 0.8])
def test_a_correlation_is_met_when_it_is_asked_for(wanted):
    marginals = [BlackScholes(volatility=v).prior(MATURITY, n_points=200) for v in (0.2, 0.25)]
    joint = gaussian_copula(marginals, 0.4, 2048, seed=7)
    asked = correlation_quotes(marginals, {(0, 1): (wanted, wanted)})
    found = nearest_coupling(joint, [quotes_of(0.2), quotes_of(0.25)], joint=asked)
    means = [marginal.mean() for marginal in marginals]
    # a deviation is met where the mean is that of the marginal
    assert found.correlation()[0, 1] == pytest.approx(
        wanted, abs=1e-6 + 50 * np.abs(np.array(means) - 1).max()
    )
    free = nearest_coupling(joint, [quotes_of(0.2), quotes_of(0.25)])
    assert found.divergence >= free.divergence


def test_quotes_that_clash_within_an_asset_are_named():
    joint = reference(3)
    clash = Quotes([call(0.9), put(0.9)], [0.15, 0.001], [0.16, 0.002])
    with pytest.raises(InfeasibleQuotes, match=r"call\(strike=0\.9\) on asset 1") as caught:
        nearest_coupling(joint, [quotes_of(0.2, 1e-3), clash, quotes_of(0.2, 1e-3)])
    assert all("asset 1" in name for name in caught.value.conflict)


def test_bad_input_is_refused_by_name():
    joint = reference(2)
    with pytest.raises(ParameterError, match="reference of 3 assets"):
        nearest_coupling(joint, [quotes_of(0.2)] * 3)
    with pytest.raises(ParameterError, match="payoff objects"):
        on_assets([Quotes(np.ones((1, 512)), [0.0], [1.0])])
    with pytest.raises(ParameterError, match="one price for asset 0"):
        on_assets([Quotes([CrossProduct(0, 1)], [0.0], [1.0])])
    marginal = BlackScholes(volatility=0.2).prior(MATURITY, n_points=50)
    with pytest.raises(ParameterError, match="among 2 marginals"):
        correlation_quotes([marginal] * 2, {(0, 2): (0.0, 0.5)})
    with pytest.raises(ParameterError, match="lower <= upper"):
        correlation_quotes([marginal] * 2, {(0, 1): (0.5, 0.2)})
    with pytest.raises(ParameterError, match="two assets"):
        correlation_quotes([marginal] * 2, {(1, 1): (0.0, 0.2)})
    with pytest.raises(ParameterError, match="vary"):
        correlation_quotes([marginal, Prior([1.0], [1.0])], {(0, 1): (0.0, 0.2)})
    with pytest.raises(ParameterError, match="more than 3 assets"):
        CrossProduct(0, 3).value(joint.points)


def test_quotes_of_several_assets_that_clash_are_refused_where_no_search_is_affordable(monkeypatch):
    """A basket cannot cost more than its parts do: each asset can be met, all together cannot."""
    monkeypatch.setattr(balls_nearest, "_SEARCHED", 0)
    joint = reference(2)
    index = Quotes([basket_call([0.5, 0.5], 1.0)], [0.09], [0.1])
    quotes = [quotes_of(0.2, 1e-3)] * 2
    merged = on_assets(quotes, index)
    rows = np.vstack([np.ones(joint.weights.size), joint.points.T, dense(merged, joint.points)])
    sides = [np.concatenate([np.ones(3), side]) for side in (merged.bid, merged.ask)]
    found = linprog(
        np.zeros(rows.shape[1]),
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([sides[1], -sides[0]]),
    )
    assert found.status == 2
    with pytest.raises(InfeasibleQuotes, match="all quotes and conditions together"):
        nearest_coupling(joint, quotes, joint=index, divergence=ChiSquared())
    clash = Quotes([call(0.9), put(0.9)], [0.15, 0.001], [0.16, 0.002])
    with pytest.raises(InfeasibleQuotes, match="on asset 1") as caught:
        nearest_coupling(joint, [quotes[0], clash], divergence=ChiSquared())
    assert caught.value.conflict
