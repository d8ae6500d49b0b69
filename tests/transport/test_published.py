"""What the sources print, against convex programs, closed forms and the bounds that replace it."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.models import RoughHeston, SmallTimeRate
from rmot.payoffs import basket_call, call
from rmot.transport import Prior, Quotes, Tail
from rmot.transport.published.algorithm_one import algorithm_one
from rmot.transport.published.extrapolation import (
    chi_squared_bound,
    printed_error_bound,
    relative_entropy_bound,
)
from rmot.transport.published.regularised_problem import nodes_of, regularised_law


def _prior(seed, n=80):
    rng = np.random.default_rng(seed)
    points = np.sort(np.exp(0.2 * rng.standard_normal(n)))
    weights = rng.dirichlet(np.full(n, 3.0))
    return Prior(points / (weights @ points), weights)


def _quotes(prior, scale, noise=2e-3, strikes=(0.9, 1.0, 1.1)):
    """Return calls at the prior's prices with deviations scaled."""
    points = 1 + scale * (prior.points - 1)
    fair = np.array([prior.weights @ np.maximum(points - k, 0) for k in strikes])
    return Quotes([call(k) for k in strikes], fair - noise, fair + noise)


@pytest.mark.parametrize("part", ["inside", "outside"])
@pytest.mark.parametrize("seed", range(3))
def test_definition_2_3_is_solved_as_a_convex_program_solves_it(seed, part):
    prior = _prior(seed)
    quotes = _quotes(prior, 0.8, noise=2e-2)
    found = regularised_law(prior, quotes, positive_part=part)
    middle, noise = 0.5 * (quotes.bid + quotes.ask), 0.5 * (quotes.ask - quotes.bid)
    penalised = np.array([p.value(prior.points) for p in quotes.payoffs]) - middle[:, None]
    penalised = np.maximum(penalised, 0) if part == "inside" else penalised
    q = cp.Variable(prior.weights.size)
    rules = [cp.sum(q) == 1, prior.points @ q == 1, penalised @ q <= noise]
    problem = cp.Problem(cp.Minimize(cp.sum(cp.rel_entr(q, prior.weights))), rules)
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    assert q.value is not None
    assert found.law.relative_entropy == pytest.approx(float(problem.value), abs=1e-8)  # pyright: ignore[reportArgumentType]
    # Pinsker: laws whose entropies differ by 1e-8 are within sqrt(2e-8) of each other in mass.
    assert found.law.weights == pytest.approx(q.value, abs=np.sqrt(2e-8))
    assert np.all(found.law.multipliers[1:] >= 0)


def test_the_solution_is_an_exponential_tilt_of_the_prior():
    prior = _prior(4)
    quotes = _quotes(prior, 0.8, noise=2e-2)
    found = regularised_law(prior, quotes)
    middle = 0.5 * (quotes.bid + quotes.ask)
    values = np.array([p.value(prior.points) for p in quotes.payoffs])
    penalised = np.vstack([prior.points, np.maximum(values - middle[:, None], 0)])
    tilted = prior.weights * np.exp(-found.law.multipliers @ penalised)
    assert found.law.weights == pytest.approx(tilted / tilted.sum(), abs=1e-12)


def test_quotes_hold_from_above_alone_when_the_positive_part_is_outside():
    # Prices of a wider law are all missed below, by the prior itself.
    prior = _prior(5)
    quotes = _quotes(prior, 1.5)
    found = regularised_law(prior, quotes, positive_part="outside")
    assert found.law.relative_entropy == pytest.approx(0.0, abs=1e-9)
    assert np.all(found.missed < -5)


def test_the_positive_part_inside_presses_all_mass_to_the_forward():
    # E (S - F)^+ <= sigma + (K + C - F)^+ for every quote, whatever the market says of calls at F.
    prior = _prior(6, 400)
    noise = 5e-3
    quotes = _quotes(prior, 1.0, noise=noise, strikes=(0.5, 1.0))
    found = regularised_law(prior, quotes)
    middle = 0.5 * (quotes.bid + quotes.ask)
    cap = np.min(noise + np.maximum(np.array([0.5, 1.0]) + middle - 1, 0))
    assert found.price(call(1.0)) <= cap + 1e-9
    assert found.missed[1] < -5
    assert middle[1] > 10 * cap


def test_a_tail_becomes_one_node_at_its_mean():
    points, weights = nodes_of(Prior([0.5, 1.0], [0.4, 0.5], Tail(1.5, 0.1, 0.3, 0.95)))
    assert points.tolist() == pytest.approx([0.5, 1.0, 3.0])
    assert weights.tolist() == pytest.approx([0.4, 0.5, 0.1])


def test_the_printed_bound_is_the_printed_formula():
    found = printed_error_bound(
        [0.5], [0.2], 0.25, 0.1, 0.03, regularisation=2.0, spot=3.0, remainder=0.1
    )
    expected = np.sqrt(2 * 0.03 / 2) * 3 * np.exp(0.2 - 0.5 / (2 * 0.25**0.2) + 0.05)
    assert found.item() == pytest.approx(expected, rel=1e-14)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), strike=st.floats(0.5, 3.0), sharpness=st.floats(0.05, 5.0))
def test_the_repaired_bounds_hold_for_every_pair_of_laws(seed, strike, sharpness):
    rng = np.random.default_rng(seed)
    points = np.exp(rng.standard_normal(30))
    p, q = rng.dirichlet(np.full(30, sharpness), 2) + 1e-12
    p, q = p / p.sum(), q / q.sum()
    worth = call(strike).value(points)
    error = abs((q - p) @ worth)
    assert error <= relative_entropy_bound(worth, p, q) * (1 + 1e-9) + 1e-13
    assert error <= chi_squared_bound(worth, p, q) * (1 + 1e-9) + 1e-13


def test_the_printed_bound_fails_where_the_true_tail_is_fatter():
    # The entropy of P by Q hardly sees a far atom of Q, and the printed bound knows P's tail alone.
    maturity, share, strike = 1 / 12, 0.01, 20.0
    model = RoughHeston(
        hurst=0.3,
        vol_of_vol=0.3,
        correlation=-0.7,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    )
    rate = SmallTimeRate(hurst=0.3, vol_of_vol=0.3, correlation=-0.7, initial_variance=0.04)
    points, p = nodes_of(model.prior(maturity, n_points=200))
    points, p = np.append(points, 2 * strike), np.append(p, 1e-300)
    q = (1 - share) * p
    q[-1] += share
    entropy = float(p @ np.log(p / q))
    worth = call(strike).value(points)
    error = abs((q - p) @ worth)
    k = np.log(strike)
    for at in (k, k * maturity ** (0.3 - 0.5)):
        printed = printed_error_bound(
            rate.rate(at), k, maturity, 0.3, entropy, regularisation=1.0
        ).item()
        assert printed < 1e-3 * error
    assert error <= relative_entropy_bound(worth, p, q)


def test_bounds_are_infinite_without_absolute_continuity():
    assert relative_entropy_bound([0.0, 1.0], [0.5, 0.5], [1.0, 0.0]) == np.inf
    assert chi_squared_bound([0.0, 1.0], [1.0, 0.0], [0.5, 0.5]) == np.inf


def _joint(seed, n=300):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 2)) @ np.array([[1.0, 0.7], [0.0, 0.7]])
    points = np.exp(0.2 * z)
    return Prior(points / points.mean(axis=0), np.full(n, 1 / n))


def _each(prior, scale, strikes=(0.9, 1.0, 1.1)):
    found = []
    for i in range(2):
        points = 1 + scale * (prior.points[:, i] - 1)
        fair = [np.mean(np.maximum(points - k, 0)) for k in strikes]
        found.append(Quotes([call(k) for k in strikes], fair, fair))
    return found


@pytest.mark.parametrize("matching", [False, True])
@pytest.mark.parametrize("strike", [0.7, 1.0, 1.4])
def test_algorithm_one_gives_one_number_for_both_bounds(strike, matching):
    prior = _joint(1)
    payoff = basket_call([0.5, 0.5], strike)
    found = algorithm_one(payoff, prior, _each(prior, 1.1), matching=matching)
    assert found.lower == found.upper
    assert found.lower == pytest.approx(found.weights @ payoff.value(prior.points), abs=1e-15)


def test_algorithm_ones_law_does_not_know_the_payoff():
    prior = _joint(2)
    quotes = _each(prior, 1.1)
    laws = [algorithm_one(basket_call([0.5, 0.5], k), prior, quotes).weights for k in (0.8, 1.3)]
    assert np.array_equal(laws[0], laws[1])


def test_only_the_matching_tilt_meets_the_quotes():
    prior = _joint(3)
    quotes = _each(prior, 1.1)
    payoff = basket_call([0.5, 0.5], 1.0)
    matching = algorithm_one(payoff, prior, quotes, matching=True)
    printed = algorithm_one(payoff, prior, quotes)
    # Prices are met to 1e-9 of the payoffs' deviations, which are below one.
    assert matching.largest_miss < 1e-7
    # A tilt of the other sign moves prices the other way: to first order it misses by twice as
    # much as the prior does.
    prior_miss = max(
        abs(np.mean(np.maximum(prior.points[:, i] - k, 0)) - ask)
        for i in range(2)
        for k, ask in zip((0.9, 1.0, 1.1), quotes[i].ask, strict=True)
    )
    assert printed.largest_miss > prior_miss


def test_bad_arguments_raise_one_clear_error():
    prior = _prior(1)
    with pytest.raises(ParameterError, match="inside"):
        regularised_law(prior, _quotes(prior, 1.0), positive_part="both")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="bid and ask"):
        regularised_law(prior, Quotes([call(1.0)], [0.1], [np.inf]))
    with pytest.raises(ParameterError, match="maturity > 0"):
        printed_error_bound(1.0, 0.1, -1.0, 0.1, 0.1, regularisation=1.0)
    with pytest.raises(ParameterError, match="2 assets"):
        algorithm_one(basket_call([1.0], 1.0), prior, [_quotes(prior, 1.0)] * 2)
    with pytest.raises(ParameterError, match="one shape"):
        chi_squared_bound([1.0], [0.5, 0.5], [0.5, 0.5])
    clashing = Quotes([call(0.9), call(1.1)], [0.0, 0.5], [0.0, 0.5])
    with pytest.raises(InfeasibleQuotes, match="asset 0 quote"):
        algorithm_one(
            basket_call([0.5, 0.5], 1.0), _joint(1), [clashing, *_each(_joint(1), 1.0)[1:]]
        )
