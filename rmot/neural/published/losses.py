r"""Knows what holds generated paths against real ones: expected signatures, a kernel's distance.

The source's loss (003, "Normalized MMD") is

.. math:: L = \sum_k \Bigl(\frac{\mu_k^{fake} - \mu_k^{real}}{\sigma_k^{real}}\Bigr)^2
    + \lambda (\bar V^{fake} - \bar V^{real})^2

with the means of signatures of (t, V) to order 3, and no weight where the deviation is below 1e-8.
Means of finitely many functions leave laws apart that have them in common. A Gaussian kernel of
whole paths does not: its maximum mean discrepancy is zero for equal laws alone (A. Gretton et al.,
"A kernel two-sample test", 2012); here by the U-statistic: it has no bias, so it may be negative.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rmot.neural.jaxed import jax, jnp
from rmot.neural.published import signature
from rmot.neural.published.printed import MODEL

Vector = NDArray[np.float64]

LEAST_DEVIATION = 1e-8
BANDWIDTHS = (0.5, 1.0, 2.0)
"""Of the Gaussian kernels, in median distances."""


class SignatureTarget(NamedTuple):
    """What real paths give to the source's loss.

    Attributes
    ----------
    mean, weight : array, shape (14,)
        The weight is 1 / deviation^2, or zero.
    mean_variance, penalty : scalar arrays
    """

    mean: jax.Array
    weight: jax.Array
    mean_variance: jax.Array
    penalty: jax.Array


def signature_target(
    variance: Vector,
    times: Vector,
    *,
    penalty: float = MODEL.mean_penalty,
    least_deviation: float = LEAST_DEVIATION,
) -> SignatureTarget:
    """Return the target of real paths, shape (n, length) both."""
    of_real = _signatures(jnp.asarray(variance), jnp.asarray(times))
    deviation = of_real.std(axis=0)
    counted = deviation >= least_deviation
    weight = jnp.where(counted, 1.0 / jnp.where(counted, deviation, 1.0) ** 2, 0.0)
    return SignatureTarget(
        of_real.mean(axis=0), weight, jnp.asarray(variance).mean(), jnp.asarray(penalty)
    )


def signature_terms(
    target: SignatureTarget, variance: jax.Array, times: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Return the loss of generated paths in two parts: signatures, and the penalty of the mean."""
    apart = mean_signature(variance, times) - target.mean
    off = variance.mean() - target.mean_variance
    return jnp.sum(target.weight * apart**2), target.penalty * off**2


def mean_signature(variance: jax.Array, times: jax.Array) -> jax.Array:
    """Return the mean over paths of the signatures of (t, V), shape (14,)."""
    return _signatures(variance, times).mean(axis=0)


def signature_loss(target: SignatureTarget, variance: jax.Array, times: jax.Array) -> jax.Array:
    """Return the loss of generated paths, shape (n, length) both."""
    apart, off = signature_terms(target, variance, times)
    return apart + off


class PathKernel(NamedTuple):
    """Scales of the Gaussian kernel of paths.

    Attributes
    ----------
    start, change : scalar arrays
        Deviations of log-variance at the start and of one step's change: a path is seen as its
        start and changes over these.
    bandwidths : array
        The kernel is the mean of the Gaussians of these widths.
    """

    start: jax.Array
    change: jax.Array
    bandwidths: jax.Array


def path_kernel(log_variance: Vector, most: int = 500) -> PathKernel:
    """Return scales of real paths; widths by the median distance of at most so many of them."""
    start, change = log_variance[:, 0].std(), np.diff(log_variance, axis=1).std()
    kernel = PathKernel(jnp.asarray(start), jnp.asarray(change), jnp.ones(1))
    rows = np.unique(np.linspace(0, len(log_variance) - 1, most).astype(int))
    seen = _features(kernel, jnp.asarray(log_variance[rows]))
    distances = np.asarray(jnp.sqrt(_squared_distances(seen, seen)))
    median = float(np.median(distances[np.triu_indices(len(rows), 1)]))
    return kernel._replace(bandwidths=median * jnp.asarray(BANDWIDTHS))


def discrepancy(
    kernel: PathKernel,
    first: jax.Array,
    second: jax.Array,
    within_second: jax.Array | None = None,
) -> jax.Array:
    """Return the squared maximum mean discrepancy of two samples of log-variance, unbiased.

    Of a second sample that stays the same `mean_within` need be found but once.
    """
    if within_second is None:
        within_second = mean_within(kernel, second)
    across = _kernel(kernel, _features(kernel, first), _features(kernel, second))
    return mean_within(kernel, first) + within_second - 2.0 * across.mean()


def mean_within(kernel: PathKernel, log_variance: jax.Array) -> jax.Array:
    """Return the kernel's mean over pairs of different paths of a sample."""
    count, features = log_variance.shape[0], _features(kernel, log_variance)
    return (_kernel(kernel, features, features).sum() - count) / (count * (count - 1))


def _signatures(variance: jax.Array, times: jax.Array) -> jax.Array:
    return signature.signature(signature.with_time(times, variance))


def _features(kernel: PathKernel, log_variance: jax.Array) -> jax.Array:
    middle = log_variance[:, :1] / kernel.start
    return jnp.concatenate([middle, jnp.diff(log_variance, axis=1) / kernel.change], axis=1)


def _squared_distances(first: jax.Array, second: jax.Array) -> jax.Array:
    cross = first @ second.T
    lengths = jnp.sum(first**2, axis=1)[:, None] + jnp.sum(second**2, axis=1)
    return jnp.maximum(lengths - 2.0 * cross, 0.0)


def _kernel(kernel: PathKernel, first: jax.Array, second: jax.Array) -> jax.Array:
    scaled = _squared_distances(first, second)[..., None] / (2.0 * kernel.bandwidths**2)
    return jnp.exp(-scaled).mean(axis=-1)
