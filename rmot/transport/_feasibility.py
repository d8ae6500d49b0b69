r"""Which quotes clash: the law that misses bids and asks by the least total amount.

.. math:: \min \sum_j (e_j^+ + e_j^-)/\kappa_j \quad\text{s.t.}\quad b_j - e_j^- \le E^Q g_j
          \le a_j + e_j^+,

with cash and forwards exact. Quotes with :math:`e_j > 0` are named.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rmot.errors import InfeasibleQuotes
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_NAMED = 6
_MISSED = 1e-9


def raise_if_infeasible(
    columns: Vector,
    lower: Vector,
    upper: Vector,
    n_hard: int,
    names: list[str],
    free: NDArray[np.bool_] | None = None,
) -> None:
    """Raise InfeasibleQuotes unless some law meets all rows within 1e-9 of their scale.

    Parameters
    ----------
    columns : ndarray, shape (m, n)
        What a unit of mass at each node adds to each row.
    lower, upper : ndarray, shape (m,)
    n_hard : int
        The first rows are cash and forwards, which give no way.
    names : list of str
        Of the rows after those.
    free : ndarray of bool, shape (n,)
        Nodes whose mass may have either sign.
    """
    m, n = columns.shape
    scale = np.maximum(np.abs(columns).max(axis=1), 1e-300)
    columns, low, high = columns / scale[:, None], lower / scale, upper / scale
    give = np.eye(m)[:, n_hard:]
    rows = np.hstack([columns, give, -give])
    cost = np.concatenate([np.zeros(n), np.ones(2 * (m - n_hard))])
    bounds = np.zeros((cost.size, 2))
    bounds[:, 1] = np.inf
    if free is not None:
        bounds[:n][free, 0] = -np.inf
    has_high, has_low = np.isfinite(high), np.isfinite(low)
    equal = has_high & has_low & (low == high)
    left = np.vstack([rows[has_high & ~equal], -rows[has_low & ~equal]])
    upper_side = np.concatenate([high[has_high & ~equal], -low[has_low & ~equal]])
    result = linprog(
        cost,
        A_ub=csr_matrix(left) if upper_side.size else None,
        b_ub=upper_side if upper_side.size else None,
        A_eq=csr_matrix(rows[equal]),
        b_eq=low[equal],
        bounds=bounds,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if result.status != 0:
        raise InfeasibleQuotes(
            "no law on the admitted prices has the given forwards "
            f"{lower[1:n_hard].tolist()}, whatever the quotes"
        )
    reached = columns @ result.x[:n]
    missed = np.maximum(np.maximum(low - reached, reached - high), 0.0)
    if missed.max() <= _MISSED:
        return
    clashing = np.flatnonzero(missed > _MISSED)
    clashing = clashing[np.argsort(-missed[clashing], kind="stable")]
    listed = "; ".join(
        f"{names[j - n_hard]} bid {lower[j]:.10g} ask {upper[j]:.10g} "
        f"reachable {reached[j] * scale[j]:.10g}"
        for j in clashing[:_NAMED]
    )
    more = f"; and {clashing.size - _NAMED} more" if clashing.size > _NAMED else ""
    raise InfeasibleQuotes(f"no law meets all quotes; nearest are missed by {listed}{more}")


def row_names(quotes: Quotes | None) -> list[str]:
    """Return what messages call each quote."""
    return [] if quotes is None else [quotes.name(j) for j in range(len(quotes))]
