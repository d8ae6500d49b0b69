r"""Prices of given marginals under a Gaussian copula, by Sobol points.

.. math:: S_i = F_i^{-1}(\Phi(Z_i)), \qquad Z \sim N(0, R).

Scrambled Sobol points [1]_ give Z by the principal components of R, the largest first. Each
scrambling is an unbiased sample of its own, so that their spread estimates the error of their mean.
One correlation for all pairs has the common component

.. math:: Z_i = \sqrt{(1 + (N - 1) \rho) / N}\,g_1 + \sqrt{1 - \rho}\,(H g_{2 \dots N})_i

with the columns of H orthonormal, and orthogonal to that of ones.

References
----------
.. [1] A. Owen, "Scrambled net variance for integrals of smooth functions", Ann. Statist. 25 (1997).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert
from scipy.special import ndtr, ndtri

from rmot.errors import ParameterError
from rmot.numerics.quantiles import Marginal, quantiles

Vector = NDArray[np.float64]

_BITS = 30


def independent_normals(n_assets: int, n_points: int, replicates: int, seed: int) -> Vector:
    """Return standard normals, shape (n_points, n_assets), replicate after replicate.

    Raises
    ------
    ParameterError
        Numbers of points or replicates are no powers of two, 2 or more, or there are fewer points.
    """
    for name, number, least in (("n_points", n_points, 2), ("replicates", replicates, 2)):
        if number < least or number & (number - 1):
            raise ParameterError(f"expected {name} as a power of two >= {least}; got {number}")
    if n_points < replicates:
        raise ParameterError(f"expected n_points >= replicates; got {n_points} and {replicates}")
    # SciPy's statistics cost every program that reaches this module half a second to import
    from scipy.stats import qmc

    found = []
    for number in range(replicates):
        generator = np.random.default_rng([seed, number])
        points = qmc.Sobol(n_assets, bits=_BITS, seed=generator)  # pyright: ignore[reportCallIssue]
        # the centre of its cell, so that no coordinate is 0
        found.append(ndtri(points.random(n_points // replicates) + 0.5 ** (_BITS + 1)))
    return np.concatenate(found)


def correlated(independent: Vector, correlation: Vector) -> Vector:
    """Return normals of a correlation matrix from independent ones, shape (n_points, n_assets)."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    return independent @ root.T


def common_and_own(independent: Vector) -> tuple[Vector, Vector]:
    """Split independent normals into the common part, shape (n_points, 1), and the assets' own."""
    n_assets = independent.shape[1]
    common = independent[:, :1] / np.sqrt(n_assets)
    own = independent[:, 1:] @ helmert(n_assets) if n_assets > 1 else np.zeros_like(independent)
    return common, own


def prices(marginals: Sequence[Marginal], normals: Vector) -> Iterator[Vector]:
    """Yield each asset's prices, shape (n_points,), at correlated normals (n_points, n_assets)."""
    for marginal, column in zip(marginals, normals.T, strict=True):
        levels = np.clip(ndtr(column), np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
        yield quantiles(marginal, levels)
