r"""Correlation matrices: whether one is, and the nearest that is.

The nearest in the Frobenius norm alternates projections on the cone of positive semidefinite
matrices and on those of unit diagonal, with Dykstra's correction on the cone alone: N. Higham,
"Computing the nearest correlation matrix — a problem from finance", IMA J. Numer. Anal. 22 (2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError

Vector = NDArray[np.float64]

_ROUNDING = 1e-10
_MAX_STEPS = 10_000
_CLOSE = 1e-12


def correlation_matrix(correlation: ArrayLike, size: int | None = None) -> Vector:
    """Return a correlation matrix that is one; a number makes one that is flat.

    Parameters
    ----------
    correlation : float or array_like, shape (n, n)
    size : int, optional
        n; needed with a number.

    Raises
    ------
    ParameterError
        Shape, symmetry, diagonal or range do not fit, or an eigenvalue is negative; the message
        states it.
    """
    matrix = _symmetric(correlation, size)
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -_ROUNDING:
        raise ParameterError(
            f"expected a positive semidefinite correlation matrix; its least eigenvalue is "
            f"{least:.6g} (nearest_correlation gives the nearest that is one)"
        )
    return matrix


def nearest_correlation(matrix: ArrayLike, tolerance: float = _CLOSE) -> Vector:
    """Return the correlation matrix nearest to a symmetric one of unit diagonal.

    Parameters
    ----------
    matrix : array_like, shape (n, n)
    tolerance : float
        Of the change of an entry in a step, at which the projections end.

    Raises
    ------
    ParameterError
        The matrix is not symmetric, of unit diagonal and in [-1, 1].
    AccuracyError
        The projections have not settled in 10 000 steps.
    """
    given = _symmetric(matrix, None)
    found, correction, change = given, np.zeros_like(given), np.inf
    for _ in range(_MAX_STEPS):
        moved = found - correction
        inside = _on_cone(moved)
        correction = inside - moved
        after = inside.copy()
        np.fill_diagonal(after, 1.0)
        change = max(np.abs(after - found).max(), np.abs(after - inside).max())
        found = after
        if change <= tolerance:
            return _unit_diagonal(_on_cone(found))
    raise AccuracyError(f"expected projections to settle; the last step moved by {change:.2g}")


def _on_cone(matrix: Vector) -> Vector:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 0.0)) @ vectors.T


def _unit_diagonal(matrix: Vector) -> Vector:
    """Scale away what rounding left of a diagonal other than one, which keeps the cone."""
    root = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(root, root)
    np.fill_diagonal(scaled, 1.0)
    return scaled


def _symmetric(correlation: ArrayLike, size: int | None) -> Vector:
    try:
        matrix = np.array(correlation, dtype=float)
    except (ValueError, TypeError):
        raise ParameterError("expected a correlation or a matrix of correlations") from None
    if matrix.ndim == 0 and size is not None:
        matrix = np.full((size, size), float(matrix))
        np.fill_diagonal(matrix, 1.0)
    wanted = (size, size) if size is not None else (len(np.atleast_1d(matrix)),) * 2
    if matrix.shape != wanted:
        raise ParameterError(
            f"expected a correlation matrix of shape {wanted}; got shape {matrix.shape}"
        )
    if not np.all(np.isfinite(matrix)) or np.abs(matrix).max(initial=0.0) > 1.0 + _ROUNDING:
        raise ParameterError("expected correlations in [-1, 1]; got others")
    if np.abs(matrix - matrix.T).max(initial=0.0) > _ROUNDING:
        raise ParameterError("expected a symmetric matrix of correlations; got another")
    if np.abs(np.diag(matrix) - 1.0).max(initial=0.0) > _ROUNDING:
        raise ParameterError(f"expected ones on the diagonal; got {np.diag(matrix).tolist()}")
    return matrix
