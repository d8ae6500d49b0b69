r"""The instruments' values on the nodes, :math:`G_{ij} = g_j(x_i)`, and products with them.

Payoffs that are linear between common kinks need no dense matrix: on the nodes of one piece
:math:`g_j = A_{kj} + B_{kj} t`, so :math:`G^\top \mathrm{diag}(d)\, G` follows from the sums of
:math:`d, d t, d t^2` over each piece, at a cost of n + J^3 instead of n J^2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.piecewise_sums import Matrix, adjoint, gather, gram, times
from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]


class Design:
    """A matrix of n nodes and m instruments."""

    def __init__(self, arrays: Matrix) -> None:
        self.arrays = arrays

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        out = np.empty(self.arrays[1].size)
        times(self.arrays, positions, out)
        return out

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        out = np.empty(self._size)
        adjoint(self.arrays, masses, out)
        return out

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m), for d >= 0."""
        out = np.empty((self._size, self._size))
        gram(self.arrays, masses, out)
        return out

    @property
    def _size(self) -> int:
        return self.arrays[2].shape[1] + self.arrays[3].shape[1]


class DenseDesign(Design):
    """Any values, shape (n, m)."""

    def __init__(self, values: Vector) -> None:
        nothing = np.zeros(1, dtype=np.int64), np.zeros(values.shape[0]), np.empty((0, 0))
        super().__init__((*nothing, np.ascontiguousarray(values)))


class ExtendedDesign(Design):
    """A design and one more instrument, given by its values on the nodes."""

    def __init__(self, design: Design, column: Vector) -> None:
        columns = np.column_stack([design.arrays[3], column])
        super().__init__((*design.arrays[:3], np.ascontiguousarray(columns)))


class PiecewiseDesign(Design):
    """Payoffs of one asset on increasing nodes.

    The last `n_beyond` nodes follow the payoffs' last piece. With `escape` one more node stands
    for mass that leaves to infinity: it is worth what payoffs gain there by unit of price.
    """

    def __init__(
        self,
        nodes: Vector,
        payoffs: Sequence[PiecewiseLinear],
        n_beyond: int = 0,
        escape: bool = False,
    ) -> None:
        kinks = np.unique(np.concatenate([payoff.kinks for payoff in payoffs]))
        piece = np.searchsorted(kinks, nodes, side="right")
        piece[nodes.size - n_beyond :] = kinks.size
        occupied, starts = np.unique(piece, return_index=True)
        node_starts = np.append(starts, nodes.size).astype(np.int64)
        origin = nodes[starts]
        offset = nodes - np.repeat(origin, np.diff(node_starts))
        inside = np.concatenate([[0.0], kinks])[occupied]
        heights = np.empty((len(payoffs), occupied.size))
        slopes = np.empty_like(heights)
        for j, payoff in enumerate(payoffs):
            # A price inside each piece says which formula holds on it. Below all kinks that is
            # any price under the first, which zero is unless a kink stands there.
            at = payoff.kinks.searchsorted(inside, side="right")
            at[occupied == 0] = 0
            slopes[j] = payoff.slopes[at]
            heights[j] = payoff.intercepts[at] + slopes[j] * origin
        if escape:
            gains = np.array([[payoff.tail[0]] for payoff in payoffs])
            heights = np.hstack([heights, gains])
            slopes = np.hstack([slopes, np.zeros_like(gains)])
            node_starts = np.append(node_starts, nodes.size + 1)
            offset = np.append(offset, 0.0)
        # (2 P, m): heights above slopes, so that one product serves both.
        pieces = np.ascontiguousarray(np.hstack([heights, slopes]).T)
        super().__init__((node_starts, offset, pieces, np.empty((offset.size, 0))))

    def divided_by(self, scale: Vector) -> Design:
        """Return the instruments in other units, shape (m,)."""
        starts, offset, pieces, none = self.arrays
        return Design((starts, offset, pieces / scale, none))

    def squares(self, masses: Vector) -> Vector:
        """Return the diagonal of `gram`, shape (m,)."""
        starts, offset, pieces, _ = self.arrays
        sums = np.empty((starts.size - 1, 3))
        gather(starts, offset, masses, sums)
        d0, d1, d2 = sums.T[:, :, None]
        heights, slopes = np.split(pieces, 2)
        return np.sum(d0 * heights**2 + 2 * d1 * heights * slopes + d2 * slopes**2, axis=0)
