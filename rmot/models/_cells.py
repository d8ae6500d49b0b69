"""Knows how a law of one price becomes a discrete measure: cells with exact mass and exact mean.

The half-line of prices is cut at s_1 < ... < s_n. Each cell is one node, at the cell's conditional
mean, with the cell's mass; so total mass and forward are exact, and a payoff that is linear within
cells loses nothing: boundaries are moved onto the kinks that the caller names. Beyond s_n the
measure keeps its partial moments of order 0, 1 and 2.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.discrete import Prior, Tail

PartialMoments = Callable[[NDArray[np.float64], int, bool], NDArray[np.float64]]
"""(log-moneyness, order, upper) -> E[S^order; S > e^k], or below where upper is false."""

# Mass left in the first cell, and beyond the last node where the caller names no end.
_OUTER_MASS = 1e-12
_FURTHEST = 40.0


def discretise(
    partial_moments: PartialMoments,
    deviation: float,
    n_points: int,
    upper: float | None = None,
    kinks: ArrayLike = (),
) -> Prior:
    """Cut a law into cells.

    Parameters
    ----------
    partial_moments : callable
    deviation : float
        Order of magnitude of the standard deviation of log S.
    n_points : int
        Number of nodes, at least 8.
    upper : float, optional
        Price (forward = 1) at which the tail starts; by default the one that 1e-12 of the mass
        exceeds.
    kinks : array_like, shape (m,)
        Prices (forward = 1) that are to be boundaries of cells.

    Raises
    ------
    ParameterError
        Too few points, an end that is not above the forward, or kinks that are not increasing
        prices between the first boundary and the end, each with a boundary of its own.
    AccuracyError
        The masses or means of the cells are not resolved.
    """
    if n_points < 8:
        raise ParameterError(f"expected n_points of at least 8; got {n_points}")
    if upper is not None and not (np.isfinite(upper) and upper > 1.0):
        raise ParameterError(f"expected the tail to start above the forward, 1; got {upper}")
    low = _quantile(partial_moments, deviation, upper=False)
    high = _quantile(partial_moments, deviation, upper=True) if upper is None else np.log(upper)
    k = through(_boundaries(low, high, deviation, n_points), kinks)
    left = k < 0.0
    mass, first = (_cells(partial_moments, k, left, order) for order in (0, 1))
    points = first / mass
    s = np.exp(k)
    inside = np.all((points[1:] > s[:-1]) & (points[1:] < s[1:])) and 0.0 < points[0] < s[0]
    if not (inside and np.all(mass > 0.0)):
        raise AccuracyError(
            f"{n_points} cells between {s[0]:.4g} and {s[-1]:.4g} are not resolved: a cell's mean "
            "falls outside it; ask for fewer points or a nearer end"
        )
    end = k[-1:]
    tail = [float(partial_moments(end, order, True)[0]) for order in (0, 1, 2)]
    return Prior(points, mass, Tail(float(s[-1]), *tail))


def _quantile(partial_moments: PartialMoments, deviation: float, upper: bool) -> float:
    """Return the log-moneyness beyond which about 1e-12 of the mass lies."""
    k = np.linspace(0.5, _FURTHEST, 400) * deviation * (1.0 if upper else -1.0)
    mass = partial_moments(k, 0, upper)
    beyond = np.flatnonzero(mass < _OUTER_MASS)
    return float(k[beyond[0]] if beyond.size else k[-1])


def _boundaries(low: float, high: float, deviation: float, count: int) -> NDArray[np.float64]:
    """Return increasing log-prices, dense within a few deviations of the forward."""
    width = 2.0 * deviation
    ends = np.arcsinh(np.array([low, high]) / width)
    return width * np.sinh(np.linspace(ends[0], ends[1], count))


def through(k: NDArray[np.float64], kinks: ArrayLike) -> NDArray[np.float64]:
    """Move the boundary nearest to each kink onto it."""
    prices = np.asarray(kinks, dtype=np.float64)
    if not prices.size:
        return k
    if prices.ndim != 1 or not (np.all(np.isfinite(prices)) and np.all(prices > 0.0)):
        raise ParameterError(f"expected positive prices as kinks; got {kinks}")
    wanted = np.log(prices)
    nearest = np.argmin(np.abs(k[:, None] - wanted), axis=0)
    inside = np.all((wanted > k[0]) & (wanted < k[-1]))
    if not (inside and np.all(np.diff(nearest) > 0) and 0 < nearest[0] <= nearest[-1] < k.size - 1):
        raise ParameterError(
            f"expected increasing kinks between {np.exp(k[0]):.4g} and {np.exp(k[-1]):.4g}, no two "
            f"in one cell; got {kinks}"
        )
    moved = k.copy()
    moved[nearest] = wanted
    return moved


def _cells(
    partial_moments: PartialMoments,
    k: NDArray[np.float64],
    left: NDArray[np.bool_],
    order: int,
) -> NDArray[np.float64]:
    """Return the moment of each cell, differenced on the side where it is small."""
    below = partial_moments(k[left], order, False)
    above = partial_moments(k[~left], order, True)
    across = 1.0 - below[-1] - above[0]
    return np.concatenate([below[:1], np.diff(below), [across], -np.diff(above)])
