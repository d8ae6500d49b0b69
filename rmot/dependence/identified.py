r"""What marginals alone say of correlation: an interval, and each of its ends is a law.

For two prices the ends are the couplings in the same and in opposite order (Hoeffding 1940,
Fréchet 1951),

.. math:: \rho_\pm = \frac{\int_0^1 F_1^{-1}(u) F_2^{-1}(u \text{ or } 1 - u) du - m_1 m_2}
          {s_1 s_2}.

For the average correlation of N prices,
:math:`\sum_{i<j} w_{ij} \rho_{ij} / \sum_{i<j} w_{ij}` with :math:`w_{ij} = w_i w_j s_i s_j`, the
upper end is that of all prices in the same order. Below, the variance of the basket is not negative
and no pair passes its own least; the rearrangement of G. Puccetti and L. Rüschendorf, "Computation
of sharp bounds on the distribution of a function of dependent risks", J. Comput. Appl. Math. 236
(2012), gives a coupling. The sharp end lies between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.dependence.discrete import (
    comonotone,
    discrete_law,
    equal_cells,
    reversed_law,
    standardised,
)
from rmot.errors import ParameterError
from rmot.numerics.quantiles import Marginal

Vector = NDArray[np.float64]

_CELLS = 1 << 10
_ROUNDS = 100


@dataclass(frozen=True)
class IdentifiedSet:
    """All correlations that a law with two given marginals can have.

    Attributes
    ----------
    lower, upper : float
        Both attained, and all between them too.
    of : {"prices", "log prices"}
    source : str
    """

    lower: float
    upper: float
    of: Literal["prices", "log prices"]
    source: str = "marginals"


@dataclass(frozen=True)
class AverageSet:
    """What N marginals leave of the average correlation.

    Attributes
    ----------
    lower : float
        A bound: no law goes below.
    attained : float
        The least found among couplings of equally likely cells, within which prices are
        independent; the sharp end lies between.
    upper : float
        Attained by all prices in the same order.
    pairs : tuple of (float, float)
        The ends of each pair, in the order (0, 1), (0, 2), ...
    source : str
    """

    lower: float
    attained: float
    upper: float
    pairs: tuple[tuple[float, float], ...]
    source: str = "marginals"


def identified_set(
    first: Marginal, second: Marginal, of: Literal["prices", "log prices"] = "prices"
) -> IdentifiedSet:
    """Return the sharp interval of the correlation of two terminal prices.

    Parameters
    ----------
    first, second : Prior or callable
        Laws of one asset: discrete ones, whose tails stand at their means, or quantile functions
        (`rmot.transport.couplings.quantiles.smile_quantile` makes them of smiles).
    of : {"prices", "log prices"}

    Raises
    ------
    ParameterError
        A law is of several assets or a constant, or log prices are asked of a price of zero.

    Examples
    --------
    >>> from rmot.numerics.discrete import Prior
    >>> coin = Prior([0.5, 1.5], [0.5, 0.5])
    >>> identified_set(coin, Prior([0.0, 1.0, 2.0], [0.25, 0.5, 0.25])).upper.__round__(4)
    0.7071
    """
    if of not in ("prices", "log prices"):
        raise ParameterError(f"expected 'prices' or 'log prices'; got {of!r}")
    laws = []
    for points, weights in map(discrete_law, (first, second)):
        if of == "log prices" and points[0] <= 0:
            raise ParameterError("expected prices > 0 for the correlation of their logarithms")
        values = np.log(points) if of == "log prices" else points
        laws.append((standardised(values, weights)[0], weights))
    return IdentifiedSet(*_ends(laws[0], laws[1]), of)


def identified_average(
    marginals: Sequence[Marginal], weights: ArrayLike | None = None, n_cells: int = _CELLS
) -> AverageSet:
    """Return what the marginals leave of the average correlation of N prices.

    Parameters
    ----------
    marginals : sequence of Prior or callable
        Two or more.
    weights : array_like, shape (n_assets,), optional
        Of the basket, > 0; equal ones unless given.
    n_cells : int
        Of the coupling that is looked for.

    Raises
    ------
    ParameterError
        Fewer than two marginals, weights that do not fit, or a marginal that is a constant.
    """
    n_assets = len(marginals)
    if n_assets < 2:
        raise ParameterError(f"expected two marginals or more; got {n_assets}")
    held = np.ones(n_assets) if weights is None else np.array(weights, dtype=float)
    if held.shape != (n_assets,) or not (np.all(np.isfinite(held)) and np.all(held > 0)):
        raise ParameterError(f"expected weights > 0 of shape ({n_assets},); got {held.tolist()}")
    laws, sizes = [], np.empty(n_assets)
    for i, marginal in enumerate(marginals):
        points, masses = discrete_law(marginal)
        values, _, deviation = standardised(points, masses)
        laws.append((values, masses))
        sizes[i] = held[i] * deviation
    pairs = [_ends(laws[i], laws[j]) for i, j in combinations(range(n_assets), 2)]
    shares = np.array([sizes[i] * sizes[j] for i, j in combinations(range(n_assets), 2)])
    shares /= shares.sum()
    lowest, highest = shares @ np.array(pairs)
    across = float(sizes.sum() ** 2 - sizes @ sizes)
    no_variance = -float(sizes @ sizes) / across
    cells = _rearranged(held * equal_cells(marginals, n_cells))
    spread = np.cov(cells.T, bias=True)
    # Prices of the same row of cells are independent, so that cells' means have all of the
    # covariance; the laws themselves are a little wider than these means.
    attained = float((spread.sum() - np.trace(spread)) / across)
    return AverageSet(max(float(lowest), no_variance), attained, float(highest), tuple(pairs))


def _ends(first: tuple[Vector, Vector], second: tuple[Vector, Vector]) -> tuple[float, float]:
    """Return the extreme correlations of two standardised laws."""
    x, y, masses = comonotone(first, second)
    upper = float(masses @ (x * y))
    x, y, masses = comonotone(first, reversed_law(second))
    return -float(masses @ (x * y)), upper


def _rearranged(columns: Vector) -> Vector:
    """Return rows whose sums vary little: each column opposite in order to the others' sum."""
    found = np.random.default_rng(0).permuted(columns, axis=0)
    before = np.inf
    for _ in range(_ROUNDS):
        for j in range(found.shape[1]):
            others = found.sum(axis=1) - found[:, j]
            ranks = np.empty(len(found), dtype=int)
            ranks[np.argsort(-others, kind="stable")] = np.arange(len(found))
            found[:, j] = np.sort(found[:, j])[ranks]
        variance = float(found.sum(axis=1).var())
        if not variance < before * (1.0 - 1e-9):
            break
        before = variance
    return found
