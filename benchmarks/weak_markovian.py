r"""The weak Markovian scheme of Bayer and Breneis for rough Heston, as a peer [1]_.

The kernel is replaced by N exponentials, so that :math:`V = V_0 + \sum_j w_j Y_j` with

.. math:: dY_j = (-x_j Y_j + \kappa (\theta - V)) dt + \nu \sqrt V dB.

A step is half a step of the linear drift, solved exactly, one of the diffusion, and half a step of
the drift again. In the diffusion V is a square root process without drift, of which a variable of
three values has the moments: its first three exactly, all others to second order. With
:math:`z = \nu^2 (\sum w)^2 h` the values are V plus

.. math:: A z, \qquad (A + \tfrac34) z \pm \sqrt{(3 V + (A + \tfrac34)^2 z) z},

and probabilities follow from the mean and the variance. They are all in [0, 1], and the values not
negative, for :math:`\tfrac34 \le A \le \tfrac32`. Nodes and weights are those of the least
:math:`L^1` error of the kernel, which bounds the weak one [2]_; the authors' own rule may differ.

References
----------
.. [1] C. Bayer and S. Breneis, "Efficient option pricing in the rough Heston model using weak
   simulation schemes" (2023), arXiv:2310.04146.
.. [2] C. Bayer and S. Breneis, "Weak Markovian approximations of rough Heston" (2023),
   arXiv:2309.07023.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.optimize import minimize
from scipy.special import gamma

from rmot.models import RoughHeston
from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]

A = (3.0 + math.sqrt(3.0)) / 4.0
_CELLS = 2000
_SMALLEST_SHARE = 1e-12


@lru_cache(maxsize=64)
def exponentials(hurst: float, maturity: float, count: int) -> tuple[Vector, Vector]:
    """Return nodes x and weights w, shapes (count,), of the least L1 error on [0, T]."""
    edges = np.concatenate([[0.0], np.geomspace(_SMALLEST_SHARE, 1.0, _CELLS)])
    # in u = t / T, where K(t) = T^{H - 1/2} K(u)
    alpha = hurst + 0.5
    middle, width = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
    exact = np.diff(edges**alpha) / gamma(alpha + 1.0)

    def error(point: Vector) -> float:
        nodes, weights = np.exp(point[:count]), np.exp(point[count:])
        return float(np.abs(exact - width * (np.exp(-np.outer(middle, nodes)) @ weights)).sum())

    nodes = np.geomspace(0.5, 10.0 ** (0.5 + count), count)
    point = np.log(np.concatenate([nodes, nodes ** (0.5 - hurst) / count]))
    for _ in range(8):
        found = minimize(
            error,
            point,
            method="Nelder-Mead",
            options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-10},
        )
        point = found.x
    nodes, weights = np.exp(point[:count]), np.exp(point[count:])
    return nodes / maturity, weights * maturity ** (hurst - 0.5)


class WeakMarkovian:
    """The scheme for one model, maturity, number of steps and of exponentials."""

    def __init__(self, model: RoughHeston, maturity: float, steps: int, count: int) -> None:
        nodes, self._weights = exponentials(model.hurst, maturity, count)
        self._step, self._steps = maturity / steps, steps
        first, last = model.initial_variance, model.long_run_variance
        assert first is not None
        assert last is not None
        self._first, self._vol_of_vol = first, model.vol_of_vol
        pull = model.mean_reversion
        # (Y, 1)' is linear
        drift = np.zeros((count + 1, count + 1))
        drift[:count, :count] = -np.diag(nodes) - pull * self._weights
        drift[:count, count] = pull * (last - first)
        self._half = np.ascontiguousarray(expm(0.5 * self._step * drift)[:count])

    def __call__(self, count: int, seed: int) -> tuple[Vector, Vector]:
        """Return U and Z, shape (count,)."""
        uniforms = np.random.default_rng(seed).random((count, self._steps))
        integrated, along = np.zeros(count), np.zeros(count)
        _paths(
            self._half,
            self._weights,
            self._first,
            self._vol_of_vol,
            self._step,
            np.ascontiguousarray(uniforms.T),
            integrated,
            along,
        )
        return integrated, along


@kernel
def _paths(half, weights, first, vol_of_vol, step, uniforms, integrated, along):
    """Add U and Z of all paths, which take each step side by side."""
    count, paths = weights.size, integrated.size
    reach = vol_of_vol * weights.sum()
    z = reach * reach * step
    state, moved, total = np.zeros((count, paths)), np.empty((count, paths)), np.empty(paths)
    for n in range(uniforms.shape[0]):
        _drift(half, weights, state, moved, total)
        uniform = uniforms[n]
        for path in range(paths):
            before = first + total[path]
            before = before if before > 0.0 else 0.0
            after = three_valued(before, z, uniform[path])
            gain = (after - before) / reach
            along[path] += gain
            integrated[path] += 0.5 * step * (before + after)
            total[path] = vol_of_vol * gain
        for j in range(count):
            for path in range(paths):
                moved[j, path] += total[path]
        _drift(half, weights, moved, state, total)


@kernel
def _drift(half, weights, state, moved, total):
    """Fill the states that half a step of the drift leads to, and their weighted sums."""
    count = weights.size
    total[:] = 0.0
    for i in range(count):
        row = moved[i]
        row[:] = half[i, count]
        for j in range(count):
            factor, before = half[i, j], state[j]
            for path in range(total.size):
                row[path] += factor * before[path]
        for path in range(total.size):
            total[path] += weights[i] * row[path]


@kernel
def three_valued(variance, z, uniform):
    """Return a value of the variable with the moments of dV = sqrt(z V) dB over unit time."""
    middle = A * z
    centre = (A + 0.75) * z
    root = math.sqrt((3.0 * variance + centre * centre / z) * z)
    low, high = centre - root, centre + root
    of_middle = 2.0 * variance / ((2.0 * A * (A + 0.75) - A * A) * z + 3.0 * variance)
    of_high = (variance * z + low * middle) / ((high - low) * (high - middle))
    # choices without branches, so that paths go side by side
    move = middle if uniform < of_high + of_middle else low
    move = high if uniform < of_high else move
    return variance + move if variance > 0.0 else 0.0
