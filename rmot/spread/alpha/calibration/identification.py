"""Knows which parameters a set of observables determines to first order: the Jacobian's null space.

A number is determined where all directions that leave the weighted observables unchanged leave it
unchanged. Columns are scaled to length 1 first, which changes neither rank nor answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_NEGLIGIBLE = 1e-10
_STILL = 1e-6


@dataclass(frozen=True)
class Identification:
    """What a Jacobian says of the parameters in its columns.

    Attributes
    ----------
    singular_values : ndarray
        Of the scaled Jacobian, largest first.
    rank : int
        How many exceed 1e-10 of the largest.
    determined : ndarray of bool, shape (n_columns,)
        Whether a parameter is 0 in all directions of the null space (below 1e-6 of their length).
    """

    singular_values: Array
    rank: int
    determined: NDArray[np.bool_]


def identification(jacobian: Array) -> Identification:
    """Return that of a Jacobian, shape (n_observables, n_parameters).

    Parameters
    ----------
    jacobian : ndarray, shape (n_observables, n_parameters)
    """
    length = np.linalg.norm(jacobian, axis=0)
    scaled = jacobian / np.where(length > 0.0, length, 1.0)
    _, values, directions = np.linalg.svd(scaled, full_matrices=True)
    rank = int(np.sum(values > _NEGLIGIBLE * values[0])) if values.size and values[0] > 0 else 0
    null = directions[rank:]
    return Identification(values, rank, np.linalg.norm(null, axis=0) < _STILL)
