r"""Products with functions that are linear on consecutive pieces of sorted nodes.

On piece k a function is :math:`A_k + B_k t`; sums of masses and of masses times t over each piece
are all that its expectations need.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

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


@kernel
def rooted(moments: Vector, pieces: Vector, out: Vector) -> None:
    """Fill `out` with R such that R' R is the Gram matrix of functions with these pieces.

    `moments` (P, 3) are those of non-negative masses, `pieces` (2 P, m) heights above slopes. Each
    piece's 2 x 2 matrix of moments is factored.
    """
    count = moments.shape[0]
    for k in range(count):
        d0, d1, d2 = moments[k]
        a = math.sqrt(d0)
        b = d1 / a if a > 0.0 else 0.0
        c = math.sqrt(max(d2 - b * b, 0.0))
        for j in range(pieces.shape[1]):
            out[k, j] = a * pieces[k, j] + b * pieces[count + k, j]
            out[count + k, j] = c * pieces[count + k, j]


Matrix = tuple[Indices, Vector, Vector, Vector]
"""Starts and offsets of the nodes, pieces (2 P, m) and further columns (n, k)."""


@kernel
def times(matrix: Matrix, positions: Vector, out: Vector) -> None:
    """Fill `out` with G y."""
    starts, offset, pieces, columns = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        on_pieces = np.dot(pieces, positions[:m])
        spread(starts, offset, on_pieces[:count], on_pieces[count:], out)
    else:
        out[:] = 0.0
    if columns.shape[1] > 0:
        out += np.dot(columns, positions[m:])


@kernel
def adjoint(matrix: Matrix, masses: Vector, out: Vector) -> None:
    """Fill `out` with G' v."""
    starts, offset, pieces, columns = matrix
    m, count = pieces.shape[1], starts.size - 1
    if count > 0:
        sums = np.empty((count, 2))
        gather(starts, offset, masses, sums)
        out[:m] = np.dot(sums.T.copy().reshape(2 * count), pieces)
    if columns.shape[1] > 0:
        out[m:] = np.dot(masses, columns)


@kernel
def gram(matrix: Matrix, masses: Vector, out: Vector) -> None:
    """Fill the leading block of `out` with G' diag(d) G, for d >= 0."""
    starts, offset, pieces, columns = matrix
    m, count, k = pieces.shape[1], starts.size - 1, columns.shape[1]
    if count > 0:
        moments, root = np.empty((count, 3)), np.empty(pieces.shape)
        gather(starts, offset, masses, moments)
        rooted(moments, pieces, root)
        out[:m, :m] = np.dot(root.T, root)
    if k > 0:
        weighted = columns * masses.reshape(-1, 1)
        out[m : m + k, m : m + k] = np.dot(weighted.T, columns)
        beside = np.empty(m)
        none = np.empty((columns.shape[0], 0))
        for j in range(k if m > 0 else 0):
            adjoint((starts, offset, pieces, none), weighted[:, j].copy(), beside)
            out[:m, m + j] = beside
            out[m + j, :m] = beside
    # A product with itself is symmetric but for rounding.
    for i in range(m + k):
        for j in range(i):
            out[j, i] = out[i, j]
