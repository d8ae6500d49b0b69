"""Knows the masses that a mixture of two independent lognormal factors has in products of cells."""

import math

import numpy as np

from rmot.numerics.compiled import kernel

_FURTHEST = 12.0
"""Deviations beyond which nothing is counted: of a normal it is 1e-33."""


@kernel
def _tail(z):
    return 0.5 * math.erfc(z * math.sqrt(0.5)) if z < _FURTHEST else 0.0


@kernel
def _between(left, left_tail, right, right_tail):
    # each tail is that of its boundary's own side
    if left < 0.0 <= right:
        return 1.0 - left_tail - right_tail
    return abs(right_tail - left_tail)


@kernel
def _cells(log_forward, deviation, k, mass, mean):
    """Set masses of cells and partial means in them; return the first cell and one past the last.

    Cells outside that range are left as they were, and empty.
    """
    begin, end = k.size + 1, 0
    scale = math.exp(log_forward)
    low, low_tail, shifted, shifted_tail = -math.inf, 0.0, -math.inf, 0.0
    for cell in range(k.size + 1):
        if cell < k.size:
            centred = (k[cell] - log_forward) / deviation
            high, other = centred + 0.5 * deviation, centred - 0.5 * deviation
        else:
            high = other = math.inf
        high_tail, other_tail = _tail(abs(high)), _tail(abs(other))
        mass[cell] = _between(low, low_tail, high, high_tail)
        mean[cell] = scale * _between(shifted, shifted_tail, other, other_tail)
        if mass[cell] > 0.0 or mean[cell] > 0.0:
            begin, end = min(begin, cell), cell + 1
        low, low_tail, shifted, shifted_tail = high, high_tail, other, other_tail
    return begin, end


@kernel
def add_lognormal_cells(log_forward, deviation, rows, columns, mass, first, second):
    """Add masses and first moments of two factors' products of cells, over all members.

    Parameters
    ----------
    log_forward, deviation : ndarray, shape (members, 2)
        Logarithms of the factors' means, and deviations of their logarithms, > 0.
    rows, columns : ndarray, shapes (m - 1,) and (n - 1,)
        Boundaries of cells in the logarithm of the first and of the second factor.
    mass, second : ndarray, shape (m, n)
        To which masses, and means of the factors' product in the cells, are added.
    first : ndarray, shape (m,)
        To which means of the first factor in the rows are added.
    """
    row_mass, row_mean = np.empty(rows.size + 1), np.empty(rows.size + 1)
    column_mass, column_mean = np.empty(columns.size + 1), np.empty(columns.size + 1)
    for i in range(log_forward.shape[0]):
        top, bottom = _cells(log_forward[i, 0], deviation[i, 0], rows, row_mass, row_mean)
        left, right = _cells(log_forward[i, 1], deviation[i, 1], columns, column_mass, column_mean)
        for row in range(top, bottom):
            p, q = row_mass[row], row_mean[row]
            first[row] += q
            for column in range(left, right):
                mass[row, column] += p * column_mass[column]
                second[row, column] += q * column_mean[column]
