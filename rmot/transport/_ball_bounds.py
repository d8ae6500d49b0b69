r"""Both bounds of a ball around a prior, from its program's answers.

.. math:: \text{upper} = \inf_{\theta \ge 0, \lambda, \nu, \mu} \mu + \nu F + \theta \eta
          + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j)
          + \theta E_P \varphi^*((c - \lambda g - \nu S - \mu)/\theta).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, InfeasibleRadius
from rmot.numerics import cone_steps, interval_steps
from rmot.numerics.cone_steps import FREE, LINEAR, SIGNED
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.transport import _by_price, _conic, _dual_newton
from rmot.transport._dual import DualPoint, best_theta, dual_point
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport._problem import BallProblem
from rmot.transport._program import NormalEquations, Program
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge
from rmot.transport.radius import MultipleOfLeast, Radius

Vector = NDArray[np.float64]

_AIM = 1e-11
# A gap g leaves densities off by the root of g, and the price with them.
_AIM_OF_NEAREST = 1e-17
_CONVERGED = 1e-9
_USABLE = 1e-5
_NO_ROOM = 1e-13
_NEGATIVE = 1e-9
_BINDING = 1e-9


@dataclass(frozen=True, eq=False)
class Nearest:
    """The law nearest to the prior that meets the rows, and its divergence."""

    density: Vector
    multipliers: Vector
    least: float
    start: _dual_newton.DualAnswer | None


@dataclass(frozen=True, eq=False)
class Side:
    """One bound of the payoff given: its hedge, the law that attains it, and their errors.

    `bound_at` holds other radii's bounds that the same rows' multipliers prove.
    """

    value: float
    hedge: StaticHedge
    gap: float
    sampling_error: float
    density: Vector
    bound_at: BoundAt | None = None


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


def nearest(problem: BallProblem) -> Nearest:
    """Return the law nearest to the prior.

    Raises
    ------
    InfeasibleQuotes
        No law on the nodes meets all rows.
    AccuracyError
        The solver ended with a gap above 1e-5.
    """
    program = problem.program
    nothing = np.zeros(problem.payoff.size)
    start: _dual_newton.DualAnswer | None = None
    if program.order == CHI_SQUARED:
        law = _conic.solve(program, nothing, None, _AIM_OF_NEAREST)
        density, multipliers = law.density, law.multipliers
    else:
        start = _dual_newton.nearest(program)
        density, multipliers = start.density, start.multipliers
    point = dual_point(program, nothing, multipliers, 1.0, 0.0)
    spent = _spent(program, density)
    error = max(abs(spent + point.value), _missed(program, density)) / (1.0 + spent)
    if not error <= _CONVERGED:
        _explain(problem)
        if not error <= _USABLE:
            raise AccuracyError("the law nearest to the prior was not found to a gap of 1e-5")
    return Nearest(density, multipliers, problem.multiple * max(0.0, -point.value), start)


def resolve(problem: BallProblem, rule: Radius | MultipleOfLeast, least: float) -> Radius:
    """Return the radius that a rule gives.

    Raises
    ------
    InfeasibleRadius
        It is below `least`.
    """
    chosen = rule.resolve(least) if isinstance(rule, MultipleOfLeast) else rule
    if chosen.value < least - _NO_ROOM * (1.0 + least):
        raise InfeasibleRadius(
            f"expected a radius >= {least:.10g}, the least that meets the quotes; "
            f"got {chosen.value:g}"
        )
    return chosen


def price_of(problem: BallProblem, law: Nearest) -> float:
    """Return the payoff's price under a law."""
    return float(problem.program.weights @ (problem.payoff * law.density))


def lower_side(problem: BallProblem, radius: float, law: Nearest) -> Side:
    """Return the lower bound: that of the payoff sold, mirrored."""
    sold = upper_side(problem, -problem.payoff, radius, law)
    return Side(-sold.value, mirrored(sold.hedge), sold.gap, sold.sampling_error, sold.density)


def upper_side(problem: BallProblem, payoff: Vector, radius: float, law: Nearest) -> Side:
    """Return the upper bound of a payoff on the program's nodes.

    Raises
    ------
    AccuracyError
        The solver ended with a gap above 1e-5 of the payoff's standard deviation.
    """
    program, w = problem.program, problem.program.weights
    if radius - law.least <= _NO_ROOM * (1.0 + law.least):
        # The ball holds one law; its price is the bound, and no finite hedge attains it.
        value = float(w @ (payoff * law.density))
        empty = np.zeros_like(problem.prices[1])
        hedge = StaticHedge(value, np.zeros(problem.n_forwards), empty, value, np.inf, theta=np.inf)
        return Side(value, hedge, 0.0, 0.0, law.density)
    # The forward is exact, so what grows like it at infinity is priced apart.
    forwards = _escaping(program, payoff)
    rest = payoff - program.design.times(forwards)
    curved = program.kinds != LINEAR
    mean = float(w[curved] @ rest[curved])
    rest = np.where(curved, rest - mean, 0.0)
    spread = float(np.sqrt(w @ rest**2))
    spread = spread if spread > 1e-14 * (1.0 + abs(mean)) else 1.0
    found = _solve(program, rest / spread, radius / problem.multiple, law)
    error = max(found.gap, found.missed)
    if not error <= _USABLE:
        raise AccuracyError(f"the bound was reached to a gap of {error * spread:.2g} only")
    held = found.point.multipliers * spread + forwards
    held[0] += mean / program.cash
    y = held / problem.scale
    stop = 1 + problem.n_forwards
    positions = y[stop : stop + problem.prices[1].size]
    forwards_worth = float(forwards @ np.where(program.equal, program.upper, 0.0))
    charges = found.point.charges * spread
    variance = float(w @ charges**2 - (w @ charges) ** 2)
    value = mean + forwards_worth + spread * found.point.value
    missed, shortfall = _left(problem, payoff, held)
    hedge = upper_hedge(y[0], y[1:stop], positions, problem.prices, shortfall)
    hedge = replace(
        hedge,
        charge=value - hedge.cost,
        theta=found.point.theta * spread / problem.multiple,
        deviation=float(np.sqrt(max(w[curved] @ missed**2 - (w[curved] @ missed) ** 2, 0.0))),
    )
    return Side(
        value,
        hedge,
        found.gap * spread,
        float(np.sqrt(max(variance, 0.0) / w.size)),
        found.density,
        BoundAt(
            program, rest / spread, found.point, mean + forwards_worth, spread, problem.multiple
        ),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """A law and a dual point, and how far apart their values are."""

    density: Vector
    point: DualPoint
    gap: float
    missed: float


def _solve(program: Program, payoff: Vector, room: float, law: Nearest) -> _Found:
    """Maximise a payoff of order one, by the method that suits the order."""
    if law.start is None:
        answer = _conic.extremal(program, payoff, room, _AIM)
        return _judged(program, payoff, room, answer.density, answer.multipliers, answer.theta)
    led = _dual_newton.extremal(program, payoff, room, law.start)
    theta = 1.0 / led.t if led.t > 0 else 1.0
    found = _judged(program, payoff, room, led.density, led.multipliers * theta, theta)
    if max(found.gap, found.missed) <= _CONVERGED and led.t > 0:
        return found
    low = float(program.weights @ (payoff * law.density))
    priced = _by_price.extremal_by_price(program, payoff, room, low)
    other = _judged(program, payoff, room, priced.density, priced.multipliers, priced.theta)
    return min(found, other, key=lambda one: max(one.gap, one.missed))


def _judged(
    program: Program, payoff: Vector, room: float, density: Vector, y: Vector, theta: float
) -> _Found:
    """Return the law and the best dual point that the multipliers give, with their errors."""
    primal = float(program.weights @ (payoff * density))
    point = dual_point(program, payoff, y, theta, room)
    if not abs(point.value - primal) <= _CONVERGED:
        other = best_theta(program, payoff, y, theta, room)
        point = other if not point.value <= other.value else point
    missed = max(_missed(program, density), _spent(program, density) - room)
    gap = abs(point.value - primal)
    return _Found(density, point, gap if np.isfinite(gap) else np.inf, missed)


def _spent(program: Program, density: Vector) -> float:
    return cone_steps.spent(program.weights, program.kinds, program.order, program.rate, density)


def _missed(program: Program, density: Vector) -> float:
    rows = program.design.adjoint(program.weights * density)
    return interval_steps.missed(program.equal, program.has, program.ends, rows)


def _escaping(program: Program, payoff: Vector) -> Vector:
    """Return units of the forward that gain at infinity what the payoff does."""
    units = np.zeros(program.lower.size)
    if program.kinds[-1] == LINEAR:
        units[1] = 1.0
        units[1] = payoff[-1] / program.design.times(units)[-1]
    return units


def _explain(problem: BallProblem) -> None:
    program, m = problem.program, problem.scale.size
    columns = np.array([program.design.times(unit) for unit in np.eye(m)])
    names = [*row_names(problem.quotes), "the tail's mass", "the tail's call"]
    raise_if_infeasible(
        columns * problem.scale[:, None],
        program.lower * problem.scale,
        program.upper * problem.scale,
        1 + problem.n_forwards,
        names,
        program.kinds == FREE,
    )


def _left(problem: BallProblem, payoff: Vector, held: Vector) -> tuple[Vector, float]:
    """Return c - H on the curved nodes, and the largest, infinite where it grows at infinity."""
    program = problem.program
    stop = program.n_hard + problem.prices[1].size
    missed = payoff - program.design.times(np.where(np.arange(held.size) < stop, held, 0.0))
    worst = float(missed[program.kinds == SIGNED].max(initial=0.0))
    if program.kinds[-1] == LINEAR:
        worst = np.inf if missed[-1] > 1e-12 else worst
    elif problem.tail_offsets is not None:
        a, b = problem.tail_offsets
        slope = (missed[-1] - missed[-2]) / (b - a) if b > a else 0.0
        worst = np.inf if slope > 1e-12 else max(worst, float(missed[-2] - slope * a))
    return missed[program.kinds != LINEAR], worst


def price_hedge(problem: BallProblem, law: Nearest) -> StaticHedge:
    r"""Return the derivatives of the calibrated price, as positions.

    While the same sides bind, :math:`dE^{Q^*}c = \beta \cdot dr` with
    :math:`G^\top W G\, \beta = G^\top W c` over the binding rows, W being w / phi''(q*): the
    projection of the payoff on what is traded.
    """
    program, w = problem.program, problem.program.weights
    bending = cone_steps.softness(w, program.kinds, program.order, law.density)
    rows = program.design.adjoint(w * law.density)
    binds = program.equal | (
        (np.minimum(rows - program.lower, program.upper - rows) < _BINDING)
        & (np.abs(law.multipliers) > _BINDING)
    )
    gram = program.design.gram(bending)[np.ix_(binds, binds)]
    beta = np.zeros(binds.size)
    beta[binds] = NormalEquations(gram).solve(
        program.design.adjoint(bending * problem.payoff)[binds]
    )
    y = beta / problem.scale
    stop = program.n_hard
    positions = y[stop : stop + problem.prices[1].size]
    missed, worst = _left(problem, problem.payoff, beta)
    curved = w[program.kinds != LINEAR]
    deviation = float(np.sqrt(max(curved @ missed**2 - (curved @ missed) ** 2, 0.0)))
    quoted = rows[stop : stop + positions.size] * problem.scale[stop : stop + positions.size]
    cost = float(y[0] + y[1:stop] @ problem.prices[0] + positions @ quoted)
    return StaticHedge(float(y[0]), y[1:stop], positions, cost, worst, deviation=deviation)


def tail_turns_negative(problem: BallProblem, density: Vector) -> bool:
    """Tell whether a density is negative somewhere on the tail."""
    if problem.tail_offsets is None:
        return False
    a, b = problem.tail_offsets
    slope = (density[-1] - density[-2]) / (b - a) if b > a else 0.0
    return bool(slope < -_NEGATIVE or density[-2] - slope * a < -_NEGATIVE)
