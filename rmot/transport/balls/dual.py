r"""The value of a dual point: a bound on every law in the ball, wherever the point came from.

.. math:: D(\theta, y) = \sum_j (y_j^+ u_j - y_j^- l_j) + \theta \eta
          + \theta\, E \varphi^*((c - G y)/\theta).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from rmot.numerics import cone_steps, dual_functions
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]

_LEAST_THETA = 1e-14
_TOLERANCE = 1e-13


@dataclass(frozen=True, eq=False)
class DualPoint:
    """Multipliers of rows and of the divergence, and the bound they prove.

    `charges` are theta phi*((c - G y) / theta) on the nodes.
    """

    multipliers: Vector
    theta: float
    value: float
    charges: Vector


def dual_point(
    program: Program, payoff: Vector, multipliers: Vector, theta: float, radius: float
) -> DualPoint:
    """Return the point with the best cash for its other multipliers."""
    w, kinds, order = program.weights, program.kinds, program.order
    y = multipliers.copy()
    excess = _within_rate(program, payoff, y, theta)
    cash = dual_functions.best_cash(w, kinds, order, theta, excess)
    charges = np.empty(w.size)
    dual_functions.charges(kinds, order, theta, excess - cash, charges)
    value = rows_value(program, y) + cash + theta * radius + float(w @ charges)
    y[0] += cash / program.cash
    return DualPoint(y, theta, value, charges)


def best_theta(
    program: Program, payoff: Vector, multipliers: Vector, theta: float, radius: float
) -> DualPoint:
    """Return the point with the best cash and theta for its other multipliers."""
    w, kinds, order = program.weights, program.kinds, program.order
    excess = _within_rate(program, payoff, multipliers.copy(), _LEAST_THETA)

    def unspent(log_theta: float) -> float:
        at = float(np.exp(log_theta))
        cash = dual_functions.best_cash(w, kinds, order, at, excess)
        return dual_functions.spent(w, kinds, order, at, excess, cash) - radius

    low = high = float(np.log(theta))
    while unspent(high) > 0 and high < 50:
        high += 1.0
    while unspent(low) < 0 and low > np.log(_LEAST_THETA):
        low -= 1.0
    found = low
    if unspent(low) > 0 > unspent(high):
        found = float(brentq(unspent, low, high, xtol=_TOLERANCE))  # pyright: ignore[reportArgumentType]
    return dual_point(program, payoff, multipliers, float(np.exp(found)), radius)


def rows_value(program: Program, y: Vector) -> float:
    """Return what the rows' sides are worth at the multipliers: u where positive, l else."""
    side = np.where(y > 0, program.upper, program.lower)
    return float(y[y != 0] @ side[y != 0])


def _within_rate(program: Program, payoff: Vector, y: Vector, theta: float) -> Vector:
    """Return c - G y, the forward raised in y until escaping mass costs what it gains."""
    excess = payoff - program.design.times(y)
    if program.kinds[-1] == cone_steps.LINEAR:
        over = excess[-1] - program.rate * theta
        if over > 0:
            forward = np.zeros_like(y)
            forward[1] = 1.0
            unit = program.design.times(forward)
            y[1] += over / unit[-1]
            excess = excess - over / unit[-1] * unit
    return excess
