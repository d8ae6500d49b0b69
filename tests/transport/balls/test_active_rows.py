"""Laws settled on the rows that bind: their optimality conditions, and cvxpy's values."""

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest

from rmot.numerics import active_rows
from rmot.numerics.active_rows import LOWER, NEITHER, UPPER
from rmot.numerics.cone_steps import FREE, SIGNED
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.transport.balls import conic
from tests.transport.balls.programs import of_calls

N, M = 60, 8
AIM = 1e-11
# Clarabel's own tolerance; multipliers of order ten turn what it misses rows by into value.
ORACLE = 1e-9


def problem(seed):
    """Return a program of sixty nodes, some of which empty, its values, and a payoff."""
    program, values, payoff = of_calls(seed, CHI_SQUARED, N, M)
    if seed % 2:
        program.kinds[-1] = FREE
    return program, values, payoff


def oracle(program, values, payoff, radius):
    """Return the largest mean of a payoff in the ball, or without one the least divergence."""
    q, w = cp.Variable(N), program.weights
    rows = values.T @ cp.multiply(w, q)
    meets = [rows >= program.lower, rows <= program.upper, q[program.kinds == SIGNED] >= 0]
    spent = cp.sum_squares(cp.multiply(np.sqrt(w), q - 1))
    if radius is None:
        goal = cp.Minimize(0.5 * spent)
    else:
        goal = cp.Maximize((w * payoff) @ q)
        meets.append(spent <= 2 * radius)
    accuracy = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), ORACLE)
    return cp.Problem(goal, meets).solve(solver=cp.CLARABEL, **accuracy)


@pytest.mark.parametrize("seed", range(10))
def test_settled_laws_are_optimal(seed):
    program, values, payoff = problem(seed)
    w = program.weights
    least = conic.solve(program, np.zeros(N), None, 1e-17)
    spent = 0.5 * float(w @ (least.density - 1) ** 2)
    assert spent == pytest.approx(oracle(program, values, payoff, None), abs=20 * ORACLE)
    radius = 1.5 * spent + 0.2
    found = conic.solve(program, payoff, radius, AIM)
    value = oracle(program, values, payoff, radius)
    assert w @ (payoff * found.density) == pytest.approx(value, abs=20 * ORACLE)
    for answer, c in ((least, 0.0 * payoff), (found, payoff)):
        assert answer.turns > 0
        assert 0.0 <= answer.gap <= AIM
        q, y, theta = answer.density, answer.multipliers, answer.theta
        free = 1 + (c - values @ y) / theta
        expected = np.where(program.kinds == SIGNED, np.maximum(free, 0.0), free)
        # sums of eight terms times multipliers of order ten
        assert q == pytest.approx(expected, abs=1e-11)
        rows = values.T @ (w * q)
        assert np.all(rows >= program.lower - 1e-13)
        assert np.all(rows <= program.upper + 1e-13)
        inside = (rows > program.lower + 1e-12) & (rows < program.upper - 1e-12)
        assert np.all(y[inside] == 0.0)
        assert np.all(y[~program.equal & (rows > program.upper - 1e-12)] >= 0.0)
        assert np.all(y[~program.equal & (rows < program.lower + 1e-12)] <= 0.0)
    assert w @ (found.density - 1) ** 2 == pytest.approx(2 * radius, rel=1e-11)
    assert np.any(found.density[program.kinds == SIGNED] == 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_steps_alone_end_where_settling_does(seed, monkeypatch):
    program, _, payoff = problem(seed)
    settled = conic.solve(program, payoff, 0.3, AIM)
    monkeypatch.setattr(conic, "_SHOWING", ())
    stepped = conic.solve(program, payoff, 0.3, AIM)
    assert settled.turns > 0 == stepped.turns
    assert settled.taken < stepped.taken
    means = [program.weights @ (payoff * each.density) for each in (settled, stepped)]
    assert means[0] == pytest.approx(means[1], abs=2 * AIM)


def test_what_does_not_settle_is_found_by_steps():
    # a ball with room left: its law is extremal without it, and theta is zero
    program, _, payoff = problem(1)
    roomy = conic.solve(replace(program, kinds=np.full(N, SIGNED, dtype=np.int8)), payoff, 1e4, AIM)
    assert roomy.turns == 0
    assert max(abs(roomy.gap), roomy.missed) <= 1e-9


def test_the_best_iterate_of_a_descent_that_ends_early_is_kept(monkeypatch):
    program, _, payoff = problem(2)
    monkeypatch.setattr(conic._State.descend, "__defaults__", (3,))
    state = conic._State(program, payoff, 0.1)
    state.descend((0.0, 0.0), 3)
    found = conic.solve(program, payoff, 0.1, AIM)
    assert (found.taken, found.turns) == (3, 0)
    assert found.gap == state.best.gap
    assert np.array_equal(found.density, state.best.density)


def test_wrong_rows_are_told():
    program, _, payoff = problem(0)
    state = conic._State(program, payoff, 0.05)
    state.descend((1e-3, 1e-3))
    positions, q = np.full(M, 1e3), np.empty_like(state._p)
    binds = np.full(M, UPPER, dtype=np.int8)
    arguments = program.design.arrays, state._weights, state._signed, state._payoff
    turns, _, gap, missed = active_rows.settle(
        *arguments, program.sides, 0.1, True, binds, positions, 1.0, (AIM, 1e-13), q
    )
    assert turns == 0
    assert gap > AIM or missed > 1e-13


def test_rows_bind_where_multipliers_exceed_slacks():
    has = np.array([[True, True, False, True], [True, False, True, True]])
    s = np.array([[1e-3, 1.0, 1.0, 1e-3], [1.0, 1.0, 1e-6, 1e-3]])
    v = np.array([[1.0, 1e-3, 9.0, 1.0], [1e-3, 9.0, 1.0, 2.0]])
    binds = np.empty(4, dtype=np.int8)
    active_rows.binding(has, s, v, binds)
    assert binds.tolist() == [LOWER, NEITHER, UPPER, UPPER]
