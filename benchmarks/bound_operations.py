r"""Counts what a chi-squared bound takes, by the Newton steps that its solver makes for it.

A step of the conic method on n nodes and m rows passes seven times over the nodes' arrays to
weigh, aim and move, and takes nine sums or values of the rows on the nodes. Its Gram product needs
:math:`3 n + m (m + 1)` multiplications with an addition where payoffs are ramps, against
:math:`n m (m + 1) / 2` of a dense matrix; the factor needs :math:`m^3 / 6`, a solution with its
refinement :math:`3 m^2`. A turn on the rows that bind passes once over the nodes, takes three
sums or values and one Gram product; its system of a few rows is not counted. All else has no floor
here: the program, the start, what proves the bound. Parts are called one by one: a microsecond or
two of each call are the interpreter's, which the step as a whole does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.ball_cases import BallCase
from benchmarks.operation_counts import WHOLE, Counted
from benchmarks.unit_costs import FAR_MOVE, MULTIPLY_ADD, NEAR, NEAR_MOVE, ROUNDS, least
from rmot.errors import AccuracyError
from rmot.numerics import cone_steps, normal_equations, piecewise_sums
from rmot.transport.balls import conic
from rmot.transport.balls.design import DenseDesign
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.sides import upper_side

PASSES, SUMS, GRAM, FACTOR, SOLUTIONS = (
    *("passes over nodes", "sums and values", "Gram product", "factor", "two solutions"),
)
DENSE, STEP = "Gram product, dense", "one Newton step of {}"
TURN = "one turn of {} on rows that bind"

# Numbers that each pass reads and writes at a node; a step aims and changes twice.
_SCALE, _AIM, _CHANGE, _MOVE, _PRODUCTS = 10, 13, 16, 8, 6
MOVED_BY_TURN = 8
MOVED = _SCALE + 2 * _AIM + 2 * _CHANGE + _MOVE + _PRODUCTS
# Sums G' v and values G y in a step, each of which reads or writes two numbers at a node.
ADJOINTS, VALUES = 6, 3
SUMS_OF_TURN = 3

_MIX = (-1.0, 0.0, 0.0, 0.0)
# A state whose numbers are neither those of the start nor of the end.
_UNDER_WAY = 6
# A tolerance that no gap meets.
_NEVER = -1.0, -1.0


def count(case: BallCase, rounds: int = ROUNDS, *, dense: bool = False) -> Iterator[Counted]:
    """Count and time the bound, one of its Newton steps, and the step's parts.

    With `dense` also the Gram product by a dense matrix, which the sums replace.
    """
    calls = list[tuple[Any, ...]]()
    steps, turns, solve = 0, 0, conic.solve

    def counted(*given: Any) -> conic.ConicAnswer:
        nonlocal steps, turns
        answer = solve(*given)
        calls.append(given)
        steps, turns = steps + answer.taken, turns + answer.turns
        return answer

    with patch.object(conic, "solve", counted):
        _bound(case)
    program, payoff, radius, _ = calls[-1]
    n, m = program.weights.size, program.lower.size
    kernel = f"bound, {case.prior.weights.size} points, {case.quotes.bid.size} quotes"
    parts = _parts(conic._State(program, payoff, radius))
    needs = step_operations(n, m)
    step, turn = _added(needs.values()), turn_operations(n, m)
    whole = {unit: steps * step[unit] + turns * turn.get(unit, 0.0) for unit in step}
    few = rounds // 4 + 1
    yield Counted(kernel, WHOLE, case.quoted, whole, least(lambda: _bound(case), few))
    seconds = least(_advance, few, start=lambda: conic._State(program, payoff, radius))
    yield Counted(kernel, STEP.format(steps), case.quoted, step, seconds / _UNDER_WAY)
    if turns:
        settled = next(call for call in reversed(calls) if solve(*call).turns)
        seconds = _seconds_of_a_turn(settled, rounds)
        yield Counted(kernel, TURN.format(turns), case.quoted, turn, seconds)
    for name, operations in needs.items():
        seconds = sum(times * least(action, rounds) for times, action in parts[name])
        yield Counted(kernel, name, case.quoted, operations, seconds)
    if dense:
        values = DenseDesign(np.column_stack([program.design.times(unit) for unit in np.eye(m)]))
        seconds = least(lambda: values.gram(program.weights), few)
        operations = {MULTIPLY_ADD: n * m * (m + 1) / 2}
        yield Counted(kernel, DENSE, case.quoted, operations, seconds)


def step_operations(n: int, m: int) -> dict[str, dict[str, float]]:
    """Return what each part of a step needs, on n nodes with m rows."""
    move = NEAR_MOVE if n <= 2 * NEAR else FAR_MOVE
    return {
        PASSES: {move: MOVED * n},
        SUMS: {move: 2 * (ADJOINTS + VALUES) * n},
        GRAM: {MULTIPLY_ADD: 3 * n + m * (m + 1)},
        FACTOR: {MULTIPLY_ADD: m**3 / 6},
        SOLUTIONS: {MULTIPLY_ADD: 6 * m**2},
    }


def turn_operations(n: int, m: int) -> dict[str, float]:
    """Return what a turn on the rows that bind needs, on n nodes with m rows."""
    move = NEAR_MOVE if n <= 2 * NEAR else FAR_MOVE
    return {move: (MOVED_BY_TURN + 2 * SUMS_OF_TURN) * n, MULTIPLY_ADD: 3 * n + m * (m + 1)}


def _advance(state: conic._State) -> None:
    state.descend(_NEVER, most=_UNDER_WAY)


def _seconds_of_a_turn(call: tuple[Any, ...], rounds: int) -> float:
    """Return seconds of a turn, of a call whose law is settled on the rows that bind."""
    program, payoff, radius, tolerance = call
    state = conic._State(program, payoff, radius)
    for showing in conic._SHOWING:
        state.descend((showing, showing))
        answer = state.settled(tolerance)
        if answer is not None:
            return least(lambda: state.settled(tolerance), rounds) / answer.turns
    raise AccuracyError("expected a law that settles on the rows which bind, as it did before")


def _added(operations: Iterable[dict[str, float]]) -> dict[str, float]:
    found = dict[str, float]()
    for each in operations:
        for unit, number in each.items():
            found[unit] = found.get(unit, 0.0) + number
    return found


def _parts(state: conic._State) -> dict[str, list[tuple[int, Callable[[], object]]]]:
    """Return the calls of each part, and how often a step makes them, of a state under way."""
    _advance(state)
    arrays, n, m = state.program.design.arrays, state.p.size, state.rows.size
    p, z, w, g, signed, pull = (
        *(state._p, state._z, state._weights, state._g, state._signed, state._pull),
    )
    dp, dz, dg, h, mass, held = state._work[:6]
    terms = state._work[6:11]
    of_nodes, of_rows, on_nodes = np.empty(14), np.empty(m), np.empty(n)
    given, gram = terms[2][:n].copy(), np.empty((m, m))
    piecewise_sums.gram(arrays, given, gram)
    gram += np.diag(np.full(m, 1e-3))
    equations, size = gram.copy(), np.empty(m)
    _, factor = normal_equations.factored(equations, size)
    piecewise_sums.adjoint(arrays, given, of_rows)

    def passes() -> None:
        cone_steps.scale(p, z, w, signed, g, 0.1, 0.1, 1.0, terms)
        for _ in range(2):
            cone_steps.aim(p, z, g, 0.1, pull, 1.0, _MIX, terms, dp, dz, dg, h, mass)
            cone_steps.change(
                *(p, z, w, g, 0.1, pull, terms, h, held, 0.1, dp, dz, dg, mass, of_nodes)
            )
        cone_steps.move(p, z, w, dp, dz, 0.0, 0.0, mass)
        cone_steps.products(p, z, w, state._payoff, held, g)

    return {
        PASSES: [(1, passes)],
        SUMS: [
            (ADJOINTS, lambda: piecewise_sums.adjoint(arrays, mass[:n], of_rows)),
            (VALUES, lambda: piecewise_sums.times(arrays, of_rows, on_nodes)),
        ],
        GRAM: [(1, lambda: piecewise_sums.gram(arrays, given, gram))],
        FACTOR: [(1, lambda: normal_equations.factored(equations, size))],
        SOLUTIONS: [(2, lambda: normal_equations.solved(equations, size, factor, of_rows))],
    }


def _bound(case: BallCase) -> float:
    forwards = np.array([case.forward])
    problem = assemble(case.payoff, case.prior, case.quotes, forwards, case.divergence)
    return upper_side(problem, problem.payoff, case.radius, nearest(problem)).value
