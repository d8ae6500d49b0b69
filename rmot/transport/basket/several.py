r"""The largest shortfall of a hedge against options on several baskets, by branch and bound.

.. math:: \min\; h + \textstyle\sum_i f_i(s_i) + \sum_d g_d(x_d) \quad\text{s.t.}\quad
          x_d = v_d \cdot s

is a separable problem with one linear equation for each basket. On a box of intervals its convex
envelopes make a linear program; its multipliers bound the minimum by separate ones, in a way
that does not rest on the program's tolerance. Boxes are split where an envelope is furthest off.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rmot.transport._highs import HIGHS
from rmot.transport.basket.book import Book

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


class _Envelope:
    """All assets and baskets as functions at nodes, baskets with weight -1 in their equation."""

    def __init__(self, book: Book, held: Vector) -> None:
        self.book = book
        worth = book.worths @ held
        joint = np.append(-1.0, held[book.first_joint :])
        last = book.nodes[book.starts[1:] - 1]
        nodes, values = [book.nodes], [worth]
        sizes = list(np.diff(book.starts))
        for line in book.lines:
            low = float(np.minimum(line.weights, 0.0) @ last)
            high = float(np.maximum(line.weights, 0.0) @ last)
            x = np.unique(np.concatenate([[low], line.kinks, [high]]))
            x = x[(x >= low) & (x <= high)]
            nodes.append(x)
            values.append(joint[line.options] @ line.worths(x))
            sizes.append(x.size)
        self.nodes, self.values = np.concatenate(nodes), np.concatenate(values)
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        steep = np.array([line.weights for line in book.lines])
        self.steep = np.hstack([steep, -np.eye(len(book.lines))])
        self.owner = np.repeat(np.arange(len(sizes)), sizes)

    def relaxed(self, first: Indices, last: Indices) -> tuple[float, Vector, Vector] | None:
        """Return the bound on a box, the point and each function's envelope there."""
        place = np.arange(self.nodes.size)
        inside = np.flatnonzero((place >= first[self.owner]) & (place <= last[self.owner]))
        owner, nodes, values = self.owner[inside], self.nodes[inside], self.values[inside]
        n, m = self.starts.size - 1, self.steep.shape[0]
        column = np.arange(inside.size)
        equations = np.vstack(
            [
                csr_matrix((np.ones(inside.size), (owner, column)), (n, inside.size)).toarray(),
                self.steep[:, owner] * nodes,
            ]
        )
        right = np.concatenate([np.ones(n), np.zeros(m)])
        found = linprog(
            values, A_eq=csr_matrix(equations), b_eq=right, method="highs", options=HIGHS
        )
        if found.status == 2:
            return None
        multipliers = found.eqlin.marginals[n:] if found.status == 0 else np.zeros(m)
        rest = values - multipliers @ self.steep[:, owner] * nodes
        starts = np.searchsorted(owner, np.arange(n))
        bound = float(np.minimum.reduceat(rest, starts).sum())
        share = found.x if found.status == 0 else np.zeros(inside.size)
        at = np.bincount(owner, share * nodes, n)
        below = np.bincount(owner, share * values, n).astype(float)
        return bound, at.astype(float), below

    def true_values(self, at: Vector) -> Vector:
        """Return every function at a point."""
        spans = zip(self.starts[:-1], self.starts[1:], at, strict=True)
        return np.array([np.interp(x, self.nodes[a:b], self.values[a:b]) for a, b, x in spans])


def several_baskets(
    book: Book, held: Vector, enough: float, tolerance: float, most_boxes: int
) -> tuple[float, float, Vector]:
    """Return a lower bound of the hedge less its target, the least found, and prices found.

    Ends as `rmot.numerics.separable_minimum.least_on_slab` does; rays are not looked at.
    """
    shape = _Envelope(book, held)
    first, last = shape.starts[:-1].copy(), shape.starts[1:] - 1
    root = shape.relaxed(first, last)
    assert root is not None, "prices of zero lie in every book's box"
    best, prices = np.inf, []
    heap: list[tuple[float, int, Indices, Indices, Vector, Vector]] = []
    counter, closed = 0, np.inf

    def examine(
        result: tuple[float, Vector, Vector] | None, least: float, low: Indices, high: Indices
    ) -> None:
        nonlocal best, counter, closed
        if result is None:
            return
        bound, at, below = max(result[0], least), result[1], result[2]
        own = shape.true_values(at)
        prices.append(at[: book.n_assets])
        best = min(best, float(own.sum()))
        gaps = own - below
        inner = high - low >= 2
        if not np.any(inner) or bound >= min(enough - held[0], best - tolerance):
            closed = min(closed, bound)
            return
        counter += 1
        heapq.heappush(heap, (bound, counter, low, high, at, np.where(inner, gaps, -np.inf)))

    examine(root, -np.inf, first, last)
    while heap and counter < most_boxes:
        bound, _, low, high, at, gaps = heapq.heappop(heap)
        if bound + held[0] >= enough or best - bound <= tolerance:
            closed = min(closed, bound)
            break
        i = int(gaps.argmax())
        inside = np.arange(low[i] + 1, high[i])
        k = int(inside[np.abs(shape.nodes[inside] - at[i]).argmin()])
        for side in (0, 1):
            new_low, new_high = low.copy(), high.copy()
            (new_high if side == 0 else new_low)[i] = k
            examine(shape.relaxed(new_low, new_high), bound, new_low, new_high)
    bound = min([closed, best, *(item[0] for item in heap)])
    return held[0] + bound, held[0] + best, np.array(prices)
