"""Knows the coordinates that numbers are searched in: atanh rho, log nu, log V, loadings by size.

Steps are then relative where numbers are positive, and no observable is large for its unit. Bounds
of 0 and of +-1 are approached to a negligible distance: 1e-9 of an asset's variance, 1e-6 in nu,
1e-9 in rho.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.spread.alpha.calibration.problem import ObservableProblem

Array = NDArray[np.float64]
_LEAST_VOL_OF_VOL = 1e-6
_LEAST_SHARE = 1e-9
_MOST_CORRELATION = 1.0 - 1e-9


class SearchCoordinates:
    """Free numbers of a problem as coordinates, and back.

    Parameters
    ----------
    problem : ObservableProblem
    start : ndarray, shape (size,)
        Held numbers keep theirs.
    """

    def __init__(self, problem: ObservableProblem, start: Array) -> None:
        layout, box = problem.layout, problem.box
        self.free = np.flatnonzero(box.free & (box.lower < box.upper))
        self._start = start
        variance = np.maximum(problem.assets.variance, np.finfo(float).tiny)
        size = np.ones(layout.size)
        size[layout.loadings] = np.repeat(np.sqrt(variance), layout.n_common)
        kind = np.zeros(layout.size, np.intp)
        kind[layout.correlations] = 1
        kind[layout.vols_of_vol] = kind[layout.variances] = 2
        floor = np.zeros(layout.size)
        floor[layout.vols_of_vol] = _LEAST_VOL_OF_VOL
        floor[layout.variances] = _LEAST_SHARE * np.append(np.ones(layout.n_common), variance)
        self._size, self._floor = size[self.free], floor[self.free]
        self._correlation, self._positive = kind[self.free] == 1, kind[self.free] == 2
        self.lower, self.upper = self.of(box.lower), self.of(box.upper)

    def of(self, numbers: Array) -> Array:
        """Return coordinates, shape (n_free,), of numbers, shape (size,)."""
        x = numbers[self.free]
        bent = np.arctanh(np.clip(x, -_MOST_CORRELATION, _MOST_CORRELATION))
        grown = np.log(np.maximum(np.where(self._positive, x, 1.0), self._floor))
        return np.select([self._correlation, self._positive], [bent, grown], x / self._size)

    def numbers(self, point: Array) -> Array:
        """Return numbers, shape (size,), of coordinates."""
        found = self._start.copy()
        grown = np.exp(np.where(self._positive, point, 0.0))
        found[self.free] = np.select(
            [self._correlation, self._positive], [np.tanh(point), grown], point * self._size
        )
        return found

    def slopes(self, numbers: Array) -> Array:
        """Return derivatives of the free numbers by their coordinates."""
        x = numbers[self.free]
        return np.select([self._correlation, self._positive], [1.0 - x**2, x], self._size)
