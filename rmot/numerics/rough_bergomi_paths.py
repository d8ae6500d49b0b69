r"""Knows how to simulate rough Bergomi's variance, its integral and the price that goes with it.

.. math:: V_t = \xi(t) \exp(\eta X_t - \tfrac12 \eta^2 t^{2H}), \qquad
          X_t = \sqrt{2H} \int_0^t (t - s)^{H - 1/2} dW_s.

At looks X is that of the hybrid scheme: exact over the last step and, over each earlier one, the
kernel's average times the increment of W (M. Bennedsen, A. Lunde and M. S. Pakkanen, "Hybrid scheme
for Brownian semistationary processes", Finance and Stochastics 21 (2017), kappa = 1 and their b*,
here with steps of any lengths).

Prices take the average of V over a step, not its value at one end: what is known of its logarithm
at the step's beginning averages the kernel over both steps. In the step itself, with g the
standardised increment of W, U = ∫V goes as exp(2 q g) and Z = ∫ sqrt(V) dW as g + q (g^2 - 1): q
makes the covariance of U and g exact to first order in eta, and E Z^3 = 3 E U Z. E U is exact, and
the exponential of rho Z is divided by its mean, so that prices are martingales to rounding.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]

_BLOCK = 64
"""Paths that move together, so that the processor overlaps their arithmetic."""

_LARGEST_PRODUCT = 0.2
"""Of the exponent and q; at 1/2 the mean of the exponential is infinite."""


class RoughBergomiScheme:
    """The scheme for given steps.

    Parameters
    ----------
    grid : ndarray, shape (steps + 1,)
        Times of steps from 0.
    looks : ndarray of int, shape (looks,)
        Numbers of the steps at whose ends results are wanted, ascending to the last.
    hurst, vol_of_vol, correlation : float
        H in (0, 1/2], eta > 0 and rho in [-1, 1].
    totals : ndarray, shape (steps + 1,)
        Integral of xi from 0 to the times of `grid`.
    """

    def __init__(
        self,
        grid: Vector,
        looks: NDArray[np.int64],
        *,
        hurst: float,
        vol_of_vol: float,
        correlation: float,
        totals: Vector,
    ) -> None:
        power, step = hurst + 0.5, np.diff(grid)
        scale = vol_of_vol * math.sqrt(2.0 * hurst)
        self._correlation, self._looks = correlation, looks
        self._increments = np.diff(totals)
        between = np.maximum(grid[:, None] - grid, 0.0)
        twice = scale * between ** (power + 1.0) / (power * (power + 1.0))
        lags = -np.diff(np.diff(twice, axis=0), axis=1) / (step[:, None] * np.sqrt(step))
        self._lags = np.tril(lags, -1)
        self._own = 0.5 * scale * step**hurst / (power * (power + 1.0))
        self._drifts = 0.5 * np.sum(self._lags**2, axis=1)
        self._spot_lags = -np.diff(scale * between[looks + 1] ** power / power, axis=1)
        self._spot_lags /= np.sqrt(step)
        last = step[looks]
        explained = (scale / power) ** 2 * last ** (2.0 * hurst)
        rest = vol_of_vol**2 * last ** (2.0 * hurst) - explained
        self.spot_noise = np.sqrt(np.maximum(rest, 0.0))
        """What log V at looks needs of independent standard normals, shape (looks,)."""
        self.spot_drift = 0.5 * (np.sum(self._spot_lags**2, axis=1) + self.spot_noise**2)
        """Half the variance of log V at looks, shape (looks,)."""

    def paths(self, normals: Vector) -> Vector:
        """Return results at looks, shape (n_paths, looks, 3).

        These are the logarithm of the exponential martingale of rho Z, the integral U, and the
        part of log V that the steps explain, of mean 0.

        Parameters
        ----------
        normals : ndarray, shape (n_paths, steps)
            Standardised increments of W.
        """
        result = np.empty((normals.shape[0], self._looks.size, 3))
        rough_bergomi_paths(
            self._increments,
            self._lags,
            self._drifts,
            self._own,
            self._correlation,
            self._looks,
            self._spot_lags,
            normals,
            result,
        )
        return result


@kernel
def rough_bergomi_paths(
    increments, lags, drifts, own, correlation, looks, spot_lags, normals, paths
):
    """Set log-martingales, integrated variances and log V at looks.

    Parameters
    ----------
    increments, drifts, own : ndarrays, shape (steps,)
        Integral of xi over each step; half the variance of its logarithm's known part; q.
    lags : ndarray, shape (steps, steps)
        Row n, column j < n: log-variance averaged over step n per unit of normal j.
    correlation : float
    looks : ndarray of int, shape (looks,)
    spot_lags : ndarray, shape (looks, steps)
        log V at a look per unit of normal j.
    normals : ndarray, shape (paths, steps)
    paths : ndarray, shape (paths, looks, 3)
        Results.
    """
    count, steps = normals.shape
    g, level = np.empty((steps, _BLOCK)), np.empty(_BLOCK)
    for first in range(0, count, _BLOCK):
        block = min(_BLOCK, count - first)
        total, martingale = np.zeros(_BLOCK), np.zeros(_BLOCK)
        look = 0
        for n in range(steps):
            level[:] = -drifts[n]
            for j in range(n):
                lag = lags[n, j]
                for i in range(block):
                    level[i] += lag * g[j, i]
            for i in range(block):
                move = normals[first + i, n]
                g[n, i] = move
                mean = increments[n] * math.exp(level[i])
                total[i] += mean * math.exp(2.0 * own[n] * (move - own[n]))
                root = correlation * math.sqrt(mean)
                q = own[n]
                if root * q > _LARGEST_PRODUCT:
                    q = _LARGEST_PRODUCT / root
                root /= math.sqrt(1.0 + 2.0 * q * q)
                bend = root * q
                martingale[i] += root * move + bend * move * move
                rest = 1.0 - 2.0 * bend
                martingale[i] += 0.5 * (math.log(rest) - root * root / rest)
            if n == looks[look]:
                level[:] = 0.0
                for j in range(n + 1):
                    lag = spot_lags[look, j]
                    for i in range(block):
                        level[i] += lag * g[j, i]
                for i in range(block):
                    paths[first + i, look, 0] = martingale[i]
                    paths[first + i, look, 1] = total[i]
                    paths[first + i, look, 2] = level[i]
                look += 1
