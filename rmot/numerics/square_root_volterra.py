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
from rmot.numerics.eights import EIGHT, fill, larger, load, root, smaller, store, where

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
    # of the block's paths, a step behind the other
    z = np.zeros(steps * _BLOCK)
    normal, uniform = np.zeros_like(z), np.zeros_like(z)
    mean, after, level = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    moved, drift, slope_used = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    for first in range(0, normals.shape[0], _BLOCK):
        count = min(_BLOCK, normals.shape[0] - first)
        total, along, across = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK)
        seen = np.zeros(_BLOCK)
        for i in range(count):
            for n in range(steps):
                normal[n * _BLOCK + i] = normals[first + i, n_looks + n]
                uniform[n * _BLOCK + i] = uniforms[first + i, n]
        mean[:] = increments[0]
        look = 0
        for n in range(steps):
            last = n + 1 == steps
            after[:] = math.inf if last else increments[n + 1]
            if not last:
                _remember(lags[n + 1], n, z, after)
            lag = 0.0 if last else lags[n + 1, n]
            begin = n * _BLOCK
            for i in range(0, _BLOCK, EIGHT):
                known = load(mean, i)
                m = larger(known, fill(_TINY))
                # a mean below zero is owed: later means are less by it
                later = load(after, i) - larger(0.0 - known, fill(0.0))
                c = fill(slopes[n])
                if high > 0.0:
                    c = _raised(slopes[n], m, later, lag, low, high)
                square = c * c
                u = _inverse_gaussians(m, square, load(normal, begin + i), load(uniform, begin + i))
                step = (u - m) / c
                store(z, begin + i, step)
                store(mean, i, later + lag * step)
                store(total, i, load(total, i) + u)
                store(along, i, load(along, i) + step)
                store(moved, i, u)
                store(drift, i, m)
                store(slope_used, i, square)
            if n != looks[look]:
                continue
            level[:] = spot[look, 0]
            _remember(spot_lags[look], n, z, level)
            for i in range(count):
                path = first + i
                across[i] += math.sqrt(total[i] - seen[i]) * normals[path, look]
                seen[i] = total[i]
                paths[path, look, 0] = _spot_variance(
                    level[i],
                    spot[look, 1],
                    spot[look, 2],
                    moved[i],
                    drift[i],
                    slope_used[i],
                    normals[path, n_looks + steps + look],
                    uniforms[path, steps + look],
                )
                paths[path, look, 1] = total[i]
                paths[path, look, 2] = along[i]
                paths[path, look, 3] = across[i]
            look += 1


@kernel
def _remember(lags, steps, z, out):
    """Add what the first steps of a block's paths leave to later means."""
    for i in range(0, _BLOCK, 4 * EIGHT):
        a, b = load(out, i), load(out, i + EIGHT)
        c, d = load(out, i + 2 * EIGHT), load(out, i + 3 * EIGHT)
        for j in range(steps):
            lag, at = lags[j], j * _BLOCK + i
            a += lag * load(z, at)
            b += lag * load(z, at + EIGHT)
            c += lag * load(z, at + 2 * EIGHT)
            d += lag * load(z, at + 3 * EIGHT)
        store(out, i, a)
        store(out, i + EIGHT, b)
        store(out, i + 2 * EIGHT, c)
        store(out, i + 3 * EIGHT, d)


@kernel
def _raised(slope, m, later, lag, low, high):
    """Return the slopes where means m are low, so that the next mean cannot be negative."""
    safe = smaller(lag * m / larger(later, fill(_TINY)), fill(_LARGEST_STRETCH * slope))
    share = smaller((high - m / (slope * slope)) / (high - low), fill(1.0))
    raised = slope + share * larger(safe - slope, fill(0.0))
    return where(high * slope * slope - m, raised, fill(slope))


@kernel
def _inverse_gaussians(mean, square, normal, uniform):
    """Return eight of `_inverse_gaussian`."""
    half = smaller(0.5 * square / mean, fill(_LARGEST)) * normal * normal
    larger_root = 1.0 + half + root(half * (half + 2.0))
    over = uniform * (larger_root + 1.0) - larger_root
    return where(over, mean * larger_root, mean / larger_root)
