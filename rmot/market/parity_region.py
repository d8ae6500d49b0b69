r"""Which discount factors and forwards bid and ask allow at every strike, exactly.

A line :math:`D\,(F - K) = a - D K` passes between lower and upper bounds :math:`l_i \le u_i` at
all strikes if and only if

.. math:: \max_i (l_i + D K_i) \;\le\; a \;\le\; \min_i (u_i + D K_i).

Both ends are piecewise linear in D, the lower one convex and the upper one concave, with breaks
at the slopes of the convex hulls of the bounds. So the admissible (D, a) form a convex polygon,
and what is extreme over it (D, or :math:`F = a/D`) is extreme at a vertex.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_ROUNDING: Final = 16 * float(np.finfo(float).eps)
_NONE: Final = (math.nan, math.nan)


@dataclass(frozen=True, eq=False)
class ParityRegion:
    """The pairs (D, F) that bid and ask allow at every strike.

    Attributes
    ----------
    discount_factor_interval : tuple of float
        Least and largest D; NaN when the strikes contradict each other.
    forward_interval : tuple of float
        Least and largest F over all D in that interval; NaN likewise, and all numbers when D may
        vanish.
    widening : float
        What each bid must give downwards and each ask upwards, in units of price, for one line to
        pass: the least such number, zero when a line passes already.
    vertices : ndarray, shape (m, 2)
        Of the polygon of all (D, D F), around it; no rows when it is empty.
    """

    discount_factor_interval: tuple[float, float]
    forward_interval: tuple[float, float]
    widening: float
    vertices: Vector = field(repr=False)


def parity_region(strike: Vector, lower: Vector, upper: Vector) -> ParityRegion:
    r"""Return the pairs with :math:`l_i \le D\,(F - K_i) \le u_i` at every strike.

    Parameters
    ----------
    strike : ndarray, shape (n,)
        Increasing, two at least.
    lower, upper : ndarray, shape (n,)
        Bounds in the units of the strikes, lower <= upper.
    """
    centre = float(strike.mean())
    x = strike - centre
    below, above = lower_hull(x, -lower), lower_hull(x, upper)
    floor_breaks, ceiling_breaks = _slopes(x, -lower, below), -_slopes(x, upper, above)
    breaks = np.union1d(floor_breaks, ceiling_breaks)

    def floor(discount: Vector) -> Vector:
        return np.max(lower[below] + discount[:, None] * x[below], axis=1)

    def ceiling(discount: Vector) -> Vector:
        return np.min(upper[above] + discount[:, None] * x[above], axis=1)

    gap = ceiling(breaks) - floor(breaks)
    best = int(np.argmax(gap))
    scale = float(np.max(np.abs(upper)) + np.max(np.abs(breaks)) * np.max(np.abs(x)))
    if gap[best] < -_ROUNDING * scale:
        return ParityRegion(_NONE, _NONE, -0.5 * float(gap[best]), np.empty((0, 2)))
    least = most = float(breaks[best])
    if gap[best] > 0:
        least, most = _roots(breaks, gap, float(x[-1] - x[0]))
    low = _between(least, floor_breaks, most)
    high = _between(least, ceiling_breaks, most)
    bottom, top = floor(low) + low * centre, ceiling(high) + high * centre
    forwards = (-math.inf, math.inf)
    if least > 0:
        forwards = float(np.min(bottom / low)), float(np.max(top / high))
    vertices = np.vstack([np.column_stack([low, bottom]), np.column_stack([high, top])[::-1]])
    return ParityRegion((least, most), forwards, 0.0, vertices)


def lower_hull(x: Vector, y: Vector) -> NDArray[np.intp]:
    """Return the places of the vertices of the largest convex function below the points.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        `x` increasing strictly.

    Notes
    -----
    A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions", *Information
    Processing Letters* 9 (1979) 216–219.
    """
    hull: list[int] = []
    xs, ys = x.tolist(), y.tolist()
    for i in range(len(xs)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (ys[b] - ys[a]) * (xs[i] - xs[b]) < (ys[i] - ys[b]) * (xs[b] - xs[a]):
                break
            hull.pop()
        hull.append(i)
    return np.array(hull, dtype=np.intp)


def _slopes(x: Vector, y: Vector, hull: NDArray[np.intp]) -> Vector:
    return np.diff(y[hull]) / np.diff(x[hull])


def _roots(breaks: Vector, gap: Vector, width: float) -> tuple[float, float]:
    """Return where the concave, piecewise linear gap vanishes on either side of its maximum."""
    # Beyond all breaks the gap falls by the strikes' range for each unit of D.
    points = np.concatenate(
        [[breaks[0] - gap[0] / width - 1.0], breaks, [breaks[-1] + gap[-1] / width + 1.0]]
    )
    values = np.concatenate([[-width], gap, [-width]])
    positive = np.flatnonzero(values >= 0)
    first, last = int(positive[0]), int(positive[-1])

    def between(i: int) -> float:
        share = values[i] / (values[i] - values[i + 1])
        return float(points[i] + share * (points[i + 1] - points[i]))

    return between(first - 1), between(last)


def _between(least: float, breaks: Vector, most: float) -> Vector:
    inside = breaks[(breaks > least) & (breaks < most)]
    return np.concatenate([[least], np.sort(inside), [most]])
