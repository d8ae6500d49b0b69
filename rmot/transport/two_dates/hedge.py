r"""Semi-static hedges: quotes of two dates held, and the asset between them.

.. math:: H(x, y) = h + \nu x + \lambda_1 \cdot g_1(x) + \lambda_2 \cdot g_2(y) + \Delta(x) (y - x),

with :math:`\Delta` constant between the prices where it changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SemiStaticHedge:
    """A position in cash, the forward, quotes of two dates, and a delta held between these.

    Attributes
    ----------
    cash, forward : float
        Held to the second date; units of the first date's price.
    first, second : ndarray, shape (J1,) and (J2,)
        Units of each quoted payoff.
    delta_starts, deltas : ndarray, shape (m,)
        Units of the asset held from the first date to the second, deltas[i] where the first price
        is in [delta_starts[i], delta_starts[i + 1]); the first start is 0.
    cost : float
        Of an upper hedge: cash + forward at 1 + longs at the ask - shorts at the bid. Of a lower
        hedge: what it can be sold for.
    shortfall : float
        The largest amount by which the hedge misses the payoff, at all prices for the classical
        bounds, else on the prior's nodes.
    charge, theta, deviation : float
        As those of `rmot.transport.StaticHedge`.
    """

    cash: float
    forward: float
    first: Vector
    second: Vector
    delta_starts: Vector
    deltas: Vector
    cost: float
    shortfall: float
    charge: float = 0.0
    theta: float = 0.0
    deviation: float = math.nan

    def delta(self, first: ArrayLike) -> Vector:
        """Return the delta held after first prices of shape (n,)."""
        held = np.searchsorted(self.delta_starts, np.asarray(first, dtype=float), side="right")  # pyright: ignore[reportCallIssue, reportArgumentType]
        return self.deltas[np.maximum(held - 1, 0)]


def mirrored(hedge: SemiStaticHedge) -> SemiStaticHedge:
    """Return the lower hedge of c that an upper hedge of -c is."""
    return replace(
        hedge,
        cash=0.0 - hedge.cash,
        forward=0.0 - hedge.forward,
        first=0.0 - hedge.first,
        second=0.0 - hedge.second,
        deltas=0.0 - hedge.deltas,
        cost=0.0 - hedge.cost,
        charge=0.0 - hedge.charge,
        theta=0.0 - hedge.theta,
    )
