"""Balls around a prior, against cvxpy + Clarabel, closed forms and Theorem B."""

import itertools

import cvxpy as cp
import numpy as np
import pytest

from rmot.errors import InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.payoffs import basket_call, call, digital, forward, put, straddle
from rmot.transport import (
    ChiSquared,
    Prior,
    Quotes,
    Radius,
    Tail,
    Unrestricted,
    price_bounds,
)

FORWARD = 1.0


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_bounds_and_least_radius_agree_with_clarabel(
    seed, random_prior, random_quotes, clarabel_bound
):
    rng = np.random.default_rng(seed)
    prior = random_prior(rng)
    n_quotes = int(rng.integers(0, 9))
    width = 10.0 ** rng.uniform(-3, -1.5)
    quotes, mean = random_quotes(rng, prior, n_quotes, width) if n_quotes else (None, FORWARD)
    quoted = np.array([p.value(prior.points) for p in quotes.payoffs]) if quotes else None
    payoff = (call, put, digital, straddle)[seed % 4](rng.uniform(0.8, 1.5))
    room = 10.0 ** rng.uniform(-3, 0.5)
    values = payoff.value(prior.points)
    upper, least, size = clarabel_bound(values, quoted, prior, quotes, mean, lambda m: m + room)
    lower, _, _ = clarabel_bound(-values, quoted, prior, quotes, mean, lambda m: m + room)
    b = price_bounds(
        payoff, prior, quotes=quotes, forwards=mean, divergence=ChiSquared(), radius=size
    )
    assert b.gap < 1e-8
    assert b.upper == pytest.approx(upper, abs=1e-8)
    assert b.lower == pytest.approx(-lower, abs=1e-8)
    assert b.minimum_radius == pytest.approx(least, abs=1e-8)
    assert b.lower - b.gap <= b.price <= b.upper + b.gap


def test_without_quotes_the_bounds_are_mean_and_residual_deviation(random_prior):
    rng = np.random.default_rng(7)
    prior = random_prior(rng)
    w, s = prior.weights, prior.points
    c = call(1.1).value(s)
    basis = np.column_stack([np.ones_like(s), s])
    projected = basis @ np.linalg.solve(basis.T @ (w[:, None] * basis), basis.T @ (w * c))
    residual = c - projected
    deviation = np.sqrt(w @ residual**2)
    radius = 0.9 * (deviation / np.abs(residual).max()) ** 2
    b = price_bounds(
        call(1.1), prior, forwards=prior.mean(), divergence=ChiSquared(), radius=radius
    )
    mean = prior.expectation(call(1.1))
    assert b.minimum_radius == pytest.approx(0.0, abs=1e-14)
    assert b.price == pytest.approx(mean, abs=1e-12)
    assert b.upper == pytest.approx(mean + np.sqrt(radius) * deviation, abs=1e-10 + b.gap)
    assert b.lower == pytest.approx(mean - np.sqrt(radius) * deviation, abs=1e-10 + b.gap)


@pytest.mark.parametrize("seed", range(4))
def test_large_radius_gives_the_classical_bound_on_the_nodes(seed, random_prior, random_quotes):
    rng = np.random.default_rng(100 + seed)
    prior = random_prior(rng)
    quotes, mean = random_quotes(rng, prior, 5, 1e-2)
    values = call(1.2).value(prior.points)
    wide = price_bounds(
        values, prior, quotes=quotes, forwards=mean, divergence=ChiSquared(), radius=1e4
    )
    classical = price_bounds(values, prior, quotes=quotes, forwards=mean, divergence=Unrestricted())
    assert wide.upper == pytest.approx(classical.upper, abs=1e-8 + 10 * wide.gap)
    assert wide.lower == pytest.approx(classical.lower, abs=1e-8 + 10 * wide.gap)
    assert wide.support_limited
    assert classical.support_limited


def test_bounds_widen_with_the_radius_and_hold_the_price(random_prior, random_quotes):
    rng = np.random.default_rng(3)
    prior = random_prior(rng)
    quotes, mean = random_quotes(rng, prior, 5, 1e-3)

    def at(radius):
        return price_bounds(
            call(1.15), prior, quotes=quotes, forwards=mean, divergence=ChiSquared(), radius=radius
        )

    least = at(1.0).minimum_radius
    found = [at(least * (1 + room)) for room in (0.0, 1e-10, 1e-6, 1e-3, 0.1, 1.0, 10.0)]
    for inner, outer in itertools.pairwise(found):
        slack = 1e-9 + inner.gap + outer.gap
        assert outer.lower <= inner.lower + slack
        assert inner.upper <= outer.upper + slack
    for b in found:
        assert b.lower - b.gap - 1e-9 <= b.price <= b.upper + b.gap + 1e-9
    assert found[1].upper - found[1].lower < 1e-4


def test_pieces_and_dense_values_give_the_same_bounds(random_prior, random_quotes):
    rng = np.random.default_rng(5)
    prior = random_prior(rng, 200)
    quotes, mean = random_quotes(rng, prior, 8, 1e-2)
    values = np.array([p.value(prior.points) for p in quotes.payoffs])
    arrays = Quotes(values, quotes.bid, quotes.ask)
    given = {"forwards": mean, "divergence": ChiSquared(), "radius": 0.5}
    a = price_bounds(straddle(0.9), prior, quotes=quotes, **given)
    b = price_bounds(straddle(0.9).value(prior.points), prior, quotes=arrays, **given)
    shuffled = rng.permutation(prior.weights.size)
    mixed = Prior(prior.points[shuffled], prior.weights[shuffled])
    c = price_bounds(straddle(0.9), mixed, quotes=quotes, **given)
    for other in (b, c):
        slack = a.gap + other.gap + 1e-11
        assert a.upper == pytest.approx(other.upper, abs=slack)
        assert a.lower == pytest.approx(other.lower, abs=slack)
    # Only where the optimum is unique to rounding are the hedges comparable: their costs are.
    assert a.upper_hedge.cost == pytest.approx(b.upper_hedge.cost, abs=1e-5)


def _lognormal(n, deviation=0.2):
    """Return a fine lognormal grid up to 8, and its continuation to 40."""
    points = np.exp(np.linspace(-1.5, np.log(40.0), n))
    weights = np.exp(-0.5 * ((np.log(points) + deviation**2 / 2) / deviation) ** 2)
    weights = weights + 1e-6 * points**-4.0
    return points, weights / weights.sum()


@pytest.mark.parametrize("strike", [1.1, 1.6, 2.0])
def test_tail_moments_replace_the_nodes_beyond(strike):
    points, weights = _lognormal(3000)
    whole = Prior(points, weights)
    inside = points <= 2.0
    beyond, w = points[~inside], weights[~inside]
    tail = Tail(2.0, w.sum(), w @ beyond, w @ beyond**2)
    cut = Prior(points[inside], weights[inside], tail)
    fair = [whole.expectation(call(k)) for k in (0.8, 1.0, 1.3)]
    quotes = Quotes([call(k) for k in (0.8, 1.0, 1.3)], np.array(fair) - 1e-3, fair)
    given = {"quotes": quotes, "forwards": whole.mean(), "divergence": ChiSquared()}
    for radius in (1e-3, 1e-1):
        full = price_bounds(call(strike), whole, radius=radius, **given)
        short = price_bounds(call(strike), cut, radius=radius, **given)
        assert short.price == pytest.approx(full.price, abs=1e-8)
        assert full.support_limited
        assert not short.support_limited
        slack = 1e-9 + full.gap + short.gap
        assert short.upper >= full.upper - slack
        assert short.lower <= full.lower + slack
        if not short.tail_relaxed:
            assert short.upper == pytest.approx(full.upper, abs=slack)
            assert short.lower == pytest.approx(full.lower, abs=slack)


def test_theorem_b_bounds_the_distance_from_the_prior():
    points, weights = _lognormal(2000)
    prior = Prior(points, weights)
    p = 3.0
    moment = weights @ points**p
    for strike in (1.2, 1.6, 2.5, 5.0):
        for delta in (0.01, 0.1, 0.5):
            b = price_bounds(
                call(strike),
                prior,
                forwards=prior.mean(),
                divergence=ChiSquared(),
                radius=delta**2,
            )
            c = call(strike).value(points)
            fair = weights @ c
            deviation = np.sqrt(weights @ (c - fair) ** 2)
            decay = 2 / (p - 2) * ((p - 2) / p) ** (p / 2) * strike ** (-(p - 2) / 2) * moment**0.5
            distance = max(b.upper - fair, fair - b.lower)
            assert distance <= delta * deviation + b.gap + 1e-12
            assert deviation <= decay


def test_hedge_costs_no_more_than_the_bound(random_prior, random_quotes):
    rng = np.random.default_rng(11)
    prior = random_prior(rng)
    quotes, mean = random_quotes(rng, prior, 4, 1e-2)
    b = price_bounds(
        call(1.1), prior, quotes=quotes, forwards=mean, divergence=ChiSquared(), radius=1.0
    )
    # What the hedge leaves is priced by theta eta + theta E phi*, its value under the ball.
    hedge, s = b.upper_hedge, prior.points
    held = hedge.cash + hedge.forwards[0] * s
    held = held + hedge.positions @ np.array([p.value(s) for p in quotes.payoffs])
    missed = call(1.1).value(s) - held
    assert hedge.shortfall == pytest.approx(max(0.0, missed.max()), abs=1e-12)
    free = price_bounds(missed, prior, forwards=mean, divergence=ChiSquared(), radius=1.0)
    assert hedge.cost + free.upper >= b.upper - 1e-8


def test_sampling_error_matches_the_spread_over_samples():
    def bound(seed):
        sample = np.exp(0.2 * np.random.default_rng(seed).standard_normal(2000) - 0.02)
        prior = Prior(sample, np.full(2000, 1 / 2000))
        return price_bounds(call(1.1), prior, divergence=ChiSquared(), radius=0.05)

    found = [bound(seed) for seed in range(60)]
    spread = max(np.std([b.upper for b in found]), np.std([b.lower for b in found]))
    # The standard deviation of 60 normal draws has a relative error of 9%.
    assert np.mean([b.sampling_error or 0.0 for b in found]) == pytest.approx(spread, rel=0.35)


def test_infeasible_quotes_are_named(random_prior):
    rng = np.random.default_rng(1)
    prior = random_prior(rng, 200)
    butterfly = Quotes([call(0.9), call(1.0), call(1.1)], [0.16, 0.125, 0.08], [0.16, 0.125, 0.08])
    with pytest.raises(InfeasibleQuotes, match=r"quote \d \(call\(strike=.*bid .*ask .*reachable"):
        price_bounds(call(1.2), prior, quotes=butterfly, divergence=ChiSquared(), radius=1.0)
    with pytest.raises(InfeasibleQuotes, match="forwards"):
        price_bounds(call(1.2), prior, forwards=100.0, divergence=ChiSquared(), radius=1.0)
    with_tail = Prior(prior.points * 0.5, prior.weights * 0.99, Tail(3.0, 0.01, 0.04, 0.2))
    with pytest.raises(InfeasibleQuotes, match="quote"):
        price_bounds(call(1.2), with_tail, quotes=butterfly, divergence=ChiSquared(), radius=1.0)


def test_rising_call_prices_are_infeasible_with_a_tail():
    points = np.linspace(0.2, 2.0, 100)
    prior = Prior(points, np.full(100, 0.0099), Tail(2.0, 0.01, 0.025, 0.07))
    rising = Quotes([call(1.0), call(1.9)], [0.01, 0.05], [0.01, 0.05])
    with pytest.raises(InfeasibleQuotes, match="quote"):
        price_bounds(call(1.2), prior, quotes=rising, divergence=ChiSquared(), radius=1.0)


def test_radius_below_the_least_names_it(random_prior, random_quotes):
    rng = np.random.default_rng(2)
    prior = random_prior(rng)
    quotes, mean = random_quotes(rng, prior, 3, 1e-4)
    given = {"quotes": quotes, "forwards": mean, "divergence": ChiSquared()}
    least = price_bounds(call(1.0), prior, radius=10.0, **given).minimum_radius
    assert least > 0
    with pytest.raises(InfeasibleRadius, match=f"{least:.4g}"[:6]):
        price_bounds(call(1.0), prior, radius=0.5 * least, **given)


def test_radius_zero_at_the_prior_gives_its_price(random_prior):
    prior = random_prior(np.random.default_rng(4))
    b = price_bounds(
        call(1.0), prior, forwards=prior.mean(), divergence=ChiSquared(), radius=Radius(0.0, "none")
    )
    assert b.lower == pytest.approx(b.upper, abs=1e-12)
    assert b.radius is not None
    assert b.radius.rule == "none"


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_a_basket_under_a_joint_prior():
    rng = np.random.default_rng(8)
    points = np.exp(0.2 * rng.standard_normal((150, 2)))
    prior = Prior(points, rng.dirichlet(np.ones(150)))
    payoff = basket_call([0.5, 0.5], 1.1)
    b = price_bounds(payoff, prior, forwards=prior.mean(), divergence=ChiSquared(), radius=0.3)
    w, values = prior.weights, payoff.value(points)
    z = cp.Variable(150)
    q = 1 + z / np.sqrt(w)
    problem = cp.Problem(
        cp.Maximize(cp.sum(cp.multiply(w * values, q))),
        [q >= 0, w @ q == 1, (points.T * w) @ q == prior.mean(), cp.norm(z) <= np.sqrt(0.3)],
    )
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    assert b.upper == pytest.approx(problem.value, abs=1e-8)


_PRIOR = Prior([0.5, 1.0, 1.5], [0.25, 0.5, 0.25])
_TAILED = Prior([0.5, 1.0, 1.5], [0.25, 0.5, 0.2], Tail(2.0, 0.05, 0.12, 0.3))
_BALL = {"divergence": ChiSquared(), "radius": 0.1}


@pytest.mark.parametrize(
    ("payoff", "prior", "given"),
    [
        (call(1.0), _PRIOR, {"divergence": ChiSquared()}),
        (call(1.0), _PRIOR, {"divergence": Unrestricted(), "radius": 0.1}),
        (call(1.0), _PRIOR, {"divergence": "chi2", "radius": 0.1}),
        (call(1.0), None, _BALL),
        (call(1.0), _PRIOR, {"divergence": ChiSquared(), "radius": -1.0}),
        (call(1.0), _PRIOR, {"divergence": ChiSquared(), "radius": np.nan}),
        (call(1.0), _PRIOR, _BALL | {"forwards": np.nan}),
        (call(1.0), _PRIOR, _BALL | {"forwards": [1.0, 1.0]}),
        ([1.0, np.nan, 0.0], _PRIOR, _BALL),
        ([1.0, 0.0], _PRIOR, _BALL),
        ([1.0, 0.0, 0.0], _TAILED, _BALL),
        (call(2.5), _TAILED, _BALL),
        (call(1.0), _TAILED, _BALL | {"quotes": Quotes([call(2.5)], [0.0], [0.1])}),
        (basket_call([1.0, 1.0], 1.0), _PRIOR, _BALL),
        (basket_call([1.0, 1.0], 1.0), _PRIOR, {"divergence": Unrestricted()}),
        ([1.0, 0.0, 0.0], None, {"divergence": Unrestricted()}),
        (forward(), _PRIOR, _BALL | {"quotes": Quotes([[1.0, 2.0]], [0.0], [1.0])}),
    ],
)
def test_bad_arguments_raise_one_clear_error(payoff, prior, given):
    with pytest.raises(ParameterError, match="expected"):
        price_bounds(payoff, prior, **given)
