"""Knows how to simulate the integrals of a variance that is a function of time.

Z = ∫ sqrt(V) dB is then a Brownian motion at time U = ∫ V, known at the looks without steps. The
numbers drawn are those of `rmot.numerics.rough_variance_paths`, whose schemes this one stands
beside where one of several factors has no vol-of-vol.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.numerics.path_grid import STEPS, check_times, step_grid

Vector = NDArray[np.float64]


class DeterministicVarianceScheme:
    """The scheme for given look times.

    Parameters
    ----------
    times : array_like, shape (n_times,)
        Years, increasing from above 0.
    mean_variance, total_variance : callable
        V_t and its integral from 0, arrays to arrays.
    steps : int
        Of the factors beside it, which share its numbers.
    """

    largest_tilt = math.inf

    def __init__(
        self,
        times: ArrayLike,
        mean_variance: Callable[[Vector], Vector],
        total_variance: Callable[[Vector], Vector],
        steps: int = STEPS,
    ) -> None:
        self.times = check_times(times)
        self.steps = step_grid(self.times, steps)[0].size - 1
        self._variance, self._total = mean_variance(self.times), total_variance(self.times)

    @property
    def normals(self) -> int:
        """How many standard normals a path takes."""
        return self.steps + 2 * self.times.size

    @property
    def uniforms(self) -> int:
        """How many uniform numbers a path takes."""
        return self.steps + self.times.size

    def paths(self, normals: Vector, uniforms: Vector) -> Vector:
        """Return V, U, Z and the independent martingale, shape (n_paths, n_times, 4).

        Parameters
        ----------
        normals : ndarray, shape (n_paths, self.normals)
        uniforms : ndarray, shape (n_paths, self.uniforms)
            Not used.
        """
        looks = self.times.size
        deviation = np.sqrt(np.maximum(np.diff(self._total, prepend=0.0), 0.0))
        across, along = (
            np.cumsum(deviation * normals[:, first : first + looks], axis=1) for first in (0, looks)
        )
        levels = (np.broadcast_to(each, along.shape) for each in (self._variance, self._total))
        return np.stack([*levels, along, across], axis=2)
