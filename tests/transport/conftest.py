"""Random priors and quotes of known feasibility, and the same balls solved by Clarabel."""

import cvxpy as cp
import numpy as np
import pytest

from rmot.payoffs import call, digital, put, straddle
from rmot.transport import Prior, Quotes


def _prior(rng, n=60):
    points = np.sort(np.exp(0.3 * rng.standard_normal(n) - 0.045))
    weights = rng.dirichlet(np.full(n, 2.0))
    return Prior(points, weights)


def _quotes(rng, prior, n_quotes, width):
    """Return quotes met by a random law with the forward, some of them tight at bid or ask."""
    tilt = 1 + 0.3 * np.tanh(3 * (prior.points - 1)) * rng.standard_normal()
    law = prior.weights * tilt / (prior.weights @ tilt)
    strikes = np.sort(rng.uniform(0.7, 1.4, n_quotes))
    makers = [(call, put, straddle, digital)[i] for i in rng.integers(0, 4, n_quotes)]
    payoffs = [make(k) for make, k in zip(makers, strikes, strict=True)]
    fair = np.array([law @ payoff.value(prior.points) for payoff in payoffs])
    below, above = width * rng.uniform(0, 1, (2, n_quotes)) * (rng.random((2, n_quotes)) < 0.8)
    return Quotes(payoffs, fair - below, fair + above), float(law @ prior.points)


def _clarabel_bound(values, quoted, prior, quotes, mean, radius):
    """Return the upper bound of a chi-squared ball, its least radius, and the radius taken."""
    w = prior.weights
    # Deviations scaled by the root of the weights make the ball Euclidean.
    z = cp.Variable(w.size)
    q = 1 + z / np.sqrt(w)
    rules = [q >= 0, w @ q == 1, cp.sum(cp.multiply(w * prior.points, q)) == mean]
    if quotes is not None:
        for quoted_sides, sign in ((quotes.bid, -1), (quotes.ask, 1)):
            has = np.isfinite(quoted_sides)
            if has.any():
                rules.append(sign * ((quoted[has] * w) @ q - quoted_sides[has]) <= 0)
    tight = {"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-13}
    least = cp.Problem(cp.Minimize(cp.sum_squares(z)), rules)
    least.solve(cp.CLARABEL, **tight)
    size = radius(least.value)
    problem = cp.Problem(
        cp.Maximize(cp.sum(cp.multiply(w * values, q))), [*rules, cp.norm(z) <= np.sqrt(size)]
    )
    problem.solve(cp.CLARABEL, **tight)
    return float(problem.value), float(least.value), size  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="session")
def random_prior():
    return _prior


@pytest.fixture(scope="session")
def random_quotes():
    return _quotes


@pytest.fixture(scope="session")
def clarabel_bound():
    return _clarabel_bound
