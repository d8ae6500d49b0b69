"""Knows where paths step, and at which dates prices and the volatility index are looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.neural.jaxed import eqx
from rmot.numerics.path_grid import check_times

Vector = NDArray[np.float64]

WINDOW = 30 / 365
"""Years that the volatility index looks ahead."""

INDEX_NODES = 12


class Grid(eqx.Module):
    """Times, and how quantities on them sum up; forward variance is constant on pieces.

    Attributes
    ----------
    times : ndarray, shape (steps + 1,)
        From 0, in years.
    overlaps : ndarray, shape (steps, pieces)
        Time that each step spends in each piece.
    price_looks : ndarray, shape (steps, price dates)
        1 for the steps up to a date.
    index_dates, index_times : ndarray, shape (rows,)
        From where and at what later times the index looks: `INDEX_NODES` rows a date.
    index_overlaps : ndarray, shape (rows, pieces)
        Share of the window around each of these times in each piece.
    """

    times: Vector
    overlaps: Vector
    price_looks: Vector
    index_dates: Vector
    index_times: Vector
    index_overlaps: Vector


def make_grid(
    price_dates: ArrayLike,
    index_dates: Sequence[float],
    pieces: Sequence[float],
    *,
    steps: int,
    steps_per_year: float,
    window: float = WINDOW,
) -> Grid:
    """Lay steps up to the last date, all dates among their ends.

    Parameters
    ----------
    price_dates : array_like, shape (m,)
        Increasing years.
    index_dates : sequence of float
        Increasing years, or none.
    pieces : sequence of float
        Years at which pieces of forward variance end; the last holds ever after.
    steps : int
        At least so many to each date of its own.
    steps_per_year : float
        At least, beyond that.
    window : float
        Years that the index looks ahead.

    Raises
    ------
    ParameterError
        Dates that do not increase from above 0, or steps that are none.
    """
    looks = check_times(price_dates)
    if steps < 1 or not steps_per_year > 0.0:
        raise ParameterError(f"expected steps from 1; got {steps} and {steps_per_year} a year")
    of_index = check_times(list(index_dates)) if len(index_dates) else np.empty(0)
    dates = np.union1d(looks, of_index)
    longest = np.minimum(1.0 / steps_per_year, dates / steps)
    counts = np.ceil(np.diff(dates, prepend=0.0) / longest - 1e-9).astype(int)
    ends = [
        np.linspace(begin, end, count + 1)[1:]
        for begin, end, count in zip([0.0, *dates], dates, counts, strict=False)
    ]
    return grid_of(np.concatenate([[0.0], *ends]), looks, of_index, pieces, window)


def grid_of(
    times: Vector,
    price_dates: Vector,
    index_dates: Vector,
    pieces: Sequence[float],
    window: float = WINDOW,
) -> Grid:
    """Return the grid of given steps, among whose ends are all dates; see `make_grid`."""
    node, mass = np.polynomial.legendre.leggauss(INDEX_NODES)
    # forward variance seen from a date moves like a power of the time since
    share = (0.5 * (node + 1.0)) ** 2
    edges = np.concatenate([[0.0], np.cumsum(mass * (node + 1.0))])
    edges /= edges[-1]
    overlap = [
        np.diff(_lived(date + window * edges, pieces), axis=0) / window for date in index_dates
    ]
    return Grid(
        times,
        np.diff(_lived(times, pieces), axis=0),
        (times[1:, None] <= price_dates * (1.0 + 1e-12)).astype(np.float64),
        np.repeat(index_dates, INDEX_NODES),
        (index_dates[:, None] + window * share).ravel(),
        np.concatenate([np.empty((0, len(pieces))), *overlap]),
    )


def padded(grid: Grid, multiple: int) -> Grid:
    """Append steps after the last date, in which nothing is gathered, up to a multiple of steps.

    What is looked at stays the same, and one compiled program serves many grids. Only for
    simulation: at a variance of 0 its root has no derivative.
    """
    steps = grid.times.size - 1
    more = -steps % multiple
    length = grid.times[-1] - grid.times[-2]
    return eqx.tree_at(
        lambda each: (each.times, each.overlaps, each.price_looks),
        grid,
        (
            np.append(grid.times, grid.times[-1] + length * np.arange(1, more + 1)),
            np.pad(grid.overlaps, ((0, more), (0, 0))),
            np.pad(grid.price_looks, ((0, more), (0, 0))),
        ),
    )


def _lived(times: Vector, pieces: Sequence[float]) -> Vector:
    """Return the time spent in each piece up to the times, shape (times, pieces)."""
    begins = np.array([0.0, *pieces[:-1]])
    ends = np.array([*pieces[:-1], np.inf])
    return np.clip(times[:, None], begins, ends) - begins
