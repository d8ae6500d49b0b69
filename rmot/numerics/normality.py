r"""Kolmogorov's and Lilliefors' tests that a sample is normal.

With :math:`x_{(1)} \le \dots \le x_{(n)}` and a distribution function F,

.. math:: D_n = \max_i \max\{i/n - F(x_{(i)}),\; F(x_{(i)}) - (i - 1)/n\}.

Where F is given, :math:`D_n` has Kolmogorov's law. Where F has the sample's own mean and deviation
it is smaller, by Lilliefors' law, which depends on n alone and is simulated here; p-values of
Kolmogorov's law are then far too large.

Reference: H. Lilliefors, "On the Kolmogorov–Smirnov test for normality with mean and variance
unknown", *J. Amer. Statist. Assoc.* 62 (1967) 399–402.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import kstwo

from rmot.errors import ParameterError

Vector = NDArray[np.float64]

_CHUNK = 2000
_FEWEST = 4


@dataclass(frozen=True)
class NormalityTest:
    """A distance from the normal law, and how rarely a normal sample lies so far.

    Attributes
    ----------
    statistic : float
    p_value : float
    """

    statistic: float
    p_value: float


def kolmogorov_distance(probabilities: ArrayLike) -> Vector:
    """Return D of samples given as F(x), shape (..., n) in any order to shape (...)."""
    levels = np.sort(np.asarray(probabilities, dtype=float), axis=-1)
    steps = np.arange(levels.shape[-1] + 1) / levels.shape[-1]
    return np.maximum((steps[1:] - levels).max(axis=-1), (levels - steps[:-1]).max(axis=-1))


def studentised_distance(samples: ArrayLike) -> Vector:
    """Return D of samples from the normal law with their own mean and deviation, (..., n) to (...).

    Raises
    ------
    ParameterError
        A sample is short, not finite, or constant.
    """
    values = np.asarray(samples, dtype=float)
    if not values.shape[-1:] or values.shape[-1] < _FEWEST or not np.all(np.isfinite(values)):
        raise ParameterError(f"expected {_FEWEST} or more finite values; got shape {values.shape}")
    spread = values.std(axis=-1, ddof=1, keepdims=True)
    if not np.all(spread > 0):
        raise ParameterError("expected samples that vary; one is constant")
    return kolmogorov_distance(ndtr((values - values.mean(axis=-1, keepdims=True)) / spread))


def kolmogorov_test(sample: ArrayLike, mean: float, deviation: float) -> NormalityTest:
    """Test that a sample is normal with a mean and a deviation known beforehand.

    Parameters
    ----------
    sample : array_like, shape (n,)
    mean, deviation : float
        Not taken from the sample.
    """
    values = _sample(sample)
    if not deviation > 0:
        raise ParameterError(f"expected a positive deviation; got {deviation}")
    distance = float(kolmogorov_distance(ndtr((values - mean) / deviation)))
    return NormalityTest(distance, float(kstwo.sf(distance, values.size)))


def naive_test(sample: ArrayLike) -> NormalityTest:
    """Return Kolmogorov's p-value with the sample's own mean and deviation: not a valid one."""
    values = _sample(sample)
    distance = float(studentised_distance(values))
    return NormalityTest(distance, float(kstwo.sf(distance, values.size)))


def lilliefors_test(sample: ArrayLike, *, seed: int, draws: int = 20_000) -> NormalityTest:
    """Test that a sample is normal with a mean and a deviation that are taken from it.

    Parameters
    ----------
    sample : array_like, shape (n,)
    seed, draws : int
        Of the simulated law; the p-value's standard error is at most 0.5 / sqrt(draws).
    """
    values = _sample(sample)
    distance = float(studentised_distance(values))
    null = studentised_null(values.size, draws, seed)
    return NormalityTest(distance, float((1 + np.count_nonzero(null >= distance)) / (draws + 1)))


def studentised_null(n: int, draws: int, seed: int) -> Vector:
    """Draw D of normal samples of size n from their own fitted normal law, shape (draws,)."""
    generator = np.random.default_rng(seed)
    parts = [
        studentised_distance(generator.standard_normal((min(_CHUNK, draws - start), n)))
        for start in range(0, draws, _CHUNK)
    ]
    return np.concatenate(parts)


def _sample(sample: ArrayLike) -> Vector:
    values = np.asarray(sample, dtype=float)
    if values.ndim != 1:
        raise ParameterError(f"expected a sample of shape (n,); got {values.shape}")
    return values
