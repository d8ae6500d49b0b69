r"""Bounds over a :math:`\chi^2` ball around a prior, its tail included.

.. math:: \text{upper} = \inf_{\theta \ge 0, \lambda, \nu, \mu} \mu + \nu F + \theta \eta
          + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j)
          + \theta E_P \varphi^*((c - \lambda g - \nu S - \mu)/\theta),

with :math:`\varphi^*(y) = y + y^2/4` for :math:`y \ge -2`, else -1. On the prior's tail all payoffs
are linear and so is the density; :math:`\varphi^*` is extended there by :math:`y + y^2/4`, so
that the tail's moments 0, 1 and 2 give the expectation exactly, and two nodes with those moments
stand for the tail. Its new mass and its new call at the start stay non-negative. The extension
only enlarges the set of laws: where the density would turn negative on the tail the bounds are
valid and slightly wide, and `tail_relaxed` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from rmot.errors import AccuracyError, InfeasibleRadius, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, PiecewiseLinear, call, digital, forward
from rmot.transport._classical import HIGHS
from rmot.transport._design import DenseDesign, Design, PiecewiseDesign
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport._interior_point import Ball, Solution, dual_integrand, solve
from rmot.transport.divergences import MultipleOfLeast, Radius
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]

_CONVERGED = 1e-9
_USABLE = 1e-5
_NO_ROOM = 1e-13
_NEGATIVE = 1e-9
_NO_THETA = 1e-12


@dataclass(frozen=True, eq=False)
class BallProblem:
    """Nodes, rows (cash, forwards, quotes, tail) and the payoff on the nodes."""

    ball: Ball
    payoff: Vector
    payoff_slope: float | None
    scale: Vector
    prices: tuple[Vector, Vector, Vector]
    quotes: Quotes | None
    tail_offsets: tuple[float, float] | None
    is_sample: bool

    @property
    def n_forwards(self) -> int:
        """How many forwards are hard constraints."""
        return self.prices[0].size


@dataclass(frozen=True, eq=False)
class BallBounds:
    """What `price_bounds` reports of a ball."""

    lower: float
    upper: float
    price: float
    minimum_radius: float
    radius: Radius
    lower_hedge: StaticHedge
    upper_hedge: StaticHedge
    gap: float
    sampling_error: float | None
    tail_relaxed: bool


def ball_bounds(problem: BallProblem, rule: Radius | MultipleOfLeast) -> BallBounds:
    """Return both bounds of a ball.

    Raises
    ------
    InfeasibleQuotes, InfeasibleRadius
        No law meets the quotes, or none within the radius.
    AccuracyError
        The solver ended with a gap above 1e-5 of the payoff's standard deviation.
    """
    nearest = _nearest(problem)
    least = max(0.0, -2.0 * nearest.primal_value)
    w = problem.ball.weights
    price = float(w @ (problem.payoff * nearest.density))
    chosen = rule.resolve(least) if isinstance(rule, MultipleOfLeast) else rule
    radius = chosen.value
    if radius < least - _NO_ROOM * (1.0 + least):
        raise InfeasibleRadius(
            f"expected a radius >= {least:.10g}, the least that meets the quotes; got {radius:g}"
        )
    upper = _upper(problem, problem.payoff, radius, least, nearest)
    lower = _upper(problem, -problem.payoff, radius, least, nearest)
    errors = (upper.sampling_error, lower.sampling_error)
    densities = (nearest.density, upper.density, lower.density)
    return BallBounds(
        -lower.value,
        upper.value,
        price,
        least,
        chosen,
        mirrored(lower.hedge),
        upper.hedge,
        max(upper.gap, lower.gap),
        max(errors) if problem.is_sample else None,
        any(_tail_turns_negative(problem, density) for density in densities),
    )


def assemble(
    payoff: Payoff | Vector, prior: Prior, quotes: Quotes | None, forwards: Vector
) -> BallProblem:
    """Put the prior's nodes, the tail's two nodes and all rows together.

    Raises
    ------
    ParameterError
        Shapes do not fit the prior, or a payoff bends on the tail.
    """
    nodes, weights = prior.points.reshape(prior.weights.size, -1), prior.weights
    order = np.arange(weights.size)
    if nodes.shape[1] == 1:
        order = np.argsort(nodes[:, 0], kind="stable")
        nodes, weights = nodes[order], weights[order]
    offsets, n_tail = None, 0
    if prior.tail is not None:
        tail = prior.tail
        mean = tail.first_moment / tail.mass
        deviation = np.sqrt(max(tail.second_moment / tail.mass - mean**2, 0.0))
        beyond = np.array([mean - deviation, mean + deviation])
        offsets, n_tail = (beyond[0] - tail.start, beyond[1] - tail.start), 2
        nodes = np.append(nodes[:, 0], beyond)[:, None]
        weights = np.append(weights, [tail.mass / 2] * 2)
    weights = weights / weights.sum()
    signed = np.arange(weights.size) < weights.size - n_tail

    def on_nodes(instrument: Payoff | Vector, name: str) -> Vector:
        if not isinstance(instrument, Payoff):
            if prior.tail is not None:
                raise ParameterError(
                    f"expected {name} as a payoff object: the prior has a tail, and values on "
                    "its nodes do not reach there"
                )
            if instrument.shape != prior.weights.shape or not np.all(np.isfinite(instrument)):
                raise ParameterError(
                    f"expected finite values of {name} of shape {prior.weights.shape}; got shape "
                    f"{instrument.shape}"
                )
            return instrument[order]
        if prior.tail is None:
            return instrument.value(nodes if prior.points.ndim == 2 else _prices(prior, nodes))
        slope, intercept = prior.tail_of(instrument)
        inside = instrument.value(nodes[:-n_tail, 0])
        return np.append(inside, intercept + slope * nodes[-n_tail:, 0])

    values = on_nodes(payoff, "the payoff")
    bid = np.empty(0) if quotes is None else quotes.bid
    ask = np.empty(0) if quotes is None else quotes.ask
    instruments = [] if quotes is None else list(quotes.payoffs)
    lower = np.concatenate([[1.0], forwards, bid])
    upper = np.concatenate([[1.0], forwards, ask])
    if prior.tail is not None:
        instruments += [digital(prior.tail.start), call(prior.tail.start)]
        lower, upper = np.append(lower, [0.0, 0.0]), np.append(upper, [np.inf, np.inf])
    simple = [item for item in instruments if isinstance(item, PiecewiseLinear)]
    design: Design
    if prior.points.ndim == 1 and len(simple) == len(instruments):
        for item in simple:
            prior.tail_of(item)
        one = PiecewiseLinear(np.empty(0), np.ones(1), np.zeros(1), "cash")
        rows = [one, forward(), *simple]
        bare = PiecewiseDesign(nodes[:, 0], rows, np.ones(len(rows)), n_tail)
        scale = _row_scale(np.diag(bare.gram(weights)))
        design = PiecewiseDesign(nodes[:, 0], rows, scale, n_tail)
    else:
        quoted = [on_nodes(item, f"quote {j}") for j, item in enumerate(instruments)]
        dense = np.column_stack([np.ones(weights.size), nodes, *quoted])
        scale = _row_scale(weights @ dense**2)
        design = DenseDesign(dense / scale)
    ball = Ball(design, weights, signed, lower / scale, upper / scale)
    slope = payoff.tail[0] if prior.tail and isinstance(payoff, PiecewiseLinear) else None
    is_sample = prior.tail is None and bool(np.ptp(weights) <= 1e-12 * weights[0])
    return BallProblem(ball, values, slope, scale, (forwards, bid, ask), quotes, offsets, is_sample)


def _prices(prior: Prior, nodes: Vector) -> Vector:
    return nodes[:, 0] if prior.points.ndim == 1 else nodes.reshape(prior.points.shape)


def _row_scale(second_moments: Vector) -> Vector:
    scale = np.sqrt(np.maximum(second_moments, 0.0))
    return np.where(scale > 1e-150, scale, 1.0)


def _nearest(problem: BallProblem) -> Solution:
    # A gap g leaves densities off by the root of g, and the price with them.
    found = solve(problem.ball, np.zeros(problem.payoff.size), None, tolerance=1e-17)
    if found is not None and max(found.infeasibility, abs(found.gap)) <= _CONVERGED * (
        1.0 + abs(found.primal_value)
    ):
        return found
    _explain(problem)
    if found is None or max(found.infeasibility, abs(found.gap)) > _USABLE * (
        1.0 + abs(found.primal_value)
    ):
        raise AccuracyError("the law nearest to the prior was not found to a gap of 1e-5")
    return found


def _explain(problem: BallProblem) -> None:
    ball, m = problem.ball, problem.scale.size
    columns = np.array([ball.design.times(unit) for unit in np.eye(m)]) * problem.scale[:, None]
    names = [*row_names(problem.quotes), "the tail's mass", "the tail's call"]
    raise_if_infeasible(
        columns,
        ball.lower * problem.scale,
        ball.upper * problem.scale,
        1 + problem.n_forwards,
        names,
        ~ball.signed,
    )


@dataclass(frozen=True, eq=False)
class _Side:
    value: float
    hedge: StaticHedge
    gap: float
    sampling_error: float
    density: Vector


def _upper(
    problem: BallProblem, payoff: Vector, radius: float, least: float, nearest: Solution
) -> _Side:
    ball, w = problem.ball, problem.ball.weights
    mean = float(w @ payoff)
    spread = float(np.sqrt(w @ (payoff - mean) ** 2))
    spread = spread if spread > 1e-14 * (1.0 + abs(mean)) else 1.0
    if radius - least <= _NO_ROOM * (1.0 + least):
        # The ball holds one law; its price is the bound, and no finite hedge attains it.
        value = float(w @ (payoff * nearest.density))
        empty = np.zeros_like(problem.prices[1])
        hedge = StaticHedge(value, np.zeros(problem.n_forwards), empty, value, np.inf)
        return _Side(value, hedge, 0.0, 0.0, nearest.density)
    scaled = (payoff - mean) / spread
    found = solve(ball, scaled, radius)
    if found is None or max(abs(found.gap), found.infeasibility) > _CONVERGED:
        found = _without_ball(problem, scaled, radius, found)
    if found is None or max(abs(found.gap), found.infeasibility) > _USABLE:
        gap = np.inf if found is None else max(abs(found.gap), found.infeasibility)
        raise AccuracyError(f"the bound was reached to a gap of {gap * spread:.2g} only")
    y = found.multipliers * spread / problem.scale
    stop = 1 + problem.n_forwards
    positions = y[stop : stop + problem.prices[1].size]
    excess = scaled - ball.design.times(found.multipliers)
    integrand = dual_integrand(found.theta, excess, ball.signed) * spread
    error = np.sqrt(max(float(w @ integrand**2 - (w @ integrand) ** 2), 0.0) / w.size)
    hedge = upper_hedge(
        mean + y[0], y[1:stop], positions, problem.prices, _shortfall(problem, payoff, y)
    )
    value = mean + spread * found.dual_value
    return _Side(value, hedge, abs(found.gap) * spread, float(error), found.density)


def _without_ball(
    problem: BallProblem, payoff: Vector, radius: float, found: Solution | None
) -> Solution | None:
    """Return the better of a stalled solution and the linear program that leaves out the ball.

    Where the radius no longer binds, theta goes to zero and the dual divides by it. The program's
    value is an upper bound all the same, and attained when its law lies in the ball.
    """
    ball, m = problem.ball, problem.scale.size
    w = ball.weights
    values = np.column_stack([ball.design.times(unit) for unit in np.eye(m)])
    equal = ball.lower == ball.upper
    has_u, has_l = np.isfinite(ball.upper) & ~equal, np.isfinite(ball.lower) & ~equal
    left = np.vstack([values.T[has_u], -values.T[has_l]])
    bounds = np.column_stack([np.where(ball.signed, 0.0, -np.inf), np.full(w.size, np.inf)])
    result = linprog(
        -payoff,
        A_ub=left if left.size else None,
        b_ub=np.concatenate([ball.upper[has_u], -ball.lower[has_l]]) if left.size else None,
        A_eq=values.T[equal],
        b_eq=ball.upper[equal],
        bounds=bounds,
        method="highs",
        options=HIGHS,
    )
    if result.status != 0:
        return found
    y = np.zeros(m)
    y[equal] = -result.eqlin.marginals
    if left.size:
        y[has_u] -= result.ineqlin.marginals[: has_u.sum()]
        y[has_l] += result.ineqlin.marginals[has_u.sum() :]
    y[0] += max(0.0, float((payoff - values @ y)[ball.signed].max())) * problem.scale[0]
    side = np.where(y > 0, ball.upper, ball.lower)
    dual = float(y[y != 0] @ side[y != 0])
    density = result.x / w
    rows = values.T @ result.x
    missed = float(np.max(np.maximum(ball.lower - rows, rows - ball.upper), initial=0.0))
    if w @ (density - 1) ** 2 <= radius:
        return Solution(density, y, _NO_THETA, dual, float(payoff @ result.x), missed)
    if found is None or dual >= found.dual_value:
        return found
    return replace(found, multipliers=y, theta=_NO_THETA, dual_value=dual)


def _shortfall(problem: BallProblem, payoff: Vector, y: Vector) -> float:
    """Return the largest c - H on the nodes, infinite where it grows along the tail."""
    stop = 1 + problem.n_forwards + problem.prices[1].size
    mean = float(problem.ball.weights @ payoff)
    held = np.where(np.arange(y.size) < stop, y, 0.0)
    missed = payoff - mean - problem.ball.design.times(held * problem.scale)
    worst = float(missed[problem.ball.signed].max(initial=0.0))
    if problem.tail_offsets is None:
        return worst
    a, b = problem.tail_offsets
    slope = (missed[-1] - missed[-2]) / (b - a) if b > a else 0.0
    return np.inf if slope > 1e-12 else max(worst, float(missed[-2] - slope * a))


def _tail_turns_negative(problem: BallProblem, density: Vector) -> bool:
    if problem.tail_offsets is None:
        return False
    a, b = problem.tail_offsets
    slope = (density[-1] - density[-2]) / (b - a) if b > a else 0.0
    return bool(slope < -_NEGATIVE or density[-2] - slope * a < -_NEGATIVE)
