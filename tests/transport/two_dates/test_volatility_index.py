"""Joint laws of two prices and the index between them, against cvxpy on the same nodes."""

from typing import Any

import cvxpy as cp
import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import call, forward_start_straddle
from rmot.transport import (
    ChiSquared,
    KullbackLeibler,
    MultipleOfLeast,
    Quotes,
    least_half_spreads,
)
from rmot.transport.two_dates.volatility_index import consistency, index_bounds

WINDOW = 30 / 365
LEVELS, FUTURE = (0.14, 0.2, 0.3), 0.1965
PAYOFF = forward_start_straddle(1.0)
# as in test_ball_of_two_dates
ATOL = 2e-6


def law() -> Prior:
    """Return a law whose second price is binomial over three steps, with about the index's move."""
    points, weights = [], []
    for x, p in ((0.93, 0.3), (1.0, 0.4), (1.07, 0.3)):
        for level, share in zip(LEVELS, (0.4, 0.4, 0.2), strict=True):
            step = level * np.sqrt(WINDOW / 3)
            for ups, count in enumerate((1, 3, 3, 1)):
                y = x * np.exp((2 * ups - 3) * step * 1.02) / np.cosh(step * 1.02) ** 3
                points.append((x, level, y))
                weights.append(p * share * count / 8)
    return Prior(points, np.array(weights) / np.sum(weights))


def quoted(
    prior: Prior, column: int, unit: float, strikes: list[float], shift: float, half: float
) -> Quotes:
    prices = prior.points[:, column] / unit
    mid = (np.maximum(prices - np.array(strikes)[:, None], 0) @ prior.weights) * (1 + shift)
    return Quotes([call(k) for k in strikes], mid - half, mid + half)


QUOTES = (
    quoted(law(), 0, 1.0, [0.97, 1.03], 0.01, 3e-4),
    quoted(law(), 1, FUTURE, [0.9, 1.2], 0.01, 2e-3),
    quoted(law(), 2, 1.0, [0.95, 1.05], -0.01, 3e-4),
)


def conic(use: tuple[int, ...], entropy: bool, eta: float | None, sign: float = 1.0) -> float:
    prior = law()
    w, (x, i, y) = prior.weights, prior.points.T
    mass = cp.Variable(w.size)
    rules: list[Any] = [mass >= 0, cp.sum(mass) == 1, x @ mass == 1]
    if 1 in use:
        rules.append((i / FUTURE) @ mass == 1)
    for column in use:
        prices = (x, i / FUTURE, y)[column]
        g = np.stack([item.value(prices) for item in QUOTES[column].payoffs])
        rules += [g @ mass >= QUOTES[column].bid, g @ mass <= QUOTES[column].ask]
    for start in np.unique(x):
        for level in LEVELS:
            here = (x == start) & (i == level)
            rules.append(((y - x) * here) @ mass == 0)
            rules.append(((-2 / WINDOW * np.log(y / x) - i**2) * here) @ mass == 0)
    spent = cp.sum(cp.kl_div(mass, w)) if entropy else cp.sum_squares((mass - w) / np.sqrt(w))
    if eta is None:
        problem = cp.Problem(cp.Minimize(spent), rules)
    else:
        aim = sign * PAYOFF.at(x, y)
        problem = cp.Problem(cp.Maximize(aim @ mass), [*rules, spent <= eta])  # pyright: ignore[reportArgumentType]
    problem.solve(solver=cp.CLARABEL)
    return sign * float(problem.value) if eta is not None else float(problem.value)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("divergence", [ChiSquared(), KullbackLeibler()], ids=str)
@pytest.mark.parametrize("use", [(0, 2), (0, 1, 2)])
def test_bounds_are_those_of_a_conic_solver(divergence, use) -> None:
    quotes = [QUOTES[column] if column in use else None for column in range(3)]
    found = index_bounds(
        PAYOFF,
        law(),
        quotes,
        future=FUTURE if 1 in use else None,
        window=WINDOW,
        divergence=divergence,
        radius=MultipleOfLeast(2.0),
    )
    entropy = isinstance(divergence, KullbackLeibler)
    assert found.minimum_radius == pytest.approx(conic(use, entropy, None), abs=ATOL)
    eta = found.radius.value
    assert found.upper == pytest.approx(conic(use, entropy, eta), abs=ATOL)
    assert found.lower == pytest.approx(conic(use, entropy, eta, -1.0), abs=ATOL)
    assert found.residual <= 1e-12
    for fibres in consistency(found.law, WINDOW):
        left = np.bincount(fibres.labels, found.law.weights * fibres.values)
        assert np.abs(left).max() <= 1e-12


def test_what_does_not_fit_is_refused() -> None:
    prior = law()
    common: dict[str, Any] = {"divergence": ChiSquared(), "radius": 0.1}
    with pytest.raises(ParameterError, match="future"):
        index_bounds(PAYOFF, prior, QUOTES, future=None, window=WINDOW, **common)
    with pytest.raises(ParameterError, match=r"such as 0\.2"):
        index_bounds(PAYOFF, prior, QUOTES, future=20.5, window=WINDOW, **common)
    with pytest.raises(ParameterError, match="window"):
        index_bounds(PAYOFF, prior, QUOTES, future=FUTURE, window=0.0, **common)
    with pytest.raises(ParameterError, match="quotes of S_1"):
        index_bounds(PAYOFF, prior, QUOTES[:2], future=FUTURE, window=WINDOW, **common)
    flat = Prior(prior.points[:, :2], prior.weights)
    with pytest.raises(ParameterError, match="points of shape"):
        index_bounds(PAYOFF, flat, QUOTES, future=FUTURE, window=WINDOW, **common)


@pytest.mark.parametrize("use", [(0, 2), (0, 1, 2)])
def test_the_least_multiple_of_half_spreads_is_that_of_a_conic_solver(use) -> None:
    # mids apart enough that the least multiple is neither 0 nor 1
    quotes = [
        Quotes(each.payoffs, each.bid + 2e-3 * (-1) ** k, each.ask + 2e-3 * (-1) ** k)
        for k, each in enumerate(QUOTES)
    ]
    held = [quotes[column] if column in use else None for column in range(3)]
    future = FUTURE if 1 in use else None
    found = least_half_spreads(law(), held, future=future, window=WINDOW)
    prior = law()
    points = prior.points / np.array([1.0, FUTURE, 1.0])
    mass, multiple = cp.Variable(prior.weights.size), cp.Variable()
    rules: list[Any] = [mass >= 0, cp.sum(mass) == 1, points[:, 0] @ mass == 1]
    if 1 in use:
        rules.append(points[:, 1] @ mass == 1)
    for column in use:
        g = np.stack([item.value(points[:, column]) for item in quotes[column].payoffs])
        bid, ask = quotes[column].bid, quotes[column].ask
        rules.append(cp.abs(g @ mass - 0.5 * (bid + ask)) <= multiple * 0.5 * (ask - bid))
    for fibres in consistency(prior, WINDOW):
        each = [fibres.values * (fibres.labels == k) for k in range(fibres.count)]
        rules.append(np.stack(each) @ mass == 0)
    cp.Problem(cp.Minimize(multiple), rules).solve(solver=cp.CLARABEL)
    assert float(multiple.value) > 1e-3  # pyright: ignore[reportArgumentType]
    assert found.multiple == pytest.approx(float(multiple.value), rel=1e-5)  # pyright: ignore[reportArgumentType]
    assert found.residual <= 1e-8
    assert found.binding


def test_quotes_of_one_price_have_no_half_spread() -> None:
    flat = Quotes(QUOTES[0].payoffs, QUOTES[0].bid, QUOTES[0].bid)
    with pytest.raises(ParameterError, match="above bids"):
        least_half_spreads(law(), [flat, None, QUOTES[2]], future=None, window=WINDOW)
