r"""Knows how to step the integrated square-root Volterra process, in blocks of paths.

Over a step the integral U of the variance and the martingale Z = ∫ sqrt(V) dB obey, with a known
mean m of U and a slope c, :math:`U = m + c Z`, where Z is a Brownian motion at time U. So U is the
first time at which a Brownian motion with drift 1/c reaches m/c: an inverse Gaussian number
(E. Abi Jaber, "Simulation of square-root processes made simple: applications to the Heston model",
arXiv 2412.11264; for Volterra processes with E. Attal, arXiv 2504.19885), drawn as in J. Michael,
W. Schucany and R. Haas, "Generating random variates using transformations with multiple roots",
The American Statistician 30 (1976). Stopped exponentials of the Brownian motion stay martingales:
E exp(a Z - a^2 U / 2) = 1 in each step as long as a c <= 1.

Where V comes to 0 and stays there, as with H = 1/2 and no reversion, later means would become
negative on paths that belong at 0. The slope is therefore made larger where the mean is low,
up to where the next mean cannot be negative.
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel

_BLOCK = 64
"""Paths that move together, so that the processor overlaps their arithmetic."""

_TINY = 1e-250
_LARGEST = 1e100
_LARGEST_STRETCH = 2.0
"""By which a slope is multiplied at most; with H = 1/2 it keeps variance from being negative."""


@kernel
def _inverse_gaussian(mean, square, normal, uniform):
    """Return an inverse Gaussian number of this mean, whose variance is square * mean."""
    half = min(0.5 * square / mean, _LARGEST) * normal * normal
    root = 1.0 + half + math.sqrt(half * (half + 2.0))
    # the smaller of two roots has this probability of being the number
    return mean / root if uniform * (root + 1.0) <= root else mean * root


@kernel
def _spot_variance(mean, slope, local, u, u_mean, square, normal, uniform):
    """Return a positive number with the mean and variance of V, and its covariance with U and Z.

    Its mean given u is 1 + b ((u / u_mean)^2 - E) times `mean`, which is never negative; `slope`
    is the covariance of V and Z, and `local` the variance of V, over that of Z.
    """
    if mean <= 0.0:
        return 0.0
    if u_mean <= _TINY:
        return mean
    spread = min(square / u_mean, _LARGEST)
    wanted = slope * u_mean / (mean * math.sqrt(square) * (2.0 + 3.0 * spread))
    b = min(wanted, 1.0 / (1.0 + spread))
    given = mean * (1.0 + b * ((u / u_mean) ** 2 - 1.0 - spread))
    known = (mean * b) ** 2 * spread * (4.0 + spread * (14.0 + 15.0 * spread))
    rest = max(local * u_mean - known, 0.0)
    given = max(given, _TINY)
    return _inverse_gaussian(given, rest / given, normal, uniform)


@kernel
def square_root_volterra_paths(
    increments, lags, slopes, low, high, looks, spot, spot_lags, normals, uniforms, paths
):
    """Simulate paths of the variance, its integral and two martingales.

    Parameters
    ----------
    increments : ndarray, shape (steps,)
        Integral of E V over each step.
    lags : ndarray, shape (steps, steps)
        Row n, column j < n: the mean of U in step n per unit of Z in step j.
    slopes : ndarray, shape (steps,)
        c > 0: covariance of U and Z in a step over the variance of Z.
    low, high : float
        Slopes are raised where m / c^2 is below `high`, in full below `low` < `high`.
    looks : ndarray of int, shape (looks,)
        Steps, ascending, after which results are given.
    spot : ndarray, shape (looks, 3)
        E V there; covariance of V and Z in the last step, and variance of V from it, both over
        the variance of Z.
    spot_lags : ndarray, shape (looks, steps)
        The mean of V at a look per unit of Z in steps before the last.
    normals, uniforms : ndarrays, shapes (paths, steps + 2 looks) and (paths, steps + looks)
        For the second martingale at looks, normals alone; for the steps; for V at looks.
    paths : ndarray, shape (paths, looks, 4)
        Results: V, its integral U, Z = ∫ sqrt(V) dB and the same for an independent motion.
    """
    steps, n_looks = increments.size, looks.size
    z = np.empty((steps, _BLOCK))
    mean, after, owed = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    level = np.empty(_BLOCK)
    for first in range(0, normals.shape[0], _BLOCK):
        count = min(_BLOCK, normals.shape[0] - first)
        total, along, across = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK)
        seen = np.zeros(_BLOCK)
        mean[:] = increments[0]
        owed[:] = 0.0
        look = 0
        for n in range(steps):
            last = n + 1 == steps
            after[:] = math.inf if last else increments[n + 1]
            if not last:
                for j in range(n):
                    lag = lags[n + 1, j]
                    for i in range(count):
                        after[i] += lag * z[j, i]
            at_look = n == looks[look]
            if at_look:
                level[:] = spot[look, 0]
                for j in range(n):
                    lag = spot_lags[look, j]
                    for i in range(count):
                        level[i] += lag * z[j, i]
            lag = 0.0 if last else lags[n + 1, n]
            slope = slopes[n]
            for i in range(count):
                path = first + i
                m = max(mean[i], _TINY)
                # a mean below zero is owed: later means are less by it
                owed[i] = max(-mean[i], 0.0)
                after[i] -= owed[i]
                c = slope
                if m < high * slope * slope:
                    safe = min(lag * m / max(after[i], _TINY), _LARGEST_STRETCH * slope)
                    share = min((high - m / (slope * slope)) / (high - low), 1.0)
                    c += share * max(safe - slope, 0.0)
                u = _inverse_gaussian(m, c * c, normals[path, n_looks + n], uniforms[path, n])
                z[n, i] = (u - m) / c
                mean[i] = after[i] + lag * z[n, i]
                total[i] += u
                along[i] += z[n, i]
                if at_look:
                    across[i] += math.sqrt(total[i] - seen[i]) * normals[path, look]
                    seen[i] = total[i]
                    paths[path, look, 0] = _spot_variance(
                        level[i],
                        spot[look, 1],
                        spot[look, 2],
                        u,
                        m,
                        c * c,
                        normals[path, n_looks + steps + look],
                        uniforms[path, steps + look],
                    )
                    paths[path, look, 1] = total[i]
                    paths[path, look, 2] = along[i]
                    paths[path, look, 3] = across[i]
            if at_look:
                look += 1
