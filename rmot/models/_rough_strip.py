"""Knows moments of a rough Heston price that are finite, close to all of them, in microseconds.

E S_T^p is finite if T^{-alpha} > T*(p)^{-alpha} = (c0 c2)^{1/2} G(b)^{-alpha}, where c0, c1 and c2
are those of the fractional Riccati equation at p and b = c1 (c0 c2)^{-1/2}; a bound of G^{-alpha}
from above gives moments inside the critical ones.
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.explosion_bound import explosion_rate_bound

_LARGEST = 1e8


@kernel
def rough_moment_strip(hurst, vol_of_vol, correlation, mean_reversion, maturity):
    """Return (p, q), p > 0 and q > 1, such that E S_T^r is finite for -p <= r <= q.

    Parameters
    ----------
    hurst, vol_of_vol, correlation, mean_reversion : float
        H in (0, 1/2], nu > 0, rho in [-1, 1], kappa >= 0.
    maturity : float
        T > 0 in years.

    Returns
    -------
    p, q : float
        p and q - 1 are at most 1e8.
    """
    alpha = hurst + 0.5
    target = maturity**-alpha
    widths = np.empty(2)
    for side in range(2):
        low, high = -40.0, math.log(_LARGEST)
        # to a few millionths
        for _ in range(24):
            middle = 0.5 * (low + high)
            width = math.exp(middle)
            p = -width if side == 0 else 1.0 + width
            mean = 0.5 * vol_of_vol * math.sqrt(width * (1.0 + width))
            b = (p * correlation * vol_of_vol - mean_reversion) / mean
            if mean * explosion_rate_bound(b, alpha) < target:
                low = middle
            else:
                high = middle
        widths[side] = math.exp(low)
    return widths[0], 1.0 + widths[1]
