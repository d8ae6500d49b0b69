"""Knows how to integrate to fractional order a function that explodes at the end of its interval.

On x in [0, 1), with z = x^alpha, the functions are (1 - z)^{-alpha} q and their squares, q smooth
in u,  1 - z = (1 - u)^fold.  Near 0 they are functions of z and u is analytic in z; near 1 their
expansion holds powers of s = 1 - x that are not integers, which that power makes smooth. u
is interpolated at Chebyshev points y of [-1, 1] up to 1 - z = gap, through the Moebius map
u = u_max e (1 + y)/(2 e + 1 - y), so that a small e resolves a fast start.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.fractional_operators import interpolation_row

_FIRST, _LAST, _POINTS = -4.0, 4.3, 161


@kernel
def _remaining(log_x, alpha, fold):
    """Return 1 - z and u where x = exp(log_x), both to full relative accuracy."""
    log_z = alpha * log_x
    left = -math.expm1(log_z)
    if log_z < -0.7:
        return left, -math.expm1(math.log1p(-math.exp(log_z)) / fold)
    return left, 1.0 - left ** (1.0 / fold)


@kernel
def _row(alpha, order, strength, log_x, fold, u_max, scale, points, lagrange, out):
    """Fill `out` with the weights of I^order [(1 - z)^{-strength} p] (x), p given at the nodes.

    Double-exponential quadrature in -log(1 - y), the variable in which both the singularity at
    the upper limit and the explosion have size one.
    """
    out[:] = 0.0
    end = -math.log1p(-math.exp(log_x)) if log_x < -0.4 else -math.log(-math.expm1(log_x))
    step = (_LAST - _FIRST) / (_POINTS - 1)
    for k in range(_POINTS):
        t = _FIRST + k * step
        bent = 0.5 * np.pi * math.sinh(t)
        ahead = end / (1.0 + math.exp(-2.0 * bent))
        back = end / (1.0 + math.exp(2.0 * bent))
        weight = step * np.pi * math.cosh(t) * ahead * back / end
        s = math.exp(-ahead)
        log_y = math.log(-math.expm1(-ahead)) if ahead < 0.7 else math.log1p(-s)
        left, u = _remaining(log_y, alpha, fold)
        weight *= s * left**-strength
        if order != 1.0:
            weight *= (math.exp(-end) * math.expm1(back)) ** (order - 1.0)
        interpolation_row(u / u_max, scale, points, lagrange)
        for j in range(points.size):
            out[j] += weight * lagrange[j]
    for j in range(points.size):
        out[j] /= math.gamma(order)


@kernel
def _build(alpha, n, gap, scale, fold):
    points = -np.cos(np.pi * np.arange(n + 1) / n)
    u_max = 1.0 - gap ** (1.0 / fold)
    u = u_max * scale * (1.0 + points) / (2.0 * scale + 1.0 - points)
    u[0] = 0.0
    log_left = fold * np.log1p(-u)
    z = -np.expm1(log_left)
    left = np.exp(log_left)
    matrix = np.zeros((n + 1, n + 1))
    lagrange = np.empty(n + 1)
    for i in range(1, n + 1):
        log_z = math.log(z[i]) if z[i] < 0.5 else math.log1p(-left[i])
        _row(
            alpha,
            alpha,
            2.0 * alpha,
            log_z / alpha,
            fold,
            u_max,
            scale,
            points,
            lagrange,
            matrix[i],
        )
        for j in range(n + 1):
            matrix[i, j] *= left[i] ** alpha
    return points, z, left, matrix


@kernel
def _integrals(x, nodal, strength, alpha, fold, u_max, scale, points, values, integrals):
    """Fill (1 - z)^{-strength} p and its integral over (0, x), p having values `nodal`."""
    row = np.empty(points.size)
    lagrange = np.empty(points.size)
    for i in range(x.size):
        values[i] = nodal[0]
        integrals[i] = 0.0
        if x[i] > 0.0:
            log_x = math.log(x[i])
            left, u = _remaining(log_x, alpha, fold)
            interpolation_row(u / u_max, scale, points, row)
            total = 0.0
            for j in range(points.size):
                total += row[j] * nodal[j]
            values[i] = total * left**-strength
            _row(alpha, 1.0, strength, log_x, fold, u_max, scale, points, lagrange, row)
            total = 0.0
            for j in range(points.size):
                total += row[j] * nodal[j]
            integrals[i] = total


@dataclass(frozen=True)
class ExplosionGrid:
    """Nodes and fractional integral for functions that explode at x = 1.

    Parameters
    ----------
    alpha : float
        Order of the integral, in (1/2, 1].
    gap : float
        1 - z at the last node.
    scale : float
        e > 0 of the Moebius map.
    fold : int
        Power between 1 - u and 1 - z.
    points : ndarray, shape (n + 1,)
        Chebyshev points of [-1, 1].
    z, left : ndarray, shape (n + 1,)
        z = x^alpha and 1 - z at the nodes.
    matrix : ndarray, shape (n + 1, n + 1)
        Takes p at the nodes to (1 - z)^alpha I^alpha [(1 - z)^{-2 alpha} p] there.
    """

    alpha: float
    gap: float
    scale: float
    fold: int
    points: NDArray[np.float64]
    z: NDArray[np.float64]
    left: NDArray[np.float64]
    matrix: NDArray[np.float64]

    @property
    def time_left(self) -> float:
        """What is left at the last node, s = 1 - x."""
        return -math.expm1(math.log1p(-self.gap) / self.alpha)

    @property
    def _u_max(self) -> float:
        return 1.0 - self.gap ** (1.0 / self.fold)

    def interpolate(
        self, values: NDArray[np.float64], left: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return where 1 - z is `left`, shape (m,), the function with `values` at the nodes."""
        row = np.empty(self.points.size)
        out = np.empty(left.size)
        for i, u in enumerate(1.0 - left ** (1.0 / self.fold)):
            interpolation_row(u / self._u_max, self.scale, self.points, row)
            out[i] = row @ values
        return out

    def integral(
        self, x: NDArray[np.float64], nodal: NDArray[np.float64], strength: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (1 - z)^{-strength} p and its integral over (0, x).

        Parameters
        ----------
        x : ndarray, shape (m,)
            Times in [0, 1 - time_left].
        nodal : ndarray, shape (n + 1,)
            p at the nodes.
        strength : float
            In units of z, below 3.

        Returns
        -------
        values, integrals : ndarray, shape (m,)
        """
        values, integrals = np.empty(x.size), np.empty(x.size)
        _integrals(
            x,
            nodal,
            strength,
            self.alpha,
            self.fold,
            self._u_max,
            self.scale,
            self.points,
            values,
            integrals,
        )
        return values, integrals

    def weights(self, strength: float) -> NDArray[np.float64]:
        """Return the weights, shape (n + 1,), of the whole integral of (1 - z)^{-strength} p."""
        out, lagrange = np.empty(self.points.size), np.empty(self.points.size)
        end = math.log1p(-self.gap) / self.alpha
        _row(
            self.alpha,
            1.0,
            strength,
            end,
            self.fold,
            self._u_max,
            self.scale,
            self.points,
            lagrange,
            out,
        )
        return out


def build_grid(alpha: float, n: int, gap: float, scale: float, fold: int) -> ExplosionGrid:
    """Return the grid of n + 1 nodes for order alpha that ends at 1 - z = gap."""
    return ExplosionGrid(alpha, gap, scale, fold, *_build(alpha, n, gap, scale, fold))


explosion_grid = lru_cache(maxsize=256)(build_grid)
"""Grids to be used again: the matrix depends on nothing else."""
