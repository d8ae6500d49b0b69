"""Knows the fractional integral as a matrix on collocation nodes, for every order at once.

A function of z = (t/T)^alpha is interpolated at Chebyshev points of [-1, 1] in the Moebius variable
y, z = e (1 + y)/(2 e + 1 - y). Applied to the interpolant, the integral

    z / Gamma(alpha) ∫_0^1 (1 - w)^{alpha-1} F(z w^alpha) dw

becomes a real matrix that depends on (alpha, n, e) alone, by a double-exponential rule. It is
analytic in alpha, with its nearest singularity at 0: for each (n, e) the matrices of 24 orders in
[1/2, 1] are built once, and those of any other order, and their derivatives in alpha, come from the
Chebyshev series through them, whose next term is about 5.8^-24 = 4e-19 on functions that the nodes
resolve (on the highest polynomials of stiff groups it is far larger, and solutions hold none).
"""

import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.compiled import kernel
from rmot.numerics.riccati_start import expansion_factors

LEVELS = (8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 52, 68, 88)
GROUPS = 20
_QUADRATURE_POINTS = 121
_ORDERS = 24
_FIRST_ORDER = 0.5


@kernel
def moebius_scale(group):
    """Return e for a group: group g is for stiffness up to 2 4^g."""
    return 1.5 / 4.0**group


@kernel
def interpolation_row(z, scale, points, row):
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
            interpolation_row(z[i] * power, scale, points, row)
            for j in range(n + 1):
                matrix[i, j] += singular * row[j]
        for j in range(n + 1):
            average[j] += weight * row[j]
    for i in range(1, n + 1):
        for j in range(n + 1):
            matrix[i, j] *= z[i] / math.gamma(alpha)
    return z, matrix, average


def collocation(
    alpha: float, n: int, scale: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes, fractional-integral matrix and averaging weights, by quadrature.

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


def _order_angle(alpha: float) -> float:
    return math.acos((2.0 * alpha - 1.0 - _FIRST_ORDER) / (1.0 - _FIRST_ORDER))


@cache
def _series(n: int, scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes, and Chebyshev coefficients in alpha of averaging weights and matrix.

    The coefficients have shape (24, n + 1, n + 1): the averaging weights first, then row by row the
    columns of the matrix without the node z = 0, where the integral vanishes.
    """
    angles = (np.arange(_ORDERS) + 0.5) * math.pi / _ORDERS
    values = np.empty((_ORDERS, n + 1, n + 1))
    z = np.empty(n + 1)
    for i, angle in enumerate(angles):
        alpha = 0.5 * (1.0 + _FIRST_ORDER + (1.0 - _FIRST_ORDER) * math.cos(angle))
        z, matrix, average = _collocation(alpha, n, scale)
        values[i, :, 0] = average
        values[i, :, 1:] = matrix[1:].T
    to_series = np.cos(np.outer(np.arange(_ORDERS), angles)) * (2.0 / _ORDERS)
    to_series[0] *= 0.5
    return z, np.tensordot(to_series, values, axes=1)


@kernel
def _average_rows(power, weights, scale, points, rows):
    """Add what takes values at the nodes to sum_q weights_kq F(power_q) to `rows` (k, n + 1)."""
    row = np.empty(points.size)
    for q in range(power.size):
        interpolation_row(power[q], scale, points, row)
        for piece in range(rows.shape[0]):
            if weights[piece, q] != 0.0:
                for j in range(points.size):
                    rows[piece, j] += weights[piece, q] * row[j]


@cache
def _differentiation(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Chebyshev points and the matrix that differentiates (Berrut and Trefethen 2004)."""
    points = -np.cos(math.pi * np.arange(n + 1) / n)
    signs = np.where(np.arange(n + 1) % 2 == 0, 1.0, -1.0)
    signs[[0, -1]] *= 0.5
    gaps = points[:, None] - points + np.eye(n + 1)
    matrix = signs / signs[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return points, matrix


def _weighted_average(
    alpha: float,
    n: int,
    scale: float,
    x: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    slope: bool,
) -> NDArray[np.float64]:
    """Return what takes values at the nodes to sum_q weights_kq F(x_q^alpha), shape (k, n + 1).

    Or its slope in alpha.
    """
    points, differentiation = _differentiation(n)
    power = x**alpha
    rows = np.zeros((weights.shape[0], n + 1))
    if not slope:
        _average_rows(power, weights, scale, points, rows)
        return rows
    # y' of the map
    bend = 2.0 * scale * (scale + 1.0) / (scale + power) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(x > 0.0, power * np.log(x), 0.0)
    _average_rows(power, weights * bend * speed, scale, points, rows)
    return rows @ differentiation


@kernel
def record_size(degree):
    """Return the length of a record."""
    return (degree + 1) * (degree + 6) + 1


@cache
def _tails(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights of the coefficients n, n - 1, n - 4, n - 5, and values of the last three."""
    nodes = np.arange(n + 1)
    angle = math.pi * (n - nodes) / n
    orders = np.array([n, n - 1, n - 4, n - 5])
    weights = np.cos(np.outer(orders, angle)) * (2.0 / n)
    weights[0] *= 0.5
    weights[:, [0, -1]] *= 0.5
    return weights, np.cos(np.outer(np.array([n, n - 1, n - 2]), angle))


class FractionalOperators:
    """The matrices of one order, made when first wanted and kept in one array.

    A record of degree n begins with the n + 1 nodes z; then come n + 1 rows, one per node j, of the
    averaging weight of j and the n entries of the matrix's column j; then four rows of n + 1
    weights that give the Chebyshev coefficients n, n - 1, n - 4 and n - 5; then the largest average
    among the polynomials n, n - 1 and n - 2.

    Parameters
    ----------
    alpha : float
        Order, in [1/2, 1].
    averaging : (ndarray, ndarray, ndarray), optional
        Nodes x in [0, 1], shape (q,); weights of pieces of (0, 1) at the nodes, shape (p, q); and
        the factors of the pieces, shape (p,), whose sum takes the place of the mean over (0, 1).
        A record is then followed by p rows of n + 1, the pieces' own weights at the nodes z.

    Raises
    ------
    ParameterError
        If alpha lies outside.
    """

    def __init__(
        self,
        alpha: float,
        averaging: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
        | None = None,
    ) -> None:
        if not _FIRST_ORDER <= alpha <= 1.0:
            raise ParameterError(f"alpha must lie in [{_FIRST_ORDER}, 1]; got {alpha}")
        self.alpha = alpha
        self.factors = expansion_factors(alpha)
        self._averaging = averaging
        self.pieces = 0 if averaging is None else averaging[2].size
        angle = _order_angle(alpha)
        orders = np.arange(_ORDERS)
        self._polynomials = np.cos(orders * angle)
        # T_m' = m U_{m-1}, by its limit m^2 at the ends
        sine = math.sin(angle)
        slopes = np.array(orders**2 * np.cos(angle) ** (orders + 1), dtype=np.float64)
        if sine > 1e-7:
            slopes = orders * np.sin(orders * angle) / sine
        self._slopes = slopes * 2.0 / (1.0 - _FIRST_ORDER)
        self.offsets = np.full((len(LEVELS), GROUPS), -1, dtype=np.int64)
        self.slope_offsets = self.offsets.copy()
        self.records = np.empty(0)
        self.slope_records = np.empty(0)

    def add(self, level: int, group: int, slopes: bool) -> None:
        """Make the record of degree LEVELS[level] for a group, or that of its slopes in alpha."""
        z, series = _series(LEVELS[level], moebius_scale(group))
        factors = self._slopes if slopes else self._polynomials
        rows = (factors @ series.reshape(_ORDERS, -1)).reshape(z.size, z.size)
        pieces = np.empty(0)
        if self._averaging is not None:
            x, weights, factors = self._averaging
            averages = _weighted_average(
                self.alpha, z.size - 1, moebius_scale(group), x, weights, slope=slopes
            )
            rows[:, 0] = factors @ averages
            pieces = averages.ravel()
        tails, polynomials = _tails(z.size - 1)
        largest = np.max(np.abs(polynomials @ rows[:, 0]))
        record = np.concatenate([z, rows.ravel(), tails.ravel(), [largest], pieces])
        if slopes:
            place, self.slope_records = self.slope_records.size, _after(self.slope_records, record)
            self.slope_offsets[level, group] = place
        else:
            place, self.records = self.records.size, _after(self.records, record)
            self.offsets[level, group] = place


def _after(before: NDArray[np.float64], record: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([before, record])


@lru_cache(maxsize=128)
def fractional_operators(alpha: float) -> FractionalOperators:
    """Return the operators of one order, kept between calls."""
    return FractionalOperators(alpha)
