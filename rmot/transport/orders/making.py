r"""Orders in listed contracts that make a static hedge of a payoff on S/F.

With F = forward, D = discount factor and N = contracts x multiplier, N units of the target pay
:math:`N F\, c(S/F)` at expiry, and the hedge

.. math:: N F \Big(h + \nu \frac{S}{F} + \sum_j \lambda_j \big(\tfrac{S - K_j}{F}\big)^+\Big)
          = \text{cash} + \text{units}\,(S - F) + \sum_j N \lambda_j\, o_j(S),

:math:`o_j` being the put where :math:`K_j < F` and the call from F up: a call is the put and
:math:`S - K_j`, which moves :math:`N \lambda_j` forwards and :math:`N \lambda_j (F - K_j)` cash.
"""

from __future__ import annotations

import math
from typing import Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.transport.hedge import StaticHedge
from rmot.transport.orders.ticket import Order, OrderTicket, Side
from rmot.transport.quotes import QuotedSmile

Vector = NDArray[np.float64]

_SAME_COST = 1e-9


class ListedSmile(QuotedSmile, Protocol):
    """The part of `rmot.market.Smile` that orders are made of."""

    @property
    def forward(self) -> float:
        """In the units of the strikes."""
        ...

    @property
    def discount_factor(self) -> float:
        """NaN where it is unknown."""
        ...

    @property
    def strike(self) -> Vector:
        """In currency, shape (n,)."""
        ...


def order_ticket(
    hedge: StaticHedge,
    smile: ListedSmile,
    side: Side,
    *,
    contracts: float = 1.0,
    multiplier: float = 100.0,
    whole: bool = False,
) -> OrderTicket:
    """Return the orders that hedge a target with the options of a smile.

    Parameters
    ----------
    hedge : StaticHedge
        Of a payoff on S/F, from ``Quotes.from_smile(smile)`` and a forward of one.
    smile : rmot.market.Smile
    side : {"upper", "lower"}
        Which hedge of the bounds it is.
    contracts, multiplier : float
        Positive. One contract of the target pays multiplier x forward x payoff(S/F); options have
        the same multiplier.
    whole : bool
        Round options to whole contracts. Forwards, which trade in any amount, then take over what
        is missing beyond the last strike, so that the difference stays bounded.

    Raises
    ------
    ParameterError
        Numbers out of range, or a hedge that does not cost what these quotes say on that side.

    Notes
    -----
    Of American quotes a smile holds intervals of European prices; those are crossed here.
    """
    if side not in get_args(Side):
        raise ParameterError(f"expected side 'upper' or 'lower'; got {side!r}")
    for name, number in (("contracts", contracts), ("multiplier", multiplier)):
        if not (math.isfinite(number) and number > 0):
            raise ParameterError(f"expected a finite number of {name} > 0; got {number}")
    if hedge.positions.size != smile.strike.size or hedge.forwards.size != 1:
        raise ParameterError(
            f"expected a hedge of one asset in {smile.strike.size} quotes; got "
            f"{hedge.positions.size} quotes of {hedge.forwards.size}"
        )
    sign = 1.0 if side == "upper" else -1.0
    _require_same_cost(hedge, smile, sign)
    undiscounted = math.isnan(smile.discount_factor)
    discount = 1.0 if undiscounted else smile.discount_factor
    forward, units = smile.forward, contracts * multiplier
    unit = units * forward

    exact = sign * contracts * hedge.positions
    traded = np.round(exact) if whole else exact
    is_put = smile.strike < forward
    bid, ask = _option_prices(smile, is_put, discount)
    price = np.where(traded > 0, ask, bid)
    orders = [
        Order(
            "put" if is_put[j] else "call",
            float(smile.strike[j]),
            float(traded[j]),
            float(price[j]),
            float(multiplier * traded[j] * price[j]),
        )
        for j in np.flatnonzero(traded)
    ]
    # What rounding leaves out above the last strike goes to the forward, at no cost.
    missing = float(np.sum((exact - traded)[~is_put]))
    in_forwards = sign * contracts * float(hedge.forwards[0]) + float(exact[is_put].sum()) + missing
    at_expiry = sign * unit * (hedge.cash + float(hedge.forwards[0])) + multiplier * float(
        exact[is_put] @ (forward - smile.strike[is_put])
    )
    orders += [
        Order("forward", forward, in_forwards, 0.0, 0.0),
        Order("cash", None, None, None, discount * at_expiry),
    ]
    cost = math.fsum(order.cost for order in orders)
    rounding = multiplier * _shortfall(exact - traded, missing, smile, is_put) if whole else 0.0
    charge = unit * discount * hedge.charge
    return OrderTicket(
        side,
        float(contracts),
        float(multiplier),
        float(forward),
        float(discount),
        undiscounted,
        tuple(orders),
        cost,
        unit * discount * (hedge.cost + hedge.charge),
        charge,
        unit * hedge.shortfall + rounding,
        unit * hedge.deviation,
        rounding,
    )


def _option_prices(
    smile: ListedSmile, is_put: NDArray[np.bool_], discount: float
) -> tuple[Vector, Vector]:
    """Return bid and ask of the options as listed, in currency."""
    parity = np.where(is_put, 1.0 - np.exp(smile.log_moneyness), 0.0)
    unit = discount * smile.forward
    return (smile.bid_price - parity) * unit, (smile.ask_price - parity) * unit


def _require_same_cost(hedge: StaticHedge, smile: ListedSmile, sign: float) -> None:
    held = hedge.positions != 0
    positions = hedge.positions[held]
    crossed = np.where(sign * positions > 0, smile.ask_price[held], smile.bid_price[held])
    cost = hedge.cash + float(hedge.forwards[0]) + float(positions @ crossed)
    gross = (
        1.0 + abs(hedge.cash) + abs(float(hedge.forwards[0])) + float(np.abs(positions) @ crossed)
    )
    if not abs(cost - hedge.cost) <= _SAME_COST * gross:
        side = "upper" if sign > 0 else "lower"
        raise ParameterError(
            f"expected the {side} hedge made with this smile's quotes, which would cost "
            f"{cost:.10g}; it says {hedge.cost:.10g}: is it the other side's, or another smile's?"
        )


def _shortfall(
    left: Vector, missing: float, smile: ListedSmile, is_put: NDArray[np.bool_]
) -> float:
    """Return the most that options left out, less forwards taken instead, pay at any price."""
    prices = np.concatenate([[0.0], smile.strike])
    rise = prices[:, None] - smile.strike
    paid = np.where(is_put, np.maximum(-rise, 0.0), np.maximum(rise, 0.0)) @ left
    return float(np.max(paid - missing * (prices - smile.forward)))
