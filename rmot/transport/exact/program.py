r"""The linear program of a static super-hedge, in floating point and, row by row, in rationals.

A payoff is the largest of branches :math:`\kappa_b + \sum_i g_{bi}(s_i)`; a hedge is cash h and, on
each asset, :math:`f_i` of forwards and quotes. It dominates at all prices if and only if

.. math:: h + \textstyle\sum_i m_{bi} \ge \kappa_b, \qquad f_i(s) - g_{bi}(s) \ge m_{bi}
          \quad \forall s \ge 0,

for each branch: at finitely many prices and in slope. A payoff of one asset is one branch; a call
on a basket has two, unexercised and exercised.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, lil_matrix

from rmot.errors import AccuracyError, ParameterError
from rmot.payoffs import BasketCall, Payoff, PiecewiseLinear
from rmot.transport._feasibility import raise_if_infeasible
from rmot.transport._highs import HIGHS
from rmot.transport.exact.elementary import (
    SLOPES,
    Term,
    decomposed,
    exact,
    places,
    scaled,
    slope,
    value,
)
from rmot.transport.exact.listed import ListedAsset

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Branch:
    """Cash and elementary payoffs on each asset."""

    cash: Fraction
    legs: tuple[tuple[Term, ...], ...]

    def negated(self) -> Branch:
        """Return the branch of the opposite payoff."""
        return Branch(-self.cash, tuple(tuple(scaled(leg, -1)) for leg in self.legs))


def branches_of(payoff: Payoff, n_assets: int) -> tuple[Branch, ...]:
    """Return the branches whose largest is the payoff.

    Raises
    ------
    ParameterError
        The payoff is of another number of assets, or of no known form.
    """
    if isinstance(payoff, PiecewiseLinear) and n_assets == 1:
        cash, terms = decomposed(payoff)
        return (Branch(cash, (tuple(terms),)),)
    if isinstance(payoff, BasketCall) and payoff.weights.size == n_assets:
        nothing = Fraction(0)
        held = tuple((Term(exact(weight), "price", nothing),) for weight in payoff.weights)
        return Branch(nothing, ((),) * n_assets), Branch(-exact(payoff.strike), held)
    raise ParameterError(
        f"expected a payoff of one asset, or a basket call on {n_assets}; got {payoff!r}"
    )


@dataclass(frozen=True, eq=False)
class Row:
    """One condition: branch and asset, and a price with its side, or None for the slope."""

    branch: int
    asset: int
    place: tuple[Fraction, bool] | None


@dataclass(frozen=True, eq=False)
class Solved:
    """A floating-point solution in normalised units."""

    x: Vector
    masses: Vector
    slack: Vector
    optimum: float


class HedgingProgram:
    """Variables: cash, units of each price, floors of each branch and asset, net positions.

    Normalised: prices in units of their forwards, the payoff in units of `scale`.
    """

    def __init__(self, assets: tuple[ListedAsset, ...], branches: tuple[Branch, ...]) -> None:
        self.assets, self.branches = assets, branches
        self.forwards = [exact(asset.forward) for asset in assets]
        self.quotes = [(i, j) for i, asset in enumerate(assets) for j in range(len(asset.quotes))]
        self.n_assets, self.n_branches = len(assets), len(branches)
        self.first_floor = 1 + self.n_assets
        self.first_position = self.first_floor + self.n_branches * self.n_assets
        self.terms = [
            [Term(Fraction(1), item.kind, exact(item.strike)) for item in asset.quotes]
            for asset in assets
        ]
        self.places = [
            places([*own, *(term for branch in branches for term in branch.legs[i])])
            for i, own in enumerate(self.terms)
        ]
        self.rows = [
            Row(b, i, place)
            for b in range(self.n_branches)
            for i in range(self.n_assets)
            for place in [*self.places[i], None]
        ]

    @cached_property
    def scale(self) -> Fraction:
        """What the payoff is measured in: its largest coefficient, prices at their forwards."""
        sizes = [abs(branch.cash) for branch in self.branches]
        for branch in self.branches:
            for leg, forward in zip(branch.legs, self.forwards, strict=True):
                sizes += [abs(term.units) * _unit(term.kind, forward) for term in leg]
        return max(sizes, default=Fraction(1)) or Fraction(1)

    @cached_property
    def units(self) -> list[Fraction]:
        """The scale of each quote's payoff: the forward, or one for a digital."""
        return [_unit(self.terms[i][j].kind, self.forwards[i]) for i, j in self.quotes]

    @cached_property
    def sides(self) -> tuple[Vector, Vector]:
        """Bids and asks, undiscounted and normalised; infinite where open."""
        bid, ask = np.full(len(self.quotes), -np.inf), np.full(len(self.quotes), np.inf)
        for q, (i, j) in enumerate(self.quotes):
            unit = self.units[q] * exact(self.assets[i].discount_factor)
            low, high = self.assets[i].quotes[j].prices
            bid[q] = -np.inf if low is None else float(low / unit)
            ask[q] = np.inf if high is None else float(high / unit)
        return bid, ask

    def entry(self, row: int, column: int) -> Fraction:
        """Return the coefficient of a variable in a condition; branches' sums come last."""
        if row >= len(self.rows):
            floor = column - self.first_floor
            summed = 0 <= floor < self.n_branches * self.n_assets
            own = summed and floor // self.n_assets == row - len(self.rows)
            return Fraction(column == 0 or own)
        at = self.rows[row]
        if column == 0:
            return Fraction(0)
        if column < self.first_floor:
            if column - 1 != at.asset:
                return Fraction(0)
            return Fraction(1) if at.place is None else at.place[0]
        if column < self.first_position:
            own = column - self.first_floor == at.branch * self.n_assets + at.asset
            return Fraction(-1 if own and at.place is not None else 0)
        i, j = self.quotes[column - self.first_position]
        if i != at.asset:
            return Fraction(0)
        term = self.terms[i][j]
        return Fraction(SLOPES[term.kind]) if at.place is None else value([term], *at.place)

    def wanted(self, row: int) -> Fraction:
        """Return the right-hand side of a condition."""
        if row >= len(self.rows):
            return self.branches[row - len(self.rows)].cash
        at = self.rows[row]
        leg = self.branches[at.branch].legs[at.asset]
        return slope(leg) if at.place is None else value(leg, *at.place)

    @cached_property
    def values(self) -> list[Vector]:
        """Of each asset: price and quotes at its places, then their slopes, normalised."""
        found = []
        for i, own in enumerate(self.terms):
            forward = self.forwards[i]
            prices = np.array([float(price / forward) for price, _ in self.places[i]])
            below = np.array([side for _, side in self.places[i]])
            columns = [np.append(prices, 1.0)]
            for term in own:
                worths = normalised_worth(term, forward, prices, below)
                columns.append(np.append(worths, SLOPES[term.kind]))
            found.append(np.column_stack(columns))
        return found

    @cached_property
    def matrix(self) -> csr_matrix:
        """All conditions in floating point and normalised units."""
        whole = lil_matrix(
            (len(self.rows) + self.n_branches, self.first_position + len(self.quotes))
        )
        start = 0
        for b in range(self.n_branches):
            first = self.first_position
            for i, block in enumerate(self.values):
                stop = start + block.shape[0]
                whole[start:stop, 1 + i] = block[:, :1]
                whole[start : stop - 1, self.first_floor + b * self.n_assets + i] = -1.0
                whole[start:stop, first : first + block.shape[1] - 1] = block[:, 1:]
                start, first = stop, first + block.shape[1] - 1
        for b in range(self.n_branches):
            floors = self.first_floor + b * self.n_assets + np.arange(self.n_assets)
            whole[len(self.rows) + b, np.append(0, floors)] = 1.0
        return csr_matrix(whole)

    def solved(self) -> Solved:
        """Solve in floating point.

        Raises
        ------
        InfeasibleQuotes
            No law of an asset meets its quotes.
        AccuracyError
            HiGHS gave up.
        """
        bid, ask = self.sides
        count = len(self.rows) + self.n_branches
        scale = float(self.scale)
        right = np.empty(count)
        for r in range(count):
            at = self.rows[r] if r < len(self.rows) else None
            unit = self.forwards[at.asset] if at is not None and at.place is None else 1
            right[r] = float(self.wanted(r) * unit / self.scale)
        left = hstack([self.matrix, -self.matrix[:, self.first_position :]], format="csr")
        longs, shorts = np.isfinite(ask), np.isfinite(bid)
        cost = np.zeros(self.first_position + 2 * len(self.quotes))
        cost[: self.first_floor] = 1.0
        cost[self.first_position :] = np.concatenate(
            [np.where(longs, ask, 0.0), -np.where(shorts, bid, 0.0)]
        )
        bounds: list[tuple[float | None, float | None]] = [(None, None)] * self.first_position
        bounds += [(0, None if side else 0) for side in (*longs, *shorts)]
        found = linprog(cost, A_ub=-left, b_ub=-right, bounds=bounds, method="highs", options=HIGHS)
        if found.status != 0:
            self._explain()
            raise AccuracyError(f"the hedging program was not solved: {found.message}")
        n, q = self.first_position, len(self.quotes)
        x = np.concatenate([found.x[:n], found.x[n : n + q] - found.x[n + q :]])
        masses = np.abs(found.ineqlin.marginals)
        return Solved(x, masses, left @ found.x - right, float(found.fun) * scale)

    def _explain(self) -> None:
        bid, ask = self.sides
        for i, asset in enumerate(self.assets):
            own = [q for q, (k, _) in enumerate(self.quotes) if k == i]
            unit = np.array([float(x) for x in (self.forwards[i], *(self.units[q] for q in own))])
            block = (self.values[i] * unit).T
            cash = np.append(np.ones(block.shape[1] - 1), 0.0)
            mean = [1.0, unit[0]]
            low, high = (np.concatenate([mean, side[own] * unit[1:]]) for side in (bid, ask))
            names = [f"{asset.name} {item.label}" for item in asset.quotes]
            raise_if_infeasible(np.vstack([cash, block]), low, high, 2, names)


def _unit(kind: str, forward: Fraction) -> Fraction:
    return Fraction(1) if kind == "digital" else forward


def normalised_worth(
    term: Term, forward: Fraction, prices: Vector, below: NDArray[np.bool_]
) -> Vector:
    """Return an elementary payoff at prices in units of the forward, or its limits from below."""
    strike = float(term.strike / forward)
    if term.kind == "price":
        return prices
    if term.kind == "digital":
        # Prices and strike were rounded alike: equal ones stay equal.
        return np.where(below, prices > strike, prices >= strike).astype(float)
    gain = prices - strike
    if term.kind == "straddle":
        return np.abs(gain)
    return np.maximum(gain if term.kind == "call" else -gain, 0.0)
