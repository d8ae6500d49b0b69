r"""Prices of a book under a Gaussian copula, from one correlation matrix to another.

With weights of one sign a call on the basket is dearer the larger any correlation is, as normals
with larger correlations are larger in the supermodular order (A. Müller, "Stochastic ordering of
multivariate normal distributions", Ann. Inst. Statist. Math. 53, 2001), so that matrices with the
larger entries give the upper end. The largest is that of ones.
At the other end no matrix has all entries the least; that of least variance stands there, in which
the assets' deviations :math:`v_i = w_i \sigma_i` close a polygon, or the largest opposes the rest:

.. math:: \min_R \textstyle\sum_{ij} v_i v_j R_{ij}
          = \max\bigl(0,\, 2 \max_i v_i - \textstyle\sum_i v_i\bigr)^2 .
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.numerics.quantiles import Marginal
from rmot.studies.capital.books import Book
from rmot.studies.capital.ranges import Ranges
from rmot.transport import gaussian_copula
from rmot.transport.couplings.correlations import nearest_correlation

Vector = NDArray[np.float64]

REPLICATES = 16


def least_variance(deviations: ArrayLike) -> Vector:
    """Return a correlation matrix, shape (n, n), that leaves a sum the least variance.

    Parameters
    ----------
    deviations : array_like, shape (n,)
        Of the sum's parts; positive.
    """
    sizes = np.asarray(deviations, dtype=float)
    largest = int(np.argmax(sizes))
    if 2.0 * sizes[largest] >= sizes.sum():
        angles = np.full(sizes.size, np.pi)
        angles[largest] = 0.0
    else:
        # Three groups, each filled when it is the least: none then outweighs the others together.
        groups = np.zeros(sizes.size, dtype=int)
        totals = np.zeros(3)
        for rank in np.argsort(-sizes, kind="stable"):
            groups[rank] = int(np.argmin(totals))
            totals[groups[rank]] += sizes[rank]
        angles = _triangle(totals)[groups]
    return np.cos(angles[:, None] - angles[None, :])


def _triangle(sides: Vector) -> Vector:
    """Return the directions of three sides that close a triangle."""
    a, b, c = sides
    beta = np.pi - np.arccos(np.clip((a**2 + b**2 - c**2) / (2.0 * a * b), -1.0, 1.0))
    end = a + b * np.exp(1j * beta)
    return np.array([0.0, beta, np.angle(-end)])


def copula_prices(
    book: Book, marginals: Sequence[Marginal], correlation: Vector, n_points: int, seed: int
) -> tuple[Vector, Vector]:
    """Return prices and their standard errors, shape (n_strikes,), the basket as control."""
    prior = gaussian_copula(marginals, correlation, n_points, seed=seed, replicates=REPLICATES)
    basket = prior.points @ np.array(book.weights)
    varied = basket - basket.mean()
    found = np.empty((REPLICATES, len(book.strikes)))
    for rank, strike in enumerate(book.strikes):
        paid = np.maximum(basket - strike, 0.0)
        size = float(varied @ varied)
        slope = float(varied @ paid) / size if size > 0 else 0.0
        # Forwards are one, and so is the basket's.
        found[:, rank] = (paid - slope * (basket - 1.0)).reshape(REPLICATES, -1).mean(axis=1)
    return np.maximum(found.mean(axis=0), 0.0), found.std(axis=0, ddof=1) / np.sqrt(REPLICATES)


def copula_range(
    method: str,
    assumptions: str,
    book: Book,
    marginals: Sequence[Marginal],
    correlations: tuple[Vector, Vector, Vector],
    n_points: int,
    seed: int,
) -> Ranges:
    """Return the prices at a least, a middle and a largest correlation matrix.

    Entries of intervals need make no matrix together: the nearest that do stand in.
    """
    found = [
        copula_prices(book, marginals, nearest_correlation(matrix), n_points, seed)
        for matrix in correlations
    ]
    (low, low_error), (price, _), (high, high_error) = found
    # What sampling alone may have put out of order.
    return Ranges(
        method,
        assumptions,
        np.minimum(low, price),
        price,
        np.maximum(high, price),
        np.maximum(low_error, high_error),
    )
