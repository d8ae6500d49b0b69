"""Knows what Heston and rough Heston share: a cheap strip of finite moments."""

import math

import numpy as np

from rmot.numerics.compiled import kernel


@kernel
def _explosion_time(p, vol_of_vol, correlation, mean_reversion):
    """Return when E S^p explodes in classical Heston (Andersen and Piterbarg 2007, prop. 3.1)."""
    c0 = 0.5 * (p * p - p)
    c1 = p * correlation * vol_of_vol - mean_reversion
    discriminant = c1 * c1 - 2.0 * c0 * vol_of_vol * vol_of_vol
    if discriminant >= 0.0:
        root = math.sqrt(discriminant)
        if c1 <= 0.0 or root >= c1:
            return np.inf
        return math.log((c1 + root) / (c1 - root)) / root if root > 0.0 else 2.0 / c1
    root = math.sqrt(-discriminant)
    return 2.0 / root * (0.5 * math.pi - math.atan(c1 / root))


@kernel
def moment_strip(vol_of_vol, correlation, mean_reversion, clock):
    """Return (p, q) > 0 such that E S^r is finite at Heston's time `clock` for -p < r < q."""
    result = (0.0, 0.0)
    for side in range(2):
        low = 0.0
        high = 1.0
        for _ in range(60):
            p = -high if side == 0 else 1.0 + high
            if _explosion_time(p, vol_of_vol, correlation, mean_reversion) <= clock or high > 1e8:
                break
            low = high
            high *= 2.0
        for _ in range(20):
            middle = 0.5 * (low + high)
            p = -middle if side == 0 else 1.0 + middle
            if _explosion_time(p, vol_of_vol, correlation, mean_reversion) <= clock:
                high = middle
            else:
                low = middle
        result = (low, result[1]) if side == 0 else (result[0], 1.0 + low)
    return result
