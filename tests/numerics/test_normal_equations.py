"""Solutions of positive systems against NumPy's, scaled over many decades."""

import numpy as np
import pytest

from rmot.numerics.normal_equations import NormalEquations

EPS = np.finfo(float).eps


# the last is beyond where LAPACK's blocks take over
@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 31, 55, 256, 257])
def test_solutions_are_those_of_a_dense_solver(size):
    rng = np.random.default_rng(size)
    root = rng.standard_normal((size + 5, size))
    unit = root.T @ root
    scale = 10.0 ** rng.uniform(-6, 6, size)
    matrix = unit * np.outer(scale, scale)
    right = rng.standard_normal(size)
    equations = NormalEquations(matrix.copy())
    assert equations.usable
    found = equations.solve(right) * scale
    wanted = np.linalg.solve(unit, right / scale)
    lost = 8 * size * EPS * np.linalg.cond(unit)
    assert np.linalg.norm(found - wanted) <= lost * np.linalg.norm(wanted)


def test_a_singular_matrix_is_lifted_and_an_indefinite_one_refused():
    column = np.array([1.0, 2.0, -1.0])
    singular = NormalEquations(np.outer(column, column))
    assert singular.usable
    # in its range, where what is lifted does not matter
    right = 3.0 * column
    assert np.outer(column, column) @ singular.solve(right) == pytest.approx(right, rel=1e-6)
    assert not NormalEquations(np.array([[1.0, 2.0], [2.0, 1.0]])).usable
