r"""Semi-static hedges: quotes of both dates, and a delta held between them.

.. math:: H(x, y) = h + \nu x + \lambda \cdot g_1(x) + \mu \cdot g_2(y) + \delta(x) (y - x), \qquad
          \delta(x) = \alpha_i + \beta_i x + \kappa_i / x \quad (t_i \le x < t_{i+1}).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.transport.hedge import DOMINATION_TOLERANCE
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deltas:
    """How many units of the price are held from the first date to the second.

    Attributes
    ----------
    starts : ndarray, shape (m,)
        First prices from which on each piece holds, increasing from zero.
    levels, slopes, inverses : ndarray, shape (m,)
        alpha, beta and kappa; the last piece has no slope.
    """

    starts: Vector
    levels: Vector
    slopes: Vector
    inverses: Vector

    def at(self, first: ArrayLike) -> Vector:
        """Return the units held after first prices of shape (n,)."""
        x = np.asarray(first, dtype=float)
        piece = np.searchsorted(self.starts, x, side="right") - 1
        inverse = np.divide(self.inverses[piece], x, out=np.zeros(x.shape), where=x > 0)
        return self.levels[piece] + self.slopes[piece] * x + inverse

    def raised(self, by: float) -> Deltas:
        """Return the deltas with as many units more everywhere."""
        return replace(self, levels=self.levels + by)

    def scaled(self, factor: float) -> Deltas:
        """Return a multiple."""
        own = (self.levels, self.slopes, self.inverses)
        return Deltas(self.starts, *(0.0 + factor * column for column in own))


@dataclass(frozen=True, eq=False)
class SemiStaticHedge:
    """A position in cash, the price and quotes of both dates, and a delta between the dates.

    Attributes
    ----------
    cash : float
    forward : float
        Units of the price that are sold at the first date: they cost their forward, one.
    first, second : ndarray, shapes (J1,) and (J2,)
        Units of the quoted payoffs of each date.
    deltas : Deltas
        Costs nothing: the price is a martingale.
    cost : float
        Of an upper hedge: cash + forward + longs at the ask - shorts at the bid. Of a lower hedge
        what it can be sold for.
    shortfall : float
        The largest amount by which the hedge misses the payoff at any pair of prices in
        [0, inf)^2; infinite where that grows without end. Zero: it super-replicates (lower:
        sub-replicates). Of a payoff of returns first prices are positive here, zero being meant
        as their limit. A hedge from a ball around a prior leaves risk, and this is over the
        prior's nodes.
    charge, theta, deviation : float
        As those of `rmot.transport.StaticHedge`.
    """

    cash: float
    forward: float
    first: Vector
    second: Vector
    deltas: Deltas
    cost: float
    shortfall: float
    charge: float = 0.0
    theta: float = 0.0
    deviation: float = math.nan

    @property
    def dominates(self) -> bool:
        """Whether the hedge is on the safe side at all prices, within 1e-9."""
        return self.shortfall <= DOMINATION_TOLERANCE

    def value(self, points: ArrayLike, quotes: tuple[Quotes, Quotes]) -> Vector:
        """Return what the hedge is worth at prices of shape (n, 2), dates in order; shape (n,)."""
        x, y = np.asarray(points, dtype=float).T
        worth = self.cash + self.forward * x + self.deltas.at(x) * (y - x)
        for date, prices, held in zip(quotes, (x, y), (self.first, self.second), strict=True):
            for j in np.flatnonzero(held):
                worth = worth + held[j] * date.payoffs[j].value(prices)
        return worth

    def mirrored(self) -> SemiStaticHedge:
        """Return the lower hedge of c that an upper hedge of -c is."""
        return replace(
            self,
            cash=0.0 - self.cash,
            forward=0.0 - self.forward,
            first=0.0 - self.first,
            second=0.0 - self.second,
            deltas=self.deltas.scaled(-1.0),
            cost=0.0 - self.cost,
            charge=0.0 - self.charge,
            theta=0.0 - self.theta,
        )


def cost_of(
    cash: float, forward: float, positions: tuple[Vector, Vector], quotes: tuple[Quotes, Quotes]
) -> float:
    """Return what a bought hedge costs: longs at the ask, shorts at the bid."""
    total = cash + forward
    for held, date in zip(positions, quotes, strict=True):
        side = np.where(held > 0, date.ask, date.bid)
        total += float(held[held != 0] @ side[held != 0])
    return total
