r"""Knows how to simulate rough Bergomi's variance, its integral and the price that goes with it.

.. math:: V_t = \xi(t) \exp(\eta X_t - \tfrac12 \eta^2 t^{2H}), \qquad
          X_t = \sqrt{2H} \int_0^t (t - s)^{H - 1/2} dW_s.

At looks X is that of the hybrid scheme: exact over the last step and, over each earlier one, the
kernel's average times the increment of W (M. Bennedsen, A. Lunde and M. S. Pakkanen, "Hybrid scheme
for Brownian semistationary processes", Finance and Stochastics 21 (2017), kappa = 1 and their b*,
here with steps of any lengths).

Prices take the average of V over a step, not its value at one end: what is known of its logarithm
at the step's beginning averages the kernel over both steps. In the step itself let g be the
standardised increment of W and v = eta^2 t^{2H} the variance of log V since its beginning. There U
= ∫V goes as exp(2 b g), which makes its covariance with g exact, and Z = ∫ sqrt(V) dW as a g +
q (g^2 - 1) and a part without correlation with g and g^2, which joins the motion that is
independent of W; a and q are averages of exp(-v / 8). E U is exact, and the exponential of rho Z
is divided by its mean, so that prices are martingales to rounding.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]

_BLOCK = 64
"""Paths that move together, so that the processor overlaps their arithmetic."""

_NODES = 64

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
        bend = 0.5 * scale * step**hurst / (power * (power + 1.0))
        node, weight = np.polynomial.legendre.leggauss(_NODES)
        # smooth in the square root of the power that the variance grows with
        share = (0.5 * (node + 1.0)) ** (1.0 / hurst)
        weight = 0.5 * weight / hurst * share ** (1.0 - hurst)
        fading = np.exp(-0.125 * vol_of_vol**2 * np.outer(step, share) ** (2.0 * hurst))
        along = fading @ weight
        across = bend * (power + 1.0) * (fading @ (weight * share**power))
        self._own = np.stack([bend, along, across], axis=1)
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
        """Return results at looks, shape (n_paths, looks, 4).

        These are the logarithm of the exponential martingale of W's part of rho Z, the variance
        of what W leaves open, (1 - rho^2) U and what is left of rho Z, and the integral U; last
        the part of log V that the steps explain, of mean 0.

        Parameters
        ----------
        normals : ndarray, shape (n_paths, steps)
            Standardised increments of W.
        """
        result = np.empty((normals.shape[0], self._looks.size, 4))
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
    """Set log-martingales, variances that W leaves open, integrals of V and log V at looks.

    Parameters
    ----------
    increments, drifts : ndarrays, shape (steps,)
        Integral of xi over each step; half the variance of its logarithm's known part.
    own : ndarray, shape (steps, 3)
        b, a and q.
    lags : ndarray, shape (steps, steps)
        Row n, column j < n: log-variance averaged over step n per unit of normal j.
    correlation : float
    looks : ndarray of int, shape (looks,)
    spot_lags : ndarray, shape (looks, steps)
        log V at a look per unit of normal j.
    normals : ndarray, shape (paths, steps)
    paths : ndarray, shape (paths, looks, 4)
        Results.
    """
    count, steps = normals.shape
    g, level = np.empty((steps, _BLOCK)), np.empty(_BLOCK)
    for first in range(0, count, _BLOCK):
        block = min(_BLOCK, count - first)
        total, martingale, left = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK)
        look = 0
        for n in range(steps):
            level[:] = -drifts[n]
            for j in range(n):
                lag = lags[n, j]
                for i in range(block):
                    level[i] += lag * g[j, i]
            bend, along, across = own[n]
            free = max(1.0 - along * along - 2.0 * across * across, 0.0)
            for i in range(block):
                move = normals[first + i, n]
                g[n, i] = move
                mean = increments[n] * math.exp(level[i])
                u = mean * math.exp(2.0 * bend * (move - bend))
                root = correlation * math.sqrt(mean)
                q = min(root * across, _LARGEST_PRODUCT)
                rest = 1.0 - 2.0 * q
                slope = root * along
                martingale[i] += slope * move + q * move * move
                martingale[i] += 0.5 * (math.log(rest) - slope * slope / rest)
                total[i] += u
                left[i] += (1.0 - correlation * correlation) * u + root * root * free
            if n == looks[look]:
                level[:] = 0.0
                for j in range(n + 1):
                    lag = spot_lags[look, j]
                    for i in range(block):
                        level[i] += lag * g[j, i]
                for i in range(block):
                    paths[first + i, look, 0] = martingale[i]
                    paths[first + i, look, 1] = left[i]
                    paths[first + i, look, 2] = total[i]
                    paths[first + i, look, 3] = level[i]
                look += 1
