"""Knows how to solve the fractional Riccati equation D^alpha h = c0 + c1 h + c2 h^2, h(0) = 0.

h is analytic in z = (t/T)^alpha near 0, so F = c0 + c1 h + c2 h^2 is interpolated in the Moebius
variable y, z = e (1 + y)/(2 e + 1 - y), at Chebyshev points of [-1, 1]: the equation

    h(z) = T^alpha z / Gamma(alpha) ∫_0^1 (1 - w)^{alpha-1} F(z w^alpha) dw

becomes h = A F(h) with a real matrix A that depends only on (alpha, n, e). Poles of h lie at a
distance of about 1/L, L = |c0 c2|^{1/2} T^alpha, from z = 0; with e ~ 4/L they stay away from the
interpolation interval, and both the power series at 0 and the expansion in 1/z at the far end are
resolved, whatever L. The equation is (24) of O. El Euch and M. Rosenbaum, "The characteristic
function of rough Heston models", Mathematical Finance 29 (2019).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.compiled import kernel

_QUADRATURE_POINTS = 121
_NEWTON_STEPS = 40
_LEVELS = (8, 12, 16, 20, 24, 32, 44, 60, 84)
_LANES = 4
_ROUNDING = 4e-15
_NODES_PER_DIGIT = np.array([1.5, 2.6, 3.2, 4.0])


@kernel
def _interpolation_row(z, scale, points, row):
    """Fill `row` with the Lagrange polynomials in y of `points`, at the y that belongs to z."""
    n = points.size
    y = (z * (2.0 * scale + 1.0) - scale) / (scale + z)
    total = 0.0
    for j in range(n):
        gap = y - points[j]
        if abs(gap) < 1e-15:
            row[:] = 0.0
            row[j] = 1.0
            return
        value = (1.0 if j % 2 == 0 else -1.0) / gap
        if j == 0 or j == n - 1:
            value *= 0.5
        row[j] = value
        total += value
    for j in range(n):
        row[j] /= total


@kernel
def _collocation(alpha, n, scale):
    points = -np.cos(np.pi * np.arange(n + 1) / n)
    z = scale * (1.0 + points) / (2.0 * scale + 1.0 - points)
    z[0] = 0.0
    z[n] = 1.0
    matrix = np.zeros((n + 1, n + 1))
    average = np.zeros(n + 1)
    row = np.empty(n + 1)
    first, last = -3.2, 3.85
    step = (last - first) / (_QUADRATURE_POINTS - 1)
    for q in range(_QUADRATURE_POINTS):
        t = first + q * step
        bent = 0.5 * np.pi * math.sinh(t)
        x = 1.0 / (1.0 + math.exp(-2.0 * bent))
        rest = 1.0 / (1.0 + math.exp(2.0 * bent))
        weight = step * np.pi * math.cosh(t) * x * rest
        power = x**alpha
        singular = weight * rest ** (alpha - 1.0)
        for i in range(1, n + 1):
            _interpolation_row(z[i] * power, scale, points, row)
            for j in range(n + 1):
                matrix[i, j] += singular * row[j]
        for j in range(n + 1):
            average[j] += weight * row[j]
    for i in range(1, n + 1):
        for j in range(n + 1):
            matrix[i, j] *= z[i] / math.gamma(alpha)
    return z, matrix, average


@lru_cache(maxsize=512)
def collocation(
    alpha: float, n: int, scale: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes, fractional-integral matrix and averaging weights.

    Parameters
    ----------
    alpha : float
        Order of the integral, in (0, 1].
    n : int
        Degree of the interpolation; there are n + 1 nodes.
    scale : float
        e > 0 of the Moebius map; a large one gives polynomials in z.

    Returns
    -------
    z : ndarray, shape (n + 1,)
        Nodes t^alpha in [0, 1], both ends among them.
    matrix : ndarray, shape (n + 1, n + 1)
        Takes values at the nodes to those of the fractional integral of order alpha over (0, t).
    average : ndarray, shape (n + 1,)
        Takes values at the nodes to the integral over t in (0, 1).
    """
    return _collocation(alpha, n, scale)


@kernel
def _eliminate(matrix, right):
    """Solve in place by elimination with partial pivoting; the solution lands in `right`."""
    n = right.size
    for col in range(n):
        best = col
        size = abs(matrix[col, col].real) + abs(matrix[col, col].imag)
        for i in range(col + 1, n):
            other = abs(matrix[i, col].real) + abs(matrix[i, col].imag)
            if other > size:
                best = i
                size = other
        if best != col:
            for j in range(col, n):
                matrix[col, j], matrix[best, j] = matrix[best, j], matrix[col, j]
            right[col], right[best] = right[best], right[col]
        inverse = 1.0 / matrix[col, col]
        for i in range(col + 1, n):
            factor = matrix[i, col] * inverse
            for j in range(col + 1, n):
                matrix[i, j] -= factor * matrix[col, j]
            right[i] -= factor * right[col]
    for i in range(n - 1, -1, -1):
        total = right[i]
        for j in range(i + 1, n):
            total -= matrix[i, j] * right[j]
        right[i] = total / matrix[i, i]


@kernel
def riccati_guess(c0, c1, c2, time_power):
    """Return an approximate h from balancing 0.9 t^{-alpha} h = c0 + c1 h + c2 h^2."""
    slope = 0.9 / time_power - c1
    return 2.0 * c0 / (slope + np.sqrt(slope * slope - 4.0 * c2 * c0))


@kernel
def _tail_weights(n, average):
    """Return weights (3, n + 1) that give the size of what the mean of F may miss.

    They are those of the last three Chebyshev coefficients of F, times the largest mean over (0, T)
    of the three polynomials.
    """
    tail = np.empty((3, n + 1))
    largest = 0.0
    for row in range(3):
        order = n - 2 + row
        mean = 0.0
        for j in range(n + 1):
            value = math.cos(math.pi * order * (n - j) / n)
            mean += average[j] * value
            tail[row, j] = value * (2.0 if row < 2 else 1.0) / n
        tail[row, 0] *= 0.5
        tail[row, n] *= 0.5
        largest = max(largest, abs(mean))
    return tail * largest


@kernel
def _solve_at(c0, c1, c2, time_power, z, matrix, average):
    """Return means of h and F over t in (0, 1) and the error of the latter; nan if Newton fails."""
    n = z.size - 1
    h = np.empty(n, dtype=np.complex128)
    slope = np.empty(n, dtype=np.complex128)
    source = np.empty(n + 1, dtype=np.complex128)
    residual = np.empty(n, dtype=np.complex128)
    jacobian = np.empty((n, n), dtype=np.complex128)
    for i in range(n):
        h[i] = riccati_guess(c0, c1, c2, time_power * z[i + 1])
    source[0] = c0
    converged = False
    for _ in range(_NEWTON_STEPS):
        for j in range(n):
            source[j + 1] = c0 + h[j] * (c1 + c2 * h[j])
            slope[j] = time_power * (c1 + 2.0 * c2 * h[j])
        for i in range(n):
            total = complex(matrix[i + 1, 0] * source[0])
            for j in range(n):
                total += matrix[i + 1, j + 1] * source[j + 1]
                jacobian[i, j] = -matrix[i + 1, j + 1] * slope[j]
            jacobian[i, i] += 1.0
            residual[i] = h[i] - time_power * total
        _eliminate(jacobian, residual)
        change = 0.0
        size = 0.0
        for i in range(n):
            h[i] -= residual[i]
            change = max(change, abs(residual[i]))
            size = max(size, abs(h[i]))
        if not change < 1e300:
            break
        if change <= 1e-7 * size:
            # Newton squares the error
            converged = True
            break
    if not converged:
        return complex(np.nan), complex(np.nan), np.nan
    mean_h = complex(0.0)
    mean_source = complex(0.0)
    for j in range(n):
        source[j + 1] = c0 + h[j] * (c1 + c2 * h[j])
        mean_h += average[j + 1] * h[j]
    error = 0.0
    tail = _tail_weights(n, average)
    for row in range(3):
        coefficient = complex(0.0)
        for j in range(n + 1):
            coefficient += tail[row, j] * source[j]
        error = max(error, abs(coefficient))
    for j in range(n + 1):
        mean_source += average[j] * source[j]
    return mean_h, mean_source, 4.0 * error + _ROUNDING * abs(c0)


@kernel
def _subtract_row(xr, xi, yr, yi, qr, qi, first):
    """Subtract q times row y from row x, from column `first` on, in _LANES = 4 lanes.

    The lanes are written out, loads before stores, so that the compiler makes them one vector.
    """
    a0, a1, a2, a3 = qr[0], qr[1], qr[2], qr[3]
    b0, b1, b2, b3 = qi[0], qi[1], qi[2], qi[3]
    for j in range(first, xr.shape[0]):
        r0, r1, r2, r3 = yr[j, 0], yr[j, 1], yr[j, 2], yr[j, 3]
        i0, i1, i2, i3 = yi[j, 0], yi[j, 1], yi[j, 2], yi[j, 3]
        c0 = xr[j, 0] - (a0 * r0 - b0 * i0)
        c1 = xr[j, 1] - (a1 * r1 - b1 * i1)
        c2 = xr[j, 2] - (a2 * r2 - b2 * i2)
        c3 = xr[j, 3] - (a3 * r3 - b3 * i3)
        d0 = xi[j, 0] - (a0 * i0 + b0 * r0)
        d1 = xi[j, 1] - (a1 * i1 + b1 * r1)
        d2 = xi[j, 2] - (a2 * i2 + b2 * r2)
        d3 = xi[j, 3] - (a3 * i3 + b3 * r3)
        xr[j, 0] = c0
        xr[j, 1] = c1
        xr[j, 2] = c2
        xr[j, 3] = c3
        xi[j, 0] = d0
        xi[j, 1] = d1
        xi[j, 2] = d2
        xi[j, 3] = d3


@kernel
def _newton_lanes(c0r, c0i, c1r, c1i, c2, power, matrix, hr, hi, jr, ji, rr, ri):
    """Take one Newton step for _LANES frequencies at once; return the largest relative change.

    The unknowns are hr + i hi, shape (n, _LANES). Elimination does not pivot: the caller checks.
    """
    n = hr.shape[0]
    fr = np.empty((n + 1, _LANES))
    fi = np.empty((n + 1, _LANES))
    sr = np.empty((n, _LANES))
    si = np.empty((n, _LANES))
    for w in range(_LANES):
        fr[0, w] = c0r[w]
        fi[0, w] = c0i[w]
    for j in range(n):
        for w in range(_LANES):
            tr = c1r[w] + c2 * hr[j, w]
            ti = c1i[w] + c2 * hi[j, w]
            fr[j + 1, w] = c0r[w] + hr[j, w] * tr - hi[j, w] * ti
            fi[j + 1, w] = c0i[w] + hr[j, w] * ti + hi[j, w] * tr
            sr[j, w] = -power * (tr + c2 * hr[j, w])
            si[j, w] = -power * (ti + c2 * hi[j, w])
    for i in range(n):
        for w in range(_LANES):
            rr[i, w] = hr[i, w] - power * matrix[i + 1, 0] * fr[0, w]
            ri[i, w] = hi[i, w] - power * matrix[i + 1, 0] * fi[0, w]
        for j in range(n):
            a = matrix[i + 1, j + 1]
            for w in range(_LANES):
                jr[i, j, w] = a * sr[j, w]
                ji[i, j, w] = a * si[j, w]
                rr[i, w] -= power * a * fr[j + 1, w]
                ri[i, w] -= power * a * fi[j + 1, w]
        for w in range(_LANES):
            jr[i, i, w] += 1.0
    pr = np.empty(_LANES)
    pi = np.empty(_LANES)
    qr = np.empty(_LANES)
    qi = np.empty(_LANES)
    for col in range(n):
        for w in range(_LANES):
            size = jr[col, col, w] * jr[col, col, w] + ji[col, col, w] * ji[col, col, w]
            pr[w] = jr[col, col, w] / size
            pi[w] = -ji[col, col, w] / size
        for i in range(col + 1, n):
            for w in range(_LANES):
                qr[w] = jr[i, col, w] * pr[w] - ji[i, col, w] * pi[w]
                qi[w] = jr[i, col, w] * pi[w] + ji[i, col, w] * pr[w]
            _subtract_row(jr[i], ji[i], jr[col], ji[col], qr, qi, col + 1)
            for w in range(_LANES):
                rr[i, w] -= qr[w] * rr[col, w] - qi[w] * ri[col, w]
                ri[i, w] -= qr[w] * ri[col, w] + qi[w] * rr[col, w]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            for w in range(_LANES):
                rr[i, w] -= jr[i, j, w] * rr[j, w] - ji[i, j, w] * ri[j, w]
                ri[i, w] -= jr[i, j, w] * ri[j, w] + ji[i, j, w] * rr[j, w]
        for w in range(_LANES):
            size = jr[i, i, w] * jr[i, i, w] + ji[i, i, w] * ji[i, i, w]
            tr = (rr[i, w] * jr[i, i, w] + ri[i, w] * ji[i, i, w]) / size
            ri[i, w] = (ri[i, w] * jr[i, i, w] - rr[i, w] * ji[i, i, w]) / size
            rr[i, w] = tr
    worst = 0.0
    for w in range(_LANES):
        change = 0.0
        size = 0.0
        for i in range(n):
            hr[i, w] -= rr[i, w]
            hi[i, w] -= ri[i, w]
            change = max(change, abs(rr[i, w]) + abs(ri[i, w]))
            size = max(size, abs(hr[i, w]) + abs(hi[i, w]))
        if not change < 1e300:
            return np.inf
        if change > worst * size:
            worst = change / size
    return worst


@kernel
def _solve_many(
    index,
    c0,
    c1,
    c2,
    time_power,
    z,
    matrix,
    average,
    scale,
    coarse_z,
    coarse_matrix,
    mean_h,
    mean_source,
    error,
):
    """Solve at the frequencies `index`, _LANES at a time, one by one where that fails."""
    n = z.size - 1
    shape = (n, _LANES)
    hr, hi, rr, ri = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape)
    jr, ji = np.empty((n, n, _LANES)), np.empty((n, n, _LANES))
    coarse_n = coarse_z.size - 1
    shape = (coarse_n, _LANES)
    gr, gi, sr, si = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape)
    kr, ki = np.empty((coarse_n, coarse_n, _LANES)), np.empty((coarse_n, coarse_n, _LANES))
    spread = np.empty((n, coarse_n + 1))
    points = -np.cos(np.pi * np.arange(coarse_n + 1) / coarse_n)
    for i in range(n):
        _interpolation_row(z[i + 1], scale, points, spread[i])
    c0r, c0i = np.empty(_LANES), np.empty(_LANES)
    c1r, c1i = np.empty(_LANES), np.empty(_LANES)
    tail = _tail_weights(n, average)
    for start in range(0, index.size, _LANES):
        for w in range(_LANES):
            at = index[min(start + w, index.size - 1)]
            c0r[w], c0i[w] = c0[at].real, c0[at].imag
            c1r[w], c1i[w] = c1[at].real, c1[at].imag
            for i in range(n):
                h = riccati_guess(c0[at], c1[at], c2, time_power * z[i + 1])
                hr[i, w], hi[i, w] = h.real, h.imag
        if coarse_z.size < z.size:
            # a start from few nodes saves steps with many
            for i in range(coarse_n):
                for w in range(_LANES):
                    at = index[min(start + w, index.size - 1)]
                    h = riccati_guess(c0[at], c1[at], c2, time_power * coarse_z[i + 1])
                    gr[i, w], gi[i, w] = h.real, h.imag
            change = np.inf
            for _ in range(6):
                change = _newton_lanes(
                    c0r,
                    c0i,
                    c1r,
                    c1i,
                    c2,
                    time_power,
                    coarse_matrix,
                    gr,
                    gi,
                    kr,
                    ki,
                    sr,
                    si,
                )
                if not 1e-3 < change < 1e300:
                    break
            if change < 1.0:
                for i in range(n):
                    for w in range(_LANES):
                        hr[i, w] = 0.0
                        hi[i, w] = 0.0
                    for j in range(coarse_n):
                        for w in range(_LANES):
                            hr[i, w] += spread[i, j + 1] * gr[j, w]
                            hi[i, w] += spread[i, j + 1] * gi[j, w]
        converged = False
        for _ in range(_NEWTON_STEPS):
            change = _newton_lanes(
                c0r, c0i, c1r, c1i, c2, time_power, matrix, hr, hi, jr, ji, rr, ri
            )
            if change <= 3e-7:
                # Newton squares the error
                converged = True
                break
            if not change < 1e300:
                break
        for w in range(min(_LANES, index.size - start)):
            at = index[start + w]
            if not converged:
                mean_h[at], mean_source[at], error[at] = _solve_at(
                    c0[at], c1[at], c2, time_power, z, matrix, average
                )
                continue
            level = complex(0.0)
            source = average[0] * c0[at]
            last, second, third = tail[2, 0] * c0[at], tail[1, 0] * c0[at], tail[0, 0] * c0[at]
            for j in range(n):
                h = complex(hr[j, w], hi[j, w])
                value = c0[at] + h * (c1[at] + c2 * h)
                level += average[j + 1] * h
                source += average[j + 1] * value
                last += tail[2, j + 1] * value
                second += tail[1, j + 1] * value
                third += tail[0, j + 1] * value
            mean_h[at] = level
            mean_source[at] = source
            largest = max(abs(last), abs(second), abs(third))
            error[at] = 4.0 * largest + _ROUNDING * abs(c0[at])


def riccati_means(
    c0: NDArray[np.complex128],
    c1: NDArray[np.complex128],
    c2: float,
    alpha: float,
    maturity: float,
    tolerance: NDArray[np.float64] | float,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.float64]]:
    """Average h and F = D^alpha h over (0, T), where D^alpha h = F = c0 + c1 h + c2 h^2, h(0) = 0.

    The mean of F times T is I^{1-alpha} h(T), and the mean of h times T is I^1 h(T).

    Parameters
    ----------
    c0, c1 : complex ndarray, shape (m,)
        Coefficients, one pair per frequency.
    c2 : float
        Coefficient of h^2, >= 0.
    alpha : float
        Order of the derivative, in (0, 1].
    maturity : float
        T > 0 in years.
    tolerance : float or ndarray, shape (m,)
        Admissible absolute error of the mean of F.

    Returns
    -------
    mean_h, mean_source : complex ndarray, shape (m,)
        Means over (0, T) of h and of F.
    error : ndarray, shape (m,)
        Estimated absolute error of `mean_source`, from the last Chebyshev coefficients of F.

    Raises
    ------
    ParameterError
        If alpha, maturity or c2 are outside their domain.
    AccuracyError
        If Newton's iteration fails, as it may beyond an explosion of h.

    Notes
    -----
    A frequency costs 2 or 3 Newton steps of about (8/3) n^3 + 12 n^2 flops, after about 4 with
    n = 8; n is 12 to 44 and grows with the digits asked for. A matrix costs about 360 n^2 flops
    and is kept.
    """
    if not 0.0 < alpha <= 1.0:
        raise ParameterError(f"alpha must lie in (0, 1]; got {alpha}")
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity}")
    if not c2 >= 0.0:
        raise ParameterError(f"c2 must be >= 0; got {c2}")
    time_power = maturity**alpha
    tolerance = np.maximum(tolerance, 1e-14 * np.abs(c0))
    stiffness = np.maximum(np.sqrt(np.abs(c0) * (2.0 * c2)), np.abs(c1)) * time_power
    # one Moebius scale per factor of 4 in stiffness L, between 2/L and 8/L
    group = np.clip(np.ceil(0.5 * np.log2(np.maximum(stiffness, 1e-300) / 2.0)), 0, 40).astype(int)
    digits = np.log10((np.abs(c0) + 1e-300) / tolerance)
    nodes = _NODES_PER_DIGIT[np.minimum(group, 3)] * digits
    level = np.minimum(np.searchsorted(_LEVELS, nodes), len(_LEVELS) - 1)
    mean_h = np.full(c0.size, np.nan, dtype=np.complex128)
    mean_source = mean_h.copy()
    error = np.full(c0.size, np.inf)
    pending = np.arange(c0.size)
    while pending.size:
        keys = group[pending] * len(_LEVELS) + level[pending]
        for key in set(keys.tolist()):
            g, which = divmod(key, len(_LEVELS))
            scale = 4.0 / 4.0**g
            z, matrix, average = collocation(alpha, _LEVELS[which], scale)
            coarse_z, coarse_matrix, _ = collocation(alpha, _LEVELS[0], scale)
            _solve_many(
                pending[keys == key],
                c0,
                c1,
                c2,
                time_power,
                z,
                matrix,
                average,
                scale,
                coarse_z,
                coarse_matrix,
                mean_h,
                mean_source,
                error,
            )
        accurate = error[pending] <= tolerance[pending]
        pending = pending[~accurate & (level[pending] < len(_LEVELS) - 1)]
        level[pending] += 1
    if not np.all(np.isfinite(error)):
        bad = int(np.count_nonzero(~np.isfinite(error)))
        raise AccuracyError(
            f"the fractional Riccati equation was not solved at {bad} of {c0.size} frequencies; "
            "is the moment finite?"
        )
    return mean_h, mean_source, error
