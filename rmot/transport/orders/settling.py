r"""What a trade at a bound has earned when its hedge is held to expiry and all is settled.

Sold at the upper bound :math:`u`, with the upper hedge :math:`H` bought at its cost,

.. math:: \text{profit} = u - c(S) + H(S) - \text{cost}(H) ,

and bought at the lower bound with the lower hedge sold, the same with all signs reversed. A hedge
that dominates and costs the bound cannot lose, whatever the settlement price. That of a ball costs
less than the bound by its charge, and loses where it falls short of the payoff by more.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.payoffs import Payoff
from rmot.transport.bounds import Bounds
from rmot.transport.hedge import StaticHedge
from rmot.transport.orders.ticket import OrderTicket, Side
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


def settled_hedge(hedge: StaticHedge, quotes: Quotes | None, prices: ArrayLike) -> Vector:
    """Return what a static hedge pays at expiry.

    Parameters
    ----------
    hedge : StaticHedge
    quotes : Quotes or None
        Payoff objects, in the order of the hedge's positions; None where it holds none.
    prices : array_like, shape (n,) or (n, n_assets)
        At settlement, in the units of the quotes' strikes.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ParameterError
        The hedge is in other quotes, payoffs are arrays, or prices are not finite.
    """
    points = np.asarray(prices, dtype=float)
    if points.ndim not in (1, 2) or not np.all(np.isfinite(points)):
        raise ParameterError(
            f"expected finite settlement prices of shape (n,) or (n, n_assets); got {prices!r}"
        )
    each = points[:, None] if points.ndim == 1 else points
    count = 0 if quotes is None else len(quotes)
    if hedge.positions.size != count or hedge.forwards.size != each.shape[1]:
        raise ParameterError(
            f"expected a hedge in {count} quotes of {each.shape[1]} assets; got "
            f"{hedge.positions.size} quotes of {hedge.forwards.size}"
        )
    value = hedge.cash + each @ hedge.forwards
    if quotes is not None:
        if not isinstance(quotes.payoffs, tuple):
            raise ParameterError("expected quotes of payoff objects, known at all prices")
        for position, payoff in zip(hedge.positions, quotes.payoffs, strict=True):
            if position:
                value = value + position * payoff.value(points)
    return value


def settled_profit(
    bounds: Bounds, payoff: Payoff, quotes: Quotes | None, prices: ArrayLike, side: Side
) -> Vector:
    """Return the profit of a payoff traded at a bound and hedged to expiry, undiscounted.

    Parameters
    ----------
    bounds : Bounds
    payoff : Payoff
        The object that was bounded.
    quotes : Quotes or None
        Those of the bounds; with several assets as `on_assets` has them.
    prices : array_like, shape (n,) or (n, n_assets)
    side : {"upper", "lower"}
        Upper: the payoff is sold at the upper bound. Lower: it is bought at the lower one.

    Raises
    ------
    ParameterError
        An unknown side, or as `settled_hedge` says.

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> from rmot.transport import Unrestricted, price_bounds
    >>> quotes = Quotes([call(0.9), call(1.1)], [0.12, 0.02], [0.13, 0.03])
    >>> bounds = price_bounds(call(1.0), None, quotes=quotes, divergence=Unrestricted())
    >>> earned = settled_profit(bounds, call(1.0), quotes, [0.8, 1.0, 1.2], "upper")
    >>> [round(abs(profit), 9) for profit in earned.tolist()]
    [0.0, 0.05, 0.0]
    """
    if side not in get_args(Side):
        raise ParameterError(f"expected side 'upper' or 'lower'; got {side!r}")
    hedge, bound, sign = (
        (bounds.upper_hedge, bounds.upper, 1.0)
        if side == "upper"
        else (bounds.lower_hedge, bounds.lower, -1.0)
    )
    held = settled_hedge(hedge, quotes, prices)
    return sign * (bound - hedge.cost + held - payoff.value(prices))


def settled_ticket(ticket: OrderTicket, prices: ArrayLike) -> Vector:
    """Return what the orders of a ticket pay at expiry, in currency, the target left out.

    Parameters
    ----------
    ticket : OrderTicket
    prices : array_like, shape (n,)
        Of the underlying at settlement, in the units of the strikes.
    """
    points = np.asarray(prices, dtype=float)
    paid = np.zeros(points.shape)
    for order in ticket.orders:
        if order.instrument == "cash":
            paid += order.cost / ticket.discount_factor
            continue
        assert order.contracts is not None
        assert order.strike is not None
        gain = points - order.strike
        if order.instrument != "forward":
            gain = np.maximum(gain if order.instrument == "call" else -gain, 0.0)
        paid += ticket.multiplier * order.contracts * gain
    return paid
