r"""A joint reference: given marginals under a Gaussian copula, sampled evenly.

.. math:: S_i = F_i^{-1}(\Phi(Z_i)), \qquad Z \sim N(0, R).

Scrambled Sobol points (A. Owen, "Scrambled net variance for integrals of smooth functions", Ann.
Statist. 25, 1997) give Z by the principal components of R, the largest first. Each scrambling is
an unbiased sample of its own, so that their spread estimates the error of their mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.couplings.correlations import correlation_matrix

Vector = NDArray[np.float64]
Quantile = Callable[[Vector], Vector]

_BITS = 30


def gaussian_copula(
    marginals: Sequence[Prior | Quantile],
    correlation: ArrayLike,
    n_points: int = 1 << 15,
    *,
    seed: int,
    replicates: int = 16,
) -> Prior:
    """Return a joint sample of the marginals under a Gaussian copula.

    Parameters
    ----------
    marginals : sequence of Prior or callable
        Discrete laws of one asset, whose tails stand at their means; or quantile functions, which
        take probabilities (n,) in (0, 1) to prices (n,).
    correlation : float or array_like, shape (n_assets, n_assets)
        Of the normals; a number for all pairs.
    n_points : int
        A power of two, all scramblings together.
    seed : int
    replicates : int
        Scramblings, a power of two, 2 or more.

    Returns
    -------
    Prior
        Points (n_points, n_assets) of equal weight, and as many replicates.

    Raises
    ------
    ParameterError
        A marginal is of several assets, the correlation is none, or numbers are no powers of two.

    Examples
    --------
    >>> from rmot.numerics.discrete import Prior
    >>> coin = Prior([0.5, 1.5], [0.5, 0.5])
    >>> joint = gaussian_copula([coin, coin], 1.0, 256, seed=1)
    >>> bool((joint.points[:, 0] == joint.points[:, 1]).all())
    True
    """
    n_assets = len(marginals)
    if not n_assets:
        raise ParameterError("expected at least one marginal; got none")
    for i, marginal in enumerate(marginals):
        if not callable(marginal) and not (
            isinstance(marginal, Prior) and marginal.points.ndim == 1
        ):
            raise ParameterError(
                f"expected marginal {i} as a prior of one asset or a quantile function; "
                f"got {marginal!r}"
            )
    normals = copula_normals(correlation_matrix(correlation, n_assets), n_points, replicates, seed)
    probabilities = np.clip(ndtr(normals), np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
    columns = [
        quantile(marginal, column)
        for marginal, column in zip(marginals, probabilities.T, strict=True)
    ]
    weights = np.full(n_points, 1.0 / n_points)
    return Prior(np.column_stack(columns), weights, replicates=replicates)


def copula_normals(correlation: Vector, n_points: int, replicates: int, seed: int) -> Vector:
    """Return normals of a correlation, shape (n_points, n_assets), replicate after replicate."""
    for name, number, least in (("n_points", n_points, 2), ("replicates", replicates, 2)):
        if number < least or number & (number - 1):
            raise ParameterError(f"expected {name} as a power of two >= {least}; got {number}")
    if n_points < replicates:
        raise ParameterError(f"expected n_points >= replicates; got {n_points} and {replicates}")
    values, vectors = np.linalg.eigh(correlation)
    root = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    drawn = _independent_normals(len(correlation), n_points, replicates, seed)
    return np.concatenate([each @ root.T for each in drawn])


# a search over correlations asks for the same points each time
@lru_cache(maxsize=1)
def _independent_normals(
    n_assets: int, n_points: int, replicates: int, seed: int
) -> tuple[Vector, ...]:
    """Return independent normals, for each replicate shape (n_points / replicates, n_assets)."""
    drawn = []
    for number in range(replicates):
        generator = np.random.default_rng([seed, number])
        points = qmc.Sobol(n_assets, bits=_BITS, seed=generator)  # pyright: ignore[reportCallIssue]
        # the centre of its cell, so that no coordinate is 0
        normals = ndtri(points.random(n_points // replicates) + 0.5 ** (_BITS + 1))
        normals.flags.writeable = False
        drawn.append(normals)
    return tuple(drawn)


def quantile(marginal: Prior | Quantile, probabilities: Vector) -> Vector:
    """Return the prices below which a marginal has the given masses; same shape (n,)."""
    if not isinstance(marginal, Prior):
        return np.asarray(marginal(probabilities), dtype=float)
    closed = marginal.closed()
    order = np.argsort(closed.points, kind="stable")
    levels = np.cumsum(closed.weights[order])
    place = np.searchsorted(levels / levels[-1], probabilities, side="left")
    return closed.points[order][np.minimum(place, order.size - 1)]
