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
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.transport._json import to_json
from rmot.transport.hedge import StaticHedge
from rmot.transport.quotes import QuotedSmile

Vector = NDArray[np.float64]
Side = Literal["upper", "lower"]

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


@dataclass(frozen=True)
class Order:
    """One order.

    Attributes
    ----------
    instrument : {"put", "call", "forward", "cash"}
    strike : float or None
        In currency; of a forward what it is struck at; None for cash.
    contracts : float or None
        Bought if positive, sold if negative; None for cash.
    price : float or None
        Today's, of one unit of an option at the side that the order crosses; zero for a forward;
        None for cash.
    cost : float
        Paid today if positive, received if negative; for cash the amount put into discounted bonds.
    """

    instrument: str
    strike: float | None
    contracts: float | None
    price: float | None
    cost: float


@dataclass(frozen=True)
class OrderTicket:
    """Orders that hedge a target, their cost, and the risk that they leave.

    Amounts of money are for the whole position. `cost`, `charge` and `bound` are today's, the rest
    is paid at expiry.

    Attributes
    ----------
    side : {"upper", "lower"}
        Upper: the hedge is bought, against a target that is sold. Lower: the hedge is sold,
        against a target that is bought.
    contracts, multiplier : float
        Of the target: contracts x multiplier x forward x payoff(S/F) is paid at expiry.
    forward, discount_factor : float
    undiscounted : bool
        Whether no discount factor is known: today's amounts are then those at expiry.
    orders : tuple of Order
        Options by strike, then forward and cash.
    cost : float
        Of all orders; negative where money is received, as for a lower hedge.
    bound : float
        The target's price bound on this side: upper, cost + charge; lower, -cost + charge.
    charge : float
        What the ball's bound adds for the risk that the hedge leaves (lower: takes off, <= 0).
    shortfall : float
        The largest loss at expiry at any price examined, `rounding` included.
    deviation : float
        Standard deviation under the prior of what the exact hedge leaves; nan without a prior.
    rounding : float
        The largest amount by which whole contracts fall short of the exact hedge at any price.
    """

    side: Side
    contracts: float
    multiplier: float
    forward: float
    discount_factor: float
    undiscounted: bool
    orders: tuple[Order, ...]
    cost: float
    bound: float
    charge: float
    shortfall: float
    deviation: float
    rounding: float

    def rows(self, at_least: float = 0.0) -> list[dict[str, Any]]:
        """Return a dict an order; options below `at_least` contracts as one row, "other options".

        A solver leaves some positions that are next to nothing.
        """
        rows, others = [], 0.0
        for order in self.orders:
            is_option = order.instrument in ("put", "call")
            if is_option and abs(order.contracts or 0.0) < at_least:
                others += order.cost
            else:
                rows.append({field.name: getattr(order, field.name) for field in fields(order)})
        if others:
            rest = Order("other options", None, None, None, others)
            rows.insert(len(rows) - 2, {f.name: getattr(rest, f.name) for f in fields(rest)})
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold; infinities and NaN by name."""
        return {**to_json(self), "orders": [to_json(order) for order in self.orders]}

    def __str__(self) -> str:
        lines = [f"{'':12}{'strike':>12}{'contracts':>14}{'price':>12}{'cost':>16}"]
        for row in self.rows():
            cells = [_cell(row[name]) for name in ("strike", "contracts", "price")]
            lines.append(
                f"{row['instrument']:12}{cells[0]:>12}{cells[1]:>14}{cells[2]:>12}"
                f"{row['cost']:>16,.2f}"
            )
        lines.append(f"{'total':12}{'':38}{self.cost:>16,.2f}")
        return "\n".join([*lines, self.summary])

    @property
    def summary(self) -> str:
        """Bound, charge and what the hedge leaves, in one sentence."""
        known = (
            "undiscounted: the quotes' file gives no discount factor"
            if self.undiscounted
            else (f"discounted by {self.discount_factor:.6g}")
        )
        parts = [
            f"{self.side} bound {self.bound:,.2f}",
            f"charge {self.charge:,.2f}",
            f"worst shortfall at expiry {self.shortfall:,.2f}",
        ]
        if not math.isnan(self.deviation):
            parts.append(f"deviation under the prior {self.deviation:,.2f}")
        if self.rounding:
            parts.append(f"of the shortfall, rounding to whole contracts {self.rounding:,.2f}")
        return f"{'; '.join(parts)}; {known}"


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
    prices: Sequence[float] | Vector = np.concatenate([[0.0], smile.strike])
    rise = prices[:, None] - smile.strike
    paid = np.where(is_put, np.maximum(-rise, 0.0), np.maximum(rise, 0.0)) @ left
    return float(np.max(paid - missing * (prices - smile.forward)))


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.4f}"
