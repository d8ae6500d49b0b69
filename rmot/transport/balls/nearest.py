r"""The law nearest to the prior that meets the rows, and what follows from it alone.

.. math:: \min_q E \varphi(q) \quad \text{s.t.} \quad l \le E[G q] \le u,\; q \ge 0
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, InfeasibleQuotes, InfeasibleRadius
from rmot.numerics import cone_steps
from rmot.numerics.cone_steps import FREE, SIGNED
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.numerics.normal_equations import NormalEquations
from rmot.transport._feasibility import raise_if_infeasible, row_names
from rmot.transport.balls import conic, power_divergence
from rmot.transport.balls.dual import dual_point, rows_value
from rmot.transport.balls.problem import BallProblem
from rmot.transport.balls.residual import Residual
from rmot.transport.hedge import StaticHedge
from rmot.transport.radius import MultipleOfLeast, Radius

Vector = NDArray[np.float64]

# A gap g leaves densities off by the root of g, and the price with them.
_AIM = 1e-17
_CONVERGED = 1e-9
_USABLE = 1e-5
NO_ROOM = 1e-13
_NEGATIVE = 1e-9
_BINDING = 1e-9
# Rows times nodes beyond which a conflict of several assets is not searched for as a whole.
_SEARCHED = 5_000_000


@dataclass(frozen=True, eq=False)
class Nearest:
    """The law nearest to the prior that meets the rows, and its divergence."""

    density: Vector
    multipliers: Vector
    least: float


def nearest(problem: BallProblem, *, explained: bool = True) -> Nearest:
    """Return the law nearest to the prior.

    Where no law is found and it is not `explained`, no smallest conflict is looked for.

    Raises
    ------
    InfeasibleQuotes
        No law on the nodes meets all rows.
    AccuracyError
        The solver ended with a gap above 1e-5.
    """
    program = problem.program
    nothing = np.zeros(problem.payoff.size)
    if program.order == CHI_SQUARED:
        law = conic.solve(program, nothing, None, _AIM)
    else:
        law = power_divergence.nearest(program)
    density, multipliers = law.density, law.multipliers
    point = dual_point(program, nothing, multipliers, 1.0, 0.0)
    spent = program.spent(density)
    error = max(abs(spent + point.value), program.missed(density)) / (1.0 + spent)
    if not error <= _CONVERGED:
        _explain(problem, point.multipliers, explained)
        if not error <= _USABLE:
            raise AccuracyError("the law nearest to the prior was not found to a gap of 1e-5")
    return Nearest(density, multipliers, problem.multiple * max(0.0, -point.value))


def resolve(problem: BallProblem, rule: Radius | MultipleOfLeast, least: float) -> Radius:
    """Return the radius that a rule gives.

    Raises
    ------
    InfeasibleRadius
        It is below `least`.
    """
    chosen = rule.resolve(least) if isinstance(rule, MultipleOfLeast) else rule
    if chosen.value < least - NO_ROOM * (1.0 + least):
        raise InfeasibleRadius(
            f"expected a radius >= {least:.10g}, the least that meets the quotes; "
            f"got {chosen.value:g}"
        )
    return chosen


def price_of(problem: BallProblem, law: Nearest) -> float:
    """Return the payoff's price under a law."""
    return float(problem.program.weights @ (problem.payoff * law.density))


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
    left = Residual(problem, problem.payoff, beta)
    quoted = rows[stop : stop + positions.size] * problem.scale[stop : stop + positions.size]
    cost = float(y[0] + y[1:stop] @ problem.prices[0] + positions @ quoted)
    return StaticHedge(
        float(y[0]), y[1:stop], positions, cost, left.worst, deviation=left.deviation
    )


def tail_turns_negative(problem: BallProblem, density: Vector) -> bool:
    """Tell whether a density is negative somewhere on the tail."""
    if problem.tail_offsets is None:
        return False
    return min(problem.along_tail(density)) < -_NEGATIVE


def _explain(problem: BallProblem, multipliers: Vector, explained: bool) -> None:
    """Raise InfeasibleQuotes where no law meets all rows.

    A program too large for the search of a conflict is searched price by price. Beyond that quotes
    of several prices clash if the multipliers are a portfolio that costs less than it ever pays.
    """
    m, quotes = problem.scale.size, problem.quotes
    quoted = np.arange(problem.program.n_hard, problem.program.n_hard + problem.prices[1].size)
    further, names = np.arange(quoted.size + problem.program.n_hard, m), row_names(quotes)
    # Conditional means give no more way than forwards do.
    hard, soft = np.arange(problem.program.n_hard), quoted
    if problem.tail_offsets is None:
        hard = np.append(hard, further)
    else:
        soft, names = np.append(soft, further), [*names, "the tail's mass", "the tail's call"]
    if m * problem.payoff.size <= _SEARCHED or quotes is None:
        _search(problem, np.append(hard, soft), hard.size, names, explained)
        return
    assets = np.array([getattr(payoff, "asset", -1) for payoff in quotes.payoffs])
    for asset in np.unique(assets[assets >= 0]):
        own = np.flatnonzero(assets == asset)
        known = [0, 1 + asset] if asset < problem.n_forwards else [0]
        rows, own_names = np.append(known, quoted[own]), [names[j] for j in own]
        _search(problem, rows, len(known), own_names, explained)
    program = problem.program
    pays = program.design.times(-multipliers)
    if np.all(program.kinds == SIGNED) and pays.max() + rows_value(program, multipliers) < 0:
        raise InfeasibleQuotes(
            "no law on the nodes meets all quotes and conditions together, though the quotes of "
            f"each price can be met: {len(quotes)} quotes on {problem.payoff.size} nodes"
        )


def _search(
    problem: BallProblem, rows: NDArray[np.intp], n_hard: int, names: list[str], explained: bool
) -> None:
    program = problem.program
    unit = np.zeros(problem.scale.size)
    columns = np.empty((rows.size, problem.payoff.size))
    for place, row in enumerate(rows):
        unit[row] = problem.scale[row]
        columns[place] = program.design.times(unit)
        unit[row] = 0.0
    raise_if_infeasible(
        columns,
        (program.lower * problem.scale)[rows],
        (program.upper * problem.scale)[rows],
        n_hard,
        names,
        program.kinds == FREE,
        explained=explained,
    )
