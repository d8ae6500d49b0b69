r"""The linear program over laws whose first prices are finitely many.

.. math:: \max \sum_{x, y} \pi_{xy}\, c(x, y) \quad\text{s.t.}\quad \sum_y \pi_{xy} (y - x) = 0,
          \quad b_j \le \sum \pi\, g_j \le a_j,

with mass one and mean one. A ray over x adds to its mean without mass, and one more adds to the
means of both dates. The masses of both dates are gathered on the nodes between which quotes are
linear, so that each column has few entries. Quotes may be missed at a price, as long as columns
are wanting; multipliers are the hedge's positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, eye_array, hstack, vstack

from rmot.errors import AccuracyError
from rmot.transport._highs import HIGHS
from rmot.transport.two_dates.dates import QuotedDate

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]

PENALTY = 100.0


@dataclass(frozen=True, eq=False)
class Columns:
    """Points of the plane that may carry mass.

    Attributes
    ----------
    prices : ndarray, shape (m,)
        First prices.
    owner : ndarray of int, shape (n,)
        Which first price.
    kind : ndarray of int, shape (n,)
        Column of the fan; -1 for the ray.
    second, paid : ndarray, shape (n,)
        Price and payoff; for rays one, and the slope.
    """

    prices: Vector
    owner: Indices
    kind: Indices
    second: Vector
    paid: Vector


@dataclass(frozen=True, eq=False)
class Solved:
    """A law, and the hedge that its multipliers are."""

    masses: Vector
    far: float
    attained: float
    missed: float
    cash: float
    forward: float
    first: Vector
    second: Vector
    deltas: Vector


def solve(
    dates: tuple[QuotedDate, QuotedDate],
    columns: Columns,
    far_paid: float,
    penalty: float = PENALTY,
    method: str = "highs-ipm",
) -> Solved:
    """Return the law of largest expectation on these columns.

    `far_paid` is what a unit of mean at an infinite first price is worth.

    Raises
    ------
    AccuracyError
        HiGHS gave up.
    """
    gathered, martingale = _balances(dates, columns)
    n_fibres, n_columns = martingale.shape
    sizes = [date.size + 1 for date in dates]
    counts = [len(date.quotes) for date in dates]
    n_nodes, n_quotes = sum(sizes), sum(counts)
    lead = n_columns + 1
    # What the far column adds: a unit at infinity on each date.
    far = csr_matrix(
        (np.ones(2), (np.array([sizes[0] - 1, n_nodes - 1]), np.zeros(2, dtype=int))), (n_nodes, 1)
    )
    balance = hstack([gathered, far, -eye_array(n_nodes), csr_matrix((n_nodes, 3 * n_quotes))])
    tied = hstack([martingale, csr_matrix((n_fibres, 1 + n_nodes + 3 * n_quotes))])
    first = dates[0]
    whole = np.zeros((2, sizes[0]))
    whole[0, :-1] = 1.0
    whole[1] = np.append(first.nodes, 1.0)
    norm = hstack(
        [csr_matrix((2, lead)), csr_matrix(whole), csr_matrix((2, sizes[1] + 3 * n_quotes))]
    )
    values = _blocks(dates)
    give = eye_array(n_quotes)
    quoted = hstack([csr_matrix((n_quotes, lead)), values, -give, -give, give])
    cost = np.concatenate(
        [-columns.paid, [-far_paid], np.zeros(n_nodes + n_quotes), np.full(2 * n_quotes, penalty)]
    )
    bounds = np.zeros((cost.size, 2))
    bounds[:, 1] = np.inf
    bounds[lead : lead + n_nodes, 0] = -np.inf
    sides = slice(lead + n_nodes, lead + n_nodes + n_quotes)
    bounds[sides, 0] = np.concatenate([date.quotes.bid for date in dates])
    bounds[sides, 1] = np.concatenate([date.quotes.ask for date in dates])
    rows = vstack([balance, tied, norm, quoted], format="csr")
    right = np.zeros(rows.shape[0])
    right[n_nodes + n_fibres : n_nodes + n_fibres + 2] = 1.0
    for attempt in (method, "highs-ds"):
        found = linprog(
            cost, A_eq=rows, b_eq=right, bounds=bounds, method=attempt, options=HIGHS
        )
        if found.status == 0:
            break
    else:
        raise AccuracyError(f"the program over laws was not solved: {found.message}")
    multipliers = -found.eqlin.marginals
    deltas = multipliers[n_nodes : n_nodes + n_fibres]
    cash, forward, *positions = multipliers[n_nodes + n_fibres :]
    held = np.array(positions)
    missed = found.x[sides.stop :]
    return Solved(
        found.x[:n_columns],
        float(found.x[n_columns]),
        float(-cost[:lead] @ found.x[:lead]),
        float(missed.sum()),
        float(cash),
        float(forward),
        held[: counts[0]],
        held[counts[0] :],
        deltas,
    )


def _blocks(dates: tuple[QuotedDate, QuotedDate]) -> csr_matrix:
    one, other = (date.values.T for date in dates)
    upper = hstack([csr_matrix(one), csr_matrix((one.shape[0], other.shape[1]))])
    lower = hstack([csr_matrix((other.shape[0], one.shape[1])), csr_matrix(other)])
    return csr_matrix(vstack([upper, lower]))


def _balances(
    dates: tuple[QuotedDate, QuotedDate], columns: Columns
) -> tuple[csr_matrix, csr_matrix]:
    """Return what columns add to the nodes of both dates, and to the martingale rows."""
    first, second = dates
    count = columns.owner.size
    own = np.arange(count)
    ray = columns.kind < 0
    at = own[~ray]
    before, here, after = first.weights(columns.prices)
    owner = columns.owner[at]
    rows = [before[owner], before[owner] + 1]
    entries = [here[owner], after[owner]]
    places = [at, at]
    start = first.size + 1
    before, here, after = second.weights(columns.second[at])
    # A limit from below is a node of its own.
    kind = columns.kind[at]
    is_node = kind < second.size
    rows += [start + np.where(is_node, kind, before), start + before + 1]
    entries += [np.where(is_node, 1.0, here), np.where(is_node, 0.0, after)]
    places += [at, at]
    beyond = own[ray]
    rows.append(np.full(beyond.size, start + second.size))
    entries.append(np.ones(beyond.size))
    places.append(beyond)
    gathered = coo_matrix(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(places))),
        (start + second.size + 1, count),
    ).tocsr()
    gathered.eliminate_zeros()
    moves = np.where(ray, 1.0, columns.second - columns.prices[columns.owner])
    martingale = coo_matrix((moves, (columns.owner, own)), (columns.prices.size, count)).tocsr()
    martingale.eliminate_zeros()
    return csr_matrix(gathered), csr_matrix(martingale)
