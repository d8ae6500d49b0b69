r"""Few straight lines through many intervals.

Over samples :math:`x_i` with intervals :math:`[l_i, u_i]` a line :math:`a + b (x - x_0)` is kept
as long as one passes through all intervals so far; the set of such lines is a polygon in (a, b),
cut by two half-planes a sample. The next line starts at the last sample that the old one reached.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
_CORNERS = 64

Points = list[tuple[float, float]]


def stabbed(at: Vector, low: Vector, high: Vector) -> tuple[Vector, Vector, Vector]:
    """Return starts, values there, and slopes of lines through the intervals, in order.

    Parameters
    ----------
    at : ndarray, shape (n,)
        Increasing, two or more.
    low, high : ndarray, shape (n,)
        Finite, low <= high.
    """
    starts, values, slopes = [], [], []
    i = 0
    while i < at.size - 1:
        step = at[i + 1] - at[i]
        polygon: Points = [
            (low[i], low[i + 1] - low[i]),
            (high[i], low[i + 1] - high[i]),
            (high[i], high[i + 1] - high[i]),
            (low[i], high[i + 1] - low[i]),
        ]
        j = i + 1
        while j + 1 < at.size:
            run = (at[j + 1] - at[i]) / step
            cut = _clipped(_clipped(polygon, run, high[j + 1]), run, low[j + 1], -1.0)
            if not cut:
                break
            # Some of its corners span a part of a polygon, and that is convex again.
            polygon, j = cut if len(cut) <= _CORNERS else cut[::2], j + 1
        value = sum(point[0] for point in polygon) / len(polygon)
        slope = sum(point[1] for point in polygon) / len(polygon)
        starts.append(at[i])
        values.append(value)
        slopes.append(slope / step)
        i = j
    return np.array(starts), np.array(values), np.array(slopes)


def _clipped(polygon: Points, run: float, level: float, sign: float = 1.0) -> Points:
    """Return the part of a polygon where sign (a + b run) <= sign level."""
    if not polygon:
        return polygon
    found: Points = []
    for (a, b), (c, d) in pairwise([*polygon, polygon[0]]):
        here, there = sign * (a + b * run - level), sign * (c + d * run - level)
        if here <= 0:
            found.append((a, b))
        if (here < 0 < there) or (there < 0 < here):
            share = here / (here - there)
            found.append((a + share * (c - a), b + share * (d - b)))
    return found
