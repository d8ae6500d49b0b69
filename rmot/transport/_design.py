r"""The instruments' values on the nodes, :math:`G_{ij} = g_j(x_i)`, and products with them.

Payoffs that are linear between common kinks need no dense matrix: on the nodes of one piece
:math:`g_j = A_{kj} + B_{kj} t`, so :math:`G^\top \mathrm{diag}(d)\, G` follows from the sums of
:math:`d, d t, d t^2` over each piece, at a cost of n + J^3 instead of n J^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]


class Design(Protocol):
    """A matrix of n nodes and m instruments."""

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        ...

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        ...

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m)."""
        ...


class DenseDesign:
    """Any values, shape (n, m)."""

    def __init__(self, values: Vector) -> None:
        self._values = values

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        return self._values @ positions

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        return masses @ self._values

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m)."""
        return (self._values * masses[:, None]).T @ self._values


class PiecewiseDesign:
    """Payoffs of one asset on increasing nodes; the last `n_beyond` follow the last piece."""

    def __init__(
        self, nodes: Vector, payoffs: Sequence[PiecewiseLinear], scale: Vector, n_beyond: int
    ) -> None:
        kinks = np.unique(np.concatenate([payoff.kinks for payoff in payoffs]))
        piece = np.searchsorted(kinks, nodes, side="right")
        piece[nodes.size - n_beyond :] = kinks.size
        occupied, self._starts, counts = np.unique(piece, return_index=True, return_counts=True)
        self._row = np.repeat(np.arange(occupied.size), counts)
        origin = nodes[self._starts]
        self._offset = nodes - origin[self._row]
        inside = np.concatenate([[0.0], kinks])[occupied]
        slopes, heights = [], []
        for payoff in payoffs:
            # A price inside each piece says which formula holds on it. Below all kinks that is
            # any price under the first, which zero is unless a kink stands there.
            at = np.searchsorted(payoff.kinks, inside, side="right")
            at[occupied == 0] = 0
            slopes.append(payoff.slopes[at])
            heights.append(payoff.intercepts[at] + payoff.slopes[at] * origin)
        self._heights = np.array(heights).T / scale
        self._slopes = np.array(slopes).T / scale

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        heights, slopes = self._heights @ positions, self._slopes @ positions
        return heights[self._row] + slopes[self._row] * self._offset

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        return (
            np.add.reduceat(masses, self._starts) @ self._heights
            + np.add.reduceat(masses * self._offset, self._starts) @ self._slopes
        )

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m)."""
        first = masses * self._offset
        d0, d1, d2 = (
            np.add.reduceat(moment, self._starts)[:, None]
            for moment in (masses, first, first * self._offset)
        )
        return self._heights.T @ (d0 * self._heights + d1 * self._slopes) + self._slopes.T @ (
            d1 * self._heights + d2 * self._slopes
        )
