r"""The regularised estimate of correlation of 002, (8), as printed.

.. math:: \mathcal J(\rho) = D_{KL}(Q | P) + \gamma \sum_{i<j}
          \frac{(\rho_{ij} - \rho_{hist})^2}{|H_i - H_j| + \epsilon}

Q has the marginals given and P the correlation :math:`\rho`. Where the prior's marginals are
calibrated the first term is zero at every correlation, and the minimiser is the historical one;
where they are not, it follows the quotes' misfits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar

from rmot.errors import ParameterError
from rmot.transport.couplings.correlations import correlation_matrix

Vector = NDArray[np.float64]
Divergence = Callable[[Vector], float]

_MOST = 0.995
_TOLERANCE = 1e-6
# Of the first search from a point, towards no correlation or, from there, away from it.
_STEP = 0.1


@dataclass(frozen=True, eq=False)
class TikhonovEstimate:
    """The minimiser of (8).

    Attributes
    ----------
    correlation : ndarray, shape (n_assets, n_assets)
    divergence : float
        D at the minimiser.
    penalty : float
    evaluations : int
    """

    correlation: Vector
    divergence: float
    penalty: float
    evaluations: int


def tikhonov_estimate(
    divergence: Divergence,
    hurst: ArrayLike,
    historical: ArrayLike | None,
    *,
    weight: float = 1.0,
    floor: float = 0.01,
) -> TikhonovEstimate:
    """Minimise (8).

    Parameters
    ----------
    divergence : callable
        The first term as a function of a correlation matrix, shape (n_assets, n_assets).
    hurst : array_like, shape (n_assets,)
    historical : array_like, shape (n_assets, n_assets), or None
        rho_hist; with None the second term is left out, and the search starts at no correlation.
    weight, floor : float
        gamma and epsilon, to which the source gives no values.

    Raises
    ------
    ParameterError
        Shapes do not fit, or gamma or epsilon is not positive.
    """
    h = np.asarray(hurst, dtype=float)
    if h.ndim != 1 or h.size < 2 or not (weight > 0 and floor > 0):
        raise ParameterError(
            "expected two Hurst exponents or more, gamma > 0 and epsilon > 0; got "
            f"{h.tolist()}, {weight} and {floor}"
        )
    start = np.eye(h.size) if historical is None else correlation_matrix(historical, h.size)
    pairs = np.triu_indices(h.size, 1)
    gap = np.abs(h[pairs[0]] - h[pairs[1]]) + floor
    shrink = 0.0 if historical is None else weight
    evaluations = 0

    def penalty(values: Vector) -> float:
        return float(shrink * ((values - start[pairs]) ** 2 / gap).sum())

    def objective(values: Vector) -> float:
        nonlocal evaluations
        matrix = _matrix(values, pairs, h.size)
        if np.abs(values).max() > _MOST or np.linalg.eigvalsh(matrix)[0] < 1e-6:
            return float("inf")
        evaluations += 1
        return divergence(matrix) + penalty(values)

    if h.size == 2:
        found = minimize_scalar(
            lambda value: objective(np.array([value])),
            bounds=(-_MOST, _MOST),
            method="bounded",
            options={"xatol": _TOLERANCE},
        )
        best = np.array([found.x])
    else:
        first = start[pairs]
        around = first - _STEP * np.diag(np.where(first > 0, 1.0, -1.0))
        found = minimize(
            objective,
            first,
            method="Nelder-Mead",
            options={"initial_simplex": [first, *around], "xatol": 1e-3, "fatol": 1e-9},
        )
        best = np.asarray(found.x)
    matrix = _matrix(best, pairs, h.size)
    return TikhonovEstimate(matrix, divergence(matrix), penalty(best), evaluations)


def _matrix(values: Vector, pairs: tuple[NDArray[np.intp], NDArray[np.intp]], size: int) -> Vector:
    matrix = np.eye(size)
    matrix[pairs] = values
    matrix[pairs[1], pairs[0]] = values
    return matrix
