r"""Couplings of given marginals whose basket lies where it is wanted, as points to start from.

The rearrangement algorithm orders each column of a table oppositely to the sum of the others [1]_,
which makes the sums nearly equal; ordering all columns alike makes them as unequal as they can be.

References
----------
.. [1] P. Embrechts, G. Puccetti, L. Rüschendorf, "Model uncertainty and VaR aggregation",
   *J. Bank. Finance* 37 (2013) 2750–2764.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_SWEEPS = 30


def slices(nodes: Vector, masses: Vector, count: int) -> Vector:
    """Return the means of equal shares of a law, in increasing order; shape (count,).

    Where a share holds two neighbouring nodes alone, its mean prices all that is linear between
    them alike.
    """
    total = np.append(0.0, np.cumsum(masses))
    cuts = np.linspace(0.0, total[-1], count + 1)
    below = np.interp(cuts, total, np.append(0.0, np.cumsum(masses * nodes)))
    return np.diff(below) / np.diff(cuts)


def gathered(nodes: Vector, masses: Vector) -> tuple[Vector, Vector]:
    """Return a law with the masses of the last two nodes at their mean."""
    last = masses[-2:].sum()
    if last <= 0:
        return nodes[:-1], masses[:-1]
    return np.append(nodes[:-2], masses[-2:] @ nodes[-2:] / last), np.append(masses[:-2], last)


def rearranged(columns: Vector, weights: Vector, generator: np.random.Generator) -> Vector:
    """Return the columns, each reordered, with nearly equal weighted sums of the rows.

    Parameters
    ----------
    columns : ndarray, shape (n, n_assets)
    weights : ndarray, shape (n_assets,)
    generator : numpy.random.Generator
        Orders the columns at random first.
    """
    table = generator.permuted(columns * weights, axis=0)
    place = np.argsort(columns * weights, axis=0)
    ordered = np.take_along_axis(columns * weights, place, axis=0)
    sums = table.sum(axis=1)
    ranks = np.empty(columns.shape, dtype=np.intp)
    spread = np.inf
    for _ in range(_SWEEPS):
        for i in range(weights.size):
            others = sums - table[:, i]
            order = np.argsort(-others, kind="stable")
            ranks[order, i] = np.arange(order.size)
            table[order, i] = ordered[:, i]
            sums = others + table[:, i]
        if sums.var() >= spread * (1 - 1e-6):
            break
        spread = sums.var()
    prices = np.take_along_axis(columns, place, axis=0)
    return np.take_along_axis(prices, ranks, axis=0)


def comonotone(nodes: list[Vector], masses: list[Vector]) -> tuple[Vector, Vector]:
    """Return the points and weights at which laws of equal mass rise together."""
    levels = [np.cumsum(mass) for mass in masses]
    total = min(level[-1] for level in levels)
    cuts = np.unique(np.concatenate([np.minimum(level, total) for level in levels]))
    cuts = cuts[cuts > 0]
    middle = (np.append(0.0, cuts[:-1]) + cuts) / 2
    columns = [
        node[np.minimum(np.searchsorted(level, middle), node.size - 1)]
        for node, level in zip(nodes, levels, strict=True)
    ]
    return np.column_stack(columns), np.diff(np.append(0.0, cuts))
