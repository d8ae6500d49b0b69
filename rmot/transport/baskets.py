r"""Bounds on a call on a basket from quotes of each asset alone.

.. math:: \text{upper} = \inf\{\textstyle\sum_i \pi_i(f_i) : \sum_i f_i(s_i) \ge (w\cdot s - K)^+
          \;\forall s \ge 0\}, \qquad
          \text{lower} = \sup\{\textstyle\sum_i \pi_i(f_i) : \sum_i f_i(s_i) \le (w\cdot s - K)^+\},

where each :math:`f_i` holds cash, asset i and its quoted payoffs, and :math:`\pi_i` is its cost.
The upper program separates: it asks for :math:`\sum_i \min f_i \ge 0` and
:math:`\sum_i \min (f_i - w_i s_i) \ge -K`, which finitely many kinks and slopes decide for any
number of assets. For two assets the lower one does too: on each rectangle between kinks, cut by
the line :math:`w \cdot s = K`, both sides are linear, so corners and directions of recession are
enough. With convex call curves the upper bound is Hobson, Laurence and Wang's (2005)
:math:`\min_{\sum w_i k_i = K} \sum_i w_i C_i(k_i)`, with the linear interpolants of the calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rmot.errors import AccuracyError, ParameterError
from rmot.payoffs import BasketCall, PiecewiseLinear
from rmot.transport._classical import conditions, one_asset_payoffs
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport._highs import HIGHS
from rmot.transport.bounds import Bounds
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_ROWS_AT_ONCE = 2000
# In units of price; what is left is paid for in cash at the end.
_VIOLATION = 1e-12


@dataclass(frozen=True, eq=False)
class _Leg:
    """One asset: its instruments' values beside kinks, and their slopes at infinity."""

    payoffs: list[PiecewiseLinear]
    values: Vector
    slopes: Vector

    @property
    def prices(self) -> Vector:
        return self.values[:, 1]

    def beside(self, prices: Vector) -> Vector:
        """Return the values at other prices, from the right and then from the left."""
        cash = np.ones(prices.size)
        right = [cash, prices, *(payoff.value(prices) for payoff in self.payoffs)]
        left = [cash, prices, *(payoff.left_limit(prices) for payoff in self.payoffs)]
        left_rows = np.column_stack(left)[prices > 0]
        return np.unique(np.vstack([np.column_stack(right), left_rows]), axis=0)


def basket_bounds(
    payoff: BasketCall, quotes: Sequence[Quotes], forwards: ArrayLike = 1.0
) -> Bounds:
    """Return bounds on a basket call over all joint laws whose marginals meet the quotes.

    Parameters
    ----------
    payoff : BasketCall
        From `rmot.payoffs.basket_call`; weights of any sign.
    quotes : sequence of Quotes, one for each asset
        Payoff objects of that asset's price. Empty ones are allowed.
    forwards : float or array_like, shape (n_assets,)
        Means, met exactly.

    Returns
    -------
    Bounds
        The hedges' `positions` hold the assets' quotes one after the other. The upper bound is
        sharp for any number of assets, the lower one for one or two; beyond, it is the better
        of nothing and the forward contract, and `sharp` is False.

    Raises
    ------
    ParameterError
        Numbers of assets do not fit, or a quoted payoff is no object of one asset.
    InfeasibleQuotes
        No law of one of the assets meets its quotes.
    """
    if not isinstance(payoff, BasketCall):
        raise ParameterError("expected a payoff made by basket_call")
    n_assets = payoff.weights.size
    if len(quotes) != n_assets:
        raise ParameterError(f"expected quotes of {n_assets} assets; got {len(quotes)}")
    try:
        means = np.broadcast_to(np.asarray(forwards, dtype=float), n_assets).astype(float)
    except ValueError:
        raise ParameterError(
            f"expected a forward or {n_assets} of them; got shape {np.shape(forwards)}"
        ) from None
    if not np.all(np.isfinite(means)) or np.any(means < 0):
        raise ParameterError(f"expected finite forwards >= 0; got {means.tolist()}")
    legs = []
    for one, mean in zip(quotes, means, strict=True):
        payoffs = one_asset_payoffs(one.payoffs)
        values, slopes = conditions(payoffs)
        rows = np.vstack([values, slopes]).T
        lower, upper = (np.concatenate([[1.0, mean], side]) for side in (one.bid, one.ask))
        raise_if_infeasible(rows, lower, upper, 2, row_names(one))
        legs.append(_Leg(payoffs, values, slopes))
    prices = (
        means,
        np.concatenate([one.bid for one in quotes]),
        np.concatenate([one.ask for one in quotes]),
    )
    upper, upper_gap = _upper(payoff, legs, prices)
    if n_assets > 2:
        lower, lower_gap = _forward_contract(payoff, prices), 0.0
    else:
        lower, lower_gap = _lower(payoff, legs, prices)
    return Bounds(
        lower.cost,
        upper.cost,
        lower,
        upper,
        max(upper_gap, lower_gap),
        support_limited=False,
        sharp=n_assets <= 2,
    )


class _Portfolio:
    """Where cash, assets and quotes stand among the program's variables."""

    def __init__(self, legs: list[_Leg], prices: tuple[Vector, Vector, Vector]) -> None:
        means, bid, ask = prices
        self.n_assets, self.n_quotes = means.size, bid.size
        counts = [len(leg.payoffs) for leg in legs]
        self._first = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        longs, shorts = np.isfinite(ask), np.isfinite(bid)
        self.cost = np.concatenate(
            [[1.0], means, np.where(longs, ask, 0.0), -np.where(shorts, bid, 0.0)]
        )
        self.bounds: list[tuple[float | None, float | None]] = [(None, None)] * (1 + means.size)
        self.bounds += [(0, None if open_ else 0) for open_ in (*longs, *shorts)]

    def leg_rows(self, i: int, rows: Vector) -> Vector:
        """Return asset i's rows (cash, price, quotes) on all variables, without the cash."""
        wide = np.zeros((rows.shape[0], self.cost.size))
        wide[:, 1 + i] = rows[:, 1]
        at = 1 + self.n_assets + np.arange(self._first[i], self._first[i + 1])
        wide[:, at] = rows[:, 2:]
        wide[:, at + self.n_quotes] = -rows[:, 2:]
        return wide

    def read(self, x: Vector) -> tuple[float, Vector, Vector]:
        start = 1 + self.n_assets
        long, short = x[start : start + self.n_quotes], x[start + self.n_quotes :][: self.n_quotes]
        return float(x[0]), x[1:start].copy(), long - short


def _upper(
    payoff: BasketCall, legs: list[_Leg], prices: tuple[Vector, Vector, Vector]
) -> tuple[StaticHedge, float]:
    """Solve with a floor m_i <= f_i and n_i <= f_i - w_i s for each asset."""
    book = _Portfolio(legs, prices)
    n_assets, n_held = len(legs), book.cost.size
    size = n_held + 2 * n_assets
    left, right = [], []
    for i, leg in enumerate(legs):
        values = book.leg_rows(i, leg.values)
        slope = book.leg_rows(i, np.concatenate([[0.0], leg.slopes[1:]])[None, :])
        for exercised in (0, 1):
            weight = exercised * payoff.weights[i]
            floor = np.zeros((values.shape[0], 2 * n_assets))
            floor[:, 2 * i + exercised] = -1.0
            left += [np.hstack([values, floor]), np.hstack([slope, np.zeros((1, 2 * n_assets))])]
            right += [weight * leg.prices, np.array([weight])]
    for exercised in (0, 1):
        row = np.zeros((1, size))
        row[0, 0] = 1.0
        row[0, n_held + exercised :: 2] = 1.0
        left.append(row)
        right.append(np.array([-payoff.strike * exercised]))
    bounds = book.bounds + [(None, None)] * (2 * n_assets)
    cost = np.append(book.cost, np.zeros(2 * n_assets))
    x, attained = _solve(cost, np.vstack(left), np.concatenate(right), bounds)
    cash, units, positions = book.read(x)
    # The program's tolerance is paid for in assets and cash, so that the hedge truly dominates.
    held = _held(legs, units, positions)
    for i, leg in enumerate(legs):
        wanted = max(0.0, float(payoff.weights[i]))
        units[i] += max(0.0, wanted - float(leg.slopes @ held[i]))
    held = _held(legs, units, positions)
    cash += max(0.0, _upper_shortfall(payoff, legs, held, cash))
    shortfall = _upper_shortfall(payoff, legs, held, cash)
    hedge = upper_hedge(cash, units, positions, prices, shortfall)
    return hedge, abs(hedge.cost - attained)


def _upper_shortfall(
    payoff: BasketCall, legs: list[_Leg], held: list[Vector], cash: float
) -> float:
    worth = [leg.values @ own for leg, own in zip(legs, held, strict=True)]
    unexercised = cash + sum(float(value.min()) for value in worth)
    exercised = cash + sum(
        float((value - weight * leg.prices).min())
        for value, weight, leg in zip(worth, payoff.weights, legs, strict=True)
    )
    return max(-unexercised, -payoff.strike - exercised)


def _held(legs: list[_Leg], units: Vector, positions: Vector) -> list[Vector]:
    counts = np.cumsum([len(leg.payoffs) for leg in legs])[:-1]
    return [
        np.concatenate([[0.0, unit], own])
        for unit, own in zip(units, np.split(positions, counts), strict=True)
    ]


def _lower(
    payoff: BasketCall, legs: list[_Leg], prices: tuple[Vector, Vector, Vector]
) -> tuple[StaticHedge, float]:
    """Buy the cheapest hedge of the basket call sold: -f >= -(w s - K)^+ at corners and rays."""
    if len(legs) == 1:
        # An asset of weight zero, worth nothing, makes the second.
        legs = [*legs, _Leg([], np.array([[1.0, 0.0]]), np.array([0.0, 1.0]))]
        prices = (np.append(prices[0], 0.0), *prices[1:])
        weights = np.append(payoff.weights, 0.0)
        hedge, gap = _lower_of_two(weights, payoff.strike, legs, prices)
        first = StaticHedge(
            hedge.cash, hedge.forwards[:1], hedge.positions, hedge.cost, hedge.shortfall
        )
        return first, gap
    return _lower_of_two(payoff.weights, payoff.strike, legs, prices)


def _lower_of_two(
    weights: Vector, strike: float, legs: list[_Leg], prices: tuple[Vector, Vector, Vector]
) -> tuple[StaticHedge, float]:
    book = _Portfolio(legs, prices)
    corners = _Corners.of(weights, strike, legs)
    worth = np.maximum(
        weights[0] * corners.prices(0) + weights[1] * corners.prices(1) - strike, 0.0
    )
    directions = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    if weights[0] * weights[1] < 0:
        directions.append(np.abs(weights[::-1]))
    rays = np.vstack(
        [
            book.leg_rows(0, d[0] * legs[0].slopes[None, :])
            + book.leg_rows(1, d[1] * legs[1].slopes[None, :])
            for d in directions
        ]
    )
    ray_worth = np.array([max(0.0, float(weights @ d)) for d in directions])
    ray_worth[2:] = 0.0

    def rows(which: NDArray[np.intp]) -> Vector:
        first, second = (book.leg_rows(i, corners.tables[i][corners.at[i][which]]) for i in (0, 1))
        wide = first + second
        wide[:, 0] = 1.0
        return wide

    def missed(units: Vector, positions: Vector, cash: float) -> Vector:
        held = _held(legs, units, positions)
        worths = (corners.tables[i] @ held[i] for i in (0, 1))
        first, second = (value[corners.at[i]] for i, value in enumerate(worths))
        return -worth - (cash + first + second)

    # Corners number the product of both assets' kinks, and a vertex of the program needs no more
    # of them than it has variables: rows are added where the answer so far fails, until it holds.
    count = _ROWS_AT_ONCE
    chosen = np.unique(np.linspace(0, worth.size - 1, count).astype(int))
    while True:
        left = np.vstack([rows(chosen), rays])
        sold = -np.concatenate([worth[chosen], ray_worth])
        try:
            x, attained = _solve(book.cost, left, sold, book.bounds)
        except _Unbounded:
            if chosen.size == worth.size:
                raise
            count *= 2
            more = np.linspace(0, worth.size - 1, count).astype(int)
            chosen = np.union1d(chosen, more)
            continue
        cash, units, positions = book.read(x)
        lack = missed(units, positions, cash)
        lack[chosen] = 0.0
        worst = np.argsort(-lack)[:_ROWS_AT_ONCE]
        worst = worst[lack[worst] > _VIOLATION]
        if not worst.size:
            break
        chosen = np.concatenate([chosen, worst])
    held = np.concatenate([[cash], units, np.maximum(positions, 0.0), np.maximum(-positions, 0.0)])
    steep = max(0.0, float((-ray_worth - rays @ held).max()))
    if steep:
        units += steep / min(1.0, float(np.abs(weights[weights != 0]).min()))
    cash += max(0.0, float(missed(units, positions, cash).max()))
    shortfall = float(missed(units, positions, cash).max())
    hedge = upper_hedge(cash, units, positions, prices, shortfall)
    return mirrored(hedge), abs(hedge.cost - attained)


class _Unbounded(AccuracyError):
    """A hedge of ever lower cost meets the rows in force."""


@dataclass(frozen=True, eq=False)
class _Corners:
    """Where a piecewise linear hedge of two assets is checked: pairs of rows of two tables."""

    tables: tuple[Vector, Vector]
    at: tuple[NDArray[np.intp], NDArray[np.intp]]

    @classmethod
    def of(cls, weights: Vector, strike: float, legs: list[_Leg]) -> _Corners:
        sizes = [leg.values.shape[0] for leg in legs]
        tables = [[leg.values] for leg in legs]
        pairs = [
            [np.repeat(np.arange(sizes[0]), sizes[1])],
            [np.tile(np.arange(sizes[1]), sizes[0])],
        ]
        for i in (0, 1):
            other = 1 - i
            if weights[other] == 0:
                continue
            # Where w s = K leaves the rectangles: one price at a kink, the other on the line.
            across = (strike - weights[i] * legs[i].prices) / weights[other]
            for row in np.flatnonzero(across >= 0):
                there = legs[other].beside(across[[row]])
                start = sum(table.shape[0] for table in tables[other])
                tables[other].append(there)
                pairs[other].append(start + np.arange(there.shape[0]))
                pairs[i].append(np.full(there.shape[0], row))
        first, second = (np.vstack(table) for table in tables)
        return cls((first, second), (np.concatenate(pairs[0]), np.concatenate(pairs[1])))

    def prices(self, i: int) -> Vector:
        return self.tables[i][self.at[i], 1]


def _forward_contract(payoff: BasketCall, prices: tuple[Vector, Vector, Vector]) -> StaticHedge:
    """Return the better of nothing and the forward contract, both below the call everywhere."""
    means = prices[0]
    nothing = np.zeros(prices[1].size)
    value = float(payoff.weights @ means) - payoff.strike
    if value <= 0:
        return StaticHedge(0.0, np.zeros(means.size), nothing, 0.0, 0.0)
    return StaticHedge(-payoff.strike, payoff.weights.copy(), nothing, value, 0.0)


def _solve(
    cost: Vector,
    left: Vector,
    right: Vector,
    bounds: list[tuple[float | None, float | None]],
) -> tuple[Vector, float]:
    """Return the cheapest x with left x >= right, and what the dual attains."""
    result = linprog(
        cost, A_ub=csr_matrix(-left), b_ub=-right, bounds=bounds, method="highs", options=HIGHS
    )
    if result.status == 3:
        raise _Unbounded(f"the hedging program is unbounded: {result.message}")
    if result.status != 0:
        raise AccuracyError(f"the hedging program was not solved: {result.message}")
    return result.x, float(-result.ineqlin.marginals @ right)
