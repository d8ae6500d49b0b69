"""Laws of one price on finitely many points, and the couplings of them that are extreme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.numerics.quantiles import Marginal

Vector = NDArray[np.float64]

# Scores of the nodes that stand for a quantile function; what lies beyond has mass 1e-15.
_REACH, _NODES = 8.0, 2001


def discrete_law(marginal: Marginal) -> tuple[Vector, Vector]:
    """Return sorted points and weights, shapes (n,), of a marginal.

    A prior's tail stands at its mean; a quantile function is taken at evenly spaced normal scores.

    Raises
    ------
    ParameterError
        Not a law of one price, or not finite.
    """
    if isinstance(marginal, Prior):
        if marginal.points.ndim != 1:
            raise ParameterError(
                f"expected laws of one asset; got points of shape {marginal.points.shape}"
            )
        closed = marginal.closed()
        order = np.argsort(closed.points, kind="stable")
        return closed.points[order], closed.weights[order] / closed.weights.sum()
    if not callable(marginal):
        raise ParameterError(f"expected a prior or a quantile function; got {marginal!r}")
    scores = np.linspace(-_REACH, _REACH, _NODES)
    weights = np.exp(-0.5 * scores**2)
    points = np.asarray(marginal(ndtr(scores)), dtype=float)
    if points.shape != scores.shape or not np.all(np.isfinite(points)):
        raise ParameterError("expected a quantile function that takes (n,) to finite prices (n,)")
    return points, weights / weights.sum()


def standardised(points: Vector, weights: Vector) -> tuple[Vector, float, float]:
    """Return points in deviations from their mean, the mean and the deviation.

    Raises
    ------
    ParameterError
        The law is a constant, which has no correlation.
    """
    mean = float(weights @ points)
    deviation = float(np.sqrt(weights @ (points - mean) ** 2))
    if not deviation > 1e-12 * abs(mean):
        raise ParameterError("expected laws that vary; one is a constant")
    return (points - mean) / deviation, mean, deviation


def comonotone(
    first: tuple[Vector, Vector], second: tuple[Vector, Vector]
) -> tuple[Vector, Vector, Vector]:
    """Return both values and the masses (m,) of two sorted laws coupled in the same order."""
    (x, p), (y, q) = first, second
    levels = np.concatenate([np.cumsum(p), np.cumsum(q)])
    levels = np.unique(np.append(levels[levels < 1.0], 1.0))
    masses = np.diff(np.concatenate([[0.0], levels]))
    middle = levels - 0.5 * masses
    at = [np.minimum(np.searchsorted(np.cumsum(w), middle), w.size - 1) for w in (p, q)]
    return x[at[0]], y[at[1]], masses


def reversed_law(law: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Return the law of minus the value, sorted."""
    points, weights = law
    return -points[::-1], weights[::-1]


def equal_cells(marginals: Sequence[Marginal], n_cells: int) -> Vector:
    """Return the means of equally likely cells of each law, sorted, shape (n_cells, n_assets)."""
    columns = []
    for marginal in marginals:
        points, weights = discrete_law(marginal)
        below = np.concatenate([[0.0], np.cumsum(weights)])
        held = np.concatenate([[0.0], np.cumsum(weights * points)])
        edges = np.linspace(0.0, below[-1], n_cells + 1)
        columns.append(np.diff(np.interp(edges, below, held)) / np.diff(edges))
    return np.column_stack(columns)
