"""Oracle: non-negative least squares, to which duality takes the programme."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import nnls

from rmot.errors import AccuracyError
from rmot.numerics.least_norm import TOLERANCE, SparseInequalities, least_norm


def dual_point(matrix, level):
    """C. Lawson and R. Hanson, "Solving Least Squares Problems", chapter 23: x from residuals."""
    stacked = np.vstack([matrix.T, -level[None, :]])
    target = np.append(np.zeros(matrix.shape[1]), 1.0)
    residual = stacked @ nnls(stacked, target)[0] - target
    return -residual[:-1] / residual[-1]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_point_that_duality_gives(seed):
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(60, 20)) * (generator.random((60, 20)) < 0.3)
    matrix[:20] += np.eye(20)
    inside = generator.normal(size=20)
    level = generator.uniform(0.0, 1.0, 60) - matrix @ inside
    found = least_norm(SparseInequalities(sparse.csr_array(matrix), level))
    # the cost is strongly convex: a gap g in it is sqrt(2 g) in x; nnls is exact to rounding
    assert np.linalg.norm(found - dual_point(matrix, level)) < (2 * TOLERANCE) ** 0.5
    size = np.abs(matrix).max(axis=1)
    assert np.all(matrix @ found + level >= -TOLERANCE * np.maximum(size, 1.0))


def test_rows_without_entries_are_left_out():
    matrix = sparse.csr_array(np.array([[0.0, 0.0], [1.0, 1.0]]))
    found = least_norm(SparseInequalities(matrix, np.array([-1.0, -2.0])))
    assert found == pytest.approx([1.0, 1.0], abs=(2 * TOLERANCE) ** 0.5)


def test_constraints_that_nothing_meets_are_told():
    matrix = sparse.csr_array(np.array([[1.0], [-1.0]]))
    with pytest.raises(AccuracyError, match="2 inequalities"):
        least_norm(SparseInequalities(matrix, np.array([-1.0, -1.0])))
