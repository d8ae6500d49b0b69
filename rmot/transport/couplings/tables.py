r"""A joint reference of two discrete marginals on all pairs of their nodes, its margins exact.

.. math:: P_{ij} \propto a_i b_j\, p_i q_j\, c_\rho(u_i, v_j)

with the Gaussian copula's density at the middle levels of the nodes, scaled to both margins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.couplings.raking import sinkhorn

Vector = NDArray[np.float64]

_LEAST_MASS = 1e-300


def gaussian_table(first: Prior, second: Prior, correlation: float) -> Prior:
    """Return the joint law of two marginals that is nearest to a Gaussian copula on their nodes.

    Parameters
    ----------
    first, second : Prior
        Of one asset each; tails stand at their means.
    correlation : float
        Of the normals, in (-1, 1).

    Returns
    -------
    Prior
        Points (n m, 2) but for those whose mass vanishes.

    Raises
    ------
    ParameterError
        A marginal is of several assets, or the correlation is out of range.

    Examples
    --------
    >>> coin = Prior([0.5, 1.5], [0.5, 0.5])
    >>> gaussian_table(coin, coin, 0.0).weights.tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if not -1.0 < correlation < 1.0:
        raise ParameterError(f"expected a correlation in (-1, 1); got {correlation}")
    laws = [first.closed(), second.closed()]
    if any(law.points.ndim != 1 for law in laws):
        raise ParameterError("expected two marginals of one asset each")
    (x, p), (y, q) = ((law.points, law.weights / law.weights.sum()) for law in laws)
    u, v = (ndtri(np.cumsum(w) - 0.5 * w) for w in (p, q))
    form = correlation**2 * (u[:, None] ** 2 + v**2) - 2 * correlation * np.outer(u, v)
    exponent = -form / (2 * (1 - correlation**2))
    density = np.exp(exponent - exponent.max())
    table = sinkhorn(np.outer(p, q) * density, p, q).weights.ravel()
    kept = table > _LEAST_MASS
    points = np.column_stack([np.repeat(x, y.size), np.tile(y, x.size)])
    return Prior(points[kept], table[kept] / table[kept].sum())
