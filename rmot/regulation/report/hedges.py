"""A position's static hedge as orders in each asset's listed options, forwards and cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rmot.market.surface import Smile
from rmot.regulation.holdings import Position
from rmot.regulation.report.results import HedgeOrder
from rmot.transport import StaticHedge, order_ticket


def hedge_orders(
    hedge: StaticHedge, position: Position, smiles: Sequence[Smile], discount: float
) -> tuple[HedgeOrder, ...]:
    """Return a static hedge as orders in each asset's listed options, forwards and cash.

    Options below one millionth of the position's units stand together as "other options".
    """
    side = "upper" if position.side == "short" else "lower"
    sign, orders, start = (1.0 if side == "upper" else -1.0), [], 0
    cash = sign * position.notional * discount * hedge.cash
    for i, (name, smile) in enumerate(zip(position.assets, smiles, strict=True)):
        positions = hedge.positions[start : start + len(smile)]
        start += len(smile)
        crossed = np.where(sign * positions > 0, smile.ask_price, smile.bid_price)
        own = replace(
            hedge,
            cash=0.0,
            forwards=hedge.forwards[i : i + 1],
            positions=positions,
            cost=float(hedge.forwards[i] + positions @ crossed),
            charge=0.0,
        )
        ticket = order_ticket(
            own, smile, side, contracts=position.notional / smile.forward, multiplier=1.0
        )
        least = 1e-6 * position.notional / smile.forward
        for row in ticket.rows(at_least=least):
            kind, units = row["instrument"], row["contracts"] or 0.0
            if kind == "cash":
                cash += row["cost"]
            elif units or row["cost"]:
                orders.append(HedgeOrder(name, kind, row["strike"], units, row["cost"]))
    return (*orders, HedgeOrder("", "cash", None, 0.0, cash))
