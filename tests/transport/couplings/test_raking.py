"""Iterative proportional fitting against plain scaling, convex programs and closed forms."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.errors import AccuracyError, InfeasibleQuotes, ParameterError
from rmot.transport.couplings.raking import binned, rake, sinkhorn


def tables(seed, n=6, m=5):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n * m)).reshape(n, m), *(
        rng.dirichlet(np.full(k, 3.0)) for k in (n, m)
    )


@given(st.integers(0, 10_000))
def test_margins_are_met_and_odds_ratios_kept(seed):
    table, rows, columns = tables(seed)
    found = sinkhorn(table, rows, columns)
    assert np.abs(found.weights.sum(axis=1) - rows).sum() <= 1e-12
    assert np.abs(found.weights.sum(axis=0) - columns).sum() <= 1e-12

    def odds(t):
        return np.log(t[1:, 1:] * t[:-1, :-1] / (t[1:, :-1] * t[:-1, 1:]))

    # each round multiplies rows and columns, with one rounding each
    assert np.allclose(odds(found.weights), odds(table), atol=1e-14 * 8 * (found.rounds + 1))


@pytest.mark.parametrize("seed", range(3))
def test_scaling_agrees_with_brute_force(seed):
    table, rows, columns = tables(seed)
    u, v = np.ones(len(rows)), np.ones(len(columns))
    for _ in range(5000):
        u = rows / (table @ v)
        v = columns / (table.T @ u)
    found = sinkhorn(table, rows, columns)
    # the margins are met to 1e-12
    assert np.allclose(found.weights, u[:, None] * table * v, atol=1e-11)


def test_three_margins_agree_with_a_convex_program():
    rng = np.random.default_rng(5)
    w = rng.dirichlet(np.ones(120))
    labels = rng.integers(0, 3, (3, 120))
    margins = [rng.dirichlet(np.full(3, 4.0)) for _ in range(3)]
    found = rake(w, labels, margins)
    q = cp.Variable(120)
    rules = [cp.sum(q[labels[a] == k]) == margins[a][k] for a in range(3) for k in range(3)]
    problem = cp.Problem(cp.Minimize(cp.sum(cp.kl_div(q, w))), rules)
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    assert found.relative_entropy == pytest.approx(float(problem.value), abs=1e-9)  # pyright: ignore[reportArgumentType]
    assert np.abs(found.weights - np.asarray(q.value)).sum() <= 1e-5


def test_gaussian_reference_keeps_its_form():
    """Between normal marginals the nearest coupling to a normal reference is normal.

    Its precision matrix has the reference's entry off the diagonal (odds ratios are kept), so with
    variances one r / (1 - r^2) = rho / (s t (1 - rho^2)) for reference deviations s and t.
    """
    rho, s, t = 0.5, 1.2, 0.9
    x = np.linspace(-7, 7, 281)
    one = np.exp(-(x**2) / 2) / np.exp(-(x**2) / 2).sum()
    form = (x[:, None] / s) ** 2 - 2 * rho * np.outer(x / s, x / t) + (x / t) ** 2
    found = sinkhorn(np.exp(-form / (2 * (1 - rho**2))), one, one)
    slope = rho / (s * t * (1 - rho**2))
    wanted = (-1 + np.sqrt(1 + 4 * slope**2)) / (2 * slope)
    # trapezoidal sums of Gaussians this wide are exact to rounding; beyond seven deviations
    # lies a mass of 3e-12
    assert x @ found.weights @ x == pytest.approx(wanted, abs=1e-9)


def test_a_reference_with_the_margins_is_its_own_coupling():
    table, _, _ = tables(1)
    found = sinkhorn(table, table.sum(axis=1), table.sum(axis=0))
    assert found.rounds == 0
    assert np.allclose(found.weights, table, rtol=1e-15)
    assert found.relative_entropy <= 1e-15


def test_a_price_on_an_edge_is_above_it():
    assert binned([[1.0, 0.4], [0.9, 2.0]], [[1.0], [0.5, 1.5]]).tolist() == [[1, 0], [0, 2]]


def test_margins_out_of_reach_are_refused():
    with pytest.raises(InfeasibleQuotes, match="asset 0's bins"):
        sinkhorn([[0.0, 0.0], [0.5, 0.5]], [0.5, 0.5], [0.5, 0.5])
    with pytest.raises(AccuracyError, match="still missed"):
        sinkhorn([[0.5, 0.0], [0.0, 0.5]], [0.5, 0.5], [0.4, 0.6])


def test_bad_input_is_refused_by_name():
    with pytest.raises(ParameterError, match="shape"):
        sinkhorn([0.5, 0.5], [1.0], [1.0])
    with pytest.raises(ParameterError, match="sum to one"):
        sinkhorn([[1.0]], [0.5], [1.0])
    with pytest.raises(ParameterError, match="positive sum"):
        sinkhorn([[-1.0]], [1.0], [1.0])
    with pytest.raises(ParameterError, match="labels"):
        rake([1.0], [[2]], [[0.5, 0.5]])
    with pytest.raises(ParameterError, match="a row for each margin"):
        rake([1.0], [[0], [0]], [[1.0]])
    with pytest.raises(ParameterError, match="increasing"):
        binned([[1.0]], [[2.0, 1.0]])
    with pytest.raises(ParameterError, match="one column"):
        binned([[1.0]], [[1.0], [1.0]])
