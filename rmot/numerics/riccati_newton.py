"""Knows Newton's iteration for the collocated fractional Riccati equation.

    h = T^alpha A F(h),   F = c0 + c1 h + c2 h^2,
    (I - T^alpha A diag F'(h)) d = h - T^alpha A F(h),   h <- h - d,

at four frequencies at once, with the matrix A of `fractional_operators`.
"""

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.lane_elimination import factorise, substitute
from rmot.numerics.lane_sums import set_largest, subtract_weighted
from rmot.numerics.lanes import (
    LANES,
    STRIDE,
    add_number,
    set_multiple,
    set_quadratic,
)

_NEWTON_STEPS = 30


@kernel
def source_and_slope(coefficients, c2, h, n, source, slope):
    """Fill F = c0 + c1 h + c2 h^2, n + 1 values from h = 0 on, and its n slopes c1 + 2 c2 h."""
    set_multiple(source, 0, 1.0, coefficients, 0)
    for j in range(n):
        set_quadratic(source, j + 1, slope, j, coefficients, c2, h)


@kernel
def jacobian(record, n, power, slope, matrix):
    """Fill I - T^alpha A diag(slope)."""
    for j in range(n):
        set_multiple(slope, j, -power, slope, j)
        column = (n + 1) + (j + 1) * (n + 1) + 1
        for i in range(n):
            set_multiple(matrix, i * n + j, record[column + i], slope, j)
        add_number(matrix, j * n + j, 1.0)


@kernel
def _correct(coefficients, c2, power, record, n, h, source, slope, residual, matrix, anew):
    """Take one step in place; return the largest change, relative to the largest h of its lane.

    It is Newton's, or that of the factors which `matrix` holds of the step before.
    """
    source_and_slope(coefficients, c2, h, n, source, slope)
    residual[:] = h
    for i in range(0, n, 2):
        subtract_weighted(residual, i, power, record, (n + 1) + 1 + i, n + 1, source, n + 1)
    if anew:
        jacobian(record, n, power, slope, matrix)
        factorise(matrix, n)
    substitute(matrix, n, residual)
    for w in range(STRIDE * n):
        h[w] -= residual[w]
    set_largest(source, 0, residual, n)
    set_largest(source, 1, h, n)
    worst = 0.0
    for w in range(LANES):
        change, total, size = source[w], source[LANES + w], source[STRIDE + w]
        if not total < 1e300:
            return np.inf
        if change > worst * size:
            worst = change / size
    return worst


@kernel
def solve(coefficients, c2, power, record, n, accepted, h, source, slope, residual, matrix):
    """Solve at four frequencies from the guess in h.

    Returns the estimated relative error of h, and the numbers of factorisations and of solutions.
    Newton's error after changes d' and d is about q d^2, q = d/d'^2; a further step with the same
    factors leaves about 2 q d times it.
    """
    before = np.inf
    step = 0
    for step in range(1, _NEWTON_STEPS + 1):
        change = _correct(
            coefficients, c2, power, record, n, h, source, slope, residual, matrix, True
        )
        if not change < 1e3:
            return np.inf, step, step
        rate = max(change / (before * before), 0.3)
        error = min(3.0 * rate * change, 1.0) * change
        if error <= accepted:
            return error, step, step
        chord = 6.0 * rate * change
        if chord < 0.1 and chord * error <= accepted:
            change = _correct(
                coefficients, c2, power, record, n, h, source, slope, residual, matrix, False
            )
            return max(chord * change, 1e-3 * change), step, step + 1
        before = change
    return np.inf, step, step
