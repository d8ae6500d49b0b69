r"""Intervals for tomorrow's return, from the empirical law of a rolling window or a ball around it.

Over a ball :math:`\chi^2(Q|P) \le \eta` an event of probability p has at most, and at least,

.. math:: p \pm \sqrt{\eta\,p(1-p)},

within [0, 1]: given its probability the least divergence is that of a law that is proportional to P
on the event and off it. So the largest :math:`\alpha`-quantile over the ball is a quantile of P
itself, at the level :math:`\alpha'` that solves
:math:`\alpha' - \sqrt{\eta\,\alpha'(1-\alpha')} = \alpha`,

.. math:: \alpha' = \frac{2\alpha + \eta + \sqrt{\eta^2 + 4\eta\,\alpha(1-\alpha)}}{2(1+\eta)} .

With :math:`\eta = z^2/n` this is Wilson's bound on the quantile's level: the ball is a confidence
region. It keeps the window's support: however large, it reaches no further than the largest and
least return of n, which hold the next with probability (n-1)/(n+1) if returns are exchangeable.

References
----------
E. B. Wilson, "Probable inference, the law of succession, and statistical inference", *J. Am. Stat.
Assoc.* 22 (1927) 209-212. RiskMetrics Technical Document, J.P. Morgan, 4th ed. 1996, for the
exponentially weighted volatility.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import lfilter
from scipy.special import ndtri

from rmot.errors import DataError, ParameterError

Vector = NDArray[np.float64]

WINDOW: Final = 250
DECAY: Final = 0.94
_SETTLING: Final = 50


def worst_level(level: float, radius: float) -> float:
    r"""Return the level :math:`\alpha'` of P whose quantile is the largest over the ball.

    Parameters
    ----------
    level : float
        In (0, 1).
    radius : float
        Of the chi-squared ball, 0 or more.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    ParameterError
        Outside these.

    Examples
    --------
    >>> round(worst_level(0.99, 0.0), 12), round(worst_level(0.99, 0.01), 4)
    (0.99, 0.9962)
    """
    if not (0.0 < level < 1.0 and 0.0 <= radius < math.inf):
        raise ParameterError(f"expected a level in (0, 1) and a radius >= 0; got {level}, {radius}")
    root = math.sqrt(radius * radius + 4.0 * radius * level * (1.0 - level))
    return (2.0 * level + radius + root) / (2.0 * (1.0 + radius))


def sampling_radius(observations: int, confidence: float = 0.95) -> float:
    """Return z^2/n: the ball that holds the true law's quantile level with one-sided confidence.

    Parameters
    ----------
    observations : int
        n.
    confidence : float
        In [1/2, 1), of which z is the normal quantile.

    Returns
    -------
    float
        A chi-squared divergence.

    Raises
    ------
    ParameterError
        Fewer than one observation, or a confidence outside [1/2, 1).
    """
    if observations < 1 or not 0.5 <= confidence < 1.0:
        raise ParameterError(
            "expected an observation or more and a confidence in [0.5, 1); got "
            f"{observations} and {confidence}"
        )
    return float(ndtri(confidence)) ** 2 / observations


def ranks(level: float, radius: float = 0.0, window: int = WINDOW) -> tuple[int, int]:
    """Return which of the ordered returns are the ends, 1 the least and `window` the largest.

    Ends are the largest quantile over the ball at (1 + level)/2, and its mirror image.

    Raises
    ------
    ParameterError
        As `worst_level`, or a window of fewer than two.
    """
    if window < 2:
        raise ParameterError(f"expected a window of two or more; got {window}")
    upper = worst_level(0.5 * (1.0 + level), radius)
    # the least rank whose share of the window reaches the level, rounding aside
    high = min(math.ceil(window * upper - 1e-9), window)
    return window + 1 - high, high


def exchangeable_coverage(level: float, radius: float = 0.0, window: int = WINDOW) -> float:
    """Return the probability that the next of exchangeable continuous returns lies within.

    Raises
    ------
    ParameterError
        As in `ranks`.
    """
    low, high = ranks(level, radius, window)
    return (high - low) / (window + 1)


def historical_intervals(
    returns: ArrayLike, level: float = 0.99, *, radius: float = 0.0, window: int = WINDOW
) -> tuple[Vector, Vector]:
    """Return the intervals for returns `window` to n - 1, each from the returns before it.

    Parameters
    ----------
    returns : array_like, shape (n,)
        Oldest first.
    level : float
        Of the interval, half of the rest on either side.
    radius : float
        Of the ball around each window's empirical law; none by default.
    window : int

    Returns
    -------
    lower, upper : ndarray, shape (n - window,)

    Raises
    ------
    DataError
        No more returns than the window, or one that is not finite.
    ParameterError
        As in `ranks`.
    """
    seen = _returns(returns, window)
    low, high = ranks(level, radius, window)
    windows = np.lib.stride_tricks.sliding_window_view(seen[:-1], window)
    ordered = np.partition(windows, (low - 1, high - 1), axis=1)
    return ordered[:, low - 1].copy(), ordered[:, high - 1].copy()


def weighted_volatility(returns: ArrayLike, decay: float = DECAY) -> Vector:
    r"""Return volatilities that are known the day before, shape (n,).

    :math:`v_t = d\,v_{t-1} + (1-d)\,r_{t-1}^2`, started at the mean square of the first fifty
    returns, which is forgotten as d^t.

    Raises
    ------
    DataError
        Fewer than fifty returns, or one that is not finite.
    ParameterError
        A decay outside (0, 1).
    """
    if not 0.0 < decay < 1.0:
        raise ParameterError(f"expected a decay in (0, 1); got {decay}")
    seen = _returns(returns, _SETTLING)
    start = float(np.mean(seen[:_SETTLING] ** 2))
    squares = np.concatenate([[0.0], seen[:-1] ** 2])
    # v_0 is the start: the filter's own state stands for the day before it
    variance = lfilter([1.0 - decay], [1.0, -decay], squares, zi=[start])[0]
    if not (variance > 0).all():
        raise DataError("expected returns that vary; all are zero at the start")
    return np.sqrt(variance)


def filtered_intervals(
    returns: ArrayLike,
    level: float = 0.99,
    *,
    radius: float = 0.0,
    window: int = WINDOW,
    decay: float = DECAY,
) -> tuple[Vector, Vector]:
    """Return intervals as `historical_intervals`, of returns over their volatility, scaled back.

    Filtered historical simulation: the window's law is that of standardised returns, tomorrow's
    volatility is `weighted_volatility`.

    Parameters
    ----------
    returns : array_like, shape (n,)
        Oldest first, fractions a day.
    level, radius, window
        As in `historical_intervals`.
    decay : float
        Weight of a day's square over the next day's, in (0, 1).

    Returns
    -------
    lower, upper : ndarray, shape (n - window,)
        For the days after the first window.

    Raises
    ------
    ParameterError, DataError
        As `historical_intervals`.
    """
    seen = _returns(returns, max(window, _SETTLING))
    volatility = weighted_volatility(seen, decay)
    lower, upper = historical_intervals(seen / volatility, level, radius=radius, window=window)
    return lower * volatility[window:], upper * volatility[window:]


def _returns(returns: ArrayLike, window: int) -> Vector:
    seen = np.asarray(returns, dtype=float)
    if seen.ndim != 1 or seen.size <= window:
        raise DataError(f"expected more than {window} returns; got shape {seen.shape}")
    if not np.isfinite(seen).all():
        raise DataError(f"expected finite returns; {np.sum(~np.isfinite(seen))} are not")
    return seen
