"""Balls around a law of two dates, against cvxpy on the same nodes."""

from itertools import pairwise
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from rmot.errors import InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import (
    TwoDatePayoff,
    basket_call,
    call,
    cliquet,
    forward_start_call,
    forward_start_straddle,
)
from rmot.transport import ChiSquared, CressieRead, KullbackLeibler, MultipleOfLeast, Quotes
from rmot.transport.two_dates.bounds import MartingaleBounds, martingale_bounds

Vector = NDArray[np.float64]
Divergence = ChiSquared | KullbackLeibler | CressieRead

DIVERGENCES: list[Divergence] = [ChiSquared(), KullbackLeibler(), CressieRead(1.5)]
STRIKES = np.array([0.94, 1.0, 1.05])
PAYOFF = forward_start_call(1.0)
# cvxpy's solvers stop at residuals of 1e-8 of the problem's scale; bounds at a fixed radius move
# by no more than their square root times the payoff's deviation over it.
ATOL = 2e-6


def black_scholes(n: int = 9, m: int = 11, first: float = 0.06, second: float = 0.06) -> Prior:
    """Return cells of two independent lognormal steps, each with its own mean."""
    z = np.linspace(-3.5, 3.5, n + 1)
    p = np.diff(norm.cdf(z))
    x = np.diff(norm.cdf(z - first)) / p
    q = np.diff(norm.cdf(np.linspace(-3.5, 3.5, m + 1)))
    r = np.diff(norm.cdf(np.linspace(-3.5, 3.5, m + 1) - second)) / q
    weights = np.outer(p, q).ravel()
    x /= p @ x / p.sum()
    r /= q @ r / q.sum()
    points = np.stack([np.repeat(x, m), np.outer(x, r).ravel()], axis=1)[:, :, None]
    return Prior(points, weights / weights.sum())


def calls(prior: Prior, date: int, shift: float, half: float = 2e-4) -> Quotes:
    """Return calls quoted around the prior's own prices, all of them moved."""
    s = prior.points[:, date, 0]
    mid = np.maximum(s - STRIKES[:, None], 0) @ prior.weights * (1 + shift)
    return Quotes([call(k) for k in STRIKES], mid - half, mid + half)


def conic(
    prior: Prior,
    quotes: tuple[Quotes, Quotes],
    payoff: Vector | None,
    divergence: Divergence,
    eta: float,
) -> float:
    """Return the largest price, or the least divergence, by cvxpy."""
    w, (x, y) = prior.weights, prior.points[:, :, 0].T
    mass = cp.Variable(w.size)
    rules: list[Any] = [mass >= 0, cp.sum(mass) == 1, x @ mass == 1]
    for date, quoted in enumerate(quotes):
        g = np.stack([item.value(prior.points[:, date, 0]) for item in quoted.payoffs])
        rules += [g @ mass >= quoted.bid, g @ mass <= quoted.ask]
    for start in np.unique(x):
        rules.append(((y - x) * (x == start)) @ mass == 0)
    if isinstance(divergence, ChiSquared):
        spent = cp.sum_squares((mass - w) / np.sqrt(w))
    elif isinstance(divergence, KullbackLeibler):
        spent = cp.sum(cp.kl_div(mass, w))
    else:
        spent = w @ (cp.power(mass / w, 1.5) - 1.5 * mass / w + 0.5) / 0.75
    if payoff is None:
        problem = cp.Problem(cp.Minimize(spent), rules)
    else:
        problem = cp.Problem(cp.Maximize(payoff @ mass), [*rules, spent <= eta])  # pyright: ignore[reportArgumentType]
    problem.solve(solver=cp.CLARABEL)
    return float(problem.value)  # pyright: ignore[reportArgumentType]


def bounds(
    divergence: Divergence, factor: float = 3.0, payoff: TwoDatePayoff = PAYOFF
) -> MartingaleBounds:
    prior = black_scholes()
    quotes = calls(prior, 0, 0.05), calls(prior, 1, -0.03)
    return martingale_bounds(
        payoff, prior, quotes, divergence=divergence, radius=MultipleOfLeast(factor)
    )


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=str)
@pytest.mark.parametrize("payoff", [PAYOFF, cliquet(-0.05, 0.04)], ids=lambda p: p.label)
def test_bounds_least_radius_and_price_are_those_of_a_conic_solver(divergence, payoff) -> None:
    prior = black_scholes()
    quotes = calls(prior, 0, 0.05), calls(prior, 1, -0.03)
    found = bounds(divergence, payoff=payoff)
    values = payoff.value(prior.points)
    least = conic(prior, quotes, None, divergence, 0.0)
    assert found.minimum_radius == pytest.approx(least, abs=ATOL)
    assert found.radius is not None
    eta = found.radius.value
    assert found.upper == pytest.approx(conic(prior, quotes, values, divergence, eta), abs=ATOL)
    assert found.lower == pytest.approx(-conic(prior, quotes, -values, divergence, eta), abs=ATOL)


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=str)
def test_laws_meet_every_constraint(divergence) -> None:
    found = bounds(divergence)
    assert found.residual <= 1e-12
    assert found.gap <= 1e-9
    assert found.lower < found.price < found.upper


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=str)
def test_bounds_widen_with_the_radius(divergence) -> None:
    nested = [bounds(divergence, factor) for factor in (1.0, 1.5, 3.0, 10.0)]
    assert nested[0].lower == pytest.approx(nested[0].upper, abs=1e-9)
    for inner, outer in pairwise(nested):
        assert outer.lower <= inner.lower + 1e-12
        assert inner.upper <= outer.upper + 1e-12


def test_the_hedge_and_its_charge_bound_every_law_in_the_ball() -> None:
    found, prior = bounds(ChiSquared()), black_scholes()
    quotes = calls(prior, 0, 0.05), calls(prior, 1, -0.03)
    inside = martingale_bounds(
        PAYOFF, prior, quotes, divergence=ChiSquared(), radius=MultipleOfLeast(2.0)
    )
    assert inside.law is not None
    assert found.radius is not None
    x, y = prior.points[:, :, 0].T
    hedge = found.upper_hedge
    left = PAYOFF.at(x, y) - hedge.value(np.column_stack([x, y]), quotes)
    # E^Q(c - H) <= charge for every Q of the ball, the one that attains the bound included
    theta, eta = hedge.theta, found.radius.value
    y_star = left / theta
    conjugate = np.where(y_star >= -2, y_star + y_star**2 / 4, -1.0)
    assert hedge.charge == pytest.approx(theta * eta + theta * prior.weights @ conjugate, abs=1e-9)
    assert inside.law @ left <= hedge.charge + 1e-12
    assert hedge.cost + hedge.charge == pytest.approx(found.upper, abs=1e-12)


def test_a_payoff_of_the_second_price_alone_needs_no_first_date() -> None:
    prior = black_scholes()
    second = calls(prior, 1, 0.0)
    payoff = np.maximum(prior.points[:, 1, 0] - 1.0, 0.0)
    found = martingale_bounds(payoff, prior, (None, second), divergence=ChiSquared(), radius=0.05)
    assert second.bid[1] - 1e-9 <= found.lower <= found.upper <= second.ask[1] + 1e-9


def test_laws_of_the_wrong_shape_are_refused() -> None:
    prior = black_scholes()
    quotes = calls(prior, 0, 0.0), calls(prior, 1, 0.0)
    flat = Prior(prior.points[:, :, 0], prior.weights)
    with pytest.raises(ParameterError, match="two dates"):
        martingale_bounds(PAYOFF, flat, quotes, divergence=ChiSquared(), radius=0.1)
    sample = Prior([[[1.0], [1.1]], [[0.9], [0.8]]], [0.5, 0.5])
    with pytest.raises(ParameterError, match="both sides"):
        martingale_bounds(PAYOFF, sample, (None, None), divergence=ChiSquared(), radius=0.1)
    for payoff in (call(1.0), basket_call([0.5, 0.5], 1.0)):
        with pytest.raises(ParameterError):
            martingale_bounds(
                payoff,  # pyright: ignore[reportArgumentType]
                prior,
                quotes,
                divergence=ChiSquared(),
                radius=0.1,
            )
    with pytest.raises(ParameterError, match="pair"):
        martingale_bounds(PAYOFF, prior, [quotes[0]], divergence=ChiSquared(), radius=0.1)  # pyright: ignore[reportArgumentType]


def test_quotes_out_of_convex_order_are_infeasible() -> None:
    prior = black_scholes(second=0.03)
    dear, cheap = calls(prior, 0, 0.3, 1e-5), calls(prior, 1, 0.0, 1e-5)
    with pytest.raises(InfeasibleQuotes, match="of price"):
        martingale_bounds(PAYOFF, prior, (dear, cheap), divergence=ChiSquared(), radius=0.1)


def test_a_radius_below_the_least_is_refused() -> None:
    prior = black_scholes()
    quotes = calls(prior, 0, 0.05), calls(prior, 1, -0.03)
    with pytest.raises(InfeasibleRadius, match="the least"):
        martingale_bounds(
            forward_start_straddle(1.0), prior, quotes, divergence=ChiSquared(), radius=1e-9
        )
