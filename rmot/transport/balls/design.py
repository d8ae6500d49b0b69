r"""The instruments' values on the nodes, :math:`G_{ij} = g_j(x_i)`, and products with them.

Payoffs that are linear between common kinks need no dense matrix: on the nodes of one piece
:math:`g_j = A_{kj} + B_{kj} t`, so :math:`G^\top \mathrm{diag}(d)\, G` follows from the sums of
:math:`d, d t, d t^2` over each piece, at a cost of n + J^3 instead of n J^2. Where all payoffs are
nothing below a kink and one rising line beyond it, as calls are, it is n + J^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.grid_sums import no_grid
from rmot.numerics.piecewise_sums import (
    Matrix,
    Ramps,
    adjoint,
    gather,
    gram,
    no_ramps,
    times,
)
from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]


class Design:
    """A matrix of n nodes and m instruments."""

    def __init__(self, arrays: Matrix) -> None:
        self.arrays = arrays
        pieces, columns, grid = arrays[2], arrays[3], arrays[5]
        self._size = pieces.shape[1] + int(grid[4][:, 1].sum()) + columns.shape[1]

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
    def are_ramps(self) -> bool:
        """Whether the payoffs by pieces are multiplied as ramps."""
        return self.arrays[6][1].size > 0


class DenseDesign(Design):
    """Any values, shape (n, m)."""

    def __init__(self, values: Vector) -> None:
        nothing = np.zeros(1, dtype=np.int64), np.zeros(values.shape[0]), np.empty((0, 0))
        rows = np.arange(values.shape[1])
        super().__init__((*nothing, np.ascontiguousarray(values), rows, no_grid(), no_ramps()))


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
        bends = np.concatenate([payoff.kinks for payoff in payoffs])
        kinks = np.unique(bends)
        piece = kinks.searchsorted(nodes, side="right")
        piece[nodes.size - n_beyond :] = kinks.size
        starts = np.flatnonzero(np.diff(piece, prepend=-1))
        occupied = piece[starts]
        node_starts = np.append(starts, nodes.size)
        origin = nodes[starts]
        offset = nodes - np.repeat(origin, np.diff(node_starts))
        ramps = None if escape else _ramps(payoffs, bends, kinks, occupied, origin)
        if ramps is None:
            inside = np.concatenate([[0.0], kinks])[occupied]
            heights, slopes = _on_pieces(payoffs, inside, occupied == 0, origin)
            if escape:
                gains = np.array([[payoff.tail[0]] for payoff in payoffs])
                heights = np.hstack([heights, gains])
                slopes = np.hstack([slopes, np.zeros_like(gains)])
                node_starts = np.append(node_starts, nodes.size + 1)
                offset = np.append(offset, 0.0)
            # (2 P, m): heights above slopes, so that one product serves both.
            pieces = np.ascontiguousarray(np.hstack([heights, slopes]).T)
        else:
            pieces = np.empty((0, len(payoffs)))
        nothing = np.empty((offset.size, 0)), np.empty(0, dtype=np.int64), no_grid()
        super().__init__((node_starts, offset, pieces, *nothing, ramps or no_ramps()))

    def divided_by(self, scale: Vector) -> Design:
        """Return the instruments in other units, shape (m,)."""
        starts, offset, pieces, none, no_rows, no_assets, ramps = self.arrays
        begin, order, first, heights, slopes = ramps
        ramps = begin, order, first, heights / scale[order], slopes / scale[order]
        return Design((starts, offset, pieces / scale, none, no_rows, no_assets, ramps))

    def squares(self, masses: Vector) -> Vector:
        """Return the diagonal of `gram`, shape (m,)."""
        if self.are_ramps:
            return self.gram(masses).diagonal()
        starts, offset, pieces = self.arrays[:3]
        sums = np.empty((starts.size - 1, 3))
        gather(starts, offset, masses, sums)
        d0, d1, d2 = sums.T[:, :, None]
        heights, slopes = np.split(pieces, 2)
        return np.sum(d0 * heights**2 + 2 * d1 * heights * slopes + d2 * slopes**2, axis=0)


@dataclass(frozen=True, eq=False)
class Fibres:
    """Values whose mean is asked for within each fibre, the nodes that share a label.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        From 0, none left out.
    values : ndarray, shape (n,)
    """

    labels: NDArray[np.int32]
    values: Vector

    @property
    def count(self) -> int:
        """How many fibres there are."""
        return int(self.labels.max()) + 1


class GridDesign(Design):
    """Payoffs of one asset each, and others by their values, on nodes that hold several prices.

    Parameters
    ----------
    prices : ndarray, shape (n, n_assets)
    payoffs : sequence of (int, PiecewiseLinear) or ndarray, shape (n,)
        An asset and what it pays, or values on the nodes; in the order of the rows.
    fibres : sequence of Fibres
        Each adds as many rows as it has fibres, which pay its values there and nothing elsewhere:
        in the kernels' terms one more asset, cut into its fibres.
    """

    def __init__(
        self,
        prices: Vector,
        payoffs: Sequence[tuple[int, PiecewiseLinear] | Vector],
        fibres: Sequence[Fibres] = (),
    ) -> None:
        n, n_assets = prices.shape
        n_lines = n_assets + len(fibres)
        own: list[list[tuple[int, PiecewiseLinear]]] = [[] for _ in range(n_assets)]
        others: list[tuple[int, Vector]] = []
        for row, payoff in enumerate(payoffs):
            if isinstance(payoff, tuple):
                own[payoff[0]].append((row, payoff[1]))
            else:
                others.append((row, payoff))
        labels = np.empty((n_lines, n), dtype=np.int32)
        offsets = np.empty((n_lines, n))
        blocks = []
        listed_rows = [[row for row, _ in listed] for listed in own]
        for asset, listed in enumerate(own):
            found = [payoff for _, payoff in listed]
            kinks = np.unique(np.concatenate([np.empty(0), *(payoff.kinks for payoff in found)]))
            line = prices[:, asset]
            piece = np.searchsorted(kinks, line, side="right")
            occupied, labels[asset] = np.unique(piece, return_inverse=True)
            origin = np.full(occupied.size, np.inf)
            np.minimum.at(origin, labels[asset], line)
            offsets[asset] = line - origin[labels[asset]]
            inside = np.concatenate([[0.0], kinks])[occupied]
            blocks.append(np.hstack(_on_pieces(found, inside, occupied == 0, origin)).T)
        next_row = len(payoffs)
        for line, one in enumerate(fibres, start=n_assets):
            labels[line], offsets[line] = one.labels, one.values
            blocks.append(np.vstack([np.zeros((one.count, one.count)), np.eye(one.count)]))
            listed_rows.append(list(range(next_row, next_row + one.count)))
            next_row += one.count
        sizes = np.array(
            [
                [len(block) // 2, block.shape[1], line >= n_assets]
                for line, block in enumerate(blocks)
            ],
            dtype=np.int64,
        )
        tables = np.zeros((n_lines, 2 * sizes[:, 0].max(), sizes[:, 1].max()))
        rows = np.zeros((n_lines, sizes[:, 1].max()), dtype=np.int64)
        for line, block in enumerate(blocks):
            tables[line, : block.shape[0], : block.shape[1]] = block
            rows[line, : block.shape[1]] = listed_rows[line]
        columns = np.empty((n, len(others)))
        for place, (_, values) in enumerate(others):
            columns[:, place] = values
        nothing = np.zeros(1, dtype=np.int64), np.zeros(n), np.empty((0, 0))
        at = np.array([row for row, _ in others], dtype=np.int64)
        super().__init__(
            (*nothing, columns, at, (labels, offsets, tables, rows, sizes), no_ramps())
        )

    def divided_by(self, scale: Vector) -> Design:
        """Return the instruments in other units, shape (m,)."""
        starts, offset, pieces, columns, at, grid, ramps = self.arrays
        labels, offsets, tables, rows, sizes = grid
        grid = labels, offsets, tables / scale[rows][:, None, :], rows, sizes
        return Design((starts, offset, pieces, columns / scale[at], at, grid, ramps))

    def squares(self, masses: Vector) -> Vector:
        """Return the diagonal of `gram`, shape (m,)."""
        *_, columns, at, (labels, offsets, tables, rows, sizes), _ = self.arrays
        out = np.empty(self._size)
        out[at] = masses @ columns**2
        for label, offset, table, row, (count, m, _) in zip(
            labels, offsets, tables, rows, sizes, strict=True
        ):
            heights, slopes = table[:count, :m], table[count : 2 * count, :m]
            d0, d1, d2 = (
                np.bincount(label, masses * offset**power, count)[:, None] for power in range(3)
            )
            terms = d0 * heights**2 + 2 * d1 * heights * slopes + d2 * slopes**2
            out[row[:m]] = terms.sum(axis=0)
        return out


def _on_pieces(
    payoffs: Sequence[PiecewiseLinear], inside: Vector, is_first: NDArray[np.bool_], origin: Vector
) -> tuple[Vector, Vector]:
    """Return heights at the pieces' origins and slopes, shape (J, P).

    A price inside each piece says which formula holds on it. Below all kinks that is any price
    under the first, which zero is unless a kink stands there.
    """
    heights = np.empty((len(payoffs), origin.size))
    slopes = np.empty_like(heights)
    for j, payoff in enumerate(payoffs):
        at = payoff.kinks.searchsorted(inside, side="right")
        at[is_first] = 0
        slopes[j] = payoff.slopes[at]
        heights[j] = payoff.intercepts[at] + slopes[j] * origin
    return heights, slopes


def _ramps(
    payoffs: Sequence[PiecewiseLinear],
    bends: Vector,
    kinks: Vector,
    occupied: NDArray[np.intp],
    origin: Vector,
) -> Ramps | None:
    """Return payoffs as ramps; None if one is not nothing and then a line that rises from there.

    `bends` are the kinks of one payoff after the other, `kinks` those of all; of the pieces between
    them those `occupied` by nodes count, the first of which are their `origin`.
    """
    sizes = np.array([payoff.kinks.size for payoff in payoffs])
    if sizes.max() > 1:
        return None
    bent = sizes == 1
    last = np.cumsum(bent + 1) - 1
    intercepts = np.concatenate([payoff.intercepts for payoff in payoffs])
    slopes = np.concatenate([payoff.slopes for payoff in payoffs])
    kink = np.zeros(bent.size)
    kink[bent] = bends
    intercept, slope, before = intercepts[last], slopes[last], last[bent] - 1
    rises = slope.min() >= 0.0 and (intercept + slope * kink).min() >= 0.0
    if not rises or intercepts[before].any() or slopes[before].any():
        return None
    first = occupied.searchsorted(np.where(bent, kinks.searchsorted(kink) + 1, 0))
    # beyond all nodes a payoff is nothing
    beyond = first == origin.size
    first[beyond] = origin.size - 1
    height = np.where(beyond, 0.0, intercept + slope * origin[first])
    order = np.argsort(first, kind="stable")
    slope = np.where(beyond, 0.0, slope)
    return origin, order, first[order], height[order], slope[order]
