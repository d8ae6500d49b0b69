r"""Static hedges: :math:`H(S) = h + \nu \cdot S + \lambda \cdot g(S)`, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

DOMINATION_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class StaticHedge:
    r"""A position in cash, forwards and quoted payoffs.

    Attributes
    ----------
    cash : float
    forwards : ndarray, shape (n_assets,)
        Units of each price.
    positions : ndarray, shape (J,)
        Units of each quoted payoff; those of several assets follow one another.
    cost : float
        Of an upper hedge: cash + forwards at F + longs at the ask - shorts at the bid. Of a lower
        hedge: what it can be sold for, longs at the bid and shorts at the ask.
    shortfall : float
        The largest amount by which the hedge misses the payoff at any price examined: all prices
        for the classical bounds of payoff objects, else the prior's nodes (and infinity, where
        the prior has a tail). Zero: it super-replicates (lower: sub-replicates). A hedge from a
        divergence ball leaves risk and need not.
    """

    cash: float
    forwards: Vector
    positions: Vector
    cost: float
    shortfall: float

    @property
    def dominates(self) -> bool:
        """Whether the hedge is on the safe side at every price examined, within 1e-9."""
        return self.shortfall <= DOMINATION_TOLERANCE


def upper_hedge(
    cash: float,
    forwards: Vector,
    positions: Vector,
    prices: tuple[Vector, Vector, Vector],
    shortfall: float,
) -> StaticHedge:
    """Return a bought hedge; `prices` holds the forwards, the bids and the asks."""
    at, bid, ask = prices
    side = np.where(positions > 0, ask, bid)
    paid = float(positions[positions != 0] @ side[positions != 0])
    cost = cash + float(forwards @ at) + paid
    return StaticHedge(float(cash), forwards, positions, cost, max(0.0, float(shortfall)))


def mirrored(hedge: StaticHedge) -> StaticHedge:
    """Return the lower hedge of c that an upper hedge of -c is."""
    # 0 - x: positions that are zero stay +0.
    return StaticHedge(
        0.0 - hedge.cash,
        0.0 - hedge.forwards,
        0.0 - hedge.positions,
        0.0 - hedge.cost,
        hedge.shortfall,
    )
