r"""What quotes on single assets say about correlations, once assets are assumed to share factors.

With Fisher information I of the coordinates x and :math:`G = \partial \rho_{ij}(T) / \partial x`
the Cramer-Rao covariance of the implied correlations is :math:`G I^{-1} G^T`; its inverse is their
own Fisher matrix. It is infinite along what leaves no trace in the quotes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.factors.parametrisation import FactorParametrisation

Vector = NDArray[np.float64]

# Singular values below this share of the largest say nothing.
_SINGULAR = 1e-10
# A derivative along them below this share of its length is rounding.
_ALONG = 1e-6


def correlation_gradient(
    parametrisation: FactorParametrisation, point: Vector, maturity: float
) -> Vector:
    """Return derivatives of the correlations of returns over [0, T] in the coordinates.

    Returns
    -------
    ndarray, shape (n_pairs, n_free)
        Pairs (0, 1), (0, 2), ..., (1, 2), ...
    """
    model = parametrisation.model(point)
    rows = [model.parameters.index(name) for name in parametrisation.free]
    slopes = model.correlation_sensitivities(maturity)[rows]
    first, second = np.triu_indices(model.n_assets, 1)
    return (slopes[:, first, second] * parametrisation.slopes(point)[:, None]).T


def correlation_covariance(gradient: Vector, jacobian: Vector) -> Vector:
    """Return G (J'J)^{-1} G', shape (n_pairs, n_pairs), with inf where J'J is singular along G.

    Parameters
    ----------
    gradient : ndarray, shape (n_pairs, n_free)
        G.
    jacobian : ndarray, shape (n_quotes, n_free)
        J: derivatives of the standardised residuals.
    """
    scale = np.linalg.norm(jacobian, axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    _, values, rows = np.linalg.svd(jacobian / scale, full_matrices=True)
    values = np.concatenate([values, np.zeros(len(rows) - values.size)])
    along = (gradient / scale) @ rows.T
    known = values > _SINGULAR * values[0]
    root = along[:, known] / values[known]
    covariance = root @ root.T
    length = np.linalg.norm(along, axis=1)
    unknown = np.linalg.norm(along[:, ~known], axis=1) > _ALONG * length
    covariance[unknown, unknown] = np.inf
    covariance[np.ix_(unknown, ~unknown)] = np.nan
    covariance[np.ix_(~unknown, unknown)] = np.nan
    return covariance
