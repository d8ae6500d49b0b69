r"""Quantiles of a price from its calls alone.

.. math:: P(S > K) = -\partial_K C(K)

is read off differences of calls on a fine grid of strikes, and its normal score is interpolated in
log K, where a lognormal law is a line: monotone by F. Fritsch and R. Carlson, "Monotone piecewise
cubic interpolation", SIAM J. Numer. Anal. 17 (1980). Where differences are too small to be
resolved, the curve goes on as a line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtri

from rmot.errors import AccuracyError, ParameterError

Vector = NDArray[np.float64]

_STRIKES = 400
_REACH = 8.0
# A difference of calls is resolved where its mass is far above their errors over a cell's width.
_LEAST_MASS = 1e-6
_FEWEST = 8


class Smile(Protocol):
    """A law of S_T / F known through its calls, such as the models of `rmot.models`."""

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return undiscounted calls with forward 1."""
        ...

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return Black volatilities."""
        ...


def smile_quantile(
    model: Smile, maturity: float, n_strikes: int = _STRIKES
) -> Callable[[Vector], Vector]:
    """Return the quantile function of S_T / F: probabilities (n,) in (0, 1) to prices (n,).

    Parameters
    ----------
    model : Smile
    maturity : float
        In years.
    n_strikes : int
        Of the grid, spread over eight deviations at the money to either side.

    Raises
    ------
    ParameterError
        The maturity is not positive, or there are too few strikes.
    AccuracyError
        Calls do not fall and bend as those of a law do, where they are resolved.

    Examples
    --------
    >>> from rmot.models import BlackScholes
    >>> median = smile_quantile(BlackScholes(volatility=0.2), 0.25)(np.array([0.5]))
    >>> round(float(median[0]), 4)
    0.995
    """
    if not maturity > 0 or n_strikes < _FEWEST:
        raise ParameterError(
            f"expected a maturity > 0 and {_FEWEST} strikes or more; got {maturity} and {n_strikes}"
        )
    at_the_money = float(model.implied_volatility(np.zeros(1), maturity)[0])
    reach = _REACH * at_the_money * np.sqrt(maturity)
    k = np.linspace(-reach, reach, n_strikes)
    calls = np.asarray(model.call_price(k, maturity), dtype=float)
    above = -np.diff(calls) / np.diff(np.exp(k))
    middle = np.log(0.5 * (np.exp(k[1:]) + np.exp(k[:-1])))
    held = (above > _LEAST_MASS) & (above < 1.0 - _LEAST_MASS)
    if held.sum() < _FEWEST or np.any(np.diff(above[held]) >= 0):
        raise AccuracyError(
            "expected calls whose slopes fall in size with the strike; theirs are not resolved "
            f"between log-moneyness {-reach:.3g} and {reach:.3g}"
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
