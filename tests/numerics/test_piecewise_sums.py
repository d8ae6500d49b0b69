"""Sums over pieces against dense matrices."""

from itertools import pairwise

import numpy as np
import pytest

from rmot.numerics.piecewise_sums import gather, rooted, spread

EPS = np.finfo(float).eps


@pytest.fixture(params=range(3))
def pieces(request):
    """Give starts, offsets, values on pieces (2 P, m), the dense matrix (n, m), a generator."""
    rng = np.random.default_rng(request.param)
    starts = np.array([0, 1, 7, 12, 40])
    offset = np.concatenate([np.sort(rng.uniform(0, 2, n)) for n in np.diff(starts)])
    values = rng.standard_normal((8, 6))
    piece = np.repeat(np.arange(4), np.diff(starts))
    dense = values[piece] + values[4 + piece] * offset[:, None]
    return starts, offset, values, dense, rng


def test_spread_puts_values_on_the_nodes(pieces):
    starts, offset, values, dense, _ = pieces
    out = np.empty(40)
    for j in range(6):
        spread(starts, offset, values[:4, j].copy(), values[4:, j].copy(), out)
        assert np.allclose(out, dense[:, j], rtol=0, atol=4 * EPS * np.abs(values).max() * 3)


@pytest.mark.parametrize("moments", [2, 3])
def test_gather_sums_masses_and_moments(pieces, moments):
    starts, offset, _, _, rng = pieces
    masses = rng.standard_normal(40)
    out = np.empty((4, moments))
    gather(starts, offset, masses, out)
    wanted = [
        [np.sum(masses[a:b] * offset[a:b] ** k) for k in range(moments)]
        for a, b in pairwise(starts)
    ]
    # n terms of at most |m| t^2 <= 4 |m| each
    assert np.allclose(out, wanted, rtol=0, atol=40 * EPS * 4 * np.abs(masses).max())


def test_root_of_the_gram_matrix_squares_to_it(pieces):
    starts, offset, values, dense, rng = pieces
    # masses of many decades, and a piece without any
    masses = 10.0 ** rng.uniform(-12, 0, 40)
    masses[starts[1] : starts[2]] = 0.0
    moments, root = np.empty((4, 3)), np.empty_like(values)
    gather(starts, offset, masses, moments)
    rooted(moments, values, root)
    gram = dense.T @ (masses[:, None] * dense)
    size = np.sqrt(np.outer(np.abs(dense).T ** 2 @ masses, np.abs(dense).T ** 2 @ masses))
    cancelled = values.shape[0] * np.abs(values).max() ** 2 * masses.sum() * 9
    assert np.allclose(root.T @ root, gram, rtol=0, atol=8 * EPS * cancelled)
    assert np.all(np.abs(root.T @ root - gram) <= 1e-9 * size)


def test_a_piece_with_one_node_has_a_root_of_rank_one():
    root = np.empty((2, 3))
    moments, values = np.array([[0.3, 0.0, 0.0]]), np.arange(6.0).reshape(2, 3)
    rooted(moments, values, root)
    assert np.array_equal(root[1], np.zeros(3))
    assert np.allclose(root[0], np.sqrt(0.3) * values[0], rtol=2 * EPS)
