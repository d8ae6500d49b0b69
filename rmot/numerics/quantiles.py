r"""Quantile functions of one price: of a discrete law, and of a law known by its calls.

.. math:: P(S > K) = -\partial_K C(K)

is read off differences of calls on a fine grid of strikes, and its normal score is interpolated in
log K, where a lognormal law is a line: monotone by F. Fritsch and R. Carlson, "Monotone piecewise
cubic interpolation", SIAM J. Numer. Anal. 17 (1980). Where differences are too small to be
resolved, or a fitted smile's far wing is no law's, the curve goes on as a line.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtri

from rmot.errors import AccuracyError
from rmot.numerics.discrete import Prior

Vector = NDArray[np.float64]
Quantile = Callable[[Vector], Vector]
"""Takes probabilities (n,) in (0, 1) to prices (n,)."""

Marginal = Prior | Quantile

# A difference of calls is resolved where its mass is far above their errors over a cell's width.
_LEAST_MASS = 1e-6
_FEWEST = 8
# Slopes that do not fall are forgiven where less than this lies beyond.
_FAR_WING = 1e-3


def quantiles(marginal: Marginal, probabilities: Vector) -> Vector:
    """Return the prices below which a marginal has the given masses; same shape (n,).

    A prior is of one asset, and its tail stands at its mean.
    """
    if not isinstance(marginal, Prior):
        return np.asarray(marginal(probabilities), dtype=float)
    closed = marginal.closed()
    order = np.argsort(closed.points, kind="stable")
    levels = np.cumsum(closed.weights[order])
    place = np.searchsorted(levels / levels[-1], probabilities, side="left")
    return closed.points[order][np.minimum(place, order.size - 1)]


def quantile_of_calls(log_moneyness: Vector, calls: Vector) -> Quantile:
    """Return the quantile function of S/F from undiscounted calls with forward 1.

    Parameters
    ----------
    log_moneyness : ndarray, shape (n,)
        Increasing.
    calls : ndarray, shape (n,)

    Raises
    ------
    AccuracyError
        Calls do not fall and bend as those of a law do, where they are resolved.
    """
    strikes = np.exp(log_moneyness)
    above = -np.diff(calls) / np.diff(strikes)
    middle = np.log(0.5 * (strikes[1:] + strikes[:-1]))
    held = _law_around(int(np.argmin(np.abs(middle))), above)
    if np.count_nonzero(held) < _FEWEST:
        raise AccuracyError(
            "expected calls whose slopes fall in size with the strike; theirs are not resolved "
            f"between log-moneyness {log_moneyness[0]:.3g} and {log_moneyness[-1]:.3g}"
        )
    scores, logs = -ndtri(above[held]), middle[held]
    inner = PchipInterpolator(scores, logs, extrapolate=False)
    ends = inner.derivative()(scores[[0, -1]])

    def quantile(probabilities: Vector) -> Vector:
        z = ndtri(np.asarray(probabilities, dtype=float))
        within = np.clip(z, scores[0], scores[-1])
        beyond = np.where(z < scores[0], ends[0], ends[1]) * (z - within)
        return np.exp(inner(within) + beyond)

    return quantile


def _law_around(forward: int, above: Vector) -> NDArray[np.bool_]:
    """Tell which masses above cells' middles are a law's; none if they rise before a far wing."""
    within = (above > _LEAST_MASS) & (above < 1.0 - _LEAST_MASS)
    rises = np.flatnonzero((within[1:] | within[:-1]) & (np.diff(above) >= 0))
    first, last = (
        rises[rises < forward].max(initial=-1) + 1,
        rises[rises >= forward].min(initial=above.size - 1),
    )
    for at in {first, last} - {0, above.size - 1}:
        if _FAR_WING < above[at] < 1.0 - _FAR_WING:
            return np.zeros(above.size, dtype=bool)
    within[:first] = False
    within[last + 1 :] = False
    return within
