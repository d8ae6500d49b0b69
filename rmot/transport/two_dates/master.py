r"""The linear program over laws whose first prices are finitely many.

.. math:: \max \sum_{x, y} \pi_{xy}\, c(x, y) \quad\text{s.t.}\quad \sum_y \pi_{xy} (y - x) = 0,
          \quad b_j \le \sum \pi\, g_j \le a_j,

with mass one and mean one. A ray over x adds to its mean without mass, and one more adds to the
means of both dates. The masses of both dates are gathered on the nodes between which quotes are
linear, and summed twice into digitals and calls, so that all is sparse. Quotes may be missed at a
price, as long as columns are wanting; multipliers are the hedge's positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_diag, bmat, coo_matrix, csr_matrix, diags_array, eye_array, hstack

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
) -> Solved:
    """Return the law of largest expectation on these columns.

    `far_paid` is what a unit of mean at an infinite first price is worth.

    Raises
    ------
    AccuracyError
        HiGHS gave up.
    """
    gathered, martingale = _balances(dates, columns)
    n_fibres, n_columns = columns.prices.size, columns.owner.size
    counts = [len(date.quotes) for date in dates]
    n_nodes, n_quotes = sum(date.size + 1 for date in dates), sum(counts)
    lead = n_columns + 1
    # What the far column adds: a unit at infinity on each date.
    ends = np.array([dates[0].size, n_nodes - 1])
    far = csr_matrix((np.ones(2), (ends, np.zeros(2, dtype=int))), (n_nodes, 1))
    chains, quoted = _joined([_chain(date) for date in dates]), _joined([d.tails for d in dates])
    n_tails = 2 * sum(date.size for date in dates)
    whole = csr_matrix((np.ones(2), (np.arange(2), [0, dates[0].size])), (2, n_tails))
    give = eye_array(n_quotes)
    rows = bmat(
        [
            [_with_rays(gathered, dates), _with_rays(far, dates), -chains, None],
            [martingale, csr_matrix((n_fibres, 1)), None, None],
            [None, None, whole, None],
            [None, None, quoted, hstack([-give, -give, give])],
        ],
        format="csr",
    )
    cost = np.concatenate(
        [-columns.paid, [-far_paid], np.zeros(n_tails + n_quotes), np.full(2 * n_quotes, penalty)]
    )
    bounds = np.zeros((cost.size, 2))
    bounds[:, 1] = np.inf
    sides = slice(lead + n_tails, lead + n_tails + n_quotes)
    bounds[sides, 0] = np.concatenate([date.quotes.bid for date in dates])
    bounds[sides, 1] = np.concatenate([date.quotes.ask for date in dates])
    start = n_tails + n_fibres
    right = np.zeros(start + 2 + n_quotes)
    right[start : start + 2] = 1.0
    for method in ("highs-ipm", "highs-ds"):
        found = linprog(cost, A_eq=rows, b_eq=right, bounds=bounds, method=method, options=HIGHS)
        if found.status == 0:
            break
    else:
        raise AccuracyError(f"the program over laws was not solved: {found.message}")
    multipliers = -found.eqlin.marginals
    deltas = multipliers[start - n_fibres : start]
    cash, forward, *positions = multipliers[start:]
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


def _joined(blocks: list[csr_matrix]) -> csr_matrix:
    return csr_matrix(block_diag(blocks, format="csr"))


def _chain(date: QuotedDate) -> csr_matrix:
    """Return masses at nodes, then zeros, from prices of digitals and of calls at the nodes.

    With D and C those, a mass is a difference of D; C at one node is C at the next and the step
    times D there; C at the last is what lies at infinity.
    """
    n = date.size
    steps = np.diff(date.nodes)
    masses = eye_array(n) - eye_array(n, k=1)
    worth = eye_array(n) - eye_array(n, k=1)
    shifted = diags_array(steps, offsets=1, shape=(n, n))
    return csr_matrix(bmat([[masses, None], [-shifted, worth]], format="csr"))


def _with_rays(gathered: csr_matrix, dates: tuple[QuotedDate, QuotedDate]) -> csr_matrix:
    """Place masses at nodes and infinity in the rows of both chains."""
    place, start = [], 0
    for date in dates:
        place += [start + np.arange(date.size), [start + 2 * date.size - 1]]
        start += 2 * date.size
    at = np.concatenate(place)
    spread = csr_matrix((np.ones(at.size), (at, np.arange(at.size))), (start, at.size))
    return csr_matrix(spread @ gathered)


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
