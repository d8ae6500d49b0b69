"""Oracle: the same masses and moments by SciPy's normal distribution and products of matrices."""

import numpy as np
from scipy.special import ndtr

from rmot.numerics.lognormal_cells import add_lognormal_cells


def cells(log_forward, deviation, k):
    """Masses and partial means, shape (members, cells)."""
    z = (np.concatenate([[-np.inf], k, [np.inf]]) - log_forward[:, None]) / deviation[:, None]
    half = 0.5 * deviation[:, None]
    mass, mean = np.diff(ndtr(z + half), axis=1), np.diff(ndtr(z - half), axis=1)
    return mass, np.exp(log_forward)[:, None] * mean


def summed(log_forward, deviation, rows, columns):
    shape = rows.size + 1, columns.size + 1
    mass, first, second = np.zeros(shape), np.zeros(shape[0]), np.zeros(shape)
    add_lognormal_cells(log_forward, deviation, rows, columns, mass, first, second)
    return mass, first, second


def test_sums_are_products_of_matrices():
    generator = np.random.default_rng(0)
    log_forward = generator.normal(0.0, 0.1, (200, 2))
    deviation = generator.uniform(1e-3, 0.3, (200, 2))
    rows, columns = np.linspace(-0.5, 0.4, 19), np.linspace(-0.3, 0.3, 30)
    row, row_mean = cells(log_forward[:, 0], deviation[:, 0], rows)
    column, column_mean = cells(log_forward[:, 1], deviation[:, 1], columns)
    found = summed(log_forward, deviation, rows, columns)
    # differences of probabilities near 1 are rounded to 1e-16 each, 200 of them are added
    for ours, theirs in zip(
        found, (row.T @ column, row_mean.sum(axis=0), row_mean.T @ column_mean), strict=True
    ):
        assert np.allclose(ours, theirs, rtol=1e-13, atol=2e-13)
    assert all(np.all(of >= 0.0) for of in found)


def test_far_cells_on_either_side_keep_their_digits():
    # a normal is symmetric: with log-forward s^2 / 2 the logarithm has mean 0
    s = 0.1
    k = np.arange(-9.0, 10.0) * s
    given = np.full((1, 2), 0.5 * s * s), np.full((1, 2), s)
    mass, _, _ = summed(*given, k, k)
    rows = mass.sum(axis=1)
    assert np.allclose(rows, rows[::-1], rtol=1e-12, atol=0.0)
    assert np.allclose(rows[:5], np.diff(ndtr(k / s), prepend=0.0)[:5], rtol=1e-12, atol=0.0)
    assert np.all(rows > 0.0)
