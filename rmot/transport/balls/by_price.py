r"""Extremal laws near the limit of the linear program, found by the price they give.

Without its ball the program is linear, and its value V bounds all balls. The least divergence at
which the price is v,

.. math:: N(v) = \min \{E \varphi(q) : E[c q] \ge v, \; \text{rows}\},

is convex with slope t, and the ball's bound solves :math:`N(v) = \eta`, unless
:math:`N(V) \le \eta`. Unlike t, v stays bounded however large the radius is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.cone_steps import LINEAR, SIGNED
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.transport.balls import conic
from rmot.transport.balls.design import ExtendedDesign
from rmot.transport.balls.dual_newton import nearest
from rmot.transport.balls.program import Program

Vector = NDArray[np.float64]

# How far below the linear program's value a law is sought; the nearer, the harder to find.
_BELOW = (1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
_MET = 1e-10
_LEAST_THETA = 1e-14
_AIM = 1e-12
_STEPS = 60
_CLOSE = 1e-12


@dataclass(frozen=True, eq=False)
class PriceAnswer:
    """A law's densities, the rows' multipliers in units of the payoff, and theta.

    `spent` is the law's divergence, `missed` by how much it misses the worst row.
    """

    density: Vector
    multipliers: Vector
    theta: float
    spent: float
    missed: float


def without_ball(program: Program, payoff: Vector) -> PriceAnswer:
    """Maximise E[c q] under the rows alone.

    The conic method in a large ball: unlike a simplex it does not mind a node for every sample, and
    among the laws that are extremal it finds one near the prior.
    """
    flat = replace(
        program, kinds=np.where(program.kinds == LINEAR, SIGNED, program.kinds), order=CHI_SQUARED
    )
    answer = conic.extremal(flat, payoff, np.inf, _AIM)
    return PriceAnswer(
        answer.density,
        answer.multipliers,
        _LEAST_THETA,
        program.spent(answer.density),
        program.missed(answer.density),
    )


def extremal_by_price(program: Program, payoff: Vector, radius: float, low: float) -> PriceAnswer:
    """Maximise E[c q] over E phi(q) <= radius; `low` is the price of the nearest law."""
    flat = without_ball(program, payoff)
    top = float(program.weights @ (payoff * flat.density))
    high, answer = _nearest_to_top(program, payoff, top)
    if answer.spent <= radius:
        return replace(answer, multipliers=flat.multipliers, theta=_LEAST_THETA)
    v = high
    for _ in range(_STEPS):
        over = answer.spent - radius
        if abs(over) <= _CLOSE * radius or high - low <= _CLOSE * (1.0 + abs(v)):
            break
        low, high = (v, high) if over < 0 else (low, v)
        v -= over * answer.theta
        if not low < v < high:
            v = 0.5 * (low + high)
        answer = _at(program, payoff, v)
    return answer


def _nearest_to_top(program: Program, payoff: Vector, top: float) -> tuple[float, PriceAnswer]:
    """Return the highest of the prices tried that a law was found to meet, and the law."""
    tried = [top - below * (1.0 + abs(top)) for below in _BELOW]
    for high in tried[:-1]:
        answer = _at(program, payoff, high)
        if answer.missed <= _MET:
            return high, answer
    return tried[-1], _at(program, payoff, tried[-1])


def _at(program: Program, payoff: Vector, v: float) -> PriceAnswer:
    """Return the law nearest to the prior at which the price is v."""
    priced = replace(
        program,
        design=ExtendedDesign(program.design, payoff),
        lower=np.append(program.lower, v),
        upper=np.append(program.upper, np.inf),
        barrier=np.append(program.barrier, 1.0),
    )
    law = nearest(priced)
    t = -law.multipliers[-1]
    rows = priced.design.adjoint(program.weights * law.density)
    missed = float(np.max(np.maximum(priced.lower - rows, rows - priced.upper), initial=0.0))
    return PriceAnswer(law.density, law.multipliers[:-1] / t, 1.0 / t, law.spent, missed)
