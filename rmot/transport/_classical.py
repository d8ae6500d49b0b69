r"""Classical bounds: the cheapest static hedge that dominates a payoff at all prices.

.. math:: \inf \{ h + \nu F + \textstyle\sum_j (\lambda_j^+ a_j - \lambda_j^- b_j) :
          h + \nu s + \lambda \cdot g(s) \ge c(s) \;\; \forall s \ge 0 \}

When payoffs are linear between kinks it is enough to dominate at 0, at both one-sided limits of
every kink, and in slope at infinity: a finite linear program, solved by HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, PiecewiseLinear
from rmot.transport._feasibility import HIGHS, raise_if_infeasible, row_names
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassicalProblem:
    """What each instrument and the payoff are worth wherever domination is examined.

    `values` has shape (n_conditions, 1 + n_assets + J); the last `n_directions` conditions are
    slopes at infinity, where cash counts nothing.
    """

    values: Vector
    payoff: Vector
    prices: tuple[Vector, Vector, Vector]
    quotes: Quotes | None
    n_directions: int


def at_all_prices(
    payoff: PiecewiseLinear, quotes: Quotes | None, forwards: Vector
) -> ClassicalProblem:
    """State the problem for payoffs known at all prices in [0, inf)."""
    quoted = [] if quotes is None else one_asset_payoffs(quotes.payoffs)
    values, slopes = conditions(quoted, [payoff])
    own, own_slopes = values[:, -1], slopes[-1]
    bid, ask = _sides(quotes)
    return ClassicalProblem(
        np.vstack([values[:, :-1], slopes[:-1]]),
        np.append(own, own_slopes),
        (forwards, bid, ask),
        quotes,
        1,
    )


def on_nodes(
    payoff: Payoff | Vector, prior: Prior, quotes: Quotes | None, forwards: Vector
) -> ClassicalProblem:
    """State the problem on the prior's nodes alone."""
    n = prior.weights.size
    columns = [np.ones(n), *prior.points.reshape(n, -1).T]
    listed = [payoff, *([] if quotes is None else quotes.payoffs)]
    evaluated = [item.value(prior.points) if isinstance(item, Payoff) else item for item in listed]
    for j, item in enumerate(evaluated):
        if item.shape != (n,):
            name = "the payoff" if j == 0 else f"quote {j - 1}"
            raise ParameterError(f"expected values of {name} of shape ({n},); got {item.shape}")
    bid, ask = _sides(quotes)
    return ClassicalProblem(
        np.column_stack([*columns, *evaluated[1:]]), evaluated[0], (forwards, bid, ask), quotes, 0
    )


def one_asset_payoffs(payoffs: Iterable[object]) -> list[PiecewiseLinear]:
    """Return the payoffs of one asset, or raise ParameterError."""
    found = []
    for j, payoff in enumerate(payoffs):
        if not isinstance(payoff, PiecewiseLinear):
            raise ParameterError(f"expected a payoff object of one asset as quote {j}")
        found.append(payoff)
    return found


def conditions(
    quoted: Sequence[PiecewiseLinear], others: Sequence[PiecewiseLinear] = ()
) -> tuple[Vector, Vector]:
    """Return values of cash, price and payoffs at 0 and beside all kinks, and slopes at infinity.

    Shapes (n, 2 + number of payoffs) and (2 + number of payoffs,).
    """
    payoffs = [*quoted, *others]
    kinks = np.unique(np.concatenate([np.zeros(1), *(payoff.kinks for payoff in payoffs)]))
    left = kinks[kinks > 0]
    at = np.concatenate([kinks, left])
    columns = [np.ones(at.size), at]
    for payoff in payoffs:
        columns.append(np.concatenate([payoff.value(kinks), payoff.left_limit(left)]))
    slopes = np.array([0.0, 1.0, *(payoff.tail[0] for payoff in payoffs)])
    rows = np.column_stack(columns)
    return np.unique(rows, axis=0), slopes


def classical_bounds(
    problem: ClassicalProblem,
) -> tuple[StaticHedge, StaticHedge, float]:
    """Return the lower and the upper hedge and the larger duality gap.

    Raises
    ------
    InfeasibleQuotes
        No law of prices meets the quotes and forwards.
    """
    upper, upper_gap = _cheapest(problem, problem.payoff)
    lower, lower_gap = _cheapest(problem, -problem.payoff)
    return mirrored(lower), upper, max(upper_gap, lower_gap)


def _sides(quotes: Quotes | None) -> tuple[Vector, Vector]:
    return (np.empty(0), np.empty(0)) if quotes is None else (quotes.bid, quotes.ask)


def _cheapest(problem: ClassicalProblem, payoff: Vector) -> tuple[StaticHedge, float]:
    forwards, bid, ask = problem.prices
    hard = 1 + forwards.size
    values = problem.values
    quoted = values[:, hard:]
    left = np.hstack([values[:, :hard], quoted, -quoted])
    longs, shorts = np.isfinite(ask), np.isfinite(bid)
    cost = np.concatenate([[1.0], forwards, np.where(longs, ask, 0.0), -np.where(shorts, bid, 0.0)])
    bounds = [(None, None)] * hard + [(0, None if open_ else 0) for open_ in (*longs, *shorts)]
    result = linprog(cost, A_ub=-left, b_ub=-payoff, bounds=bounds, method="highs", options=HIGHS)
    if result.status != 0:
        lower, upper = (np.concatenate([[1.0], forwards, side]) for side in (bid, ask))
        raise_if_infeasible(values.T, lower, upper, hard, row_names(problem.quotes))
        raise AccuracyError(f"the hedging program was not solved: {result.message}")
    x = result.x
    cash, units = float(x[0]), x[1:hard].copy()
    long, short = x[hard : hard + bid.size], x[hard + bid.size :]
    positions = long - short
    held = np.concatenate([[cash], units, positions])
    missed = payoff - values @ held
    finite = missed.size - problem.n_directions
    # The program's tolerance is paid for in cash and forwards, so that the hedge truly dominates.
    if problem.n_directions:
        lack = max(0.0, float(missed[finite:].max()))
        units[0] += lack
    held = np.concatenate([[cash], units, positions])
    cash += max(0.0, float((payoff - values @ held)[:finite].max()))
    held[0] = cash
    shortfall = float(np.max(payoff - values @ held))
    hedge = upper_hedge(cash, units, positions, problem.prices, shortfall)
    attained = float(-result.ineqlin.marginals @ payoff)
    return hedge, abs(hedge.cost - attained)
