"""Products on nodes of several prices against dense matrices."""

import numpy as np
import pytest

from rmot.payoffs import PiecewiseLinear, call, digital, forward, put, straddle
from rmot.transport.balls.design import GridDesign

EPS = np.finfo(float).eps
CASH = PiecewiseLinear(np.empty(0), np.ones(1), np.zeros(1), "cash")


@pytest.fixture(params=range(4))
def case(request):
    """Give prices, payoffs of one asset or by values, their dense matrix, a generator."""
    rng = np.random.default_rng(request.param)
    n, n_assets = 60, request.param + 1
    # some prices stand on strikes, and some come twice
    prices = np.round(rng.uniform(0.5, 1.5, (n, n_assets)), 2)
    payoffs: list = [(0, CASH)]
    for asset in range(n_assets):
        payoffs.append((asset, forward()))
        for make in (call, put, digital, straddle)[: 1 + rng.integers(4)]:
            payoffs += [(asset, make(k)) for k in np.round(rng.uniform(0.6, 1.4, 2), 2)]
        payoffs.append(rng.standard_normal(n))
    payoffs = [payoffs[i] for i in rng.permutation(len(payoffs))]
    dense = np.column_stack(
        [p[1].value(prices[:, p[0]]) if isinstance(p, tuple) else p for p in payoffs]
    )
    return prices, payoffs, dense, rng


def agree(found, dense, rng):
    """Hold all products against the matrix; terms are of order one, and n of them are summed."""
    n, m = dense.shape
    size = 20 * n * EPS * max(1.0, np.abs(dense).max() ** 2)
    y, v, d = rng.standard_normal(m), rng.standard_normal(n), rng.uniform(0, 1, n)
    assert np.allclose(found.times(y), dense @ y, rtol=0, atol=m * size)
    assert np.allclose(found.adjoint(v), dense.T @ v, rtol=0, atol=size * 5)
    gram = found.gram(d)
    assert np.allclose(gram, (dense.T * d) @ dense, rtol=0, atol=size * 5)
    assert np.array_equal(gram, gram.T)


def test_products_on_a_grid_are_those_of_the_dense_matrix(case):
    prices, payoffs, dense, rng = case
    agree(GridDesign(prices, payoffs), dense, rng)


def test_other_units_and_squares_are_those_of_the_dense_matrix(case):
    prices, payoffs, dense, rng = case
    grid = GridDesign(prices, payoffs)
    w = rng.dirichlet(np.ones(len(prices)))
    squares = w @ dense**2
    assert np.allclose(grid.squares(w), squares, rtol=1e-13, atol=1e-15)
    units = rng.uniform(0.5, 2.0, dense.shape[1])
    agree(grid.divided_by(units), dense / units, rng)


def test_an_asset_without_instruments_adds_nothing():
    prices = np.array([[0.5, 0.7], [1.5, 1.2]])
    grid = GridDesign(prices, [(0, CASH), (0, call(1.0))])
    wanted = [[1.0, 0.25], [0.25, 0.125]]
    assert np.allclose(grid.gram(np.array([0.5, 0.5])), wanted, rtol=4 * EPS)
