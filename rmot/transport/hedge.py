r"""Static hedges: :math:`H(S) = h + \nu \cdot S + \lambda \cdot g(S)`, what they cost and leave.

A hedge from a ball need not dominate. What it leaves, :math:`c - H`, the ball prices by

.. math:: \text{bound} = \text{cost} + \text{charge}, \quad
          \text{charge} = \theta \eta + \theta\, E_P \varphi^*((c - H)/\theta).

By the envelope theorem its numbers are the bound's sensitivities: :math:`\nu` to the forwards,
:math:`\lambda` to the sides of the quotes that bind, :math:`\theta` to the radius.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
    charge : float
        What the bound adds to the cost for what the hedge leaves (lower: takes off, <= 0); zero
        for the classical bounds.
    theta : float
        The bound's derivative with respect to the radius (lower: <= 0).
    deviation : float
        Standard deviation of c - H under the prior; nan where there is none.
    """

    cash: float
    forwards: Vector
    positions: Vector
    cost: float
    shortfall: float
    charge: float = 0.0
    theta: float = 0.0
    deviation: float = math.nan

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
    return replace(
        hedge,
        cash=0.0 - hedge.cash,
        forwards=0.0 - hedge.forwards,
        positions=0.0 - hedge.positions,
        cost=0.0 - hedge.cost,
        charge=0.0 - hedge.charge,
        theta=0.0 - hedge.theta,
    )


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """First derivatives of a bound, by the envelope theorem.

    Attributes
    ----------
    forwards : ndarray, shape (n_assets,)
    bid, ask : ndarray, shape (J,)
        To the quotes' sides; zero where a side does not bind.
    radius : float
    """

    forwards: Vector
    bid: Vector
    ask: Vector
    radius: float


def upper_sensitivities(hedge: StaticHedge) -> Sensitivities:
    """Return the derivatives of an upper bound: longs are bought at the ask."""
    longs, shorts = np.maximum(hedge.positions, 0.0), np.minimum(hedge.positions, 0.0)
    return Sensitivities(hedge.forwards, shorts, longs, hedge.theta)


def lower_sensitivities(hedge: StaticHedge) -> Sensitivities:
    """Return the derivatives of a lower bound: longs are sold at the bid."""
    longs, shorts = np.maximum(hedge.positions, 0.0), np.minimum(hedge.positions, 0.0)
    return Sensitivities(hedge.forwards, longs, shorts, hedge.theta)
