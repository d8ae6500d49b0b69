"""Wasserstein balls, against Scarf's bound, programs on fine grids, and the classical bounds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from rmot.errors import InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.payoffs import call, digital, put, straddle
from rmot.transport import (
    MultipleOfLeast,
    Prior,
    Quotes,
    Tail,
    Unrestricted,
    price_bounds,
    wasserstein_bounds,
)

STRIKES = (0.85, 1.0, 1.2)
# The relative gap that the solver stops at.
GAP = 1e-6


def _prior(seed, n=15):
    rng = np.random.default_rng(seed)
    points = np.sort(np.exp(0.25 * rng.standard_normal(n)))
    weights = rng.dirichlet(np.full(n, 2.0))
    return Prior(points / (weights @ points), weights)


def _quotes(prior, width=2e-3, stretch=1.15, strikes=STRIKES):
    """Return calls priced by the prior with its deviations stretched: near, and feasible."""
    points = 1 + stretch * (prior.points - 1)
    fair = np.array([prior.weights @ np.maximum(points - k, 0) for k in strikes])
    return Quotes([call(k) for k in strikes], fair - width, fair + width)


def _on_grid(payoff, prior, quotes: Quotes, radius, order, grid):
    """Return the upper bound over plans from the prior's nodes to the grid, by one program."""
    n, m = prior.points.size, grid.size
    w = prior.weights
    origin = np.repeat(np.arange(n), m)
    place = np.tile(grid, n)
    mass = w[origin]
    cost = mass * np.abs(place - prior.points[origin]) ** order
    quoted = np.array([p.value(place) * mass for p in quotes.payoffs])
    rows = [csr_matrix(cost[None] / radius**order), csr_matrix(quoted), csr_matrix(-quoted)]
    limits = [1.0, *quotes.ask, *-quotes.bid]
    leaves = coo_matrix((np.ones(n * m), (origin, np.arange(n * m))), shape=(n, n * m))
    result = linprog(
        -payoff.value(place) * mass,
        A_ub=vstack(rows),
        b_ub=limits,
        A_eq=vstack([leaves, csr_matrix((mass * place)[None])]),
        b_eq=np.append(np.ones(n), 1.0),
        method="highs",
    )
    assert result.status == 0
    return -result.fun


def _scarf(strike, radius):
    """Return sup E (S - K)^+ over E S = 1, E (S - 1)^2 <= r^2, S >= 0 (Scarf 1958)."""
    moved = strike - 1
    if moved >= (radius**2 - 1) / 2:
        return 0.5 * (np.hypot(radius, moved) - moved)
    # The lower of the two atoms would be negative: it sits at zero.
    return 1 - strike / (1 + radius**2)


@pytest.mark.parametrize("strike", [0.3, 0.5, 0.9, 1.0, 1.2, 3.0, 10.0])
@pytest.mark.parametrize("radius", [0.05, 0.3, 0.9])
def test_mass_at_the_forward_gives_scarfs_bound(strike, radius):
    found = wasserstein_bounds(call(strike), Prior([1.0], [1.0]), radius=radius)
    expected = _scarf(strike, radius)
    assert found.upper == pytest.approx(expected, abs=2 * GAP * expected)
    assert found.upper >= expected * (1 - 1e-9)
    assert found.lower == pytest.approx(max(1 - strike, 0.0), abs=1e-6)
    assert found.minimum_radius == 0.0


def test_a_strike_low_enough_puts_the_lower_atom_at_zero():
    # E (S - K)^+ = 1 - K + E (K - S)^+, and the put is largest with mass 1 - q at zero, where
    # q (1/q - 1)^2 + 1 - q = r^2, hence q = 1/(1 + r^2).
    radius, strike = 0.9, 0.3
    share = 1 / (1 + radius**2)
    found = wasserstein_bounds(put(strike), Prior([1.0], [1.0]), radius=radius)
    assert strike - 1 < (radius**2 - 1) / 2
    assert found.upper == pytest.approx((1 - share) * strike, rel=2 * GAP)


@pytest.mark.parametrize("order", [1.5, 2.0, 3.0])
@pytest.mark.parametrize(
    ("payoff", "radius"), [(call(1.3), 0.1), (digital(1.1), 0.09), (straddle(0.9), 0.2)]
)
def test_a_program_on_a_fine_grid_agrees(order, payoff, radius):
    prior = _prior(3)
    quotes = _quotes(prior)
    step = 0.01
    grid = np.unique(np.concatenate([np.arange(0, 4, step), STRIKES, payoff.kinks, prior.points]))
    found = wasserstein_bounds(payoff, prior, quotes=quotes, order=order, radius=radius)
    on_grid = _on_grid(payoff, prior, quotes, radius, order, grid)
    assert on_grid <= found.upper + 1e-7
    # A plan's destination s between two nodes can be split over both: payoffs keep their mean, and
    # the cost grows by 2^(2 - p) (step / 2)^p at most for p <= 2, and for p = 3 by the variance
    # (step / 2)^2 times half the largest second derivative.
    farthest = grid[-1]
    more = 2 ** (2 - order) * (step / 2) ** order
    if order > 2:
        more = (step / 2) ** 2 * order * (order - 1) / 2 * farthest ** (order - 2)
    nearer = (radius**order - more) ** (1 / order)
    smaller = wasserstein_bounds(payoff, prior, quotes=quotes, order=order, radius=nearer)
    assert on_grid >= smaller.upper - smaller.gap - 1e-7


def test_far_calls_decay_like_the_first_power_less_than_the_order():
    strikes = np.array([20.0, 40.0, 80.0])
    for order in (1.5, 2.0, 3.0):
        prior = _prior(5)
        found = [wasserstein_bounds(call(k), prior, order=order, radius=0.1).upper for k in strikes]
        slopes = np.diff(np.log(found)) / np.diff(np.log(strikes))
        # Displacements are K - x to first order: the slope is off by a multiple of 1/K.
        assert slopes == pytest.approx(1 - order, abs=3 * order / strikes[0])
        assert abs(slopes[1] - (1 - order)) < abs(slopes[0] - (1 - order))


@pytest.mark.parametrize("order", [1.5, 2.0, 3.0])
def test_no_radius_leaves_the_prior_alone(order):
    prior = _prior(9)
    found = wasserstein_bounds(call(1.2), prior, order=order, radius=0.0)
    fair = prior.expectation(call(1.2))
    # A call is Lipschitz and W_p >= W_1: prices move by less than the radius that stands for zero.
    smallest = 1.2 * 1e-12 ** (1 / order)
    assert found.lower <= fair <= found.upper
    assert found.upper - found.lower <= 2 * smallest + 2 * found.gap
    assert found.gap <= 1e-6
    assert found.price == pytest.approx(fair, abs=1e-9)


def test_a_large_radius_gives_the_classical_bound():
    prior = _prior(7)
    quotes = _quotes(prior)
    for payoff in (call(1.1), put(0.9), digital(1.05), call(2.0)):
        classical = price_bounds(payoff, None, quotes=quotes, divergence=Unrestricted())
        missed = []
        for radius in (1.0, 10.0, 100.0):
            found = wasserstein_bounds(payoff, prior, quotes=quotes, radius=radius)
            assert found.upper <= classical.upper + 1e-6 * (1 + found.upper)
            assert found.lower >= classical.lower - 1e-6
            missed.append(classical.upper - found.upper)
        # Mass e at s costs e s^2 and adds e s at most: what is missed falls like 1/r^2.
        assert missed[-1] <= 1e-3 * max(missed[0], 0) + 2e-6


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), strike=st.floats(0.6, 2.0), quoted=st.booleans())
def test_upper_bounds_rise_and_are_concave_in_the_power_of_the_radius(seed, strike, quoted):
    prior = _prior(seed)
    quotes = _quotes(prior) if quoted else None

    def at(radius):
        return wasserstein_bounds(call(strike), prior, quotes=quotes, radius=radius)

    least = at(1.0).minimum_radius
    powers = least**2 * (1 + 1e-6) + np.linspace(1e-4, 0.04, 5)
    found = [at(np.sqrt(power)) for power in powers]
    slack = 2 * max(b.gap for b in found) + 1e-9
    uppers = np.array([b.upper for b in found])
    lowers = np.array([b.lower for b in found])
    assert np.all(np.diff(uppers) >= -slack)
    assert np.all(np.diff(lowers) <= slack)
    assert np.all(np.diff(uppers, 2) <= 2 * slack)
    assert np.all(np.diff(lowers, 2) >= -2 * slack)
    for b in found:
        assert b.lower - slack <= b.price <= b.upper + slack


def test_least_radius_is_that_of_a_program_on_a_fine_grid():
    prior = _prior(11)
    quotes = _quotes(prior, width=1e-4)
    found = wasserstein_bounds(call(1.1), prior, quotes=quotes, radius=MultipleOfLeast(1.5))
    n = prior.points.size
    grid = np.unique(np.concatenate([np.arange(0, 3, 0.005), STRIKES, prior.points]))
    origin, place = np.repeat(np.arange(n), grid.size), np.tile(grid, n)
    mass = prior.weights[origin]
    quoted = np.array([p.value(place) * mass for p in quotes.payoffs])
    leaves = coo_matrix((np.ones(origin.size), (origin, np.arange(origin.size))))
    result = linprog(
        mass * (place - prior.points[origin]) ** 2,
        A_ub=np.vstack([quoted, -quoted]),
        b_ub=np.concatenate([quotes.ask, -quotes.bid]),
        A_eq=vstack([leaves, csr_matrix((mass * place)[None])]),
        b_eq=np.append(np.ones(n), 1.0),
        method="highs",
    )
    # Splitting mass between two nodes adds at most the square of half a step.
    assert found.minimum_radius**2 <= result.fun + 1e-9
    assert found.minimum_radius**2 >= result.fun - (0.0025) ** 2 - 1e-9
    assert found.radius is not None
    assert found.radius.value == pytest.approx(1.5 * found.minimum_radius)


def test_hedges_cost_the_bound_and_no_law_in_the_ball_beats_them():
    prior = _prior(13)
    quotes = _quotes(prior)
    radius = 0.15
    found = wasserstein_bounds(call(1.3), prior, quotes=quotes, radius=radius)
    assert found.upper_hedge.cost == pytest.approx(found.upper, abs=1e-12)
    assert found.lower_hedge.cost == pytest.approx(found.lower, abs=1e-12)
    # Laws of shifted and stretched nodes that meet the quotes and lie within the radius.
    rng = np.random.default_rng(0)
    tried = 0
    for _ in range(400):
        points = 1 + rng.uniform(1.0, 1.3) * (prior.points - 1) + rng.normal(0, 0.01, 15)
        points = np.maximum(points, 0)
        points /= prior.weights @ points
        prices = np.array([prior.weights @ p.value(points) for p in quotes.payoffs])
        near = prior.weights @ (points - prior.points) ** 2 <= radius**2
        if near and np.all((quotes.bid <= prices) & (prices <= quotes.ask)):
            tried += 1
            price = prior.weights @ call(1.3).value(points)
            assert found.lower - 1e-9 <= price <= found.upper + 1e-9
    assert tried > 5


def test_a_tail_is_bounded_on_the_safe_side_and_tightly():
    points = np.exp(np.linspace(-1.0, 1.5, 60))
    weights = points ** -np.where(points > 1, 5.0, -3.0)
    weights /= weights.sum()
    points = points / (weights @ points)
    whole = Prior(points, weights)
    inside = points <= 2.0
    w, beyond = weights[~inside], points[~inside]
    tail = Tail(2.0, w.sum(), w @ beyond, w @ beyond**2)
    cut = Prior(points[inside], weights[inside], tail)
    fair = np.array([whole.expectation(call(k)) for k in (0.8, 1.1)])
    quotes = Quotes([call(0.8), call(1.1)], fair - 1e-3, fair + 1e-3)
    for payoff, radius in itertools.product((call(1.8), put(0.7), digital(1.5)), (0.02, 0.2)):
        full = wasserstein_bounds(payoff, whole, quotes=quotes, radius=radius)
        short = wasserstein_bounds(payoff, cut, quotes=quotes, radius=radius)
        # The true law is one of those with the tail's moments; the gap owns up to the rest.
        assert short.upper >= full.upper - full.gap - 1e-9
        assert short.lower <= full.lower + full.gap + 1e-9
        assert short.upper - short.gap <= full.upper + 1e-9
        assert short.lower + short.gap >= full.lower - 1e-9
        assert short.minimum_radius <= full.minimum_radius + 1e-6


def test_a_far_call_of_a_tail_costs_it_and_nothing_else():
    # On one piece the dual is exact: with b = 1 - nu the tail pays a + b x + b^2/(4 theta).
    tail = Tail(1.5, 0.1, 0.2, 0.45)
    cut = Prior([0.8, 1.2], [0.7, 0.2], tail)
    found = wasserstein_bounds(call(1.2), cut, forwards=float(cut.mean()), radius=0.05)
    assert found.gap <= 2 * GAP * found.upper


def test_infeasible_quotes_and_radii_raise_the_houses_errors():
    prior = _prior(1)
    butterfly = Quotes([call(0.9), call(1.0), call(1.1)], [0.16, 0.13, 0.08], [0.16, 0.13, 0.08])
    with pytest.raises(InfeasibleQuotes, match=r"quote \d \(call\(strike=.*bid.*ask.*reachable"):
        wasserstein_bounds(call(1.2), prior, quotes=butterfly, radius=1.0)
    quotes = _quotes(prior, width=1e-4)
    least = wasserstein_bounds(call(1.2), prior, quotes=quotes, radius=1.0).minimum_radius
    with pytest.raises(InfeasibleRadius, match="expected a radius >= "):
        wasserstein_bounds(call(1.2), prior, quotes=quotes, radius=0.99 * least)
    at = wasserstein_bounds(call(1.2), prior, quotes=quotes, radius=MultipleOfLeast(1.0))
    wide = wasserstein_bounds(call(1.2), prior, quotes=quotes, radius=MultipleOfLeast(1.1))
    assert wide.lower - wide.gap <= at.lower
    assert at.upper <= wide.upper + wide.gap


def test_bad_arguments_raise_one_clear_error():
    prior = _prior(1)
    with pytest.raises(ParameterError, match="order > 1"):
        wasserstein_bounds(call(1.2), prior, order=1.0, radius=0.1)
    with pytest.raises(ParameterError, match="order <= 2"):
        wasserstein_bounds(
            call(1.0), Prior([0.8], [0.5], Tail(1.0, 0.5, 0.6, 0.8)), order=3.0, radius=0.1
        )
    with pytest.raises(ParameterError, match="one asset"):
        wasserstein_bounds(call(1.2), Prior(np.ones((1, 2)), [1.0]), radius=0.1)
    with pytest.raises(ParameterError, match="forward"):
        wasserstein_bounds(call(1.2), prior, forwards=-1.0, radius=0.1)
    with pytest.raises(ParameterError, match="payoff object"):
        wasserstein_bounds(np.ones(15), prior, radius=0.1)  # pyright: ignore[reportArgumentType]
