"""A ticket of orders: what is bought and sold, what that costs, and the risk that it leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Literal

from rmot.transport._json import to_json

Side = Literal["upper", "lower"]


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


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.4f}"
