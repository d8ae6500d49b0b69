r"""Products with functions of one asset each, on nodes that hold the prices of several.

Asset a's line is cut into pieces, on which its functions are :math:`A_k + B_k t_a`. The Gram matrix
of two assets' functions needs the sums of :math:`d, d t_a, d t_b, d t_a t_b` over the rectangles
between pieces alone: n N^2 / 2 additions instead of n (N M)^2 / 2 products.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]
Labels = NDArray[np.int32]

Grid = tuple[Labels, Vector, Vector, Indices, Indices]
"""Pieces (N, n) and offsets (N, n) of the nodes, tables (N, 2 P, m) of heights above slopes, the
rows (N, m) that functions stand for, and (N, 3) how many pieces and functions each asset has, and
whether function k is a slope on piece k and zero elsewhere. The slopes of asset a start at its own
number of pieces; what lies beyond its own numbers is unused."""


def no_grid() -> Grid:
    """Return a grid of no assets."""
    rows, sizes = np.empty((0, 0), dtype=np.int64), np.empty((0, 3), dtype=np.int64)
    return np.empty((0, 0), dtype=np.int32), np.empty((0, 0)), np.empty((0, 0, 0)), rows, sizes


@kernel
def spread_on_grid(grid: Grid, positions: Vector, out: Vector) -> None:
    """Add G y to `out`."""
    labels, offsets, tables, rows, sizes = grid
    for a in range(labels.shape[0]):
        count, m, lone = sizes[a]
        on_pieces = np.zeros(2 * count)
        if lone:
            for k in range(count):
                on_pieces[count + k] = tables[a, count + k, k] * positions[rows[a, k]]
        else:
            held = np.empty(m)
            for j in range(m):
                held[j] = positions[rows[a, j]]
            for k in range(2 * count):
                for j in range(m):
                    on_pieces[k] += tables[a, k, j] * held[j]
        label, offset = labels[a], offsets[a]
        for i in range(out.size):
            k = label[i]
            out[i] += on_pieces[k] + on_pieces[count + k] * offset[i]


@kernel
def gather_on_grid(grid: Grid, masses: Vector, out: Vector) -> None:
    """Fill the rows of `out` that the grid's functions stand for with G' v."""
    labels, offsets, tables, rows, sizes = grid
    for a in range(labels.shape[0]):
        count, m, lone = sizes[a]
        sums = np.zeros((count, 2))
        label, offset = labels[a], offsets[a]
        for i in range(masses.size):
            sums[label[i], 0] += masses[i]
            sums[label[i], 1] += masses[i] * offset[i]
        for j in range(m):
            if lone:
                out[rows[a, j]] = sums[j, 1] * tables[a, count + j, j]
                continue
            total = 0.0
            for k in range(count):
                total += sums[k, 0] * tables[a, k, j] + sums[k, 1] * tables[a, count + k, j]
            out[rows[a, j]] = total


@kernel
def _own_block(grid: Grid, a: int, masses: Vector) -> Vector:
    """Return the Gram matrix of one asset's functions."""
    labels, offsets, tables, _, sizes = grid
    count, m, lone = sizes[a]
    moments = np.zeros((count, 3))
    label, offset = labels[a], offsets[a]
    for i in range(masses.size):
        k = label[i]
        moment = masses[i] * offset[i]
        moments[k, 0] += masses[i]
        moments[k, 1] += moment
        moments[k, 2] += moment * offset[i]
    if lone:
        block = np.zeros((m, m))
        for k in range(m):
            block[k, k] = tables[a, count + k, k] ** 2 * moments[k, 2]
        return block
    pieces = tables[a, : 2 * count, :m].copy()
    root = np.empty(pieces.shape)
    rooted(moments, pieces, root)
    return np.dot(root.T, root)


@kernel
def _rectangles(
    first: Labels,
    first_offset: Vector,
    second: Labels,
    second_offset: Vector,
    masses: Vector,
    count: int,
    out: Vector,
) -> None:
    """Add d, d t_b, d t_a and d t_a t_b to the four columns of `out`, a row a rectangle."""
    for i in range(masses.size):
        k = first[i] * count + second[i]
        mass, along = masses[i], second_offset[i]
        moment = mass * first_offset[i]
        out[k, 0] += mass
        out[k, 1] += mass * along
        out[k, 2] += moment
        out[k, 3] += moment * along


@kernel
def _block(tables: Vector, a: int, b: int, sizes: Indices, sums: Vector) -> Vector:
    """Return the products of two assets' functions from the moments of their rectangles."""
    p, m, _ = sizes[a]
    q, k, _ = sizes[b]
    moments = np.empty((2 * p, 2 * q))
    for i in range(p):
        for j in range(q):
            cell = sums[i * q + j]
            moments[i, j] = cell[0]
            moments[i, q + j] = cell[1]
            moments[p + i, j] = cell[2]
            moments[p + i, q + j] = cell[3]
    left = tables[a, : 2 * p, :m].T.copy()
    return np.dot(left, np.dot(moments, tables[b, : 2 * q, :k].copy()))


@kernel
def _lone_block(tables: Vector, a: int, b: int, sizes: Indices, sums: Vector) -> Vector:
    """Return the same where each function of the first lives on its own piece, as a slope."""
    p, q, k = sizes[a, 0], sizes[b, 0], sizes[b, 1]
    if sizes[b, 2]:
        block = np.empty((p, q))
        for i in range(p):
            for j in range(q):
                block[i, j] = sums[i * q + j, 3] * tables[b, q + j, j]
    else:
        moments = np.empty((p, 2 * q))
        for i in range(p):
            for j in range(q):
                moments[i, j] = sums[i * q + j, 2]
                moments[i, q + j] = sums[i * q + j, 3]
        block = np.dot(moments, tables[b, : 2 * q, :k].copy())
    for i in range(p):
        block[i] *= tables[a, p + i, i]
    return block


@kernel
def gram_on_grid(grid: Grid, masses: Vector, out: Vector) -> None:
    """Fill the entries of `out` of the grid's functions with G' diag(d) G, for d >= 0.

    Assets with lone functions come after all others.
    """
    labels, offsets, tables, rows, sizes = grid
    for a in range(labels.shape[0]):
        p, m, lone = sizes[a]
        block = _own_block(grid, a, masses)
        for i in range(m):
            for j in range(i + 1):
                out[rows[a, i], rows[a, j]] = block[i, j]
                out[rows[a, j], rows[a, i]] = block[i, j]
        for b in range(a):
            q, k, _ = sizes[b]
            sums = np.zeros((p * q, 4))
            _rectangles(labels[a], offsets[a], labels[b], offsets[b], masses, q, sums)
            if lone:
                block = _lone_block(tables, a, b, sizes, sums)
            else:
                block = _block(tables, a, b, sizes, sums)
            for i in range(m):
                for j in range(k):
                    out[rows[a, i], rows[b, j]] = block[i, j]
                    out[rows[b, j], rows[a, i]] = block[i, j]


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
