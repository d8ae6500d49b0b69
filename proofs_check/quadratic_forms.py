"""Expected logarithms and ratios of quadratic forms in Gaussian variables.

With ``Q = sum w_i z_i^2`` and ``D(t) = prod (1 + 2 t w_i)^(-1/2)``, the transform of its law,
``E log Q = int (exp(-t) - D(t)) / t dt`` and, for a form A beside it, ``E A/Q = int D(t) sum a_i /
(1 + 2 t w_i) dt``, a_i being the diagonal of A where Q is diagonal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

Matrix = NDArray[np.float64]


def walk(points: int) -> Matrix:
    """Return the matrix that makes a random walk of so many points of its increments."""
    return np.tril(np.ones((points, points - 1)), -1)


def _transform(t: float, weights: Matrix) -> float:
    return float(np.exp(-np.sum(np.log1p(2 * t * weights)) / 2))


def expected_log(form: Matrix) -> tuple[float, float]:
    """Return the mean of ``log z'Fz``, z standard Gaussian, and the error of the quadrature."""
    weights = np.abs(np.linalg.eigvalsh(form))

    def integrand(log_t: float) -> float:
        t = np.exp(log_t)
        return float(np.exp(-t) - _transform(t, weights))

    value, error = quad(integrand, -40.0, 80.0, limit=400, points=[-5.0, 0.0, 5.0])
    return value, error


def expected_ratio(top: Matrix, bottom: Matrix) -> tuple[float, float]:
    """Return the mean of ``z'Az / z'Bz``, z standard Gaussian, and the error of the quadrature."""
    signed, vectors = np.linalg.eigh(bottom)
    weights = np.abs(signed)
    diagonal = np.diag(vectors.T @ top @ vectors)

    def integrand(u: float) -> float:
        t = u / (1 - u)
        inner = np.sum(diagonal / (1 + 2 * t * weights))
        return float(_transform(t, weights) * inner / (1 - u) ** 2)

    value, error = quad(integrand, 0.0, 1.0, limit=400)
    return value, error


def autocorrelation_of_a_walk(points: int) -> tuple[float, float]:
    """Return the mean autocorrelation at lag one of a random walk about its own mean."""
    centred = walk(points) - walk(points).mean(axis=0)
    across = centred[1:].T @ centred[:-1]
    return expected_ratio((across + across.T) / 2, centred.T @ centred)


def hurst_of_a_walk(points: int, lags: int) -> tuple[float, float]:
    """Return the mean, over random walks, of the exponent that a variogram of one walk gives.

    Half the slope of the logarithm of mean squared increments in that of the lag, by least
    squares over the lags 1, 2, ... .
    """
    path, found = walk(points), []
    for lag in range(1, lags + 1):
        moved = path[lag:] - path[:-lag]
        found.append(expected_log(moved.T @ moved / (points - lag)))
    logs = np.log(np.arange(1, lags + 1))
    weights = (logs - logs.mean()) / np.sum((logs - logs.mean()) ** 2) / 2
    values, errors = np.array(found).T
    return float(weights @ values), float(np.abs(weights) @ errors)
