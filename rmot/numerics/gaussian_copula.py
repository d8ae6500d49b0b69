r"""A Gaussian copula of given marginals with one correlation for all pairs, by Sobol points.

.. math:: S_i = q_i(\sqrt{\rho}\,M + \sqrt{1 - \rho}\,\epsilon_i),

with independent standard normals M and :math:`\epsilon_i`; :math:`q_i` takes a normal score to the
quantile of its level. Each scrambling of the points is an unbiased sample of its own [1]_.

References
----------
.. [1] A. Owen, "Randomly permuted (t, m, s)-nets and (t, s)-sequences", *MCQMC* (1995) 299–317.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from rmot.errors import ParameterError

Vector = NDArray[np.float64]

_FURTHEST_SCORE = 8.0


@dataclass(frozen=True, eq=False)
class QuantileTable:
    """Quantiles of a positive price at normal scores, linear in log-price between and beyond.

    Attributes
    ----------
    scores, log_prices : ndarray, shape (n,)
        Increasing and non-decreasing.
    """

    scores: Vector
    log_prices: Vector

    @classmethod
    def of_distribution(cls, log_prices: Vector, distribution: Vector) -> QuantileTable:
        """Return the table of a distribution function given on a grid of log-prices."""
        levels = np.maximum.accumulate(np.clip(distribution, 0.0, 1.0))
        scores = ndtri(levels)
        kept = np.abs(scores) < _FURTHEST_SCORE
        kept[1:] &= np.diff(levels) > 0
        if kept.sum() < 2:
            raise ParameterError("expected a distribution that rises on its grid of log-prices")
        return cls(scores[kept], log_prices[kept])

    def prices(self, scores: Vector) -> Vector:
        """Return prices at normal scores of any shape."""
        z, k = self.scores, self.log_prices
        inner = np.interp(scores, z, k)
        low = k[0] + (scores - z[0]) * (k[1] - k[0]) / (z[1] - z[0])
        high = k[-1] + (scores - z[-1]) * (k[-1] - k[-2]) / (z[-1] - z[-2])
        return np.exp(np.where(scores < z[0], low, np.where(scores > z[-1], high, inner)))


def normals(n_assets: int, n_points: int, seed: int) -> Vector:
    """Return a scrambling of Sobol points as normals, shape (n_points, 1 + n_assets)."""
    sampler = qmc.Sobol(1 + n_assets, scramble=True, rng=np.random.default_rng(seed))
    uniform = sampler.random(n_points)
    return ndtri(np.clip(uniform, 2.0**-31, 1 - 2.0**-31))


def coupled(tables: list[QuantileTable], correlation: float, drawn: Vector) -> Vector:
    """Return prices, shape (n_points, n_assets), each asset's mean brought to one.

    Raises
    ------
    ParameterError
        The correlation is outside [0, 1].
    """
    if not 0.0 <= correlation <= 1.0:
        raise ParameterError(f"expected one correlation in [0, 1]; got {correlation}")
    common, own = np.sqrt(correlation), np.sqrt(1.0 - correlation)
    prices = np.column_stack(
        [
            table.prices(common * drawn[:, 0] + own * drawn[:, 1 + i])
            for i, table in enumerate(tables)
        ]
    )
    return prices / prices.mean(axis=0)
