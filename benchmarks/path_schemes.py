"""Ways to simulate rough Heston's variance, beside which `rmot` is measured.

Each gives the integral U of the variance and Z = ∫ sqrt(V) dB at one maturity, from equal steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz

from benchmarks.weak_markovian import WeakMarkovian
from rmot.models import RoughHeston
from rmot.numerics.path_draws import PathDraws
from rmot.numerics.resolvent_kernel import resolvent_kernel
from rmot.numerics.square_root_volterra import square_root_volterra_paths

Vector = NDArray[np.float64]

CHUNK = 1024
"""Paths that are made at a time."""

_BLOCK = 16


@dataclass(frozen=True)
class Scheme:
    """A way to simulate, with its name; `prepare` returns what makes chunks of paths.

    Its prices are martingales to rounding, or only as far as the steps go.
    """

    name: str
    prepare: Callable[[RoughHeston, float, int], Callable[[int, int], tuple[Vector, Vector]]]
    martingale: bool = True

    def simulate(
        self, model: RoughHeston, maturity: float, steps: int, n_paths: int, seed: int
    ) -> tuple[Vector, Vector]:
        """Return U and Z, shape (n_paths,), made in chunks on one thread."""
        make = self.prepare(model, maturity, steps)
        chunks = [
            make(min(CHUNK, n_paths - first), seed + first) for first in range(0, n_paths, CHUNK)
        ]
        integrated, along = zip(*chunks, strict=True)
        return np.concatenate(integrated), np.concatenate(along)


def _averaged(model: RoughHeston, maturity: float, steps: int):
    scheme = model.variance_scheme([maturity], steps)

    def make(count: int, seed: int) -> tuple[Vector, Vector]:
        draws = PathDraws(scheme.normals, scheme.uniforms, count, seed)
        paths = scheme.paths(*draws.draw(0))
        return paths[:, 0, 1], paths[:, 0, 2]

    return make


def _one_end(model: RoughHeston, maturity: float, steps: int):
    """Prepare the published scheme with inverse Gaussian steps, in the engine's own kernel."""
    step = maturity / steps
    grid = step * np.arange(steps + 1.0)
    integral = model.vol_of_vol * resolvent_kernel(grid, model.hurst + 0.5, model.mean_reversion, 1)
    reach = np.diff(integral)
    lags = np.zeros((steps, steps))
    for n in range(steps):
        lags[n, :n] = reach[n - np.arange(n)]
    slopes = np.full(steps, integral[1])
    increments = np.diff(_total_variance(model, grid))
    looks, spot, spot_lags = np.array([steps - 1]), np.zeros((1, 3)), np.zeros((1, steps))

    def make(count: int, seed: int) -> tuple[Vector, Vector]:
        normals, uniforms = PathDraws(steps + 2, steps + 1, count, seed).draw(0)
        paths = np.empty((count, 1, 4))
        square_root_volterra_paths(
            increments, lags, slopes, 0.0, 0.0, looks, spot, spot_lags, normals, uniforms, paths
        )
        return paths[:, 0, 1], paths[:, 0, 2]

    return make


def _euler(model: RoughHeston, maturity: float, steps: int):
    """Prepare Euler's scheme of the Volterra equation, the variance cut off at 0 in its root."""
    step = maturity / steps
    grid = step * np.arange(steps + 1.0)
    alpha, kappa = model.hurst + 0.5, model.mean_reversion
    lags = toeplitz(np.append(0.0, model.vol_of_vol * resolvent_kernel(grid[1:], alpha, kappa)))
    mean = model.expected_variance(grid[:-1])

    def make(count: int, seed: int) -> tuple[Vector, Vector]:
        moves = np.sqrt(step) * np.random.default_rng(seed).standard_normal((steps, count))
        integrated, along = np.zeros(count), np.zeros(count)
        for first in range(0, steps, _BLOCK):
            block = range(first, min(first + _BLOCK, steps))
            # what lies before a block moves all of it in one product
            past = lags[first : block.stop, :first] @ moves[:first]
            for n in block:
                lately = lags[n, first:n] @ moves[first:n]
                variance = np.maximum(mean[n] + past[n - first] + lately, 0.0)
                moves[n] *= np.sqrt(variance)
                along += moves[n]
                integrated += step * variance
        return integrated, along

    return make


def _total_variance(model: RoughHeston, times: Vector) -> Vector:
    first, last = model.initial_variance, model.long_run_variance
    assert first is not None
    assert last is not None
    pull = model.mean_reversion * (last - first)
    return first * times + pull * resolvent_kernel(
        times, model.hurst + 0.5, model.mean_reversion, 2
    )


OURS = Scheme("rmot", _averaged)
ONE_END = Scheme("inverse Gaussian, kernel at one end", _one_end)
EULER = Scheme("Euler", _euler)
MARKOVIAN = {
    count: Scheme(
        f"weak Markovian, {count} exponentials", partial(WeakMarkovian, count=count), False
    )
    for count in (2, 3)
}
