"""Sums over complex numbers in lanes, and the elimination made of them, against NumPy."""

import numpy as np
import pytest

from rmot.numerics import lane_elimination, lane_sums
from rmot.numerics.compiled import kernel
from rmot.numerics.lanes import LANES, pack

EPSILON = np.finfo(float).eps
ORDER = 10


@kernel
def _subtract_tile(x, i, n, j, k):
    lane_sums.subtract_tile(x, i, n, j, k)


@kernel
def _subtract_rows(x, i, y, n, j, k):
    lane_sums.subtract_rows(x, i, y, n, j, k)


@kernel
def _subtract_weighted(x, i, a, w, first, stride, y, n):
    lane_sums.subtract_weighted(x, i, a, w, first, stride, y, n)


@kernel
def _set_largest(x, i, y, n):
    lane_sums.set_largest(x, i, y, n)


@kernel
def _solve(matrix, n, right):
    lane_elimination.factorise(matrix, n)
    lane_elimination.substitute(matrix, n, right)


def complexes(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(*shape, LANES)) + 1j * rng.normal(size=(*shape, LANES))


def unpack(x, *shape):
    real, imaginary = x.reshape(-1, 2, LANES).transpose(1, 0, 2)
    return (real + 1j * imaginary).reshape(*shape, LANES)


@pytest.mark.parametrize("terms", [0, 1, 4])
@pytest.mark.parametrize(("row", "column"), [(4, 4), (8, 4), (4, 6)])
def test_a_tile_loses_the_product_of_its_rows_and_columns(row, column, terms):
    matrix = complexes(ORDER, ORDER)
    out = pack(matrix.reshape(-1, LANES))
    _subtract_tile(out, row, ORDER, column, terms)
    expected = matrix.copy()
    tile = np.s_[row : row + 2, column : column + 2]
    left, right = matrix[row : row + 2, :terms], matrix[:terms, column : column + 2]
    expected[tile] -= np.einsum("pkw,kqw->pqw", left, right)
    sizes = np.einsum("pkw,kqw->pqw", abs(left), abs(right)) + abs(matrix[tile])
    allowed = np.zeros((ORDER, ORDER, LANES))
    allowed[tile] = 4 * (terms + 1) * EPSILON * sizes
    assert np.all(np.abs(unpack(out, ORDER, ORDER) - expected) <= allowed)


@pytest.mark.parametrize(("begin", "end"), [(0, 4), (6, ORDER), (3, 3)])
def test_rows_lose_their_products_with_a_column(begin, end):
    matrix, column = complexes(ORDER, ORDER, seed=1), complexes(ORDER, seed=2)
    out = pack(column)
    _subtract_rows(out, 4, pack(matrix.reshape(-1, LANES)), ORDER, begin, end)
    expected = column.copy()
    expected[4:6] -= np.sum(matrix[4:6, begin:end] * column[begin:end], axis=1)
    allowed = 4 * EPSILON * (1 + np.sum(abs(matrix[4:6]) * abs(column), axis=1).max())
    assert np.all(np.abs(unpack(out, ORDER) - expected) <= allowed)
    np.testing.assert_array_equal(unpack(out, ORDER)[:4], column[:4])


def test_weighted_sums_are_subtracted_from_two_rows():
    column, other = complexes(ORDER, seed=3), complexes(5, seed=4)
    weights = np.random.default_rng(5).normal(size=40)
    out = pack(column)
    _subtract_weighted(out, 2, 0.3, weights, 7, 6, pack(other), 5)
    expected = column.copy()
    for row in range(2):
        expected[2 + row] -= 0.3 * (weights[7 + row : 37 + row : 6][:, None] * other).sum(axis=0)
    assert np.all(np.abs(unpack(out, ORDER) - expected) <= 40 * EPSILON)


def test_largest_sizes_and_their_sum():
    column = complexes(ORDER, seed=6)
    sizes = abs(column.real) + abs(column.imag)
    out = np.zeros(8 * 2)
    _set_largest(out, 1, pack(column), ORDER)
    largest = unpack(out, 2)[1]
    np.testing.assert_array_equal(largest.real, sizes.max(axis=0))
    np.testing.assert_allclose(largest.imag, sizes.sum(axis=0), rtol=ORDER * EPSILON)


@pytest.mark.parametrize("place", [0, ORDER - 1])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_sum_of_sizes_tells_of_what_is_not_a_number(place, bad):
    column = complexes(ORDER, seed=7)
    column[place, 2] = bad
    out = np.zeros(8)
    _set_largest(out, 0, pack(column), ORDER)
    np.testing.assert_array_equal(np.isfinite(out[LANES:]), [True, True, False, True])


@pytest.mark.parametrize("order", [2, 8, 14, 28])
def test_elimination_solves_four_systems(order):
    matrix = complexes(order, order, seed=8) / np.sqrt(order) + 3 * np.eye(order)[..., None]
    right = complexes(order, seed=9)
    solved = pack(right)
    _solve(pack(matrix.reshape(-1, LANES)), order, solved)
    matrices = np.moveaxis(matrix, 2, 0)
    exact = np.linalg.solve(matrices, right.T[..., None])[..., 0].T
    # columns of about 3 beside 1: no growth, and a condition below 10
    growth = np.linalg.cond(matrices).max()
    assert np.all(np.abs(unpack(solved, order) - exact) <= 8 * order * growth * EPSILON)
