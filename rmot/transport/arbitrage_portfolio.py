r"""A static portfolio that gains for sure.

.. math:: h + \nu \cdot s + \lambda \cdot g(s) \ge 0 \;\; \forall s, \qquad
          h + \nu \cdot F + \textstyle\sum_j (\lambda_j^+ a_j - \lambda_j^- b_j) < 0.

Floating-point multipliers become rationals, and cash and one forward are raised exactly until
nothing is paid out at any price examined.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class ArbitragePortfolio:
    """A static portfolio that pays nothing below zero and costs less than nothing.

    Attributes
    ----------
    cash : Fraction
        Paid at expiry.
    forwards : tuple of Fraction
        Units of each price, entered at the forward.
    positions : dict of str to Fraction
        Of the conflicting quotes by name; longs are bought at the ask, shorts sold at the bid. The
        largest is one unit.
    cost : Fraction
        Undiscounted; negative.
    least_payoff : Fraction
        Over all prices examined (all prices for payoff objects, nodes for arrays); zero or more.
    """

    cash: Fraction
    forwards: tuple[Fraction, ...]
    positions: dict[str, Fraction]
    cost: Fraction
    least_payoff: Fraction

    def __str__(self) -> str:
        held = [
            *self.positions.items(),
            *((f"forward {i}", x) for i, x in enumerate(self.forwards)),
        ]
        listed = [
            f"{'buy' if x > 0 else 'sell'} {abs(float(x)):.6g} {name}" for name, x in held if x
        ]
        cash = [f"hold {float(self.cash):.6g} in cash"] if self.cash else []
        return (
            f"{', '.join(listed + cash)}: costs {float(self.cost):.6g}, "
            f"never pays less than {float(self.least_payoff):.6g}"
        )


def repaired(
    columns: Vector, lower: Vector, upper: Vector, hard: int, held: list[Fraction], names: list[str]
) -> ArbitragePortfolio | None:
    """Raise cash, and one forward where slopes ask for it, until nothing is paid out anywhere."""
    table = [[Fraction(float(entry)) for entry in column] for column in columns.T]

    def paid(column: list[Fraction]) -> Fraction:
        return sum(
            (units * entry for units, entry in zip(held, column, strict=True) if units), Fraction(0)
        )

    for column in table:
        if not column[0] and hard > 1 and column[1] > 0:
            held[1] += max(Fraction(0), -paid(column) / column[1])
    held[0] += max(-paid(column) / column[0] for column in table if column[0] > 0)
    least = min(paid(column) for column in table)
    sides = [
        low if units < 0 else high for units, low, high in zip(held, lower, upper, strict=True)
    ]
    cost = sum(
        (units * Fraction(float(side)) for units, side in zip(held, sides, strict=True) if units),
        Fraction(0),
    )
    if least < 0 or cost >= 0:
        return None
    positions = dict(zip(names, held[hard:], strict=True))
    return ArbitragePortfolio(held[0], tuple(held[1:hard]), positions, cost, least)
