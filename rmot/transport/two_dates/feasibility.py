r"""Whether any martingale meets the quotes of two dates, and which of them clash if none does.

Laws :math:`\mu_1, \mu_2` of mean one are those of a martingale if and only if

.. math:: E^{\mu_1} (S - k)^+ \le E^{\mu_2} (S - k)^+ \quad \forall k \ge 0

(Strassen). Between two nodes of the first date its mass is best held in one place, of the second
date on both nodes: the calls of the first are then convex between the nodes of the second, whose
calls are linear there. Strikes at those nodes decide, each with the one place of the first date
around it on either side: a finite linear program.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.errors import InfeasibleQuotes
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport.two_dates.dates import QuotedDate

Vector = NDArray[np.float64]


def raise_if_dates_clash(dates: tuple[QuotedDate, QuotedDate]) -> None:
    """Raise InfeasibleQuotes unless some martingale meets the quotes of both dates.

    The error names quotes that clash, with their dates.
    """
    first, second = dates
    ends, mass, worth, piece = _held(first)
    strikes = np.unique(second.nodes)
    lines = _calls(first, ends, mass, piece, strikes)
    far = np.append(second.nodes, np.inf)
    own = np.where(
        np.isfinite(far), np.maximum(np.append(second.nodes, 0.0) - strikes[:, None], 0.0), 1.0
    )
    own = np.vstack([own, own])
    n_first, n_second, n_rows = ends.size, second.size + 1, lines.shape[0]
    masses = np.append(np.ones(second.size), 0.0)
    hard = np.zeros((4 + n_rows, n_first + n_second + n_rows))
    hard[0, :n_first], hard[1, :n_first] = mass, ends
    hard[2, n_first : n_first + n_second] = masses
    hard[3, n_first : n_first + n_second] = np.append(second.nodes, 1.0)
    hard[4:, :n_first] = lines
    hard[4:, n_first : n_first + n_second] = -own
    hard[4:, n_first + n_second :] = np.eye(n_rows)
    counts = [len(date.quotes) for date in dates]
    quoted = np.zeros((sum(counts), hard.shape[1]))
    quoted[: counts[0], :n_first] = worth.T
    quoted[counts[0] :, n_first : n_first + n_second] = second.values.T
    level = np.concatenate([np.ones(4), np.zeros(n_rows)])
    bid = np.concatenate([level, *(date.quotes.bid for date in dates)])
    ask = np.concatenate([level, *(date.quotes.ask for date in dates)])
    names = [
        f"{name} of the {which} date"
        for which, date in zip(("first", "second"), dates, strict=True)
        for name in row_names(date.quotes)
    ]
    try:
        raise_if_infeasible(np.vstack([hard, quoted]), bid, ask, hard.shape[0], names)
    except InfeasibleQuotes as error:
        # A portfolio of static positions alone is not what gains here: a delta belongs to it.
        message, *_ = str(error).split(". Arbitrage:")
        raise InfeasibleQuotes(
            message.replace("no law meets", "no martingale meets"), error.conflict
        ) from None


def _held(date: QuotedDate) -> tuple[Vector, Vector, Vector, NDArray[np.intp]]:
    """Return ends of all pieces: price (or unit of mean), mass, quotes there, and the piece."""
    at = np.column_stack([date.starts, date.stops]).ravel()
    piece = np.repeat(np.arange(date.starts.size), 2)
    prices = np.append(date.nodes, 1.0)[at]
    return prices, (at < date.size).astype(float), date.values[at], piece


def _calls(
    date: QuotedDate, ends: Vector, mass: Vector, piece: NDArray[np.intp], strikes: Vector
) -> Vector:
    """Return what ends add to calls of the first date, its place around the strike in or out."""
    own = np.searchsorted(date.nodes[date.starts], strikes, side="right") - 1
    gain = ends - np.multiply.outer(strikes, mass)
    beyond = piece > own[:, None]
    around = piece >= own[:, None]
    return np.vstack([np.where(beyond, gain, 0.0), np.where(around, gain, 0.0)])
