r"""Few points in place of many: a discrete measure with the same moments on a subset of its points.

.. math:: \sum_i t_i m_i = \sum_i m_i, \quad t \ge 0, \quad \#\{t_i > 0\} \le k

for moments :math:`m_i \in R^k`. That there is one is Carathéodory's theorem (Tchakaloff's, for
measures); finding it in rounds that halve the number of points is C. Litterer and T. Lyons, "High
order recombination and an application to cubature on Wiener space", Ann. Appl. Probab. 22 (2012)
1301–1327.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Vector = NDArray[np.float64]

_RANK = 1e-13
_REFINEMENTS = 3


def recombine(moments: ArrayLike) -> tuple[NDArray[np.intp], Vector]:
    """Return at most k rows, and positive multiples of them that have the sum of all rows.

    Parameters
    ----------
    moments : array_like, shape (n, k)
        What each point contributes, its weight included. Neighbours are taken together, so that
        rows in an order that matters leave survivors along all of it.

    Returns
    -------
    ndarray, shape (m,), and ndarray, shape (m,)
        Increasing indices of rows, m <= k, and their multiples.

    Raises
    ------
    ParameterError
        Not a finite array of two dimensions.

    Examples
    --------
    >>> rows, times = recombine([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> rows.size, (times @ np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])[rows]).round(12).tolist()
    (2, [3.0, 3.0])
    """
    rows = np.array(moments, dtype=float)
    if rows.ndim != 2 or not np.all(np.isfinite(rows)):
        raise ParameterError(f"expected finite moments of shape (n, k); got shape {rows.shape}")
    size = np.abs(rows).sum(axis=0)
    rows = rows[:, size > 0] / size[size > 0]
    total, most = rows.sum(axis=0), rows.shape[1]
    # rows of zeros add nothing
    kept, times = np.flatnonzero(rows.any(axis=1)), np.ones(rows.shape[0])
    while kept.size > most:
        edges = np.linspace(0, kept.size, min(kept.size, 2 * most) + 1).astype(int)
        held = rows[kept] * times[kept, None]
        groups = np.add.reduceat(held, edges[:-1], axis=0)
        factors = _eliminated(groups)
        times[kept] *= np.repeat(factors, np.diff(edges))
        kept = kept[times[kept] > 0]
        if np.all(factors > 0):  # as many independent groups as moments: nothing to eliminate
            break
    return kept, _refined(rows[kept], times[kept], total)


def _eliminated(groups: Vector) -> Vector:
    """Return factors >= 0 of groups (m, k), at most k of them positive, that keep their sum."""
    _, singular, right = np.linalg.svd(groups.T, full_matrices=True)
    rank = int(np.sum(singular > _RANK * singular[0])) if singular.size and singular[0] else 0
    null = right[rank:].copy()
    factors = np.ones(groups.shape[0])
    for at in range(null.shape[0]):
        direction = null[at]
        direction = direction if direction.max() >= -direction.min() else -direction
        falls = direction > 1e-12 * np.abs(direction).max()
        steps = np.where(falls & (factors > 0), factors / np.where(falls, direction, 1.0), np.inf)
        pivot = int(np.argmin(steps))
        factors = np.maximum(factors - steps[pivot] * direction, 0.0)
        factors[pivot] = 0.0
        # no later direction moves what has been emptied
        rest = null[at + 1 :]
        rest -= np.outer(rest[:, pivot] / direction[pivot], direction)
        rest[:, pivot] = 0.0
    return factors


def _refined(rows: Vector, times: Vector, total: Vector) -> Vector:
    """Return the multiples corrected for rounding, by the least relative change."""
    for _ in range(_REFINEMENTS):
        left = total - times @ rows
        change = np.linalg.lstsq((rows * times[:, None]).T, left, rcond=None)[0]
        if not np.all(1.0 + change > 0):
            break
        times = times * (1.0 + change)
    return times
