"""Symmetric positive systems whose diagonals span many decades: scaled, factored and refined."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.eights import EIGHT, fill, load, store, total

Vector = NDArray[np.float64]

_LIFTS = (0.0, 1e-15, 1e-13, 1e-11, 1e-9)
_REFINEMENTS = 1


@kernel
def factored(matrix: Vector, size: Vector) -> tuple[bool, Vector]:
    """Scale a matrix in place to a unit diagonal, by `size`; return whether and how it factors.

    The factor is U of U' U, its rows filled up with zeros to a multiple of eight. What rounding has
    made indefinite is lifted by a little.
    """
    m = size.size
    inverse = np.empty(m)
    for i in range(m):
        d = matrix[i, i]
        size[i] = math.sqrt(d) if d > 0.0 else 1.0
        inverse[i] = 1.0 / size[i]
    for i in range(m):
        for j in range(m):
            matrix[i, j] = matrix[i, j] * inverse[i] * inverse[j]
    upper = np.zeros((m, (m + EIGHT - 1) // EIGHT * EIGHT))
    lifted = matrix.copy()
    for lift in _LIFTS:
        for i in range(m):
            lifted[i, i] = matrix[i, i] + lift
        # LAPACK's fused sums: with what is all but singular, sums that are rounded at each product
        # left a ball of relative entropy at a gap two hundred times as wide.
        try:
            upper[:, :m] = np.linalg.cholesky(lifted).T
        except Exception:
            continue
        return True, upper
    return False, upper


@kernel
def _solve(upper: Vector, inverse: Vector, x: Vector) -> None:
    """Replace x, filled up like the rows of U, by the solution of U' U y = x."""
    m = upper.shape[0]
    for k in range(m):
        row, at = upper[k], x[k] * inverse[k]
        for j in range(k // EIGHT * EIGHT, m, EIGHT):
            store(x, j, load(x, j) - at * load(row, j))
        x[k] = at
    for k in range(m - 1, -1, -1):
        row, at = upper[k], x[k]
        x[k] = 0.0
        held = fill(0.0)
        for j in range(k // EIGHT * EIGHT, m, EIGHT):
            held += load(row, j) * load(x, j)
        x[k] = (at - total(held)) * inverse[k]


@kernel
def solved(matrix: Vector, size: Vector, factor: Vector, right: Vector) -> Vector:
    """Return x of the unscaled system, given the scaled matrix and what `factored` returned."""
    m = right.size
    x, more = np.zeros(factor.shape[1]), np.zeros(factor.shape[1])
    inverse = np.empty(m)
    for k in range(m):
        inverse[k] = 1.0 / factor[k, k]
        x[k] = right[k] / size[k]
    _solve(factor, inverse, x)
    for _ in range(_REFINEMENTS):
        left = np.dot(matrix, x[:m])
        for k in range(m):
            more[k] = right[k] / size[k] - left[k]
        _solve(factor, inverse, more)
        x += more
    return x[:m] / size


class NormalEquations:
    """A symmetric positive matrix, which it scales in place, and its factor."""

    def __init__(self, matrix: Vector) -> None:
        self._matrix, self._size = matrix, np.empty(matrix.shape[0])
        self.usable, self._factor = factored(matrix, self._size)

    def solve(self, right: Vector) -> Vector:
        """Return x with matrix x = right."""
        return solved(self._matrix, self._size, self._factor, right)
