"""Knows how to lessen a sum of squares in a box where coordinates outnumber residuals.

Damped Gauss-Newton steps (D. Marquardt, SIAM Journal 11 (1963)) in their dual form: the shortest
step that solves (J J' + mu I) y = -r, s = J' y, among coordinates that no bound holds back, cut at
the bounds. Where the Jacobian has full row rank and nothing holds back, steps tend to those of
least norm onto the manifold of exact solutions, and residuals fall quadratically.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FIRST_DAMPING = 1e-3
_LEAST_DAMPING, _MOST_DAMPING = 1e-15, 1e12
_GOOD, _POOR = 0.75, 0.25
_STALLED = 1e-10


class Descent(NamedTuple):
    """Where steps ended.

    Attributes
    ----------
    point : ndarray, shape (n_coordinates,)
    cost : float
        The sum of squares.
    evaluations : int
        Of the residuals.
    converged : bool
        Whether no step lessened the cost by more than 1e-10 of itself, or it was below the target.
    """

    point: Array
    cost: float
    evaluations: int
    converged: bool


def descend(
    residuals: Callable[[Array], Array],
    jacobian: Callable[[Array], Array],
    start: Array,
    lower: Array,
    upper: Array,
    most_evaluations: int,
    enough: float,
) -> Descent:
    """Step from a start until nothing is gained.

    Parameters
    ----------
    residuals, jacobian : callable
        Of a point, to shapes (n_residuals,) and (n_residuals, n_coordinates).
    start, lower, upper : ndarray, shape (n_coordinates,)
    most_evaluations : int
    enough : float
        A cost that ends the search.
    """
    point = np.clip(start, lower, upper)
    values = residuals(point)
    cost, damping, evaluations = float(values @ values), _FIRST_DAMPING, 1
    while evaluations < most_evaluations and cost > enough:
        slopes = jacobian(point)
        downhill = -values @ slopes
        held = ((point <= lower) & (downhill < 0.0)) | ((point >= upper) & (downhill > 0.0))
        free = np.where(held, 0.0, slopes)
        square = free @ free.T
        size = np.trace(square) / square.shape[0]
        if not size > 0.0:
            return Descent(point, cost, evaluations, True)
        before = cost
        while evaluations < most_evaluations and damping < _MOST_DAMPING:
            dual = np.linalg.solve(square + damping * size * np.eye(square.shape[0]), values)
            trial = np.clip(point - free.T @ dual, lower, upper)
            expected = cost - float(np.sum((values + slopes @ (trial - point)) ** 2))
            found = residuals(trial)
            evaluations += 1
            gained = cost - float(found @ found)
            if gained > 0.0 and expected > 0.0:
                ratio = gained / expected
                factor = 0.1 if ratio > _GOOD else 3.0 if ratio < _POOR else 1.0
                damping = max(factor * damping, _LEAST_DAMPING)
                point, values, cost = trial, found, cost - gained
                break
            damping *= 4.0
        if before - cost <= _STALLED * before:
            return Descent(point, cost, evaluations, evaluations < most_evaluations)
    return Descent(point, cost, evaluations, cost <= enough)
