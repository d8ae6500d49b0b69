"""Quotes of single assets under a joint prior."""

import cvxpy as cp
import numpy as np
import pytest

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.payoffs import basket_call, call, digital, on_asset, put, straddle
from rmot.transport import ChiSquared, Prior, Quotes, price_bounds

TIGHT = {"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-13}


def sample(seed, n=150):
    """A sample of two correlated lognormal prices."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    return Prior(np.exp(0.25 * z - 0.03), np.full(n, 1 / n))


def quotes_on(prior, width=2e-3):
    """Quotes of both assets that a tilted law meets."""
    s = prior.points
    tilt = 1 + 0.2 * np.tanh(2 * (s[:, 0] - 1)) - 0.1 * np.tanh(2 * (s[:, 1] - 1))
    law = prior.weights * tilt / (prior.weights @ tilt)
    payoffs = [on_asset(make(k), i) for i in (0, 1) for make, k in ((put, 0.9), (call, 1.1))]
    fair = np.array([law @ payoff.value(s) for payoff in payoffs])
    return Quotes(payoffs, fair - width, fair + width), law @ s


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_basket_bounds_under_a_joint_sample_agree_with_clarabel(seed):
    prior = sample(seed)
    quotes, forwards = quotes_on(prior)
    payoff, radius = basket_call([0.5, 0.5], 1.05), 0.2
    found = price_bounds(
        payoff, prior, quotes=quotes, forwards=forwards, divergence=ChiSquared(), radius=radius
    )
    w, s = prior.weights, prior.points
    basket = np.maximum(0.5 * s[:, 0] + 0.5 * s[:, 1] - 1.05, 0.0)
    quoted = np.column_stack(
        [np.maximum(side * (s[:, i] - k), 0.0) for i in (0, 1) for side, k in ((-1, 0.9), (1, 1.1))]
    )
    z = cp.Variable(w.size)
    q = 1 + z / np.sqrt(w)
    prices = (quoted.T * w) @ q
    rules = [q >= 0, w @ q == 1, (s.T * w) @ q == forwards, cp.norm(z) <= np.sqrt(radius)]
    rules += [prices >= quotes.bid, prices <= quotes.ask]
    for sense, bound in ((1, found.upper), (-1, found.lower)):
        problem = cp.Problem(cp.Maximize(sense * cp.sum(cp.multiply(w * basket, q))), rules)
        problem.solve(cp.CLARABEL, **TIGHT)
        # Clarabel meets rows to about 1e-8 of their size
        assert bound == pytest.approx(sense * float(problem.value), abs=1e-8 + found.gap)  # pyright: ignore[reportArgumentType]
    assert found.upper_hedge.positions.size == len(quotes)
    assert found.sampling_error is not None


def test_one_asset_of_a_joint_prior_is_bounded_as_that_asset_alone():
    """With the second price constant, all rows are those of the first."""
    rng = np.random.default_rng(3)
    s = np.exp(0.25 * rng.standard_normal(200) - 0.03)
    w = rng.dirichlet(np.full(200, 3.0))
    alone, joint = Prior(s, w), Prior(np.column_stack([s, np.ones_like(s)]), w)
    fair = [float(w @ payoff.value(s)) for payoff in (put(0.9), digital(1.05))]
    bid, ask = np.array(fair) * 1.01, np.array(fair) * 1.03
    payoffs = [put(0.9), digital(1.05)]
    one = price_bounds(
        straddle(1.1),
        alone,
        quotes=Quotes(payoffs, bid, ask),
        forwards=alone.mean(),
        divergence=ChiSquared(),
        radius=0.1,
    )
    two = price_bounds(
        on_asset(straddle(1.1), 0),
        joint,
        quotes=Quotes([on_asset(payoff, 0) for payoff in payoffs], bid, ask),
        forwards=joint.mean(),
        divergence=ChiSquared(),
        radius=0.1,
    )
    slack = one.gap + two.gap + 1e-9
    assert two.upper == pytest.approx(one.upper, abs=slack)
    assert two.lower == pytest.approx(one.lower, abs=slack)
    assert two.minimum_radius == pytest.approx(one.minimum_radius, abs=1e-9)


def test_marginal_quotes_alone_bound_a_marginal_payoff_as_its_own_prior_does():
    """Laws near a product whose density depends on the first price alone: one-asset laws."""
    first, second = np.array([0.6, 0.9, 1.1, 1.4]), np.array([0.8, 1.2])
    u, v = np.array([0.2, 0.3, 0.3, 0.2]), np.array([0.5, 0.5])
    points = np.array([(a, b) for a in first for b in second])
    product, alone = Prior(points, np.outer(u, v).ravel()), Prior(first, u)
    for radius in (0.02, 0.2):
        two = price_bounds(
            on_asset(call(1.0), 0),
            product,
            quotes=Quotes([on_asset(put(1.0), 1)], [0.1], [0.1]),
            forwards=[1.0, 1.0],
            divergence=ChiSquared(),
            radius=radius,
        )
        one = price_bounds(call(1.0), alone, divergence=ChiSquared(), radius=radius)
        assert two.upper == pytest.approx(one.upper, abs=one.gap + two.gap + 1e-9)
        assert two.lower == pytest.approx(one.lower, abs=one.gap + two.gap + 1e-9)


def test_quotes_that_clash_are_named_with_their_asset():
    prior = sample(0)
    quotes = Quotes([on_asset(call(1.1), 1), on_asset(call(1.2), 1)], [0.01, 0.2], [0.02, 0.3])
    with pytest.raises(InfeasibleQuotes, match="on asset 1"):
        price_bounds(
            basket_call([0.5, 0.5], 1.0),
            prior,
            quotes=quotes,
            forwards=prior.mean(),
            divergence=ChiSquared(),
            radius=0.1,
        )


def test_assets_that_are_not_there_are_refused():
    with pytest.raises(ParameterError, match="more than 2 assets"):
        on_asset(call(1.0), 2).value(np.ones((3, 2)))
    with pytest.raises(ParameterError, match=r"shape \(n, n_assets\)"):
        on_asset(call(1.0), 0).value(np.ones(3))
    with pytest.raises(ParameterError, match="index >= 0"):
        on_asset(call(1.0), -1)
    with pytest.raises(ParameterError, match="index"):
        on_asset(call(1.0), 0.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="payoff of one asset"):
        on_asset(basket_call([1.0], 1.0), 0)  # pyright: ignore[reportArgumentType]
