"""Knows on which parameters a surrogate is trained: a box in the coordinates of a calibration.

    x = (H, log nu, atanh rho, log V_0, log theta) = centre + scale u,   u in [-1, 1]^5,

with the speed of mean reversion held. Points of the box are u. They are drawn by a scrambled Sobol
sequence, evenly inside, or with one coordinate near or beyond a face. The engine takes H between 0
and 1/2: beyond a face there is room for a fifth of the half-width.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from rmot.calibration.coordinates import COORDINATES
from rmot.models import RoughHeston

MEAN_REVERSION = 0.3
"""Held, as in the studies of the index."""

BOX = {
    "hurst": (0.05, 0.45),
    "vol_of_vol": (0.1, 0.8),
    "correlation": (-0.9, -0.4),
    "initial_variance": (0.02, 0.16),
    "long_run_variance": (0.02, 0.25),
}
"""What an index's smiles ask for, and no more: a smaller box is easier to learn."""

FREE = tuple(BOX)

_ENDS = np.array([[COORDINATES[name].to(end) for name, ends in BOX.items() for end in ends]])
_LOWER, _UPPER = _ENDS.reshape(-1, 2).T
CENTRE, SCALE = (_LOWER + _UPPER) / 2, (_UPPER - _LOWER) / 2

Points = NDArray[np.float64]
"""Points of the box, shape (points, 5)."""


def model_at(point: NDArray[np.float64]) -> RoughHeston:
    """Return the model at a point."""
    coordinates = CENTRE + SCALE * point
    values = {
        name: COORDINATES[name].back(float(x)) for name, x in zip(FREE, coordinates, strict=True)
    }
    return RoughHeston(mean_reversion=MEAN_REVERSION, forward_variance=None, **values)


def point_at(values: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the point at some values of the parameters, inside the box or not."""
    coordinates = np.array([COORDINATES[name].to(values[name]) for name in FREE])
    return (coordinates - CENTRE) / SCALE


def inside(count: int, seed: int, margin: float = 0.0) -> Points:
    """Draw points evenly in the box widened by `margin` of its half-width.

    The first `count` do not depend on how many are drawn.
    """
    sequence = qmc.Sobol(len(FREE), seed=seed)  # pyright: ignore[reportCallIssue]
    size = 1 << max(count - 1, 0).bit_length()
    return (1.0 + margin) * (2.0 * sequence.random(size)[:count] - 1.0)


def near_faces(count: int, seed: int, low: float, high: float) -> Points:
    """Draw points evenly, and move one coordinate of each to a distance from the centre.

    The distance is drawn between `low` and `high`, where 1 is the face; faces take turns.
    """
    points = inside(count, seed)
    distance = np.random.default_rng(seed).uniform(low, high, count)
    rows = np.arange(count)
    side = np.where(rows // len(FREE) % 2, 1.0, -1.0)
    points[rows, rows % len(FREE)] = side * distance
    return points
