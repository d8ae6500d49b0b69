"""Knows Bachelier's formula, for a normal price, and its inverse.

For a distance k of the strike from the forward and a deviation s, d = |k| / s, the out-of-the-money
option is s n(d) - |k| N(-d) = |k| g(d), and log g is concave in log d: Newton's iteration
in these coordinates finds d.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, ndtr

from rmot.errors import ParameterError

_ROOT_2PI = math.sqrt(2.0 * math.pi)
_STEPS = 60
_LEAST, _MOST = 1e-12, 38.0


def bachelier_call(distance: ArrayLike, deviation: ArrayLike) -> NDArray[np.float64]:
    """Return E (s Z - k)^+, Z standard normal; shapes broadcast.

    Parameters
    ----------
    distance : array_like
        k, strike less forward.
    deviation : array_like
        s >= 0, normal volatility times the root of the maturity.

    Raises
    ------
    ParameterError
        If a deviation is negative.
    """
    k, s = np.broadcast_arrays(
        np.asarray(distance, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    )
    if np.any(s < 0.0):
        raise ParameterError(f"deviation must be >= 0; got {s[s < 0.0].flat[0]}")
    d = np.abs(k) / np.where(s > 0.0, s, 1.0)
    with np.errstate(under="ignore"):
        beyond = s * np.exp(-0.5 * d * d) / _ROOT_2PI - np.abs(k) * ndtr(-d)
    return np.where(s > 0.0, np.maximum(beyond, 0.0), 0.0) + np.maximum(-k, 0.0)


def _log_option(d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log g(d), g(d) = n(d)/d - N(-d)."""
    return np.log(1.0 / (_ROOT_2PI * d) - 0.5 * erfcx(d / math.sqrt(2.0))) - 0.5 * d * d


def implied_bachelier_deviation(distance: ArrayLike, otm_price: ArrayLike) -> NDArray[np.float64]:
    """Return the deviation of out-of-the-money prices: calls for k >= 0, puts for k < 0.

    Parameters
    ----------
    distance : array_like
        k, strike less forward.
    otm_price : array_like
        Of the shape of distance.

    Returns
    -------
    ndarray
        nan where the price is not positive, or below 1e-300 of |k|.
    """
    k = np.abs(np.asarray(distance, dtype=np.float64))
    price = np.asarray(otm_price, dtype=np.float64)
    k, price = np.broadcast_arrays(k, price)
    flat = price * _ROOT_2PI
    # next to the money the price is s / sqrt(2 pi) - k / 2 to first order
    near = (k <= _LEAST * np.abs(price)) | ~(price > 0.0)
    target = np.log(np.where(near, 1.0, price) / np.where(near, 1.0, k))
    low, high = np.full(k.shape, math.log(_LEAST)), np.full(k.shape, math.log(_MOST))
    x = np.clip(np.log(k / np.where(price > 0.0, flat + k, np.inf) + _LEAST), low, high)
    for _ in range(_STEPS):
        d = np.exp(x)
        value = _log_option(d)
        # g' = -n(d) / d^2
        slope = -np.exp(-0.5 * d * d - value) / (_ROOT_2PI * d)
        above = value > target
        low, high = np.where(above, x, low), np.where(above, high, x)
        step = x - (value - target) / slope
        step = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        done = np.abs(step - x) <= 1e-15
        x = step
        if np.all(done | near):
            break
    found = np.where(near, flat + 0.5 * _ROOT_2PI * k, k / np.exp(x))
    return np.where((price > 0.0) & (near | (target > _log_option(np.array(_MOST)))), found, np.nan)


def implied_normal_volatility(
    distance: ArrayLike, call_price: ArrayLike, maturity: float
) -> NDArray[np.float64]:
    """Return normal volatilities of calls: `implied_bachelier_deviation` over the root of T.

    Parameters
    ----------
    distance : array_like
        k, strike less forward.
    call_price : array_like
        Undiscounted, broadcastable; in the money it carries few digits of the time value.
    maturity : float
        T > 0 in years.

    Returns
    -------
    ndarray
        nan where the price is not above (-k)^+.
    """
    k = np.asarray(distance, dtype=np.float64)
    time_value = np.asarray(call_price, dtype=np.float64) - np.maximum(-k, 0.0)
    return implied_bachelier_deviation(k, time_value) / math.sqrt(maturity)


def bachelier_vega(
    distance: ArrayLike, volatility: ArrayLike, maturity: float
) -> NDArray[np.float64]:
    """Return the derivative of the call in the normal volatility > 0, T in years."""
    root = math.sqrt(maturity)
    d = np.asarray(distance, dtype=np.float64) / (np.asarray(volatility) * root)
    return root * np.exp(-0.5 * d * d) / _ROOT_2PI
