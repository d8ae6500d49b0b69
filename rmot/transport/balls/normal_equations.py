"""Symmetric positive systems whose diagonals span many decades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

Vector = NDArray[np.float64]

_potrf, _potrs = get_lapack_funcs(("potrf", "potrs"), dtype=np.float64)
_LIFTS = (0.0, 1e-15, 1e-13, 1e-11, 1e-9)
_REFINEMENTS = 1


class NormalEquations:
    """A symmetric positive matrix, scaled, factored and refined."""

    def __init__(self, matrix: Vector) -> None:
        size = np.sqrt(matrix.diagonal())
        size[~(size > 0)] = 1.0
        matrix /= size[:, None]
        matrix /= size
        self._size, self._matrix = size, matrix
        diagonal = np.arange(size.size)
        for lift in _LIFTS:
            lifted = matrix.copy()
            lifted[diagonal, diagonal] += lift
            self._factor, info = _potrf(lifted, lower=1, overwrite_a=1)
            self.usable = info == 0
            if self.usable:
                return

    def solve(self, right: Vector) -> Vector:
        """Return x with matrix x = right."""
        right = right / self._size
        x, _ = _potrs(self._factor, right, lower=1)
        for _ in range(_REFINEMENTS):
            more, _ = _potrs(self._factor, right - self._matrix @ x, lower=1)
            x += more
        return x / self._size
