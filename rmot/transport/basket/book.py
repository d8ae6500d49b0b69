r"""What a hedge of several assets is made of, and what it is worth.

.. math:: H(s) = h + \textstyle\sum_i f_i(s_i) + \sum_j \lambda_j\, g_j(v_j \cdot s),

where :math:`f_i` holds asset i and its quoted payoffs, linear between nodes, and :math:`g_j` are
options on baskets. Everything is kept at the nodes of each asset: their kinks, zero, and a price
so far out that no kink of a basket lies beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_matrix, hstack

from rmot.payoffs import BasketOption, PiecewiseLinear
from rmot.transport.hedge import StaticHedge, upper_hedge

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Leg:
    """One asset: prices of its nodes, what price and quotes are worth there, slopes at infinity.

    Shapes (K,), (K, 1 + J) and (1 + J,); a price that comes twice is a jump.
    """

    nodes: Vector
    worths: Vector
    slopes: Vector

    @classmethod
    def of(cls, payoffs: Sequence[PiecewiseLinear], furthest: float) -> Leg:
        """Return the leg of one asset's payoffs, with a last node at `furthest` or beyond."""
        kinks = np.unique(np.concatenate([[0.0], *(payoff.kinks for payoff in payoffs)]))
        kinks = np.append(kinks, max(furthest, kinks[-1] + max(1.0, kinks[-1])))
        right = np.column_stack([kinks, *(payoff.value(kinks) for payoff in payoffs)])
        left = np.column_stack([kinks, *(payoff.left_limit(kinks) for payoff in payoffs)])
        jumps = np.flatnonzero(np.any(left != right, axis=1) & (kinks > 0))
        worths = np.insert(right, jumps, left[jumps], axis=0)
        slopes = np.array([1.0, *(payoff.tail[0] for payoff in payoffs)])
        return cls(worths[:, 0].copy(), worths, slopes)


@dataclass(frozen=True, eq=False)
class Line:
    r"""Options on one basket: :math:`b (x - k)^- + a (x - k)^+` at :math:`x = v \cdot s`.

    `below` and `above` are slopes; option 0 of the book's list is the target.
    """

    weights: Vector
    options: NDArray[np.intp]
    strikes: Vector
    below: Vector
    above: Vector

    @cached_property
    def least(self) -> float:
        """The least x that prices >= 0 admit."""
        return 0.0 if np.all(self.weights >= 0) else -np.inf

    @cached_property
    def greatest(self) -> float:
        """The greatest x that prices >= 0 admit."""
        return 0.0 if np.all(self.weights <= 0) else np.inf

    @cached_property
    def kinks(self) -> Vector:
        """Where any option bends, inside the range of x."""
        inside = (self.strikes > self.least) & (self.strikes < self.greatest)
        return np.unique(self.strikes[inside])

    def worths(self, x: Vector) -> Vector:
        """Return what each option is worth, shape (options, n)."""
        gain = np.atleast_1d(x)[None, :] - self.strikes[:, None]
        below, above = self.below[:, None], self.above[:, None]
        return below * np.minimum(gain, 0.0) + above * np.maximum(gain, 0.0)


def lines_of(options: Sequence[BasketOption]) -> list[Line]:
    """Return options gathered by basket, weights of equal direction in one line."""
    found: list[tuple[Vector, list[tuple[int, float, float, float]]]] = []
    for j, option in enumerate(options):
        strike, below, above = option.bend
        for weights, members in found:
            place = int(np.argmax(np.abs(weights)))
            ratio = option.weights[place] / weights[place]
            scale = float(np.abs(option.weights).max())
            if ratio and np.allclose(option.weights, ratio * weights, rtol=0, atol=1e-14 * scale):
                slopes = (below, above) if ratio > 0 else (above, below)
                members.append((j, strike / ratio, ratio * slopes[0], ratio * slopes[1]))
                break
        else:
            found.append((option.weights, [(j, strike, below, above)]))
    lines = []
    for weights, members in found:
        which, strikes, low, high = zip(*members, strict=True)
        columns = (np.array(x, dtype=float) for x in (strikes, low, high))
        lines.append(Line(weights, np.array(which), *columns))
    return lines


@dataclass(frozen=True, eq=False)
class Points:
    """Prices as nodes and shares of the way to the next node, shape (n, n_assets) each."""

    index: Indices
    share: Vector

    @classmethod
    def along(cls, several: Sequence[Points]) -> Points:
        """Return points one after the other, those that come again left out."""
        index = np.vstack([each.index for each in several])
        share = np.vstack([each.share for each in several])
        keyed = np.hstack([index.astype(float), np.round(share, 14)])
        _, first = np.unique(keyed, axis=0, return_index=True)
        first.sort()
        return cls(index[first], share[first])

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Points:
        """Return some of the points."""
        return Points(self.index[which], self.share[which])

    def __len__(self) -> int:
        return self.index.shape[0]


class Book:
    """Instruments with their prices, the options on baskets, and where all of them stand.

    Variables are cash, units of each price, net positions in quotes and in joint quotes.
    """

    def __init__(
        self, legs: list[Leg], lines: list[Line], means: Vector, bid: Vector, ask: Vector
    ) -> None:
        self.legs, self.lines = legs, lines
        self.means, self.bid, self.ask = means, bid, ask
        self.n_assets = len(legs)
        self.n_joint = sum(line.options.size for line in lines) - 1
        self.n_quotes = bid.size - self.n_joint
        self.size = 1 + self.n_assets + bid.size
        self.starts = np.concatenate([[0], np.cumsum([leg.nodes.size for leg in legs])])
        self.nodes = np.concatenate([leg.nodes for leg in legs])
        # Columns of each asset's price and quotes among the variables.
        counts = np.cumsum([0, *(leg.slopes.size - 1 for leg in legs)])
        first = 1 + self.n_assets
        self.columns = [
            np.append(1 + i, first + np.arange(counts[i], counts[i + 1]))
            for i in range(self.n_assets)
        ]
        self.first_joint = first + self.n_quotes

    @cached_property
    def worths(self) -> csr_matrix:
        """What the variables are worth at all nodes of their assets, without cash."""
        return self._spread([leg.worths for leg in self.legs])

    @cached_property
    def slopes(self) -> csr_matrix:
        """The slopes of the variables at infinity, one row for each asset."""
        return self._spread([leg.slopes[None, :] for leg in self.legs])

    def _spread(self, blocks: list[Vector]) -> csr_matrix:
        stacked = block_diag([csr_matrix(block) for block in blocks], format="csr")
        order = np.concatenate(self.columns)
        place = csr_matrix(
            (np.ones(order.size), (np.arange(order.size), order)), (order.size, self.size)
        )
        return csr_matrix(stacked @ place)

    def prices(self, points: Points) -> Vector:
        """Return prices, shape (n, n_assets)."""
        return self.at(points, self.nodes)

    def at(self, points: Points, values: Vector) -> Vector:
        """Return a function of each asset, given at the nodes, shape (n, n_assets)."""
        where = self.starts[:-1] + points.index
        low, high = values[where], values[np.minimum(where + 1, values.size - 1)]
        return np.where(points.share > 0, low + points.share * (high - low), low)

    def points_at(self, prices: Vector) -> Points:
        """Return the points that stand for prices of shape (n, n_assets)."""
        index = np.empty(prices.shape, dtype=np.int64)
        share = np.zeros(prices.shape)
        for i, leg in enumerate(self.legs):
            own = np.clip(prices[:, i], 0.0, leg.nodes[-1])
            k = np.searchsorted(leg.nodes, own, side="right") - 1
            index[:, i] = k
            after = leg.nodes[np.minimum(k + 1, leg.nodes.size - 1)]
            width = np.where(after > leg.nodes[k], after - leg.nodes[k], 1.0)
            share[:, i] = (own - leg.nodes[k]) / width
        return Points(index, share)

    def rows(self, points: Points) -> csr_matrix:
        """Return rows that sum functions given at the nodes over the assets, shape (n, nodes)."""
        n = len(points)
        where = self.starts[:-1] + points.index
        after = np.minimum(where + 1, self.nodes.size - 1)
        data = np.concatenate([1.0 - points.share.ravel(), points.share.ravel()])
        column = np.concatenate([where.ravel(), after.ravel()])
        row = np.tile(np.repeat(np.arange(n), self.n_assets), 2)
        kept = data != 0
        return csr_matrix((data[kept], (row[kept], column[kept])), (n, self.nodes.size))

    def option_worths(self, prices: Vector) -> Vector:
        """Return target and joint quotes at prices (n, n_assets); shape (1 + joint, n)."""
        found = np.empty((1 + self.n_joint, prices.shape[0]))
        for line in self.lines:
            found[line.options] = line.worths(prices @ line.weights)
        return found

    def joint_rows(self, joint: Vector, cash: float) -> csr_matrix:
        """Return rows with cash and joint quotes worth (joint, n) on all variables."""
        n = joint.shape[1]
        before = csr_matrix((n, self.first_joint - 1))
        return csr_matrix(
            hstack([csr_matrix(np.full((n, 1), cash)), before, csr_matrix(joint.T)], format="csr")
        )

    @cached_property
    def cost(self) -> tuple[Vector, Vector]:
        """Prices of variables where they are sold and where they are bought."""
        hard = np.concatenate([[1.0], self.means])
        return np.concatenate([hard, self.bid]), np.concatenate([hard, self.ask])

    def price(self, held: Vector) -> float:
        """Return what holdings cost: longs at the ask, shorts at the bid."""
        low, high = self.cost
        side = np.where(held > 0, high, low)
        used = held != 0
        return float(held[used] @ side[used])

    def hedge(self, held: Vector, shortfall: float) -> StaticHedge:
        """Return holdings as a hedge; joint quotes follow the assets' quotes."""
        first = 1 + self.n_assets
        prices = (self.means, self.bid, self.ask)
        return upper_hedge(float(held[0]), held[1:first], held[first:], prices, shortfall)
