r"""How errors grow as the range of strikes shrinks: expansions of a smile's gradient at the money.

With strikes filling [-delta, delta] a gradient g(k) = sum_n a_n k^n is seen through its Legendre
coefficients on the range, of order delta^n a_n. An error is then of order delta^{-J}, with J the
least order at which the derivatives a_0, ..., a_J of all smiles tell the parameter from the others:
an integer, whatever the model's roughness, because implied volatility is analytic in k for T > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from rmot.calibration.coordinates import COORDINATES
from rmot.calibration.design import (
    designed_smile,
    smile_gradient,
    standardised_jacobian,
    volatility_noise,
)
from rmot.calibration.information import cramer_rao_errors

Vector = NDArray[np.float64]

DEGREE = 24


def generic_order(parameters: int, maturities: int) -> int:
    """Return the least J for which maturities * (J + 1) derivatives are as many as parameters."""
    return -(-parameters // maturities) - 1


def taylor_gradient(
    model: Any, maturity: float, free: Sequence[str], half_width: float, degree: int = DEGREE
) -> Vector:
    """Expand derivatives of implied volatility in powers of log-moneyness.

    Parameters
    ----------
    model : object
        With `sensitivities`, such as ``RoughHeston``.
    maturity : float
    free : sequence of str
        The derivatives are in their coordinates.
    half_width : float
        The expansion interpolates at the Chebyshev points of [-half_width, half_width].
    degree : int

    Returns
    -------
    ndarray, shape (len(free), degree + 1)
        Coefficients of k^0, k^1, ...
    """
    nodes = chebyshev.chebpts1(degree + 1)
    found = smile_gradient(model, half_width * nodes, maturity)
    slopes = np.array([COORDINATES[name].slope(getattr(model, name)) for name in free])
    rows = [found.parameters.index(name) for name in free]
    values = found.volatility_gradient[rows] * slopes[:, None]
    series = chebyshev.chebfit(nodes, values.T, degree).T
    powers = np.zeros_like(series)
    for row, terms in zip(powers, series, strict=True):
        polynomial = chebyshev.cheb2poly(terms)
        row[: len(polynomial)] = polynomial
    return powers / half_width ** np.arange(degree + 1)


def narrow_range_errors(expansions: Sequence[Vector], half_width: float) -> Vector:
    """Return the Cramér-Rao errors for one quote's worth of strikes that fill [-delta, delta].

    Parameters
    ----------
    expansions : sequence of ndarray, shape (parameters, terms)
        Coefficients of powers of log-moneyness, one array a smile; see `taylor_gradient`.
    half_width : float
        delta.

    Returns
    -------
    ndarray, shape (parameters,)
        To be multiplied by s / sqrt(m) for m quotes a smile with error s in implied volatility.

    Raises
    ------
    CalibrationError
        The expansions do not tell some parameter from the others.

    Notes
    -----
    Rows of the Jacobian differ by powers of delta, which `cramer_rao_errors` is made for.
    """
    return cramer_rao_errors(
        np.concatenate([_legendre_rows(expansion, half_width) for expansion in expansions])
    )


def filled_range_errors(
    model: Any, maturities: Sequence[float], free: Sequence[str], half_width: float, nodes: int
) -> Vector:
    """Return what `narrow_range_errors` does, from gradients at Gauss-Legendre nodes of the range.

    For ranges beyond the reach of expansions. Strikes too cheap to be quoted
    (`rmot.calibration.design.SMALLEST_PRICE`) tell nothing.

    Raises
    ------
    CalibrationError
        The smiles do not tell some parameter from the others.
    """
    places, weights = legendre.leggauss(nodes)
    smiles = []
    for maturity in maturities:
        smile = designed_smile(model, half_width * places, maturity, volatility_noise(1.0))
        quoted = np.isin(half_width * places, smile.log_moneyness)
        smiles.append(replace(smile, noise=np.sqrt(2.0 / weights[quoted])))
    return cramer_rao_errors(standardised_jacobian(model, smiles, free))


def _legendre_rows(expansion: Vector, half_width: float) -> Vector:
    """Return coefficients in orthonormal polynomials on the range, shape (terms, parameters)."""
    terms = expansion.shape[1]
    return _orthonormal(terms) @ (expansion * half_width ** np.arange(terms)).T


@lru_cache
def _orthonormal(terms: int) -> Vector:
    """Return the matrix from powers of x to polynomials of unit mean square on [-1, 1]."""
    columns = np.zeros((terms, terms))
    for order, power in enumerate(np.eye(terms)):
        columns[: order + 1, order] = legendre.poly2leg(power[: order + 1])
    return columns / np.sqrt(2.0 * np.arange(terms) + 1.0)[:, None]
