r"""Concave envelopes of points, and of a ray beyond them, at one abscissa.

.. math:: \hat g(x) = \sup\{\theta g(u) + (1 - \theta) g(v) : \theta u + (1 - \theta) v = x\}
                    = \inf_h \sup_y\, g(y) - h (y - x),

over points :math:`(y, g(y))`, in any order, some of them at x or on either side, and a slope m in
which one may go on for ever: v far to the right adds :math:`m (x - u)`. The infimum is over lines.
"""

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@kernel
def _bridge(x: float, y: Vector, g: Vector, slope: float) -> tuple[float, int, int]:
    """Return the envelope at x and the two points that carry it; y.size stands for the ray."""
    n = y.size
    left, right, at = -1, n, -1
    for k in range(n):
        if y[k] == x:
            if at < 0 or g[k] > g[at]:
                at = k
        elif y[k] < x and (left < 0 or y[k] < y[left]):
            left = k
    if left < 0:
        return g[at], at, at
    # Each chord is above the last at x, so that none comes twice.
    for _ in range(4 * n):
        steep = slope
        if right < n:
            steep = (g[right] - g[left]) / (y[right] - y[left])
        best, most = -1, 1e-15 * (1.0 + abs(g[left]))
        if right < n and slope > steep:
            right = n
            continue
        for k in range(n):
            if y[k] == x or k in (left, right):
                continue
            over = g[k] - g[left] - steep * (y[k] - y[left])
            if over > most:
                best, most = k, over
        if best < 0:
            break
        if y[best] < x:
            left = best
        else:
            right = best
    steep = slope
    if right < n:
        steep = (g[right] - g[left]) / (y[right] - y[left])
    height = g[left] + steep * (x - y[left])
    if at >= 0 and g[at] >= height:
        return g[at], at, at
    return height, left, right


@kernel
def envelopes(
    x: Vector, y: Vector, g: Vector, slopes: Vector, heights: Vector, left: Indices, right: Indices
) -> None:
    """Fill the envelope of each row of points at its x, and the indices of its two carriers."""
    for i in range(x.size):
        heights[i], left[i], right[i] = _bridge(x[i], y[i], g[i], slopes[i])


@kernel
def bands(
    x: Vector, y: Vector, g: Vector, slopes: Vector, levels: Vector, low: Vector, high: Vector
) -> None:
    """Fill the least and the largest slope of lines through (x, level) above each row of points."""
    for i in range(x.size):
        low[i], high[i] = slopes[i], np.inf
        for k in range(y.shape[1]):
            run = y[i, k] - x[i]
            if run > 0.0:
                low[i] = max(low[i], (g[i, k] - levels[i]) / run)
            elif run < 0.0:
                high[i] = min(high[i], (g[i, k] - levels[i]) / run)


def concave_envelopes(
    x: Vector, y: Vector, g: Vector, slopes: Vector
) -> tuple[Vector, Indices, Indices]:
    """Return envelopes at x, shape (m,), and which points carry them.

    Parameters
    ----------
    x : ndarray, shape (m,)
    y, g : ndarray, shape (m, n)
        A row of points for each x, none of whose least y exceeds it.
    slopes : ndarray, shape (m,)
        Of the rays; -inf for none.
    """
    heights = np.empty(x.size)
    left, right = np.empty(x.size, dtype=np.int64), np.empty(x.size, dtype=np.int64)
    envelopes(x, y, g, slopes, heights, left, right)
    return heights, left, right


def slope_bands(
    x: Vector, y: Vector, g: Vector, slopes: Vector, levels: Vector
) -> tuple[Vector, Vector]:
    """Return the interval of slopes of lines through (x, level) above points and rays."""
    low, high = np.empty(x.size), np.empty(x.size)
    bands(x, y, g, slopes, levels, low, high)
    return low, high
