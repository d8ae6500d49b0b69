"""Resampling of blocks: the sampling error of functions of means of a dependent sequence.

For a statistic of stationary windows the sequence resampled is that of the windows' terms, in
blocks of consecutive ones: the "blocks of blocks" of Politis and Romano.

References: H. R. Künsch, "The jackknife and the bootstrap for general stationary observations",
*Annals of Statistics* 17 (1989) 1217–1241; D. N. Politis, J. P. Romano, "A general resampling
scheme for triangular arrays of α-mixing random variables", *Annals of Statistics* 20 (1992)
1985–2007.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def moving_means(terms: Vector, length: int) -> Vector:
    """Average each run of `length` consecutive rows: shape (n, m) to (n - length + 1, m)."""
    total = np.concatenate([np.zeros((1, terms.shape[1])), np.cumsum(terms, axis=0)])
    return (total[length:] - total[:-length]) / length


def resampled_means(
    block_means: Vector, blocks: int, draws: int, generator: np.random.Generator
) -> Vector:
    """Average `blocks` rows chosen with replacement, `draws` times: shape (draws, m)."""
    chosen = generator.integers(len(block_means), size=(draws, blocks))
    weights = np.zeros((draws, len(block_means)))
    np.add.at(weights, (np.arange(draws)[:, None], chosen), 1.0 / blocks)
    return weights @ block_means


def percentile_interval(draws: Vector, level: float = 0.95) -> tuple[float, float]:
    """Return the central interval that holds a share `level` of the draws."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
