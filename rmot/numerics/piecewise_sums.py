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


@kernel
def mirrored(lower: Vector) -> Vector:
    """Return the symmetric matrix with this lower triangle."""
    out = np.empty(lower.shape)
    for i in range(lower.shape[0]):
        for j in range(i + 1):
            out[i, j] = lower[i, j]
            out[j, i] = lower[i, j]
    return out
