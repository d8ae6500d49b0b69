r"""Both bounds of a ball around a prior, from its program's answers.

.. math:: \text{upper} = \inf_{\theta \ge 0, \lambda, \nu, \mu} \mu + \nu F + \theta \eta
          + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j)
          + \theta E_P \varphi^*((c - \lambda g - \nu S - \mu)/\theta).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError
from rmot.numerics.cone_steps import LINEAR
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.transport.balls import conic, power_divergence
from rmot.transport.balls.dual import DualPoint, best_theta, dual_point
from rmot.transport.balls.nearest import NO_ROOM, Nearest
from rmot.transport.balls.problem import BallProblem
from rmot.transport.balls.program import Program
from rmot.transport.balls.residual import Residual
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge

Vector = NDArray[np.float64]

_AIM = 1e-11
_CONVERGED = 1e-9
_USABLE = 1e-5


@dataclass(frozen=True, eq=False)
class Side:
    """One bound of the payoff given: its hedge, the law that attains it, and their errors.

    `bound_at` holds other radii's bounds that the same rows' multipliers prove; these, in the
    units of prices, are `multipliers`. Neither is there where the ball holds one law alone.
    """

    value: float
    hedge: StaticHedge
    gap: float
    sampling_error: float | None
    density: Vector
    bound_at: BoundAt | None = None
    multipliers: Vector | None = None


@dataclass(frozen=True, eq=False)
class BoundAt:
    """The value of one set of rows' multipliers as a function of the radius.

    With the best cash and theta it bounds the payoff over the ball of any radius, and where it was
    found it is the ball's bound.
    """

    program: Program
    payoff: Vector
    point: DualPoint
    level: float
    spread: float
    multiple: float

    def lines(self, thetas: Vector) -> tuple[Vector, Vector]:
        """Return intercepts and slopes, in the radius, of the bounds at some multiples of theta."""
        found = [
            dual_point(self.program, self.payoff, self.point.multipliers, theta, 0.0).value
            for theta in self.point.theta * thetas
        ]
        slopes = self.point.theta * thetas * self.spread / self.multiple
        return self.level + self.spread * np.array(found), slopes


def lower_side(problem: BallProblem, radius: float, law: Nearest) -> Side:
    """Return the lower bound: that of the payoff sold, mirrored."""
    sold = upper_side(problem, -problem.payoff, radius, law)
    multipliers = None if sold.multipliers is None else 0.0 - sold.multipliers
    return Side(
        -sold.value,
        mirrored(sold.hedge),
        sold.gap,
        sold.sampling_error,
        sold.density,
        multipliers=multipliers,
    )


def upper_side(problem: BallProblem, payoff: Vector, radius: float, law: Nearest) -> Side:
    """Return the upper bound of a payoff on the program's nodes.

    Raises
    ------
    AccuracyError
        The solver ended with a gap above 1e-5 of the payoff's standard deviation.
    """
    program, w = problem.program, problem.program.weights
    if radius - law.least <= NO_ROOM * (1.0 + law.least):
        # The ball holds one law; its price is the bound, and no finite hedge attains it.
        value = float(w @ (payoff * law.density))
        empty = np.zeros_like(problem.prices[1])
        hedge = StaticHedge(value, np.zeros(problem.n_forwards), empty, value, np.inf, theta=np.inf)
        exact = problem.standard_error(np.zeros_like(payoff))
        return Side(value, hedge, 0.0, exact, law.density)
    # The forward is exact, so what grows like it at infinity is priced apart.
    forwards = _escaping(program, payoff)
    rest = payoff - program.design.times(forwards)
    curved = program.kinds != LINEAR
    mean = float(w[curved] @ rest[curved])
    rest = np.where(curved, rest - mean, 0.0)
    spread = float(np.sqrt(w @ rest**2))
    spread = spread if spread > 1e-14 * (1.0 + abs(mean)) else 1.0
    found = _solve(program, rest / spread, radius / problem.multiple, law.density)
    if not found.error <= _USABLE:
        raise AccuracyError(f"the bound was reached to a gap of {found.error * spread:.2g} only")
    held = found.point.multipliers * spread + forwards
    held[0] += mean / program.cash
    y = held / problem.scale
    stop = 1 + problem.n_forwards
    positions = y[stop : stop + problem.prices[1].size]
    forwards_worth = float(forwards @ np.where(program.equal, program.upper, 0.0))
    value = mean + forwards_worth + spread * found.point.value
    left = Residual(problem, payoff, held)
    hedge = upper_hedge(y[0], y[1:stop], positions, problem.prices, left.worst)
    hedge = replace(
        hedge,
        charge=value - hedge.cost,
        theta=found.point.theta * spread / problem.multiple,
        deviation=left.deviation,
    )
    return Side(
        value,
        hedge,
        found.gap * spread,
        problem.standard_error(found.point.charges * spread),
        found.density,
        BoundAt(
            program, rest / spread, found.point, mean + forwards_worth, spread, problem.multiple
        ),
        y,
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """A law and a dual point, and how far apart their values are."""

    density: Vector
    point: DualPoint
    gap: float
    missed: float

    @property
    def error(self) -> float:
        """The larger of gap and misses."""
        return max(self.gap, self.missed)


def _solve(program: Program, payoff: Vector, room: float, law: Vector) -> _Found:
    """Maximise a payoff of order one, by the method that suits the order.

    `law` holds the densities of the nearest one.
    """
    if program.order == CHI_SQUARED:
        answer = conic.extremal(program, payoff, room, _AIM)
    else:
        answer = power_divergence.extremal(program, payoff, room, law)
    return _judged(program, payoff, room, answer.density, answer.multipliers, answer.theta)


def _judged(
    program: Program, payoff: Vector, room: float, density: Vector, y: Vector, theta: float
) -> _Found:
    """Return the law and the best dual point that the multipliers give, with their errors."""
    primal = float(program.weights @ (payoff * density))
    point = dual_point(program, payoff, y, theta, room)
    if not abs(point.value - primal) <= _CONVERGED:
        other = best_theta(program, payoff, y, theta, room)
        point = other if not point.value <= other.value else point
    missed = max(program.missed(density), program.spent(density) - room)
    gap = abs(point.value - primal)
    return _Found(density, point, gap if np.isfinite(gap) else np.inf, missed)


def _escaping(program: Program, payoff: Vector) -> Vector:
    """Return units of the forward that gain at infinity what the payoff does."""
    units = np.zeros(program.lower.size)
    if program.kinds[-1] == LINEAR:
        units[1] = 1.0
        units[1] = payoff[-1] / program.design.times(units)[-1]
    return units
