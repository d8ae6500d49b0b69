r"""Knows how paths that leave lognormal increments become cells of two prices, fibre by fibre.

A fibre is a row of cells of the first price, with one node for it and several second prices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.models.price_paths import LognormalPaths
from rmot.numerics.lognormal_cells import add_lognormal_cells

Vector = NDArray[np.float64]

LEAST_MASS = 1e-12
"""Nodes of a prior carry at least so much; lighter cells join the next one of their fibre."""

_OUTER_MASS = 1e-9
_CUBE_ROOT_SHARE = 0.8
_PILOT = 2048
_PILOT_POINTS = 4000
_SMALLEST_DEVIATION = 1e-10


def increments(paths: LognormalPaths, date: int) -> tuple[Vector, Vector]:
    """Return log-forwards and deviations of the price's increment to a date, shape (n_paths,)."""
    forward = np.diff(paths.log_forward, axis=1, prepend=0.0)[:, date]
    variance = np.diff(paths.variance, axis=1, prepend=0.0)[:, date]
    return forward, np.maximum(np.sqrt(np.maximum(variance, 0.0)), _SMALLEST_DEVIATION)


def boundaries(log_forward: Vector, deviation: Vector, count: int) -> Vector:
    """Return the count - 1 boundaries of cells in log-price."""
    centre = log_forward[:_PILOT] - 0.5 * deviation[:_PILOT] ** 2
    deviation = deviation[:_PILOT]
    reach = 8.0 * deviation
    k = np.linspace(np.min(centre - reach), np.max(centre + reach), _PILOT_POINTS)
    width = np.maximum(deviation, 2.0 * (k[1] - k[0]))
    density = np.zeros(k.size)
    for start in range(0, centre.size, 64):
        within = slice(start, start + 64)
        z = (k - centre[within, None]) / width[within, None]
        density += np.sum(np.exp(-0.5 * z * z) / width[within, None], axis=0)
    mass = np.cumsum(density) / np.sum(density)
    inside = (mass > _OUTER_MASS) & (mass < 1.0 - _OUTER_MASS)
    k, root = k[inside], np.cbrt(density[inside])
    laid = _CUBE_ROOT_SHARE * root / root.sum() + (1.0 - _CUBE_ROOT_SHARE) / k.size
    share = np.cumsum(laid) - 0.5 * laid
    return np.interp(np.arange(1, count) / count, share, k)


def cell_sums(
    paths: LognormalPaths, rows: Vector, columns: Vector
) -> tuple[Vector, Vector, Vector]:
    """Return means over paths of masses, of E[S_1; row] and of E[S_2; cell]."""
    mass = np.zeros((rows.size + 1, columns.size + 1))
    second, first = np.zeros(mass.shape), np.zeros(mass.shape[0])
    normals = zip(*(increments(paths, date) for date in (0, 1)), strict=True)
    log_forward, deviation = (np.stack(both, axis=1) for both in normals)
    add_lognormal_cells(log_forward, deviation, rows, columns, mass, first, second)
    count = log_forward.shape[0]
    return mass / count, first / count, second / count


def martingale_nodes(mass: Vector, first: Vector, second: Vector) -> tuple[Vector, Vector, Vector]:
    """Return first prices (n_first,), second prices and masses, made a martingale of mean 1."""
    mass = mass / mass.sum()
    held = mass.sum(axis=1)
    x = ratio(first / first.sum(), held)
    y = ratio(second, mass)
    return x, y * ratio(x * held, np.sum(mass * y, axis=1))[:, None], mass


def ratio(above: Vector, below: Vector, empty: float = 0.0) -> Vector:
    """Return above / below, and `empty` where there is nothing below."""
    return np.divide(above, below, out=np.full(below.shape, empty), where=below > 0.0)


def heavy_enough(mass: Vector, least: float = LEAST_MASS) -> NDArray[np.intp]:
    """Return where groups of cells start, each of `least` or more, built from both ends."""
    middle = int(np.searchsorted(np.cumsum(mass), 0.5 * mass.sum()))
    starts, held = [0], 0.0
    for cell in range(middle):
        held += mass[cell]
        if held >= least:
            starts.append(cell + 1)
            held = 0.0
    ends, held = [], 0.0
    for cell in range(mass.size - 1, middle, -1):
        held += mass[cell]
        if held >= least:
            ends.append(cell)
            held = 0.0
    return np.array(starts + ends[::-1])


def fibre_points(heads: Vector, ends: Vector, mass: Vector) -> tuple[Vector, Vector]:
    """Return points (n, h + 1) and weights (n,) of fibres, light cells joined.

    Parameters
    ----------
    heads : ndarray, shape (fibres, h)
        What all nodes of a fibre share.
    ends, mass : ndarray, shape (fibres, cells)
    """
    points, weights = [], []
    for head, end, masses in zip(heads, ends, mass, strict=True):
        group = heavy_enough(masses)
        weight = np.add.reduceat(masses, group)
        last = np.add.reduceat(masses * end, group) / weight
        points.append(np.column_stack([np.tile(head, (last.size, 1)), last]))
        weights.append(weight)
    return np.concatenate(points), np.concatenate(weights)
