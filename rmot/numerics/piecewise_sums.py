r"""Products with functions that are linear on consecutive pieces of sorted nodes.

On piece k a function is :math:`A_k + B_k t`; sums of masses and of masses times t over each piece
are all that its expectations need. Where all functions are ramps, :math:`(a + b (x - \kappa))
1\{x \ge \kappa\}` with a, b >= 0, the product of two needs the moments :math:`D` beyond the later
:math:`\kappa_j` alone, at a cost of n + m^2:

.. math:: E f_i f_j = f_i(\kappa_j) (a_j D_0 + b_j D_1) + b_i (a_j D_1 + b_j D_2).
"""

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.eights import EIGHT, fill, load, store, total
from rmot.numerics.grid_sums import Grid, gather_on_grid, gram_on_grid, rooted, spread_on_grid

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@kernel
def spread(starts: Indices, offset: Vector, heights: Vector, slopes: Vector, out: Vector) -> None:
    """Fill `out` with A_k + B_k t at the nodes, piece k being starts[k] to starts[k + 1]."""
    for k in range(starts.size - 1):
        height, slope, at, end = heights[k], slopes[k], starts[k], starts[k + 1]
        while at + EIGHT <= end:
            store(out, at, height + slope * load(offset, at))
            at += EIGHT
        for i in range(at, end):
            out[i] = height + slope * offset[i]


@kernel
def gather(starts: Indices, offset: Vector, masses: Vector, out: Vector) -> None:
    """Fill columns of `out` with the sums over pieces of m, m t (and m t^2 where it has three)."""
    squares = out.shape[1] == 3
    for k in range(starts.size - 1):
        zeroth, first, second = fill(0.0), fill(0.0), fill(0.0)
        at, end = starts[k], starts[k + 1]
        while at + EIGHT <= end:
            mass, along = load(masses, at), load(offset, at)
            moment = mass * along
            zeroth += mass
            first += moment
            if squares:
                second += moment * along
            at += EIGHT
        d0, d1, d2 = total(zeroth), total(first), total(second)
        for i in range(at, end):
            moment = masses[i] * offset[i]
            d0 += masses[i]
            d1 += moment
            d2 += moment * offset[i]
        out[k, 0], out[k, 1] = d0, d1
        if squares:
            out[k, 2] = d2


Ramps = tuple[Vector, Indices, Indices, Vector, Vector]
"""Prices (P,) at which pieces begin; functions (m,) by increasing first piece, these pieces,
heights there and slopes (m,). Such a function is zero before its first piece and one line that
does not fall from there on: calls, digitals, cash and the price itself. Empty where not all are."""

Matrix = tuple[Indices, Vector, Vector, Vector, Indices, Grid, Ramps]
"""Starts and offsets of sorted nodes, pieces (2 P, m), further columns (n, k), the rows (k,) that
these stand for, a grid of several assets, and ramps, for which pieces are (0, m). Rows of the
pieces are 0 to m."""


def no_ramps() -> Ramps:
    """Return that functions are no ramps."""
    none = np.empty(0, dtype=np.int64)
    return np.empty(0), none, none, np.empty(0), np.empty(0)


@kernel
def _climb(ramps: Ramps, positions: Vector, out: Vector) -> None:
    """Fill `out` with heights at the pieces' beginnings, then slopes, of ramps held at once."""
    begin, order, first, heights, slopes = ramps
    count, j, height, slope = begin.size, 0, 0.0, 0.0
    for k in range(count):
        if k > 0:
            height += slope * (begin[k] - begin[k - 1])
        while j < order.size and first[j] == k:
            held = positions[order[j]]
            height += heights[j] * held
            slope += slopes[j] * held
            j += 1
        out[k], out[count + k] = height, slope


@kernel
def _beyond(begin: Vector, moments: Vector) -> None:
    """Turn moments of pieces into those of all nodes from a piece on, about its beginning."""
    for k in range(begin.size - 2, -1, -1):
        apart = begin[k + 1] - begin[k]
        d0, d1 = moments[k + 1, 0], moments[k + 1, 1]
        if moments.shape[1] == 3:
            moments[k, 2] += moments[k + 1, 2] + apart * (2.0 * d1 + apart * d0)
        moments[k, 1] += d1 + apart * d0
        moments[k, 0] += d0


@kernel
def _gram_of_ramps(ramps: Ramps, moments: Vector, out: Vector) -> None:
    """Fill `out` with the products of ramps, of sums of non-negative terms alone."""
    begin, order, first, heights, slopes = ramps
    _beyond(begin, moments)
    for j in range(order.size):
        k, row = first[j], order[j]
        d0, d1, d2 = moments[k]
        level = heights[j] * d0 + slopes[j] * d1
        moment = heights[j] * d1 + slopes[j] * d2
        for i in range(j + 1):
            lifted = heights[i] + slopes[i] * (begin[k] - begin[first[i]])
            product = lifted * level + slopes[i] * moment
            out[row, order[i]] = product
            out[order[i], row] = product


@kernel
def times(matrix: Matrix, positions: Vector, out: Vector) -> None:
    """Fill `out` with G y."""
    starts, offset, pieces, columns, at, grid, ramps = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        if ramps[1].size > 0:
            on_pieces = np.empty(2 * count)
            _climb(ramps, positions, on_pieces)
        else:
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
    starts, offset, pieces, columns, at, grid, ramps = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        sums = np.empty((count, 2))
        gather(starts, offset, masses, sums)
        if ramps[1].size > 0:
            begin, order, first, heights, slopes = ramps
            _beyond(begin, sums)
            for j in range(order.size):
                k = first[j]
                out[order[j]] = heights[j] * sums[k, 0] + slopes[j] * sums[k, 1]
        else:
            out[:m] = np.dot(sums.T.copy().reshape(2 * count), pieces)
    gather_on_grid(grid, masses, out)
    if columns.shape[1] > 0:
        out[at] = np.dot(masses, columns)


@kernel
def gram(matrix: Matrix, masses: Vector, out: Vector) -> None:
    """Fill the leading block of `out` with G' diag(d) G, for d >= 0.

    A product with itself is symmetric but for rounding: one half of each is taken.
    """
    starts, offset, pieces, columns, at, grid, ramps = matrix
    m, count, k = pieces.shape[1], starts.size - 1, columns.shape[1]
    if count > 0:
        moments = np.empty((count, 3))
        gather(starts, offset, masses, moments)
        if ramps[1].size > 0:
            _gram_of_ramps(ramps, moments, out)
        else:
            root = np.empty(pieces.shape)
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
            alone = (starts, offset, pieces, none, at[:0], grid, ramps)
            adjoint(alone, weighted[:, j].copy(), beside)
            out[at[j], :size] = beside
            out[:size, at[j]] = beside
        symmetric = np.dot(weighted.T, columns)
        for i in range(k):
            for j in range(i + 1):
                out[at[i], at[j]] = symmetric[i, j]
                out[at[j], at[i]] = symmetric[i, j]
