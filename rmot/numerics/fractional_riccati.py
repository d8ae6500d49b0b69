"""Knows how to solve the fractional Riccati equation D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0.

h is analytic in z = (t/T)^alpha near 0, so F = c0 + c1 h + c2 h^2 is collocated on the Moebius-
Chebyshev nodes of `fractional_operators`, and the equation becomes h = T^alpha A F(h) with a real
matrix A. Poles of h lie at a distance of about 1/L, L = |c0 c2|^{1/2} T^alpha, from z = 0; with a
Moebius scale e ~ 1.5/L they stay away from the interpolation interval, and both the power series at
0 and the expansion in 1/z at the far end are resolved, whatever L. Newton's iteration takes four
frequencies at a time; neighbours should be close. The equation is (24) of O. El Euch and M.
Rosenbaum, "The characteristic function of rough Heston models", Mathematical Finance 29 (2019).
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.compiled import kernel
from rmot.numerics.fractional_operators import (
    GROUPS,
    LEVELS,
    FractionalOperators,
    fractional_operators,
    record_size,
)
from rmot.numerics.lanes import LANES, STRIDE, add_multiple
from rmot.numerics.riccati_newton import solve, source_and_slope
from rmot.numerics.riccati_slopes import average, sensitivities
from rmot.numerics.riccati_start import fill_guess, fill_rational

_ROUNDING = 4e-15
_SAFETY = 3.0
_FIRST_SURPLUS = 0.3
# F cancels where h is stiff, and its mean is less accurate than h
_NEWTON_CAUTION = 4.0
# degree = a + b digits + c log2(stiffness / the group's limit), fitted to random frequencies
_DEGREES_WANTED = np.array(
    [
        [4.2, 1.07, 1.8],
        [5.4, 1.82, 1.9],
        [8.2, 2.66, 2.5],
        [11.5, 3.05, 0.7],
        [13.0, 3.34, 0.0],
        [18.0, 3.6, 0.0],
    ]
)
_DEGREES = np.array(LEVELS)
_LEVEL_COUNT = len(LEVELS)

WORK = ("flops", "solves", "nodes", "factorisations", "substitutions")
"""What is counted: floating-point operations of the linear algebra; solutions at four frequencies;
the degrees of these added up; their factorisations and substitutions."""


@kernel
def _truncation(last, before, largest, group):
    """Estimate what the mean of F misses: a geometric tail of its Chebyshev coefficients.

    The safety factor grows with the stiffness, where coefficients decay slowly and unevenly.
    """
    if last == 0.0:
        return 0.0
    rate = min(math.sqrt(math.sqrt(last / before)), 0.97) if before > 0.0 else 0.97
    rate_power = rate * rate if group < 3 else rate
    return _SAFETY * (1.0 + 0.5 * group * group) * largest * last * rate_power / (1.0 - rate)


@kernel
def _choose(c0, c1, c2, power, tolerance):
    """Return the Moebius group, the degree and the relative accuracy wanted for one frequency."""
    stiffness = max(math.sqrt(abs(c0) * 2.0 * c2), abs(c1)) * power
    group = 0
    limit = 2.0
    while stiffness > limit and group < GROUPS - 1:
        limit *= 4.0
        group += 1
    # mean F is about c0 / (1 + stiffness)
    wanted = tolerance * (1.0 + stiffness) / (abs(c0) + 1e-300)
    digits = -math.log10(min(max(wanted, 1e-16), 1.0))
    row = min(group, _DEGREES_WANTED.shape[0] - 1)
    within = math.log2(max(stiffness / limit, 0.25))
    degree = _DEGREES_WANTED[row, 0] + _DEGREES_WANTED[row, 1] * digits
    degree += _DEGREES_WANTED[row, 2] * within
    if not wanted < np.inf:
        return group, 8.0 + 2.0 * group, wanted
    # with fewer nodes the last coefficients say nothing of those that follow
    return group, max(degree, 8.0 + 4.0 * group), wanted


@kernel
def _solve_from(
    first,
    surplus,
    c0,
    c1,
    c2,
    power,
    factors,
    tolerance,
    records,
    offsets,
    log_maturity,
    slope_records,
    slope_offsets,
    mean_h,
    mean_source,
    error,
    gradient,
    piece_means,
    work,
):
    """Solve from frequency `first` on, four at a time; stop where a record is missing.

    Returns the frequency to go on from and the surplus of digits there, the record's level and
    group, and whether it is that of the slopes; -1 when all are solved. The gradient, shape
    (3, 2, m) or (3, 2, 0), is filled in the former case, and so are the means of h and F over the
    pieces of the averaging, shape (pieces, 2, m).
    """
    count = c0.size
    for at in range(first, count):
        tolerance[at] = max(tolerance[at], 1e-14 * abs(c0[at]) + 1e-300)
    differentiate = gradient.shape[2] > 0
    derivatives = np.empty(6 * STRIDE)
    coefficients = np.empty(2 * STRIDE)
    sums = np.empty(6 * STRIDE)
    sizes = np.empty(4)
    n = 0
    key = -1
    h = source = slope = residual = matrix = np.empty(0)
    record = np.empty(0)
    start = first
    while start < count:
        group = 0
        degree = 0.0
        wanted = 1.0
        used = 0
        for w in range(LANES):
            at = start + w
            if used == w and at < count:
                own_group, own_degree, own_wanted = _choose(
                    c0[at], c1[at], c2, power, tolerance[at]
                )
                # frequencies of unlike size are not solved together
                if w == 0 or abs(own_group - group) <= 1:
                    used = w + 1
                    group = max(group, own_group)
                    degree = max(degree, own_degree)
                    wanted = min(wanted, own_wanted)
            at = min(at, start + used - 1)
            coefficients[w], coefficients[LANES + w] = c0[at].real, c0[at].imag
            coefficients[STRIDE + w] = c1[at].real
            coefficients[STRIDE + LANES + w] = c1[at].imag
        digits_row = min(group, _DEGREES_WANTED.shape[0] - 1)
        per_digit = _DEGREES_WANTED[digits_row, 1]
        level = 0
        while level < _LEVEL_COUNT - 1 and _DEGREES[level] < degree + per_digit * surplus:
            level += 1
        # where a record is missing these four are solved anew, in the same way
        before = surplus
        failures = 0
        excess = 0.0
        accepted = min(max(0.1 * wanted, 1e-14), 1e-2)
        while True:
            offset = offsets[level, group]
            if offset < 0:
                return start, before, level, group, False
            if level * GROUPS + group != key:
                key = level * GROUPS + group
                n = _DEGREES[level]
                h, residual = np.empty(STRIDE * n), np.empty(STRIDE * n)
                source, slope = np.empty(STRIDE * (n + 1)), np.empty(STRIDE * n)
                matrix = np.empty(STRIDE * n * n)
            record = records[offset : offset + record_size(n)]
            tails = (n + 1) * (n + 2)
            fill_rational(coefficients, c2, power, factors, record, n, h)
            newton, factorisations, solutions = solve(
                coefficients, c2, power, record, n, accepted, h, source, slope, residual, matrix
            )
            if not newton < np.inf:
                fill_guess(coefficients, c2, power, record, n, h, sums)
                newton, again, further = solve(
                    coefficients, c2, power, record, n, accepted, h, source, slope, residual, matrix
                )
                factorisations, solutions = factorisations + again, solutions + further
            work[0] += LANES * (factorisations * (8.0 * n / 3.0 + 2.0) + solutions * 12.0) * n * n
            work[1] += 1.0
            work[2] += n
            work[3] += factorisations
            work[4] += solutions
            source_and_slope(coefficients, c2, h, n, source, slope)
            sums[:] = 0.0
            for j in range(n + 1):
                weight = record[(n + 1) * (1 + j)]
                add_multiple(sums, 1, weight, source, j)
                for row in range(4):
                    add_multiple(sums, 2 + row, record[tails + row * (n + 1) + j], source, j)
                if j > 0:
                    add_multiple(sums, 0, weight, h, j - 1)
            excess = 0.0
            for w in range(used):
                at = start + w
                mean_h[at] = complex(sums[w], sums[LANES + w])
                mean_source[at] = complex(sums[STRIDE + w], sums[STRIDE + LANES + w])
                for row in range(4):
                    place = (2 + row) * STRIDE + w
                    sizes[row] = math.hypot(sums[place], sums[place + LANES])
                error[at] = _truncation(
                    max(sizes[0], sizes[1]), max(sizes[2], sizes[3]), record[-1], group
                )
                error[at] += _NEWTON_CAUTION * newton * abs(mean_source[at])
                error[at] += _ROUNDING * abs(c0[at])
                if not newton < np.inf:
                    error[at] = np.inf
                excess = max(excess, error[at] / tolerance[at])
            failures += 0 if newton < np.inf else 1
            if excess <= 1.0 or level == _LEVEL_COUNT - 1 or failures > 1:
                break
            # the digits that were missing here will be missing at the next frequencies
            missing = 0.3 + math.log10(min(excess, 1e8))
            surplus += missing
            target = _DEGREES[level] + per_digit * missing
            level += 1
            while level < _LEVEL_COUNT - 1 and _DEGREES[level] < target:
                level += 1
        if excess < 0.02:
            surplus = max(surplus - 0.3, 0.0)
        if differentiate:
            offset = slope_offsets[level, group]
            if offset < 0:
                return start, before, level, group, True
            slopes = slope_records[offset : offset + record_size(n)]
            sensitivities(
                coefficients,
                c2,
                power,
                log_maturity,
                record,
                slopes,
                n,
                h,
                source,
                slope,
                matrix,
                derivatives,
            )
            for w in range(used):
                for which in range(6):
                    at = STRIDE * which + w
                    gradient[which // 2, which % 2, start + w] = complex(
                        derivatives[at], derivatives[at + LANES]
                    )
            for piece in range(piece_means.shape[0]):
                first_weight = offsets[level, group] + record_size(n) + piece * (n + 1)
                weights = records[first_weight : first_weight + n + 1]
                average(weights, n, h, source, sums)
                for w in range(used):
                    for which in range(2):
                        at = STRIDE * which + w
                        piece_means[piece, which, start + w] = complex(sums[at], sums[at + LANES])
        start += used
    return -1, surplus, 0, 0, False


def riccati_means(
    c0: NDArray[np.complex128],
    c1: NDArray[np.complex128],
    c2: float,
    alpha: float | FractionalOperators,
    maturity: float,
    tolerance: NDArray[np.float64] | float,
    work: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.float64]]:
    """Average h and F = D^alpha h over (0, T), where D^alpha h = F = c0 + c1 h + c2 h^2, h(0) = 0.

    The mean of F times T is I^{1-alpha} h(T), and the mean of h times T is I^1 h(T).

    Parameters
    ----------
    c0, c1 : complex ndarray, shape (m,)
        Coefficients, one pair per frequency, neighbours next to each other.
    c2 : float
        Coefficient of h^2, >= 0.
    alpha : float or FractionalOperators
        Order of the derivative, in [1/2, 1], or the operators of that order, whose averaging then
        takes the place of the mean.
    maturity : float
        T > 0 in years.
    tolerance : float or ndarray, shape (m,)
        Admissible absolute error of the mean of F; infinite for one try with few nodes.
    work : ndarray, shape (5,), optional
        What the solution took is added to it, as `WORK` names it.

    Returns
    -------
    mean_h, mean_source : complex ndarray, shape (m,)
        Means over (0, T) of h and of F.
    error : ndarray, shape (m,)
        Estimated absolute error of `mean_source`, from the last Chebyshev coefficients of F; inf
        where Newton's iteration fails, as it may beyond an explosion of h.

    Raises
    ------
    ParameterError
        If alpha, maturity or c2 are outside their domain.

    Notes
    -----
    A frequency costs 2 or 3 Newton steps of (8/3) n^3 + 14 n^2 flops, and maybe one of 12 n^2 with
    factors kept; n is 10 to 28 for 8 digits, and grows with the digits and the logarithm of the
    stiffness.
    """
    return _means(c0, c1, c2, alpha, maturity, tolerance, differentiate=False, work=work)[:3]


def riccati_sensitivities(
    c0: NDArray[np.complex128],
    c1: NDArray[np.complex128],
    c2: float,
    alpha: float | FractionalOperators,
    maturity: float,
    tolerance: NDArray[np.float64] | float,
) -> tuple[
    NDArray[np.complex128],
    NDArray[np.complex128],
    NDArray[np.float64],
    NDArray[np.complex128],
    NDArray[np.complex128],
]:
    """Return `riccati_means`, their derivatives in c1, c2 and alpha, and their pieces.

    The derivatives, shape (3, 2, m) for the parameter, the mean of h or F, and the frequency, are
    those of the collocated equation, exact but for rounding and the last Newton step. The pieces,
    shape (p, 2, m), are the integrals of h and F over the pieces of the operators' averaging.
    """
    return _means(c0, c1, c2, alpha, maturity, tolerance, differentiate=True)


def _means(
    c0: NDArray[np.complex128],
    c1: NDArray[np.complex128],
    c2: float,
    alpha: float | FractionalOperators,
    maturity: float,
    tolerance: NDArray[np.float64] | float,
    *,
    differentiate: bool,
    work: NDArray[np.float64] | None = None,
) -> tuple[
    NDArray[np.complex128],
    NDArray[np.complex128],
    NDArray[np.float64],
    NDArray[np.complex128],
    NDArray[np.complex128],
]:
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity}")
    if not c2 >= 0.0:
        raise ParameterError(f"c2 must be >= 0; got {c2}")
    operators = alpha if isinstance(alpha, FractionalOperators) else fractional_operators(alpha)
    wanted = np.array(tolerance, dtype=np.float64)
    if wanted.ndim == 0:
        wanted = np.full(c0.size, wanted)
    mean_h = np.empty(c0.size, dtype=np.complex128)
    mean_source = np.empty(c0.size, dtype=np.complex128)
    error = np.empty(c0.size)
    gradient = np.empty((3, 2, c0.size if differentiate else 0), dtype=np.complex128)
    pieces = np.empty((operators.pieces if differentiate else 0, 2, c0.size), dtype=np.complex128)
    work = np.zeros(len(WORK)) if work is None else work
    first, surplus = 0, _FIRST_SURPLUS
    while first >= 0:
        first, surplus, level, group, slopes = _solve_from(
            first,
            surplus,
            c0,
            c1,
            c2,
            maturity**operators.alpha,
            operators.factors,
            wanted,
            operators.records,
            operators.offsets,
            math.log(maturity),
            operators.slope_records,
            operators.slope_offsets,
            mean_h,
            mean_source,
            error,
            gradient,
            pieces,
            work,
        )
        if first >= 0:
            operators.add(level, group, slopes)
    return mean_h, mean_source, error, gradient, pieces
