"""Variograms of moving averages ``int k(t - s) dW_s``, by quadrature.

``E (Y_{t+h} - Y_t)^2 = int_0^h k^2 + int_0^infinity (k(s + h) - k(s))^2 ds``. To first order in the
volatility of volatility the logarithm of VIX^2, an average of forward variances over the next
window, has the kernel ``k(s) = ((s + window)^(H + 1/2) - s^(H + 1/2)) / (window (H + 1/2))`` where
spot variance has ``s^(H - 1/2)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from scipy.integrate import quad

_FAR = 1e5
_LEAST = -60.0


def averaged_kernel(hurst: float, window: float) -> Callable[[float], float]:
    """Return the kernel of an average over the next window of forward variances.

    Parameters
    ----------
    hurst : float
        Of spot variance.
    window : float
        In years; zero for spot variance itself.
    """
    power = hurst + 0.5
    if window == 0:
        return lambda s: s ** (hurst - 0.5)
    return lambda s: ((s + window) ** power - s**power) / (window * power)


def variogram(
    kernel: Callable[[float], float], lag: float, scales: Sequence[float] = ()
) -> tuple[float, float]:
    """Return the mean squared increment over a lag, and the error of the quadrature.

    Parameters
    ----------
    kernel : callable
        No steeper than ``s^(-0.45)`` at zero, and falling far out, where the integral is cut.
    scales : sequence of float
        Times at which the kernel bends, in years.
    """
    ends = sorted({lag * 1e-12, lag, *scales, 1.0, 1e2, _FAR})

    def square(x: float) -> float:
        s = math.exp(x)
        return s * kernel(s) ** 2

    def squared(x: float) -> float:
        s = math.exp(x)
        return s * (kernel(s + lag) - kernel(s)) ** 2

    total, error = quad(square, _LEAST, math.log(lag), limit=200)

    for low, high in pairwise(ends):
        value, more = quad(squared, math.log(low), math.log(high), limit=200)
        total, error = total + value, error + more
    # What is cut off: an integrable pole at zero, and a square that falls like s^(2 H - 3) far out.
    least, first, last = math.exp(_LEAST), ends[0], ends[-1]
    low_end = 10 * (least * kernel(least) ** 2 + first * (kernel(lag) - kernel(first)) ** 2)
    far_end = last * (kernel(last + lag) - kernel(last)) ** 2
    return total, error + low_end + far_end


def exponent(
    kernel: Callable[[float], float], lags: tuple[float, float], scales: Sequence[float] = ()
) -> tuple[float, float]:
    """Return half the slope of the logarithm of the variogram between two lags, and its error."""
    (low, low_error), (high, high_error) = (variogram(kernel, lag, scales) for lag in lags)
    width = 2 * math.log(lags[1] / lags[0])
    return math.log(high / low) / width, (low_error / low + high_error / high) / width
