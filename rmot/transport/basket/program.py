r"""The linear programs of a hedge's cost: what is common to all of them.

.. math:: \min\; h + \nu \cdot F + \textstyle\sum_j (b_j \lambda_j + (a_j - b_j)\, \ell_j)
          \quad\text{s.t.}\quad \ell_j \ge \lambda_j,\; \ell_j \ge 0,

with the hedge's worth at each node, and its slope at infinity for each asset, as variables of
their own: rows on prices of all assets are then sparse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, eye_array, hstack, vstack

from rmot.errors import AccuracyError
from rmot.transport._highs import HIGHS
from rmot.transport.basket.book import Book

Vector = NDArray[np.float64]


class Unbounded(AccuracyError):
    """A hedge of ever lower cost meets the rows in force."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Holdings, the values of further variables, the dual value, and the rows' multipliers."""

    held: Vector
    more: Vector
    attained: float
    multipliers: Vector
    confined: bool


class Program:
    """Cost, bounds and links of a book's variables, and `n_more` free ones that cost nothing."""

    def __init__(self, book: Book, n_more: int, box: float = np.inf) -> None:
        self.book = book
        first = 1 + book.n_assets
        low, high = book.bid, book.ask
        closed = np.isfinite(low) & np.isfinite(high)
        self.two_sided = np.flatnonzero(closed & (high > low))
        self.first_node = book.size + self.two_sided.size
        self.first_slope = self.first_node + book.nodes.size
        self.first_more = self.first_slope + book.n_assets
        self.size = self.first_more + n_more
        self.cost = np.zeros(self.size)
        self.cost[0] = 1.0
        self.cost[1:first] = book.means
        self.cost[first : book.size] = np.where(
            np.isfinite(low), low, np.where(np.isfinite(high), high, 0.0)
        )
        self.cost[book.size : self.first_node] = (high - low)[self.two_sided]
        self.bounds = np.column_stack([np.full(self.size, -np.inf), np.full(self.size, np.inf)])
        self.bounds[: book.size] = [-box, box]
        positions = self.bounds[first : book.size]
        positions[~np.isfinite(low), 0] = 0.0
        positions[~np.isfinite(high), 1] = 0.0
        self.bounds[book.size : self.first_node, 0] = 0.0
        self.box = box

    def rows(self, **blocks: csr_matrix) -> csr_matrix:
        """Return rows from blocks named held, nodes, slopes and more; absent ones are zero."""
        (n, _), *_ = (block.get_shape() for block in blocks.values())
        widths = {
            "held": self.book.size,
            "long": self.two_sided.size,
            "nodes": self.book.nodes.size,
            "slopes": self.book.n_assets,
            "more": self.size - self.first_more,
        }
        parts = [
            blocks.get(name, csr_matrix((n, width))) for name, width in widths.items() if width
        ]
        return csr_matrix(hstack(parts, format="csr"))

    def solve(self, left: csr_matrix, right: Vector, method: str = "highs") -> Solution:
        """Return the cheapest hedge with `left` x >= `right`.

        Raises
        ------
        Unbounded, AccuracyError
        """
        book = self.book
        links = vstack(
            [
                self.rows(held=-book.worths, nodes=csr_matrix(eye_array(book.nodes.size))),
                self.rows(held=-book.slopes, slopes=csr_matrix(eye_array(book.n_assets))),
            ],
            format="csr",
        )
        count = self.two_sided.size
        if count:
            own = np.arange(count)
            held = self.two_sided + 1 + book.n_assets
            longs = csr_matrix(
                coo_matrix(
                    (
                        np.concatenate([np.ones(count), -np.ones(count)]),
                        (np.tile(own, 2), np.concatenate([book.size + own, held])),
                    ),
                    (count, self.size),
                )
            )
            left = csr_matrix(vstack([left, longs], format="csr"))
            right = np.append(right, np.zeros(count))
        # Where the interior point method loses its way, the simplex method starts afresh.
        for attempt in (method, "highs-ds"):
            found = linprog(
                self.cost,
                A_ub=-left,
                b_ub=-right,
                A_eq=links,
                b_eq=np.zeros(book.nodes.size + book.n_assets),
                bounds=self.bounds,
                method=attempt,
                options=HIGHS,
            )
            if found.status in (0, 3):
                break
        if found.status == 3:
            raise Unbounded(f"the hedging program is unbounded: {found.message}")
        if found.status != 0:
            raise AccuracyError(f"the hedging program was not solved: {found.message}")
        multipliers = -found.ineqlin.marginals
        held = found.x[: book.size]
        confined = bool(np.any(np.abs(held) >= self.box * (1 - 1e-9)))
        return Solution(
            held.copy(),
            found.x[self.first_more :],
            float(multipliers @ right),
            multipliers[: right.size - count],
            confined,
        )
