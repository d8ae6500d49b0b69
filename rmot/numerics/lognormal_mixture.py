"""Knows the prices of options under a mixture of lognormal laws, one for each simulated path.

Given its path i the price is F_i exp(s_i Z - s_i^2 / 2) with Z normal, and Black's formula averages
over Z (M. Romano and N. Touzi, "Contingent claims and market completeness in a stochastic
volatility model", Mathematical Finance 7 (1997)). The normal distribution is summed by Taylor's
series about the nearest of 1089 tabulated places, to about 1e-15.
"""

import math

import numpy as np
from scipy.special import ndtr

from rmot.numerics.compiled import kernel

_FURTHEST = 8.5
_PER_UNIT = 64
_PLACES = np.arange(-int(_FURTHEST * _PER_UNIT), int(_FURTHEST * _PER_UNIT) + 1) / _PER_UNIT
_DISTRIBUTION = ndtr(_PLACES)
_DENSITY = np.exp(-0.5 * _PLACES**2) / math.sqrt(2.0 * math.pi)


@kernel
def normal_distribution(x):
    """Return N(x), to about 1e-15; beyond 8.5 as at 8.5."""
    x = min(max(x, -_FURTHEST), _FURTHEST)
    place = math.floor((x + _FURTHEST) * _PER_UNIT + 0.5)
    y = _PLACES[place]
    h = x - y
    # Hermite polynomials of the place
    second = y * y - 1.0
    third = y * (y * y - 3.0)
    fourth = y * y * (y * y - 6.0) + 3.0
    series = 1.0 + h * (-y / 2.0 + h * (second / 6.0 + h * (-third / 24.0 + h * fourth / 120.0)))
    return _DISTRIBUTION[place] + h * _DENSITY[place] * series


@kernel
def add_otm_prices(log_forward, deviation, k, total):
    """Add out-of-the-money prices, summed over paths, to `total`.

    Parameters
    ----------
    log_forward, deviation : ndarray, shape (paths,)
        log F_i and s_i > 0.
    k : ndarray, shape (m,)
        Log-moneyness: puts below 0, calls else.
    total : ndarray, shape (m,)
    """
    forward = np.exp(log_forward)
    inverse = 1.0 / deviation
    for j in range(k.size):
        strike = math.exp(k[j])
        sign = 1.0 if k[j] >= 0.0 else -1.0
        price = 0.0
        for i in range(forward.size):
            d = (log_forward[i] - k[j]) * inverse[i]
            half = 0.5 * deviation[i]
            price += forward[i] * normal_distribution(sign * (d + half))
            price -= strike * normal_distribution(sign * (d - half))
        total[j] += sign * price


@kernel
def add_otm_gradients(log_forward, deviation, log_forward_slopes, deviation_slopes, k, total):
    """Add derivatives of out-of-the-money prices, summed over paths, to `total`.

    Parameters
    ----------
    log_forward, deviation : ndarray, shape (paths,)
        log F_i and s_i > 0.
    log_forward_slopes, deviation_slopes : ndarray, shape (paths, parameters)
        Their derivatives.
    k : ndarray, shape (m,)
        Log-moneyness: puts below 0, calls else.
    total : ndarray, shape (m, parameters)
    """
    forward = np.exp(log_forward)
    inverse = 1.0 / deviation
    density = 1.0 / math.sqrt(2.0 * math.pi)
    found = np.empty(total.shape[1])
    for j in range(k.size):
        sign = 1.0 if k[j] >= 0.0 else -1.0
        found[:] = 0.0
        for i in range(forward.size):
            d = (log_forward[i] - k[j]) * inverse[i] + 0.5 * deviation[i]
            by_log_forward = sign * forward[i] * normal_distribution(sign * d)
            by_deviation = forward[i] * density * math.exp(-0.5 * d * d)
            for p in range(found.size):
                found[p] += by_log_forward * log_forward_slopes[i, p]
                found[p] += by_deviation * deviation_slopes[i, p]
        total[j] += found
