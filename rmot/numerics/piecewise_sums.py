r"""Products with functions that are linear on consecutive pieces of sorted nodes.

On piece k a function is :math:`A_k + B_k t`; sums of masses and of masses times t over each piece
are all that its expectations need.
"""

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.grid_sums import Grid, gather_on_grid, gram_on_grid, rooted, spread_on_grid

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@kernel
def spread(starts: Indices, offset: Vector, heights: Vector, slopes: Vector, out: Vector) -> None:
    """Fill `out` with A_k + B_k t at the nodes, piece k being starts[k] to starts[k + 1]."""
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            out[i] = heights[k] + slopes[k] * offset[i]


@kernel
def gather(starts: Indices, offset: Vector, masses: Vector, out: Vector) -> None:
    """Fill columns of `out` with the sums over pieces of m, m t (and m t^2 where it has three)."""
    for k in range(starts.size - 1):
        zeroth, first, second = 0.0, 0.0, 0.0
        for i in range(starts[k], starts[k + 1]):
            moment = masses[i] * offset[i]
            zeroth += masses[i]
            first += moment
            second += moment * offset[i]
        out[k, 0] = zeroth
        out[k, 1] = first
        if out.shape[1] == 3:
            out[k, 2] = second


Matrix = tuple[Indices, Vector, Vector, Vector, Indices, Grid]
"""Starts and offsets of sorted nodes, pieces (2 P, m), further columns (n, k), the rows (k,) that
these stand for, and a grid of several assets. Rows of the pieces are 0 to m."""


@kernel
def times(matrix: Matrix, positions: Vector, out: Vector) -> None:
    """Fill `out` with G y."""
    starts, offset, pieces, columns, at, grid = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        on_pieces = np.dot(pieces, positions[:m])
        spread(starts, offset, on_pieces[:count], on_pieces[count:], out)
    else:
        out[:] = 0.0
    spread_on_grid(grid, positions, out)
    if columns.shape[1] > 0:
        out += np.dot(columns, positions[at])


@kernel
def adjoint(matrix: Matrix, masses: Vector, out: Vector) -> None:
    """Fill `out` with G' v."""
    starts, offset, pieces, columns, at, grid = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        sums = np.empty((count, 2))
        gather(starts, offset, masses, sums)
        out[:m] = np.dot(sums.T.copy().reshape(2 * count), pieces)
    gather_on_grid(grid, masses, out)
    if columns.shape[1] > 0:
        out[at] = np.dot(masses, columns)


@kernel
def gram(matrix: Matrix, masses: Vector, out: Vector) -> None:
    """Fill the leading block of `out` with G' diag(d) G, for d >= 0.

    A product with itself is symmetric but for rounding: one half of each is taken.
    """
    starts, offset, pieces, columns, at, grid = matrix
    m, count, k = pieces.shape[1], starts.size - 1, columns.shape[1]
    if count > 0:
        moments, root = np.empty((count, 3)), np.empty(pieces.shape)
        gather(starts, offset, masses, moments)
        rooted(moments, pieces, root)
        symmetric = np.dot(root.T, root)
        for i in range(m):
            for j in range(i + 1):
                out[i, j] = symmetric[i, j]
                out[j, i] = symmetric[i, j]
    gram_on_grid(grid, masses, out)
    if k > 0:
        size = m + np.sum(grid[4][:, 1]) + k
        weighted = columns * masses.reshape(-1, 1)
        beside = np.empty(size)
        none = np.empty((columns.shape[0], 0))
        for j in range(k if size > k else 0):
            adjoint((starts, offset, pieces, none, at[:0], grid), weighted[:, j].copy(), beside)
            out[at[j], :size] = beside
            out[:size, at[j]] = beside
        symmetric = np.dot(weighted.T, columns)
        for i in range(k):
            for j in range(i + 1):
                out[at[i], at[j]] = symmetric[i, j]
                out[at[j], at[i]] = symmetric[i, j]
