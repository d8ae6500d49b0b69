"""Symmetric positive systems whose diagonals span many decades: scaled, factored and refined."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]

_LIFTS = (0.0, 1e-15, 1e-13, 1e-11, 1e-9)
_REFINEMENTS = 1


@kernel
def factored(matrix: Vector, size: Vector) -> tuple[bool, Vector]:
    """Scale a matrix in place to a unit diagonal, by `size`; return whether and how it factors.

    The factor is L of L L'. What rounding has made indefinite is lifted by a little.
    """
    m = size.size
    for i in range(m):
        d = matrix[i, i]
        size[i] = math.sqrt(d) if d > 0.0 else 1.0
    for i in range(m):
        for j in range(m):
            matrix[i, j] = matrix[i, j] / size[i] / size[j]
    lifted = matrix.copy()
    for lift in _LIFTS:
        for i in range(m):
            lifted[i, i] = matrix[i, i] + lift
        try:
            return True, np.linalg.cholesky(lifted)  # pyright: ignore[reportReturnType]
        except Exception:
            continue
    return False, lifted


@kernel
def _solved(factor: Vector, right: Vector, x: Vector) -> None:
    """Fill x with the solution of L L' x = right."""
    m = right.size
    for i in range(m):
        total = right[i]
        for j in range(i):
            total -= factor[i, j] * x[j]
        x[i] = total / factor[i, i]
    for i in range(m - 1, -1, -1):
        x[i] /= factor[i, i]
        for j in range(i):
            x[j] -= factor[i, j] * x[i]


@kernel
def solved(matrix: Vector, size: Vector, factor: Vector, right: Vector) -> Vector:
    """Return x of the unscaled system, given the scaled matrix and what `factored` returned."""
    m = right.size
    scaled = right / size
    x, more = np.empty(m), np.empty(m)
    _solved(factor, scaled, x)
    for _ in range(_REFINEMENTS):
        _solved(factor, scaled - np.dot(matrix, x), more)
        x += more
    return x / size


class NormalEquations:
    """A symmetric positive matrix, which it scales in place, and its factor."""

    def __init__(self, matrix: Vector) -> None:
        self._matrix, self._size = matrix, np.empty(matrix.shape[0])
        self.usable, self._factor = factored(matrix, self._size)

    def solve(self, right: Vector) -> Vector:
        """Return x with matrix x = right."""
        return solved(self._matrix, self._size, self._factor, right)
