"""Joint references: marginals, correlation, errors; correlation matrices and the nearest one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from rmot.errors import ParameterError
from rmot.models import BlackScholes
from rmot.payoffs import basket_call
from rmot.transport import ChiSquared, Prior, price_bounds
from rmot.transport.couplings.correlations import correlation_matrix, nearest_correlation
from rmot.transport.couplings.reference import gaussian_copula


def lognormal(deviation):
    return lambda u: np.exp(deviation * ndtri(u) - deviation**2 / 2)


def test_lognormals_have_their_correlation_in_closed_form():
    s, t, rho = 0.2, 0.3, -0.4
    joint = gaussian_copula([lognormal(s), lognormal(t)], [[1, rho], [rho, 1]], 1 << 14, seed=3)
    logs = np.log(joint.points).reshape(16, -1, 2)
    each = [np.corrcoef(block.T)[0, 1] for block in logs]
    assert np.mean(each) == pytest.approx(rho, abs=5 * float(np.std(each)) / 4)
    assert np.std(each) / 4 < 1e-3
    product = (joint.points[:, 0] * joint.points[:, 1]).reshape(16, -1).mean(axis=1)
    assert product.mean() == pytest.approx(np.exp(rho * s * t), abs=5 * product.std() / 4)


def test_marginals_are_those_given():
    marginal = BlackScholes(volatility=0.2).prior(0.25, n_points=60)
    joint = gaussian_copula([marginal, marginal], 0.3, 1 << 13, seed=1)
    closed = marginal.closed()
    nodes = closed.points
    assert np.isin(joint.points, nodes).all()
    below = (joint.points[:, :, None] <= nodes).reshape(16, -1, 2, nodes.size).mean(axis=1)
    error = below.std(axis=0, ddof=1) / 4
    apart = np.abs(below.mean(axis=0) - np.cumsum(closed.weights))
    # of 120 shares, known from 16 scramblings each
    assert np.all(apart <= 6 * error + 1e-3)
    # a sample of independent points would be off by twice as much
    assert error.max() <= 0.25 / np.sqrt(1 << 13)


def test_same_seed_gives_same_points():
    one, two, other = (gaussian_copula([lognormal(0.2)] * 3, 0.5, 64, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.points, two.points)
    assert not np.array_equal(one.points, other.points)


def test_sampling_error_is_that_of_replicates():
    """Over independent references bounds spread as one of them says."""
    found = [
        price_bounds(
            basket_call([0.5, 0.5], 1.05),
            gaussian_copula([lognormal(0.15)] * 2, 0.5, 256, seed=seed, replicates=8),
            divergence=ChiSquared(),
            radius=0.05,
        )
        for seed in range(30)
    ]
    spread = max(np.std([b.upper for b in found]), np.std([b.lower for b in found]))
    # a spread over 30 runs is known to 13%, a stated error of 8 replicates to 27%
    stated = np.sqrt(np.mean([(b.sampling_error or 0.0) ** 2 for b in found]))
    assert stated == pytest.approx(spread, rel=0.5)


def test_replicates_survive_saving(tmp_path):
    joint = gaussian_copula([lognormal(0.2)] * 2, 0.5, 64, seed=1, replicates=4)
    joint.save(tmp_path / "prior.json")
    again = Prior.load(tmp_path / "prior.json")
    assert again.replicates == 4
    assert np.array_equal(again.points, joint.points)


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_nearest_correlation_is_one_and_leaves_those_that_are(seed, size):
    rng = np.random.default_rng(seed)
    matrix = np.eye(size)
    upper = np.triu_indices(size, 1)
    matrix[upper] = rng.uniform(-1, 1, upper[0].size)
    matrix = np.maximum(matrix, matrix.T) + np.minimum(matrix, matrix.T) - np.eye(size)
    found = nearest_correlation(matrix, 1e-9)
    assert np.array_equal(np.diag(found), np.ones(size))
    assert np.linalg.eigvalsh(found)[0] >= -1e-12
    assert np.abs(nearest_correlation(found, 1e-9) - found).max() <= 1e-7


def test_nearest_correlation_is_highams_own_example():
    """His matrix (1, 1, 0; 1, 1, 1; 0, 1, 1), whose nearest he prints to four digits."""
    found = nearest_correlation([[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    assert found[0] == pytest.approx([1, 0.7607, 0.1573], abs=5e-5)


def test_matrices_that_are_none_are_refused_by_their_eigenvalue():
    with pytest.raises(ParameterError, match=r"eigenvalue is -0\.8"):
        correlation_matrix([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    for wrong, said in (
        ([[1.0, 0.2]], "shape"),
        ([[1, 0.2], [0.3, 1]], "symmetric"),
        ([[1, 0.2], [0.2, 0.9]], "diagonal"),
        ([[1, 2.0], [2.0, 1]], r"\[-1, 1\]"),
    ):
        with pytest.raises(ParameterError, match=said):
            correlation_matrix(wrong)
    with pytest.raises(ParameterError, match="eigenvalue"):
        correlation_matrix(-0.6, 3)


def test_bad_input_is_refused_by_name():
    with pytest.raises(ParameterError, match="power of two"):
        gaussian_copula([lognormal(0.2)], 1.0, 100, seed=1)
    with pytest.raises(ParameterError, match="replicates"):
        gaussian_copula([lognormal(0.2)], 1.0, 64, seed=1, replicates=1)
    with pytest.raises(ParameterError, match="marginal 0"):
        gaussian_copula(["law"], 1.0, 64, seed=1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="at least one"):
        gaussian_copula([], 1.0, 64, seed=1)
    with pytest.raises(ParameterError, match="replicates"):
        Prior(np.ones(6), np.full(6, 1 / 6), replicates=4)
