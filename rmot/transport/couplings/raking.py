r"""The coupling of whole marginals nearest to a joint reference in relative entropy.

.. math:: \pi^* = \arg\min\{KL(\pi | P) : \pi \in \Pi(Q_1, \dots, Q_N)\}, \qquad
          \frac{d\pi^*}{dP} = \prod_i f_i(x_i).

The factors are found in turn, each setting one marginal right: iterative proportional fitting
(W. Deming and F. Stephan, Ann. Math. Statist. 11, 1940), which for two marginals is Sinkhorn's
algorithm. A sample is raked by bins of each price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, InfeasibleQuotes, ParameterError

Vector = NDArray[np.float64]
Labels = NDArray[np.intp]

_ROUNDS = 10_000
_TOLERANCE = 1e-12
_MASS = 1e-8


@dataclass(frozen=True, eq=False)
class Raked:
    """Weights with the marginals given.

    Attributes
    ----------
    weights : ndarray
        Of the shape of the reference.
    relative_entropy : float
        KL of the weights with respect to the reference.
    missed : float
        The largest sum over marginals' bins of what a bin's mass is off.
    rounds : int
    """

    weights: Vector
    relative_entropy: float
    missed: float
    rounds: int


def sinkhorn(
    reference: ArrayLike, first: ArrayLike, second: ArrayLike, tolerance: float = _TOLERANCE
) -> Raked:
    """Return the nearest joint table with given margins.

    Parameters
    ----------
    reference : array_like, shape (n, m)
        Masses >= 0.
    first, second : array_like, shapes (n,) and (m,)
        The margins of rows and columns, probabilities.
    tolerance : float
        Of `Raked.missed`.

    Raises
    ------
    ParameterError
        Shapes do not fit, or masses are no probabilities.
    InfeasibleQuotes
        A row or a column that should have mass has none.
    AccuracyError
        The margins were not met within 10 000 rounds: perhaps no table of this support has them.
    """
    table = np.asarray(reference, dtype=float)
    if table.ndim != 2:
        raise ParameterError(f"expected a table of shape (n, m); got shape {table.shape}")
    rows, columns = (np.ravel(place) for place in np.indices(table.shape))
    raked = rake(table.ravel(), np.stack([rows, columns]), [first, second], tolerance)
    return Raked(
        raked.weights.reshape(table.shape), raked.relative_entropy, raked.missed, raked.rounds
    )


def rake(
    weights: ArrayLike,
    labels: ArrayLike,
    margins: Sequence[ArrayLike],
    tolerance: float = _TOLERANCE,
) -> Raked:
    """Return the nearest weights of a sample whose bins have given masses.

    Parameters
    ----------
    weights : array_like, shape (n,)
        The reference, masses >= 0 with a positive sum.
    labels : array_like of int, shape (n_assets, n)
        The bin of each point, by asset (`binned`).
    margins : sequence of array_like
        The masses of each asset's bins, probabilities.
    tolerance : float
        Of `Raked.missed`.

    Raises
    ------
    ParameterError, InfeasibleQuotes, AccuracyError
        As `sinkhorn`.
    """
    w, bins, wanted = _checked(weights, labels, margins)
    w = w / w.sum()
    for asset, (label, target) in enumerate(zip(bins, wanted, strict=True)):
        empty = (np.bincount(label, w, target.size) == 0) & (target > 0)
        if empty.any():
            raise InfeasibleQuotes(
                f"the reference has no mass in {empty.sum()} of asset {asset}'s bins that should "
                f"have some, the first being bin {int(np.flatnonzero(empty)[0])}"
            )
    law, missed = w, np.inf
    for rounds in range(_ROUNDS):
        shares = [np.bincount(one, law, to.size) for one, to in zip(bins, wanted, strict=True)]
        missed = max(float(np.abs(a - b).sum()) for a, b in zip(shares, wanted, strict=True))
        if missed <= tolerance:
            held = law > 0
            entropy = float(law[held] @ np.log(law[held] / w[held]))
            return Raked(law, max(entropy, 0.0), missed, rounds)
        for label, target in zip(bins, wanted, strict=True):
            mass = np.bincount(label, law, target.size)
            factor = np.divide(target, mass, out=np.zeros_like(mass), where=mass > 0)
            law = law * factor[label]
    raise AccuracyError(
        f"the margins are still missed by {missed:.3g} after {_ROUNDS} rounds: perhaps no law on "
        "the reference's support has them"
    )


def binned(points: ArrayLike, edges: Sequence[ArrayLike]) -> Labels:
    """Return the bin of each price, shape (n_assets, n).

    Parameters
    ----------
    points : array_like, shape (n, n_assets)
    edges : sequence of array_like
        Increasing inner edges of each asset's bins; a price on an edge is above it.

    Raises
    ------
    ParameterError
        Shapes do not fit, or edges do not increase.
    """
    prices = np.asarray(points, dtype=float)
    if prices.ndim != 2 or prices.shape[1] != len(edges):
        raise ParameterError(
            f"expected points of shape (n, {len(edges)}), one column for each list of edges; got "
            f"shape {prices.shape}"
        )
    cuts = [np.asarray(edge, dtype=float) for edge in edges]
    if any(cut.ndim != 1 or np.any(np.diff(cut) <= 0) for cut in cuts):
        raise ParameterError("expected increasing edges in one dimension")
    return np.stack(
        [np.searchsorted(cut, line, side="right") for cut, line in zip(cuts, prices.T, strict=True)]
    )


def _checked(
    weights: ArrayLike, labels: ArrayLike, margins: Sequence[ArrayLike]
) -> tuple[Vector, Labels, list[Vector]]:
    w = np.asarray(weights, dtype=float)
    bins = np.asarray(labels)
    wanted = [np.asarray(margin, dtype=float) for margin in margins]
    if w.ndim != 1 or bins.shape != (len(wanted), w.size):
        raise ParameterError(
            f"expected weights (n,) and labels ({len(wanted)}, n), a row for each margin; got "
            f"{w.shape} and {bins.shape}"
        )
    if not (np.all(np.isfinite(w)) and np.all(w >= 0) and w.sum() > 0):
        raise ParameterError("expected finite weights >= 0 of positive sum")
    for i, margin in enumerate(wanted):
        is_law = margin.ndim == 1 and np.all(margin >= 0) and abs(margin.sum() - 1.0) <= _MASS
        if not is_law:
            raise ParameterError(
                f"expected margin {i} as masses >= 0 that sum to one; they sum to {margin.sum():g}"
            )
        if bins[i].min() < 0 or bins[i].max() >= margin.size:
            raise ParameterError(
                f"expected labels of asset {i} in 0..{margin.size - 1}; they go from "
                f"{bins[i].min()} to {bins[i].max()}"
            )
    return w, bins.astype(np.intp), [margin / margin.sum() for margin in wanted]
