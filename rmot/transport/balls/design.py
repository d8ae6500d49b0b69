r"""The instruments' values on the nodes, :math:`G_{ij} = g_j(x_i)`, and products with them.

Payoffs that are linear between common kinks need no dense matrix: on the nodes of one piece
:math:`g_j = A_{kj} + B_{kj} t`, so :math:`G^\top \mathrm{diag}(d)\, G` follows from the sums of
:math:`d, d t, d t^2` over each piece, at a cost of n + J^3 instead of n J^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from rmot.numerics.piecewise_sums import gather, mirrored, rooted, spread
from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]

(_syrk,) = get_blas_funcs(("syrk",), dtype=np.float64)


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
        self._starts = np.append(starts, nodes.size).astype(np.int64)
        origin = nodes[starts]
        self._offset = nodes - np.repeat(origin, np.diff(self._starts))
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
            self._starts = np.append(self._starts, nodes.size + 1)
            self._offset = np.append(self._offset, 0.0)
        # (2 P, m): heights above slopes, so that one product serves both.
        self._pieces = np.ascontiguousarray(np.hstack([heights, slopes]).T)

    def divided_by(self, scale: Vector) -> PiecewiseDesign:
        """Return the instruments in other units, shape (m,)."""
        scaled = copy(self)
        scaled._pieces = self._pieces / scale
        return scaled

    def squares(self, masses: Vector) -> Vector:
        """Return the diagonal of `gram`, shape (m,)."""
        d0, d1, d2 = self._moments(masses).T[:, :, None]
        heights, slopes = np.split(self._pieces, 2)
        return np.sum(d0 * heights**2 + 2 * d1 * heights * slopes + d2 * slopes**2, axis=0)

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        on_pieces = self._pieces @ positions
        count = self._starts.size - 1
        out = np.empty(self._offset.size)
        spread(self._starts, self._offset, on_pieces[:count], on_pieces[count:], out)
        return out

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        sums = np.empty((self._starts.size - 1, 2))
        gather(self._starts, self._offset, masses, sums)
        return sums.T.ravel() @ self._pieces

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m), for d >= 0."""
        root = np.empty_like(self._pieces)
        rooted(self._moments(masses), self._pieces, root)
        return mirrored(_syrk(1.0, root.T, lower=1))

    def _moments(self, masses: Vector) -> Vector:
        """Return sums of d, d t and d t^2 over the pieces, shape (P, 3)."""
        sums = np.empty((self._starts.size - 1, 3))
        gather(self._starts, self._offset, masses, sums)
        return sums


class ExtendedDesign:
    """A design and one more instrument, given by its values on the nodes."""

    def __init__(self, design: Design, column: Vector) -> None:
        self._design, self._column = design, column

    def times(self, positions: Vector) -> Vector:
        """Return G y, shape (n,)."""
        return self._design.times(positions[:-1]) + self._column * positions[-1]

    def adjoint(self, masses: Vector) -> Vector:
        """Return G' v, shape (m,)."""
        return np.append(self._design.adjoint(masses), masses @ self._column)

    def gram(self, masses: Vector) -> Vector:
        """Return G' diag(d) G, shape (m, m)."""
        inner = self._design.gram(masses)
        weighted = masses * self._column
        border = self._design.adjoint(weighted)
        corner = np.array([[weighted @ self._column]])
        return np.block([[inner, border[:, None]], [border[None, :], corner]])
