r"""Knows the paths that a network's are held against: two nulls, a diffusion and rough Bergomi.

All begin where real segments do. `frozen` keeps that value, `random_walk` adds Brownian motion of
one deviation: neither knows anything of volatility but its starts, so that a statistic which they
pass is no evidence for a model that passes it too. `mean_reverting` is the source's prior without
networks, :math:`dX = \kappa(\theta - X) dt + \sigma dW`; `rough` is
:math:`X_t = X_0 + \eta G_t - \tfrac12 \eta^2 t^{2H}`, rough Bergomi with flat forward variance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.models import RoughBergomi
from rmot.neural.published.printed import MODEL
from rmot.neural.published.segments import Segments

Vector = NDArray[np.float64]

ROUGH_HURST = 0.1


def frozen(segments: Segments) -> Vector:
    """Return paths that stay where they begin, shape (n, length)."""
    return np.repeat(segments.log_variance[:, :1], segments.variance.shape[1], axis=1)


def random_walk(segments: Segments, deviation: float, seed: int) -> Vector:
    """Return Brownian paths of X with so much deviation per square root of a year."""
    return mean_reverting(segments, deviation, seed, mean_reversion=0.0)


def mean_reverting(
    segments: Segments,
    deviation: float,
    seed: int,
    *,
    mean_reversion: float = MODEL.mean_reversion,
    long_run_log_variance: float = MODEL.long_run_log_variance,
) -> Vector:
    """Return Ornstein-Uhlenbeck paths of X by their exact transitions, shape (n, length)."""
    steps = segments.steps
    normals = np.random.default_rng(seed).standard_normal(steps.shape)
    decay = np.exp(-mean_reversion * steps)
    spread = deviation * np.sqrt(
        steps
        if mean_reversion == 0.0
        else -np.expm1(-2 * mean_reversion * steps) / 2 / mean_reversion
    )
    path = np.empty(segments.variance.shape)
    path[:, 0] = segments.log_variance[:, 0]
    for at in range(steps.shape[1]):
        away = path[:, at] - long_run_log_variance
        path[:, at + 1] = (
            long_run_log_variance + away * decay[:, at] + spread[:, at] * normals[:, at]
        )
    return path


def rough(segments: Segments, deviation: float, seed: int, *, hurst: float = ROUGH_HURST) -> Vector:
    """Return rough Bergomi's paths of X, shape (n, length), on the segments' mean times.

    The vol-of-vol makes a first step's deviation what `deviation` says of it.
    """
    times = segments.times.mean(axis=0)[1:]
    vol_of_vol = deviation * np.sqrt(times[0]) / times[0] ** hurst
    model = RoughBergomi(hurst=hurst, vol_of_vol=vol_of_vol, correlation=0.0, initial_variance=1.0)
    paths = model.simulate_paths(times, len(segments), seed).variance
    away = np.pad(np.log(paths), ((0, 0), (1, 0)))
    return segments.log_variance[:, :1] + away


def ranked_probability_score(forecast: Vector, outcome: Vector) -> float:
    """Return the mean continuous ranked probability score: forecasts (m, n) of outcomes (n,).

    The mean over outcomes of E|X - y| - E|X - X'| / 2, its unbiased estimate; lower is better
    (T. Gneiting and A. Raftery, "Strictly proper scoring rules", 2007).
    """
    count = len(forecast)
    ordered = np.sort(forecast, axis=0)
    weights = 2.0 * np.arange(1, count + 1) - count - 1.0
    spread = 2.0 * (weights @ ordered) / (count * (count - 1.0))
    return float((np.abs(forecast - outcome).mean(axis=0) - 0.5 * spread).mean())
