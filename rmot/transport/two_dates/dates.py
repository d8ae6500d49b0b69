r"""One date's quotes on nodes between which all of them are linear.

.. math:: \lambda \cdot g(s) = (1 - w)\, f_i + w\, f_{i+1}, \qquad
          \lambda \cdot g(s) = f_n + (s - k_n)\, f_\infty \quad (s > k_n),

where :math:`f` holds a portfolio's values at the nodes: zero, kinks, and limits from below where a
payoff jumps. Its slope beyond the last node is the entry after them, as if a node lay at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from rmot.errors import ParameterError
from rmot.payoffs import PiecewiseLinear
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class QuotedDate:
    """Nodes of a date, and its quotes there.

    Attributes
    ----------
    nodes : ndarray, shape (n,)
        Increasing from zero; a price where a payoff jumps comes twice, from below first.
    values : ndarray, shape (n + 1, J)
        Of the quoted payoffs at the nodes, and their slopes at infinity.
    quotes : Quotes
    tails : csr_matrix, shape (J, 2 n)
        The same payoffs as sums of digitals at the nodes, then of calls there: one and the price
        are those at zero.
    starts, stops : ndarray, shape (p,)
        Nodes at the ends of the pieces; the last stop is n, infinity.
    """

    nodes: Vector
    values: Vector
    quotes: Quotes
    tails: csr_matrix
    starts: Indices
    stops: Indices

    @classmethod
    def of(cls, quotes: Quotes, which: str) -> QuotedDate:
        """Place the nodes; `which` is how messages call the date.

        Raises
        ------
        ParameterError
            A payoff is not an object of one asset.
        """
        payoffs = []
        for j, payoff in enumerate(quotes.payoffs):
            if not isinstance(payoff, PiecewiseLinear):
                raise ParameterError(
                    f"expected a payoff object of one asset as quote {j} of the {which} date; "
                    f"got {getattr(payoff, 'label', 'an array')}"
                )
            payoffs.append(payoff)
        kinks = np.unique(np.concatenate([np.zeros(1), *(payoff.kinks for payoff in payoffs)]))
        right = np.array([payoff.value(kinks) for payoff in payoffs]).reshape(-1, kinks.size)
        left = np.array([payoff.left_limit(kinks) for payoff in payoffs]).reshape(-1, kinks.size)
        jumps = np.any(left != right, axis=0) & (kinks > 0)
        order = np.argsort(np.concatenate([kinks[jumps], kinks]), kind="stable")
        nodes = np.concatenate([kinks[jumps], kinks])[order]
        values = np.vstack([left.T[jumps], right.T])[order]
        slopes = np.array([payoff.tail[0] for payoff in payoffs])
        whole = np.append(np.diff(nodes) > 0, True)
        starts = np.flatnonzero(whole)
        tails = _tails(payoffs, nodes)
        return cls(nodes, np.vstack([values, slopes[None]]), quotes, tails, starts, starts + 1)

    @property
    def size(self) -> int:
        """How many nodes there are, infinity not counted."""
        return self.nodes.size

    @property
    def jumps(self) -> Vector:
        """Prices where a payoff jumps."""
        return self.nodes[1:][np.diff(self.nodes) == 0]

    def weights(self, prices: Vector) -> tuple[Indices, Vector, Vector]:
        """Return the node before each price, its weight, and that of the node after it."""
        piece = np.searchsorted(self.nodes[self.starts], prices, side="right") - 1
        before = self.starts[piece]
        last = before == self.size - 1
        ends = np.append(self.nodes, self.nodes[-1] + 1.0)
        step = np.where(last, 1.0, ends[before + 1] - self.nodes[before])
        after = (prices - self.nodes[before]) / step
        return before, np.where(last, 1.0, 1.0 - after), after

    def worth(self, portfolio: Vector, prices: Vector) -> Vector:
        """Return a portfolio's values at prices from its values at nodes, shape (n + 1,)."""
        before, here, after = self.weights(prices)
        return here * portfolio[before] + after * portfolio[before + 1]

    def held(self, positions: Vector, cash: float = 0.0, units: float = 0.0) -> Vector:
        """Return values at nodes, and the slope at infinity, of cash, forwards and positions."""
        worth = self.values @ positions
        worth[:-1] += cash + units * self.nodes
        worth[-1] += units
        return worth


def _tails(payoffs: list[PiecewiseLinear], nodes: Vector) -> csr_matrix:
    """Take payoffs apart into digitals and calls at the nodes."""
    rows, columns, entries = [], [], []
    n = nodes.size
    for j, payoff in enumerate(payoffs):
        starts_bent = payoff.kinks.size and payoff.kinks[0] == 0
        first = 1 if starts_bent else 0
        later = payoff.kinks[first:]
        # The right one of two nodes at a jump.
        at = np.searchsorted(nodes, later, side="right") - 1
        steeper = np.diff(payoff.slopes[first:])
        jump = np.diff(payoff.intercepts[first:]) + steeper * later
        rows.append(np.full(2 + 2 * later.size, j))
        columns.append(np.concatenate([[0, n], at, n + at]))
        entries.append(
            np.concatenate([[payoff.intercepts[first], payoff.slopes[first]], jump, steeper])
        )
    joined = (np.concatenate([np.zeros(0), *each]) for each in (entries, rows, columns))
    found, row, column = joined
    made = coo_matrix((found, (row.astype(int), column.astype(int))), (len(payoffs), 2 * n)).tocsr()
    made.eliminate_zeros()
    return csr_matrix(made)
