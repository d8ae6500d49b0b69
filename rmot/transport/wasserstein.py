r"""Bounds over all laws within a Wasserstein distance of a prior, on any prices.

.. math:: \text{upper}(r) = \sup\{E^Q c : E^Q S = F,\; b_j \le E^Q g_j \le a_j,\; W_p(Q, P) \le r\}

over laws Q on [0, inf) of one asset. The dual (Blanchet and Murthy 2019; Gao and Kleywegt 2023) is

.. math:: \inf_{\theta \ge 0, \lambda, \nu} \theta r^p + \nu F
          + \sum_j (\lambda_j^+ a_j - \lambda_j^- b_j)
          + E_P \sup_{s \ge 0} (c(s) - \nu s - \lambda \cdot g(s) - \theta |s - x|^p).

Unlike a divergence ball this one moves mass to where the prior has none: it checks what a
divergence takes from the prior's support. With p > 1 upper bounds of far calls decay like
:math:`r^p K^{1-p}`; with p = 1 they do not decay at all, and that order is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from rmot.errors import AccuracyError, InfeasibleRadius, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import PiecewiseLinear, forward
from rmot.transport._classical import conditions, one_asset_payoffs
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport._highs import HIGHS
from rmot.transport.bounds import Bounds
from rmot.transport.hedge import StaticHedge, mirrored, upper_hedge
from rmot.transport.plans.pieces import Origins, Pieces
from rmot.transport.plans.program import Columns, PlanProblem, PlanSolution, best_plan
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius

Vector = NDArray[np.float64]

_TOLERANCE = 1e-6
_USABLE = 1e-4
_DISPLACEMENTS = (-3.0, -1.0, -0.3, 0.3, 1.0, 3.0, 10.0, 30.0)
_FAR = (1.5, 3.0, 10.0, 100.0)
_ROUNDING = 1e-9
# Of what mass pays to move, in powers of prices: less is not resolved by the programs.
_SMALLEST = 1e-12


def wasserstein_bounds(
    payoff: PiecewiseLinear,
    prior: Prior,
    *,
    quotes: Quotes | None = None,
    forwards: float = 1.0,
    order: float = 2.0,
    radius: float | Radius | MultipleOfLeast,
) -> Bounds:
    r"""Return price bounds over all laws near the prior that meet quotes and forward.

    Parameters
    ----------
    payoff : PiecewiseLinear
    prior : Prior
        Of one asset. Of its tail only the moments 0, 1 and 2 enter: the dual takes the worst of
        all tails that have them, the plan moves the tail as a whole, and `Bounds.gap` holds what
        lies between.
    quotes : Quotes, optional
        Of payoff objects, undiscounted.
    forwards : float
        The mean, met exactly.
    order : float
        p > 1 of :math:`W_p`; at most 2 where the prior has a tail.
    radius : float, Radius or MultipleOfLeast
        The largest distance, in the units of prices. At order 2 a radius below 1e-6 of prices
        counts as that, and likewise r^p below 1e-12 of theirs: the bounds are safe all the same.

    Returns
    -------
    Bounds
        `lower` and `upper` are dual values, safe whatever the iteration did; `gap` is their larger
        distance to what a plan attains; `minimum_radius` is the least distance of a law that meets
        the quotes, and `price` the payoff under the one found, which need not be the only one. The
        hedges leave risk. At price x of the prior the upper one loses at most
        :math:`\sup_s c(s) - H(s) - \theta|s-x|^p`.

    Raises
    ------
    ParameterError
        Arguments do not fit.
    InfeasibleQuotes
        No law meets the quotes; the message names them.
    InfeasibleRadius
        `radius` is below `minimum_radius`; the message gives it.
    AccuracyError
        A gap above 1e-4 of the bound is left.

    References
    ----------
    J. Blanchet and K. Murthy, "Quantifying distributional model risk via optimal transport",
    Mathematics of Operations Research 44 (2019). R. Gao and A. Kleywegt, "Distributionally robust
    stochastic optimization with Wasserstein distance", Mathematics of Operations Research 48
    (2023).

    Examples
    --------
    Scarf's bound, for mass at the forward alone:

    >>> from rmot.payoffs import call
    >>> b = wasserstein_bounds(call(1.2), Prior([1.0], [1.0]), radius=0.3)
    >>> round(b.upper, 6), round((0.3**2 + 0.2**2) ** 0.5 / 2 - 0.1, 6)
    (0.080278, 0.080278)
    """
    if not isinstance(payoff, PiecewiseLinear):
        raise ParameterError("expected a payoff object of one asset")
    if not (math.isfinite(order) and order > 1):
        raise ParameterError(
            f"expected a finite order > 1, with which far calls cost less and less; got {order}"
        )
    forward_price = float(forwards)
    if not (math.isfinite(forward_price) and forward_price >= 0):
        raise ParameterError(f"expected a finite forward >= 0; got {forwards}")
    quoted = [] if quotes is None else one_asset_payoffs(quotes.payoffs)
    for item in [payoff, *quoted]:
        prior.tail_of(item)
    problem = _problem(payoff, quoted, prior, quotes, forward_price, order)
    least, columns = _nearest(problem, quotes)
    # What the dual proves is the least, which no law undercuts.
    minimum = max(0.0, -least.dual_value) ** (1 / order)
    attained = max(0.0, -least.primal_value)
    chosen = radius
    if isinstance(radius, MultipleOfLeast):
        chosen = radius.resolve(minimum)
    elif not isinstance(radius, Radius):
        chosen = Radius(radius)
    assert isinstance(chosen, Radius)
    if chosen.value < minimum * (1 - _ROUNDING):
        raise InfeasibleRadius(
            f"expected a radius >= {minimum:.10g}, the least that meets the quotes; "
            f"got {chosen.value:g}"
        )
    target = _values(problem.pieces, [payoff])[0]
    size = max(float(problem.pieces.edges[-1]), forward_price)
    budget = max(chosen.value**order, attained * (1 + _ROUNDING), _SMALLEST * size**order)
    upper, upper_side = _upper(problem, columns, payoff, target, budget, quotes)
    lower, lower_side = _upper(problem, columns, payoff, -target, budget, quotes)
    return Bounds(
        lower=-lower.dual_value,
        upper=upper.dual_value,
        lower_hedge=mirrored(lower_side),
        upper_hedge=upper_side,
        gap=max(upper.gap, lower.gap),
        support_limited=False,
        price=float(target @ least.moved),
        minimum_radius=minimum,
        radius=chosen,
    )


def _problem(
    payoff: PiecewiseLinear,
    quoted: list[PiecewiseLinear],
    prior: Prior,
    quotes: Quotes | None,
    mean: float,
    order: float,
) -> PlanProblem:
    instruments = [forward(), *quoted]
    pieces = Pieces.common([*instruments, payoff])
    bid = np.empty(0) if quotes is None else quotes.bid
    ask = np.empty(0) if quotes is None else quotes.ask
    return PlanProblem(
        pieces,
        Origins.of(prior, pieces, order),
        np.zeros(2 * pieces.edges.size),
        _values(pieces, instruments),
        np.append(mean, bid),
        np.append(mean, ask),
        order,
        None,
    )


def _values(pieces: Pieces, payoffs: list[PiecewiseLinear]) -> Vector:
    """Return payoffs at the pieces' left ends and their limits at the right, (n, 2 M)."""
    return np.hstack(pieces.ends(payoffs))


def _nearest(problem: PlanProblem, quotes: Quotes | None) -> tuple[PlanSolution, Columns]:
    """Return the plan of least cost that meets the rows, and columns that hold it."""
    origins, pieces = problem.origins, problem.pieces
    own = Columns(
        np.arange(origins.points.size), pieces.holding(origins.points), origins.points.copy()
    )
    columns = own.joined(_coupling(problem, _some_law(problem, quotes)))
    variance = float(origins.weights @ (origins.points - problem.lower[0]) ** 2)
    size = max(variance, 1e-6 * problem.lower[0] ** 2, 1e-300) ** (problem.order / 2)
    found = best_plan(problem, columns, _TOLERANCE, size)
    return found, found.columns.joined(own)


def _some_law(problem: PlanProblem, quotes: Quotes | None) -> tuple[Columns, Vector]:
    """Return places (of no origin in particular) and masses of a law that meets the rows."""
    pieces = problem.pieces
    last = pieces.edges.size - 1
    inner = np.arange(last)
    base = max(float(pieces.edges[-1]), float(problem.lower[0]))
    far = base * np.array(_FAR)
    piece = np.concatenate([np.arange(last + 1), inner, np.full(far.size, last)])
    place = np.concatenate([pieces.edges, pieces.edges[1:], far])
    left, second = pieces.shares(place, piece)
    values = (
        problem.instruments[:, piece] * left + problem.instruments[:, last + 1 + piece] * second
    )
    rows = np.vstack([np.ones(place.size), values])
    lower, upper = np.append(1.0, problem.lower), np.append(1.0, problem.upper)
    equal = lower == upper
    has_u, has_l = np.isfinite(upper) & ~equal, np.isfinite(lower) & ~equal
    result = linprog(
        (place - problem.lower[0]) ** 2,
        A_ub=np.vstack([rows[has_u], -rows[has_l]]),
        b_ub=np.concatenate([upper[has_u], -lower[has_l]]),
        A_eq=rows[equal],
        b_eq=lower[equal],
        method="highs",
        options=HIGHS,
    )
    if result.status != 0:
        _explain(problem, quotes, rows, lower, upper)
        raise AccuracyError(f"no law that meets the quotes was found: {result.message}")
    held = result.x > 0
    return Columns(np.zeros(held.sum(), dtype=np.intp), piece[held], place[held]), result.x[held]


def _explain(
    problem: PlanProblem, quotes: Quotes | None, rows: Vector, lower: Vector, upper: Vector
) -> None:
    """Raise InfeasibleQuotes, over all prices or, where only infinity helps, over finite ones."""
    quoted = [] if quotes is None else one_asset_payoffs(quotes.payoffs)
    values, slopes = conditions(quoted)
    everywhere = np.vstack([values, slopes]).T
    raise_if_infeasible(everywhere, lower, upper, 2, row_names(quotes))
    raise_if_infeasible(rows, lower, upper, 2, row_names(quotes))


def _coupling(problem: PlanProblem, law: tuple[Columns, Vector]) -> Columns:
    """Return the monotone coupling of the prior with a law, which some plan of it uses."""
    targets, masses = law
    order = np.argsort(targets.place, kind="stable")
    by_price = np.argsort(problem.origins.points, kind="stable")
    have = np.cumsum(problem.origins.weights[by_price])
    want = np.cumsum(masses[order] / masses.sum())
    levels = np.unique(np.concatenate([[0.0], have, want]))
    middle = 0.5 * (levels[1:] + levels[:-1])
    origin = by_price[np.minimum(np.searchsorted(have, middle), have.size - 1)]
    target = order[np.minimum(np.searchsorted(want, middle), want.size - 1)]
    place = targets.place[target]
    piece = targets.piece[target]
    reachable = ~problem.pieces.is_last[piece] | (place >= problem.origins.shortest[origin])
    return Columns(origin[reachable], piece[reachable], place[reachable])


def _upper(
    problem: PlanProblem,
    columns: Columns,
    payoff: PiecewiseLinear,
    target: Vector,
    budget: float,
    quotes: Quotes | None,
) -> tuple[PlanSolution, StaticHedge]:
    pieces = problem.pieces
    m = pieces.edges.size
    radius = budget ** (1 / problem.order)
    steepest = float(np.abs(pieces.slopes(*np.split(target, 2))).max())
    jump = float(np.abs(target[1:m] - target[m : 2 * m - 1]).max(initial=0.0))
    guess = max(radius * steepest, jump, 1e-12)
    start = columns.joined(_first_guesses(problem, payoff, radius))
    posed = replace(problem, payoff=target, budget=budget)
    found = best_plan(posed, start, _TOLERANCE, guess)
    if found.unsolved > _USABLE * max(abs(found.dual_value), guess):
        raise AccuracyError(f"the bound was reached to a gap of {found.unsolved:.2g} only")
    y = found.multipliers
    cash = found.dual_value - float(
        y[y != 0] @ np.where(y > 0, problem.upper, problem.lower)[y != 0]
    )
    missed = target - y @ problem.instruments
    shortfall = np.inf
    if missed[-1] <= _ROUNDING * max(steepest, 1.0):
        shortfall = float(np.append(missed[:m], missed[m:-1]).max()) - cash
    bid = np.empty(0) if quotes is None else quotes.bid
    ask = np.empty(0) if quotes is None else quotes.ask
    prices = (problem.lower[:1], bid, ask)
    return found, upper_hedge(cash, y[:1], y[1:], prices, shortfall)


def _first_guesses(problem: PlanProblem, payoff: PiecewiseLinear, radius: float) -> Columns:
    """Return destinations around each origin, and at and beyond the payoff's kinks."""
    x = problem.origins.points
    places = [x + step * radius for step in _DISPLACEMENTS]
    for kink in payoff.kinks:
        places += [np.full(x.size, kink), kink + np.abs(kink - x)]
    place = np.maximum(np.concatenate(places), 0.0)
    origin = np.tile(np.arange(x.size), len(places))
    piece = problem.pieces.holding(place)
    reachable = ~problem.pieces.is_last[piece] | (place >= problem.origins.shortest[origin])
    return Columns(origin[reachable], piece[reachable], place[reachable])
