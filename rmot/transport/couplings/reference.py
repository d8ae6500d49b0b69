"""A joint reference: given marginals under a Gaussian copula, sampled evenly.

Its points are those of `rmot.numerics.gaussian_copula`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.numerics.gaussian_copula import correlated, independent_normals, prices
from rmot.numerics.quantiles import Marginal
from rmot.transport.couplings.correlations import correlation_matrix


def gaussian_copula(
    marginals: Sequence[Marginal],
    correlation: ArrayLike,
    n_points: int = 1 << 15,
    *,
    seed: int,
    replicates: int = 16,
) -> Prior:
    """Return a joint sample of the marginals under a Gaussian copula.

    Parameters
    ----------
    marginals : sequence of Prior or callable
        Discrete laws of one asset, whose tails stand at their means; or quantile functions, which
        take probabilities (n,) in (0, 1) to prices (n,).
    correlation : float or array_like, shape (n_assets, n_assets)
        Of the normals; a number for all pairs.
    n_points : int
        A power of two, all scramblings together.
    seed : int
    replicates : int
        Scramblings, a power of two, 2 or more.

    Returns
    -------
    Prior
        Points (n_points, n_assets) of equal weight, and as many replicates.

    Raises
    ------
    ParameterError
        A marginal is of several assets, the correlation is none, or numbers are no powers of two.

    Examples
    --------
    >>> from rmot.numerics.discrete import Prior
    >>> coin = Prior([0.5, 1.5], [0.5, 0.5])
    >>> joint = gaussian_copula([coin, coin], 1.0, 256, seed=1)
    >>> bool((joint.points[:, 0] == joint.points[:, 1]).all())
    True
    """
    n_assets = len(marginals)
    if not n_assets:
        raise ParameterError("expected at least one marginal; got none")
    for i, marginal in enumerate(marginals):
        if not callable(marginal) and not (
            isinstance(marginal, Prior) and marginal.points.ndim == 1
        ):
            raise ParameterError(
                f"expected marginal {i} as a prior of one asset or a quantile function; "
                f"got {marginal!r}"
            )
    independent = independent_normals(n_assets, n_points, replicates, seed)
    normals = correlated(independent, correlation_matrix(correlation, n_assets))
    columns = list(prices(marginals, normals))
    weights = np.full(n_points, 1.0 / n_points)
    return Prior(np.column_stack(columns), weights, replicates=replicates)
