r"""Prices of options on a basket by the one correlation of all pairs, under a Gaussian copula.

The same points serve all correlations. On an arc they are smooth,

.. math:: 1 - \rho = \tfrac{N}{N - 1} \sin^2 \theta, \qquad 1 + (N - 1) \rho = N \cos^2 \theta,

and from the least correlation to one a cubic spline in :math:`\theta` interpolates them. Prices
rise with the correlation where all weights are positive, and fall for a spread of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from rmot.dependence.discrete import discrete_law
from rmot.errors import ParameterError
from rmot.numerics.gaussian_copula import common_and_own, independent_normals, prices
from rmot.numerics.quantiles import Marginal

Vector = NDArray[np.float64]

POINTS, REPLICATES = 1 << 14, 16
_NODES = 33
_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class FlatPrices:
    """Calls on one basket, by strike and by the correlation of all pairs.

    Attributes
    ----------
    n_assets : int
    strikes : ndarray, shape (n_strikes,)
    values, errors : ndarray, shape (n_nodes, n_strikes)
        Undiscounted prices and their standard errors from one to the least correlation, at equal
        steps of the angle.
    """

    n_assets: int
    strikes: Vector
    values: Vector
    errors: Vector

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest correlation that all pairs can have."""
        return -1.0 / (self.n_assets - 1), 1.0

    def price(self, correlation: ArrayLike) -> Vector:
        """Return prices, shape (..., n_strikes), at correlations between the ends."""
        return self._spline(self._angle(np.asarray(correlation, dtype=float)))

    def price_error(self, correlation: float) -> Vector:
        """Return standard errors of prices, shape (n_strikes,), at a correlation."""
        angle = self._angle(np.array(correlation))
        return np.array([np.interp(angle, self._angles, column) for column in self.errors.T])

    def correlation(self, strike: int, price: float) -> float:
        """Return the correlation at which the strike of a rank has a price.

        -inf and inf where every correlation is too high, or too low, for it.
        """
        curve = self.values[:, strike]
        # Prices at the largest and at the least correlation.
        highest, lowest = float(curve[0]), float(curve[-1])
        if not min(lowest, highest) <= price <= max(lowest, highest):
            return float(np.inf if (price > lowest) is (highest > lowest) else -np.inf)

        def beyond(angle: float) -> float:
            return float(self._spline(angle)[strike]) - price

        angle = self._angles[-1] if price == lowest else 0.0
        if price not in (lowest, highest):
            angle = float(brentq(beyond, 0.0, self._angles[-1], xtol=_TOLERANCE))  # pyright: ignore[reportArgumentType]
        return float((self.n_assets * np.cos(angle) ** 2 - 1.0) / (self.n_assets - 1))

    def standard_error(self, strike: int, correlation: float) -> float:
        """Return the standard error of a correlation found from a price."""
        step = 1e-4
        low, high = (float(np.clip(correlation + side * step, *self.ends)) for side in (-1.0, 1.0))
        slope = (self.price(high) - self.price(low))[strike] / (high - low)
        return float(self.price_error(correlation)[strike] / abs(slope)) if slope else float("inf")

    @cached_property
    def _angles(self) -> Vector:
        return np.linspace(0.0, 0.5 * np.pi, len(self.values))

    @cached_property
    def _spline(self) -> CubicSpline:
        return CubicSpline(self._angles, self.values)

    def _angle(self, correlation: Vector) -> Vector:
        share = (1.0 + (self.n_assets - 1) * correlation) / self.n_assets
        return np.arccos(np.sqrt(np.clip(share, 0.0, 1.0)))


def flat_prices(
    weights: ArrayLike,
    strikes: ArrayLike,
    marginals: Sequence[Marginal],
    *,
    seed: int,
    n_points: int = POINTS,
    replicates: int = REPLICATES,
) -> FlatPrices:
    """Price calls on a basket at all flat correlations, the basket itself as control.

    Parameters
    ----------
    weights : array_like, shape (n_assets,)
        Of one sign, or any for two assets (a spread).
    strikes : array_like, shape (n_strikes,)
    marginals : sequence of Prior or callable
        One an asset, in the units of the weights.
    seed, n_points, replicates : int
        Of the sample (`rmot.numerics.gaussian_copula`).

    Raises
    ------
    ParameterError
        Numbers of assets do not fit, or weights of both signs come with three assets or more.
    """
    held, wanted = np.asarray(weights, dtype=float), np.atleast_1d(np.asarray(strikes, dtype=float))
    n_assets = held.size
    if len(marginals) != n_assets or n_assets < 2:
        raise ParameterError(
            f"expected two assets or more, a marginal for each of {n_assets} weights; got "
            f"{len(marginals)} marginals"
        )
    if n_assets > 2 and np.unique(np.sign(held)).size != 1:
        raise ParameterError(
            "expected weights of one sign with three assets or more: prices of others need not "
            f"move one way with the correlation; got {held.tolist()}"
        )
    common, own = common_and_own(independent_normals(n_assets, n_points, replicates, seed))
    mean = sum(
        w * float(x @ p) for w, (x, p) in zip(held, map(discrete_law, marginals), strict=True)
    )
    found = np.empty((_NODES, wanted.size, replicates))
    for row, angle in enumerate(np.linspace(0.0, 0.5 * np.pi, _NODES)):
        size = np.sqrt(n_assets / (n_assets - 1)) * np.sin(angle)
        normals = np.sqrt(n_assets) * np.cos(angle) * common + size * own
        basket = np.zeros(n_points)
        for weight, column in zip(held, prices(marginals, normals), strict=True):
            basket += weight * column
        for rank, strike in enumerate(wanted):
            paid = _controlled(np.maximum(basket - strike, 0.0), basket, mean)
            found[row, rank] = paid.reshape(replicates, -1).mean(axis=1)
    error = found.std(axis=2, ddof=1) / np.sqrt(replicates)
    return FlatPrices(n_assets, wanted, found.mean(axis=2), error)


def _controlled(paid: Vector, basket: Vector, mean: float) -> Vector:
    varied = basket - basket.mean()
    size = float(varied @ varied)
    slope = float(varied @ paid) / size if size > 0 else 0.0
    return paid - slope * (basket - mean)
