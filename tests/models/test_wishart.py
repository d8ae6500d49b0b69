"""Wishart models against Heston, independent factors, Riccati equations and squares of normals."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from rmot.errors import ParameterError
from rmot.models import Heston, JointLaw, RoughFactorModel, VarianceFactor, WishartModel
from rmot.spread import spread_call

Q = np.array([[0.22, 0.04], [-0.03, 0.18]])
M = np.array([[-0.5, 0.1], [0.05, -0.4]])
R = np.array([[-0.6, 0.2], [0.1, -0.4]])
V0 = np.array([[0.05, 0.02], [0.02, 0.04]])
# A_1 = u e_1^T and A_2 = u e_2^T: the covariances of returns are V itself
EXPOSURES = np.array([[[0.8, 0.0], [0.6, 0.0]], [[0.0, 0.8], [0.0, 0.6]]])
GIVEN = {"volatility": Q, "drift": M, "correlation": R, "initial": V0}
PAIR = WishartModel(EXPOSURES, degrees=2.0, **GIVEN)


def test_it_is_a_joint_law():
    assert isinstance(PAIR, JointLaw)


@pytest.mark.parametrize("maturity", [0.1, 1.0, 10.0])
def test_one_by_one_matrices_are_the_heston_model(maturity):
    beta, q, m, r, v, a = 1.3, 0.25, -0.6, -0.5, 0.04, 1.2
    ours = WishartModel(
        [[[a]]], degrees=beta, volatility=[[q]], drift=[[m]], correlation=[[r]], initial=[[v]]
    )
    theirs = Heston(
        vol_of_vol=2.0 * q * a,
        correlation=r,
        initial_variance=a * a * v,
        mean_reversion=-2.0 * m,
        long_run_variance=a * a * beta * q * q / (-2.0 * m),
    )
    u = np.append(np.linspace(-300.0, 300.0, 61) - 0.5j, np.linspace(0.0, 9.0, 7)).astype(
        np.complex128
    )
    found = ours.log_characteristic_function(u[:, None], maturity)
    _, error, _ = ours.estimated_log_transform(u[:, None], maturity, 0.0)
    exact = theirs.log_characteristic_function(u, maturity)
    assert np.all(np.abs(found - exact) <= error + 1e-13 * np.abs(exact))
    for end in theirs.critical_moments(maturity):
        assert ours.has_moment([end * (1.0 - 1e-5)], maturity)
        assert not ours.has_moment([end * (1.0 + 1e-5)], maturity)


def test_diagonal_matrices_are_independent_square_root_factors():
    beta, q, m, r, v = 1.7, (0.2, 0.3), (-0.4, -0.7), (-0.6, 0.3), (0.04, 0.02)
    loadings = np.array([[1.0, 0.5], [0.7, -0.8]])
    ours = WishartModel(
        [np.diag(row) for row in loadings],
        degrees=beta,
        volatility=np.diag(q),
        drift=np.diag(m),
        correlation=np.diag(r),
        initial=np.diag(v),
    )
    factors = [
        VarianceFactor(
            hurst=0.5,
            vol_of_vol=2.0 * q[k],
            correlation=r[k],
            initial_variance=v[k],
            mean_reversion=-2.0 * m[k],
            long_run_variance=beta * q[k] ** 2 / (-2.0 * m[k]),
        )
        for k in range(2)
    ]
    theirs = RoughFactorModel(loadings, factors)
    rng = np.random.default_rng(1)
    u = rng.normal(size=(50, 2)) * 15.0 - 1j * np.array([0.3, 0.2])
    for maturity in (0.5, 2.0):
        exact = theirs.log_characteristic_function(u, maturity)
        found = ours.log_characteristic_function(u, maturity)
        assert np.all(np.abs(found - exact) <= 1e-10 * np.maximum(1.0, np.abs(exact)))
        assert ours.deviations(maturity) == pytest.approx(theirs.deviations(maturity), rel=1e-10)
    strikes = [-0.2, 0.1]
    forwards = (1.1, 0.9)
    ours_price = spread_call(ours, 0, 1, strikes, 2.0, forwards=forwards)
    theirs_price = spread_call(theirs, 0, 1, strikes, 2.0, forwards=forwards)
    assert np.all(np.abs(ours_price - theirs_price) <= 4e-8)


def test_the_transform_solves_its_riccati_equation_on_the_right_branch():
    rng = np.random.default_rng(3)
    for _ in range(12):
        r = rng.normal(size=(2, 2))
        root = 0.2 * rng.normal(size=(2, 2))
        law = WishartModel(
            rng.normal(size=(2, 2, 2)),
            degrees=1.5,
            volatility=0.2 * rng.normal(size=(2, 2)),
            drift=-np.diag(rng.uniform(0.05, 1.0, 2)) + 0.1 * rng.normal(size=(2, 2)),
            correlation=rng.uniform(0.2, 0.99) * r / np.linalg.norm(r, 2),
            initial=root @ root.T,
        )
        maturity = float(rng.choice([0.25, 1.0, 10.0]))
        u = rng.normal(size=2) * rng.choice([1.0, 10.0, 60.0]) - 0.3j
        a = np.einsum("i,iab->ab", 1j * u, law.exposures)
        squares = np.einsum("i,ica,icb->ab", 1j * u, law.exposures, law.exposures)
        m, p = (
            law.drift + law.volatility.T @ law.correlation.T @ a,
            law.volatility.T @ law.volatility,
        )

        def slope(_, y, c=0.5 * (a.T @ a - squares), m=m, p=p):
            d = y[:4].reshape(2, 2)
            return np.append((c + d @ m + m.T @ d + 2.0 * d @ p @ d).ravel(), np.trace(p @ d))

        end = solve_ivp(
            slope, (0.0, maturity), np.zeros(5, complex), method="DOP853", rtol=1e-10, atol=1e-12
        ).y[:, -1]
        exact = np.trace(end[:4].reshape(2, 2) @ law.initial) + law.degrees * end[4]
        found, _, _ = law.estimated_log_transform(u[None, :], maturity, 0.0)
        assert abs(found[0] - exact) <= 1e-7 * max(1.0, abs(exact))


def squares_of_normals(law, maturity, n_paths, steps, seed):
    """Return prices where beta is whole: V = X^T X with X Gaussian, dX = X M^T dt + dN Q.

    sqrt(V) dW is X^T dN, and sqrt(V) dZ has the same law with other increments: no root of V.
    """
    rng = np.random.default_rng(seed)
    dt, beta, d = maturity / steps, round(law.degrees), law.dimension
    x = np.zeros((n_paths, beta, d))
    x[:, :d] = np.linalg.cholesky(law.initial).T
    values, vectors = np.linalg.eigh(np.eye(d) - law.correlation @ law.correlation.T)
    own = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    squares = np.einsum("ica,icb->iab", law.exposures, law.exposures)
    log_price = np.zeros((n_paths, law.n_assets))
    for _ in range(steps):
        n, other = math.sqrt(dt) * rng.standard_normal((2, n_paths, beta, d))
        xt = np.swapaxes(x, 1, 2)
        noise = xt @ n @ law.correlation.T + xt @ other @ own
        log_price += np.einsum("iab,nba->ni", law.exposures, noise)
        log_price -= 0.5 * dt * np.einsum("iab,nba->ni", squares, xt @ x)
        x = x + dt * x @ law.drift.T + n @ law.volatility
    return np.exp(log_price)


@pytest.mark.parametrize("simulated", ["squares", "euler"])
def test_spread_options_are_those_of_simulations(simulated):
    maturity, forwards = 1.0, np.array([1.1, 0.9])
    strikes = np.array([-0.2, 0.0, 0.2, 0.5])
    exact = spread_call(PAIR, 0, 1, strikes, maturity, forwards=forwards)
    found = []
    for steps in (16, 32):
        if simulated == "squares":
            drawn = squares_of_normals(PAIR, maturity, 30_000, steps, 4)
        else:
            drawn = PAIR.simulate(maturity, 30_000, steps, 4)
        prices = drawn * forwards
        spread = prices[:, 0] - prices[:, 1]
        payoff = np.maximum(spread[:, None] - strikes, 0.0)
        control = spread - 0.2
        slope = (control @ (payoff - payoff.mean(axis=0))) / (control @ control)
        rest = payoff - control[:, None] * slope
        found.append((rest.mean(axis=0), rest.std(axis=0) / math.sqrt(len(rest))))
    (coarse, _), (fine, error) = found
    # steps twice as long are off by twice as much
    assert np.all(np.abs(fine - exact) <= 4.0 * error + np.abs(fine - coarse))
    assert np.all(error < 8e-4)


def test_expected_covariances_are_those_of_the_transform():
    # -d^2 log phi at 0 is the covariance of log-prices; V does not move them where Q is 1e-6
    still = WishartModel(EXPOSURES, degrees=2.0, **(GIVEN | {"volatility": 1e-6 * np.eye(2)}))
    h = 1e-2
    u = h * np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    values = -2.0 * still.log_characteristic_function(u, 2.0).real / h**2
    covariance = still.integrated_covariance(2.0)
    assert values[:2] == pytest.approx(np.diag(covariance), rel=1e-5)
    assert values[2] == pytest.approx(covariance.sum(), rel=1e-5)


def test_prices_are_martingales():
    found = PAIR.log_characteristic_function([[-1j, 0.0], [0.0, -1j]], 3.0)
    assert np.all(np.abs(found) <= 1e-12)
    drawn = PAIR.simulate(3.0, 40_000, 8, 2)
    assert np.all(np.abs(drawn.mean(axis=0) - 1.0) <= 4.5 * drawn.std(axis=0) / math.sqrt(40_000))


def test_the_gindikin_condition_is_enforced():
    with pytest.raises(ParameterError, match=r"beta = 0\.9: by the Gindikin .* at least 1"):
        WishartModel(EXPOSURES, degrees=0.9, **GIVEN)
    with pytest.raises(ParameterError, match="beta = nan"):
        WishartModel(EXPOSURES, degrees=math.nan, **GIVEN)
    assert WishartModel(EXPOSURES, degrees=1.0, **GIVEN).degrees == 1.0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"correlation": 1.2 * np.eye(2)}, "singular values of at most 1; the largest is 1.2"),
        ({"initial": np.array([[1.0, 2.0], [2.0, 1.0]])}, "least eigenvalue is -1"),
        ({"initial": np.array([[1.0, 0.2], [0.1, 1.0]])}, "symmetric"),
        ({"volatility": np.ones((2, 2))}, "invertible"),
        ({"drift": np.eye(3)}, r"drift of shape \(2, 2\)"),
        ({"drift": np.full((2, 2), math.nan)}, "drift must be finite"),
    ],
)
def test_matrices_outside_their_domain_are_refused(changed, message):
    with pytest.raises(ParameterError, match=message):
        WishartModel(EXPOSURES, degrees=2.0, **(GIVEN | changed))


def test_expired_options_and_infinite_moments_are_refused():
    with pytest.raises(ParameterError, match="maturity"):
        PAIR.log_characteristic_function([[0.0, 0.0]], 0.0)
    with pytest.raises(ParameterError, match="is infinite where"):
        PAIR.log_characteristic_function([[-400j, 0.0]], 1.0)
    with pytest.raises(ParameterError, match="all 0"):
        WishartModel(0.0 * EXPOSURES, degrees=2.0, **GIVEN)
