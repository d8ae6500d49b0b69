"""Judges an answer to a ball's program, wherever it came from.

A law, its negative densities set to zero, is worth what it earns, less sure the more it misses rows
and ball; multipliers are worth the bound that they prove, with the best cash and theta. What lies
between the two is the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.cone_steps import FREE
from rmot.transport.balls.dual import best_theta, dual_point
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """What a law earns and multipliers prove.

    `missed` is by how much the law misses the worst row or the ball, `share_spent` what it spends
    of the room.
    """

    primal: float
    dual: float
    missed: float
    share_spent: float

    def row(self, level: float, spread: float, bound: float) -> dict[str, object]:
        """Return value, gap and distance of `level + spread c`, relative to a bound."""
        value = level + spread * self.primal
        return {
            "value": value,
            "distance": abs(value - bound) / abs(bound),
            "gap": abs(self.dual - self.primal) * spread / abs(bound),
            "missed": self.missed,
            "share_spent": self.share_spent,
        }


def judge(
    program: Program,
    payoff: Vector,
    room: float,
    density: Vector,
    multipliers: Vector,
    theta: float,
) -> Worth:
    """Judge densities (n,) and multipliers (m,) in the program's units; payoff of order one."""
    law = np.where(program.kinds == FREE, density, np.maximum(density, 0.0))
    points = [
        proves(program, payoff, multipliers, theta, room).value
        for proves in (dual_point, best_theta)
    ]
    spent = program.spent(law)
    return Worth(
        float(program.weights @ (payoff * law)),
        float(np.nanmin(points)),
        max(program.missed(law), spent - room),
        spent / room,
    )
