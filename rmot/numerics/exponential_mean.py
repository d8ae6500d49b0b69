"""Knows the mean of an exponential over the unit interval, E(x) = ∫_0^1 e^{xt} dt, and its slope.

E(x) = (e^x - 1)/x and E'(x) = ∫_0^1 t e^{xt} dt = (1 + (x - 1) e^x)/x^2. The latter cancels for
small x, where its Taylor series sum_n x^n / (n! (n + 2)) is used.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SERIES_BELOW = 0.5
# the first term left out is below 1e-17 at 1/2
_SERIES = [1.0 / (math.factorial(n) * (n + 2)) for n in range(14)]


def exponential_mean(x: ArrayLike) -> NDArray[np.float64]:
    """Return (e^x - 1)/x, which is 1 at 0; same shape as x.

    Examples
    --------
    >>> float(exponential_mean(0.0))
    1.0
    """
    x = np.asarray(x, dtype=np.float64)
    away = np.where(x == 0.0, 1.0, x)
    return np.where(x == 0.0, 1.0, np.expm1(away) / away)


def exponential_mean_slope(x: ArrayLike) -> NDArray[np.float64]:
    """Return the derivative of `exponential_mean`, which is 1/2 at 0; same shape as x."""
    x = np.asarray(x, dtype=np.float64)
    small = np.abs(x) < _SERIES_BELOW
    near = np.where(small, x, 0.0)
    away = np.where(small, 1.0, x)
    closed = (1.0 + (away - 1.0) * np.exp(away)) / (away * away)
    return np.where(small, np.polynomial.polynomial.polyval(near, _SERIES), closed)
