r"""Knows how to simulate square-root diffusions by quadratic-exponential steps.

    dV = (drift - reversion V) dt + vol_of_vol sqrt(V) dB,   U = ∫ V dt,   Z = ∫ sqrt(V) dB.

L. Andersen, "Simple and efficient simulation of the Heston stochastic volatility model",
J. Computational Finance 11 (2008): over a step V has its exact conditional mean and variance, as a
shifted square of a normal where the variance is small against the mean squared, else as an
exponential with a mass at 0. U is the trapezoidal sum, and Z follows from the equation of V itself.
Each exp(c Z - c^2 U / 2) is made a martingale by dividing each step by its conditional mean.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

_SWITCH = 1.5
_SMALLEST = 1e-300


@kernel
def _walk(numbers, step, tilts, normals, ends, integrals, corrections):
    initial, vol_of_vol, reversion, drift = numbers
    decay = math.exp(-reversion * step)
    reach = step if reversion == 0.0 else -math.expm1(-reversion * step) / reversion
    for path in range(normals.shape[0]):
        v, total = initial, 0.0
        for n in range(normals.shape[1]):
            z = normals[path, n]
            mean = v * decay + drift * reach
            variance = vol_of_vol**2 * reach * (v * decay + 0.5 * drift * reach)
            ratio = variance / max(mean * mean, _SMALLEST)
            quadratic = ratio <= _SWITCH
            if quadratic:
                inverse = 2.0 / max(ratio, _SMALLEST)
                square = inverse - 1.0 + math.sqrt(inverse * (inverse - 1.0))
                size = mean / (1.0 + square)
                after = size * (math.sqrt(square) + z) ** 2
                mass, rate = 0.0, 0.0
            else:
                square, size = 0.0, 0.0
                mass = (ratio - 1.0) / (ratio + 1.0)
                rate = (1.0 - mass) / max(mean, _SMALLEST)
                # 1 - u of a uniform u that grows with z
                above = 0.5 * math.erfc(z / math.sqrt(2.0))
                after = 0.0 if above >= 1.0 - mass else math.log((1.0 - mass) / above) / rate
            half = 0.5 * step * (v + after)
            for i in range(tilts.size):
                c = tilts[i]
                # c dZ - c^2 dU / 2 = fixed + by_end V'
                by_end = c / vol_of_vol * (1.0 + 0.5 * reversion * step) - 0.25 * c * c * step
                fixed = c / vol_of_vol * (0.5 * reversion * step * v - v - drift * step)
                fixed -= 0.25 * c * c * step * v
                if quadratic:
                    room = 1.0 - 2.0 * by_end * size
                    log_mean = by_end * square * size / room - 0.5 * math.log(room)
                else:
                    log_mean = math.log(mass + rate * (1.0 - mass) / (rate - by_end))
                    if by_end >= rate:
                        log_mean = math.nan
                corrections[path, i] -= fixed + log_mean
            total += half
            v = after
        ends[path], integrals[path] = v, total
    return 0


def quadratic_exponential_paths(
    numbers: tuple[float, float, float, float],
    maturity: float,
    normals: NDArray[np.float64],
    tilts: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return V_T, U_T, Z_T and the logarithms that make exp(c Z - c^2 U / 2) martingales.

    Parameters
    ----------
    numbers : tuple of float
        V_0 >= 0, vol_of_vol > 0, reversion of either sign, drift >= 0.
    maturity : float
        T > 0 in years.
    normals : ndarray, shape (n_paths, n_steps)
        Independent standard normals.
    tilts : ndarray, shape (m,)
        c.

    Returns
    -------
    variance, integrated, along : ndarray, shape (n_paths,)
    corrections : ndarray, shape (n_paths, m)
        To be added to c Z - c^2 U / 2, whose exponential then has mean 1; nan where a step is so
        long that it has none.
    """
    initial, vol_of_vol, reversion, drift = numbers
    n, steps = normals.shape
    ends, integrals, corrections = np.empty(n), np.empty(n), np.zeros((n, tilts.size))
    draws = np.ascontiguousarray(normals)
    _walk(numbers, maturity / steps, tilts, draws, ends, integrals, corrections)
    along = (ends - initial - drift * maturity + reversion * integrals) / vol_of_vol
    return ends, integrals, along, corrections
