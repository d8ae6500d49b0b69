"""What quotes say about parameters: I = sum_k (1/s_k^2) dsigma_k dsigma_k^T.

Quotes are implied volatilities with independent Gaussian errors of standard deviation s_k
(002, Definition 2.2, with price noise turned into volatility noise by vega).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from rmot.errors import CalibrationError

RELATIVE_THRESHOLD = 1e-4


def fisher_information(jacobian: NDArray[np.float64]) -> NDArray[np.float64]:
    """Information from the derivatives of the standardised residuals.

    Parameters
    ----------
    jacobian : ndarray, shape (n_quotes, n_parameters)
        Derivatives of sigma_k / s_k.

    Returns
    -------
    ndarray, shape (n_parameters, n_parameters)
    """
    return jacobian.T @ jacobian


def effective_dimension(information: NDArray[np.float64]) -> int:
    """Count the eigenvalues that reach 1e-4 of the largest."""
    eigenvalues = np.linalg.eigvalsh(information)
    return int(np.sum(eigenvalues >= RELATIVE_THRESHOLD * eigenvalues[-1]))


def cramer_rao_errors(jacobian: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the square roots of the diagonal of the inverse information, shape (n_parameters,).

    They come from the derivatives themselves, whose condition number is only the root of the
    information's, and do not suffer from quotes of very different weight.

    Parameters
    ----------
    jacobian : ndarray, shape (n_quotes, n_parameters)
        Derivatives of the standardised residuals.

    Raises
    ------
    CalibrationError
        Fewer quotes than parameters, or columns that are dependent to working precision.

    Notes
    -----
    With rows sorted by size and columns pivoted, Householder's steps are stable row by row (A. J.
    Cox, N. J. Higham, "Stability of Householder QR factorization for weighted least squares
    problems", *Numerical Analysis 1997*): no digits of the small rows are lost to the large.
    """
    quotes, count = jacobian.shape
    if quotes < count:
        raise CalibrationError(f"expected at least {count} quotes; got {quotes}")
    scale = np.linalg.norm(jacobian, axis=0)
    if not (np.isfinite(scale).all() and scale.all()):
        raise CalibrationError("expected finite derivatives, not all zero, in every parameter")
    scaled = jacobian / scale
    sizes = np.abs(scaled).max(axis=1)
    order = np.argsort(-sizes, kind="stable")
    found: Any = qr(scaled[order], mode="r", pivoting=True)
    triangle, pivots = found[0][:count], found[1]
    sizes = sizes[order][:count]
    if not (np.abs(np.diag(triangle)) > quotes * np.finfo(float).eps * sizes).all():
        raise CalibrationError(
            "expected quotes that determine every free parameter; the derivatives are linearly "
            "dependent to working precision: fix some"
        )
    inverse = solve_triangular(triangle / sizes[:, None], np.diag(1.0 / sizes))
    errors = np.empty(count)
    errors[pivots] = np.linalg.norm(inverse, axis=1)
    return errors / scale


def standard_errors(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Cramer-Rao errors; inf for a parameter whose information is singular.

    Where it is nearly so, `cramer_rao_errors` of the derivatives has more digits.

    Parameters
    ----------
    information : ndarray, shape (n_parameters, n_parameters)

    Returns
    -------
    ndarray, shape (n_parameters,)
    """
    return _deviations(information, information)


def misfit_errors(
    jacobian: NDArray[np.float64], residuals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Allow for misfit: errors of I^-1 (sum r_k^2 j_k j_k^T) I^-1 (White 1982).

    Parameters
    ----------
    jacobian : ndarray, shape (n_quotes, n_parameters)
        Derivatives of the standardised residuals.
    residuals : ndarray, shape (n_quotes,)
        Standardised residuals at the optimum.

    Returns
    -------
    ndarray, shape (n_parameters,)
        inf where the information is singular.
    """
    scores = jacobian * residuals[:, None]
    return _deviations(fisher_information(jacobian), scores.T @ scores)


def _deviations(
    information: NDArray[np.float64], middle: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Root of the diagonal of I^-1 M I^-1, on the span where I is not singular; inf off it."""
    eigenvalues, vectors = np.linalg.eigh(information)
    known = eigenvalues > eigenvalues[-1] * len(eigenvalues) * np.finfo(float).eps
    inverse = (vectors[:, known] / eigenvalues[known]) @ vectors[:, known].T
    errors = np.sqrt(np.maximum(np.diag(inverse @ middle @ inverse), 0.0))
    unknown = np.max(np.abs(vectors[:, ~known]), axis=1, initial=0.0)
    return np.where(unknown > np.sqrt(np.finfo(float).eps), np.inf, errors)
