"""Knows out-of-the-money Black prices and their volatilities, for the reference alone.

    price(k, s) = exp(-d^2/2)/2 [erfcx(d/sqrt2) - erfcx((d + s)/sqrt2)],   d = |k|/s - s/2,

times exp(k) for puts; forward 1, s the total standard deviation. The form in scaled error functions
is that of P. Jaeckel, "Let's be rational", Wilmott (2015); the volatility is found by bisection.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx

Real = NDArray[np.float64]

_SMALLEST, _LARGEST = 1e-6, 30.0
_BISECTIONS = 64


def otm_price(k: Real, deviation: Real | float) -> Real:
    """Return the call for k >= 0, the put for k < 0.

    Parameters
    ----------
    k : ndarray, shape (n,)
        log(strike / forward).
    deviation : float or ndarray, shape (n,)
        Volatility times the root of maturity.

    Returns
    -------
    ndarray, shape (n,)
    """
    far = np.abs(k) / deviation + 0.5 * deviation
    near = np.abs(k) / deviation - 0.5 * deviation
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = erfcx(near / np.sqrt(2.0)) - erfcx(far / np.sqrt(2.0))
        price = 0.5 * np.exp(-0.5 * near**2) * scaled
    return np.where(np.isfinite(price), price, 0.0) * np.exp(np.minimum(k, 0.0))


def otm_volatility(price: Real, k: Real, maturity: float) -> Real:
    """Return Black volatilities; 0 for prices that are not positive, inf for those too high.

    Parameters
    ----------
    price, k : ndarray, shape (n,)
        Out-of-the-money prices and log(strike / forward).
    maturity : float

    Returns
    -------
    ndarray, shape (n,)
    """
    low, high = np.full(k.shape, np.log(_SMALLEST)), np.full(k.shape, np.log(_LARGEST))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        below = otm_price(k, np.exp(middle)) < price
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = np.exp(0.5 * (low + high)) / np.sqrt(maturity)
    found = np.where(price > 0.0, found, 0.0)
    return np.where(price < otm_price(k, _LARGEST), found, np.inf)
