"""Laws in balls of power divergences: each step's linear equations, cvxpy's values, proofs."""

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.numerics.cone_steps import LINEAR
from rmot.numerics.cressie_read import CHI_SQUARED
from rmot.transport.balls import conic, power_divergence
from rmot.transport.balls.design import DenseDesign
from rmot.transport.balls.dual import dual_point
from tests.transport.balls.programs import of_calls

N, M = 60, 8
EPS = np.finfo(float).eps
ORDERS = (1.0, 1.5, 3.0)
# Clarabel's own tolerance; exponential cones end near it, and multipliers make it larger.
ORACLE = 1e-9


def problem(seed, order, n=N, m=M, **further):
    """Return a program one of whose rows has no lower side, its values, and a payoff."""
    program, values, payoff = of_calls(seed, order, n, m, tilt=(0.6, 1.5), **further)
    lower = program.lower.copy()
    lower[-1] = -np.inf
    return replace(program, lower=lower), values, payoff


def oracle(program, values, payoff, radius):
    """Return the largest mean of a payoff in the ball, or without one the least divergence."""
    q, w, order = cp.Variable(program.weights.size), program.weights, program.order
    rows = values.T @ cp.multiply(w, q)
    has = np.isfinite(program.lower)
    meets = [rows[has] >= program.lower[has], rows <= program.upper, q >= 0]
    if order == 1.0:
        spent = w @ cp.kl_div(q, 1)
    else:
        spent = w @ (cp.power(q, order) - order * (q - 1) - 1) / (order * (order - 1))
    goal = cp.Minimize(spent)
    if radius is not None:
        goal, meets = cp.Maximize((w * payoff) @ q), [*meets, spent <= radius]
    accuracy = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), ORACLE)
    return cp.Problem(goal, meets).solve(solver=cp.CLARABEL, **accuracy)


def proved(program, payoff, answer, radius):
    """Return price and bound that an answer gives, and what its law misses."""
    price = float(program.weights @ (payoff * answer.density))
    point = dual_point(program, payoff, answer.multipliers, answer.theta, radius)
    spent = program.spent(answer.density)
    return price, point.value, max(program.missed(answer.density), spent - radius)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(3))
def test_laws_agree_with_clarabels_cones(order, seed):
    program, values, payoff = problem(seed, order)
    least = power_divergence.nearest(program)
    spent = program.spent(least.density)
    assert spent == pytest.approx(oracle(program, values, payoff, None), abs=50 * ORACLE)
    radius = 1.5 * spent + 0.2
    found = power_divergence.extremal(program, payoff, radius, least.density)
    value = oracle(program, values, payoff, radius)
    assert program.weights @ (payoff * found.density) == pytest.approx(value, abs=50 * ORACLE)
    # superlinear: what is left falls from 1e-3 to rounding in a few steps
    assert max(least.steps, found.steps) <= 40


def test_a_step_solves_the_linearised_equations():
    program, values, payoff = problem(4, 1.5)
    kinds = program.kinds.copy()
    kinds[-1] = LINEAR
    program = replace(program, kinds=kinds, rate=0.7)
    newton = power_divergence._Newton(program, payoff, 0.3, np.linspace(0.8, 1.2, N))
    for _ in range(3):
        assert newton.advance(together=False)
    at, w = newton.at, program.weights
    equations, target = newton._equations(), 1e-3
    assert equations is not None
    nothing = 0.0 * at.q, 0.0 * at.z, 0.0 * at.s, 0.0 * at.v, 0.0 * at.free
    still = power_divergence._Point(*nothing, 0.0, 0.0)
    move = newton._move(equations, target, still)
    dy = np.where(program.equal, move.free, move.v[1] - move.v[0])
    bends = 10.0 * newton._second.max()
    size = EPS * N * bends * (1 + np.abs(at.q * move.z).max() + np.abs(move.q).max())
    slope = np.where(kinds == LINEAR, 0.7, (np.sqrt(at.q) - 1) / 0.5)
    bend = np.where(kinds == LINEAR, 0.0, 1 / np.sqrt(at.q))
    y = np.where(program.equal, at.free, at.v[1] - at.v[0])
    left = payoff - values @ (y + dy) - (at.theta + move.theta) * slope
    left += at.z + move.z - at.theta * bend * move.q
    assert np.abs(left).max() <= size * np.abs(values).max() * (1 + np.abs(dy).max())
    of_nodes = at.q * at.z + at.q * move.z + at.z * move.q - target
    assert np.abs(of_nodes).max() <= size
    of_ball = at.theta * at.room + at.theta * move.room + at.room * move.theta - target
    assert abs(of_ball) <= size
    assert program.spent(at.q) + w @ (slope * move.q) + at.room + move.room == pytest.approx(
        0.3, abs=size
    )
    rows = values.T @ (w * (at.q + move.q))
    assert rows[program.equal] == pytest.approx(program.lower[program.equal], abs=size)
    ends = rows + np.array([[-1.0], [1.0]]) * (at.s + move.s)
    assert ends[program.has] == pytest.approx(program.ends[program.has], abs=size)


@pytest.mark.parametrize("order", ORDERS)
def test_the_corrector_knows_the_second_order(order):
    program, _, payoff = problem(5, order)
    newton = power_divergence._Newton(program, payoff, 0.3, np.linspace(0.8, 1.2, N))
    assert newton.advance(together=False)
    at, rng = newton.at, np.random.default_rng(0)
    far = rng.uniform(-0.3, 0.3, N) * at.q
    still = 0.0 * at.s, 0.0 * at.v, 0.0 * at.free
    move = power_divergence._Point(far, 0.0 * far, *still, 0.2 * at.theta, 0.0)

    def pull(step):
        q, theta = at.q + step * far, at.theta + step * move.theta
        return theta * (np.log(q) if order == 1.0 else (q ** (order - 1) - 1) / (order - 1))

    step = 1e-4
    # the second difference is exact but for the fourth order and the rounding of its terms
    second = 0.5 * (pull(step) - 2 * pull(0.0) + pull(-step)) / step**2
    scale = np.abs(pull(0.0)).max() + at.theta
    off = 8 * EPS * scale / step**2 + step**2 * 10 * scale
    assert np.abs(newton._bent(move) - second).max() <= off


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("more", [1e-6, 1e-3, 1.0])
def test_balls_little_larger_than_the_least_are_solved(order, more):
    for seed in range(3):
        program, _, payoff = problem(seed, order, decades=3.0)
        law = power_divergence.nearest(program)
        radius = program.spent(law.density) * (1 + more)
        for sold in (payoff, -payoff):
            found = power_divergence.extremal(program, sold, radius, law.density)
            price, bound, missed = proved(program, sold, found, radius)
            assert missed <= 1e-10
            assert bound - price <= 1e-9
            assert bound >= float(program.weights @ (sold * law.density)) - 1e-10


def test_quotes_that_say_nothing_new_and_are_narrow_are_no_trap():
    """A call that every node is above is known from the forward, and its quote is narrow."""
    program, values, payoff = problem(6, 1.0)
    x = values[:, 1] / values[0, 1]
    known = x - 0.5 * x[0]
    known /= np.sqrt(program.weights @ known**2)
    exact = float(program.weights @ (known * power_divergence.nearest(program).density))
    wider = replace(
        program,
        design=DenseDesign(np.column_stack([values, known])),
        lower=np.append(program.lower, exact - 1e-8),
        upper=np.append(program.upper, exact + 1e-8),
    )
    law = power_divergence.nearest(wider)
    radius = 4.0 * wider.spent(law.density)
    found = power_divergence.extremal(wider, payoff, radius, law.density)
    price, bound, missed = proved(wider, payoff, found, radius)
    assert missed <= 1e-9
    assert bound - price <= 1e-8
    alone = power_divergence.extremal(program, payoff, radius, law.density)
    assert price == pytest.approx(float(program.weights @ (payoff * alone.density)), abs=1e-7)


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_what_pays_nothing_may_be_worth_nothing_at_most(order):
    """Its slack starts at zero, were it not kept away."""
    program, values, _ = problem(8, order)
    wider = replace(
        program,
        design=DenseDesign(np.column_stack([values, np.zeros(N)])),
        lower=np.append(program.lower, -np.inf),
        upper=np.append(program.upper, 0.0),
    )
    assert np.all(wider.slacks(np.append(values.T @ program.weights, 0.0)) > 0)
    if order == CHI_SQUARED:
        nothing = np.zeros(N)
        found, alone = (conic.solve(one, nothing, None, 1e-17) for one in (wider, program))
    else:
        found, alone = (power_divergence.nearest(one) for one in (wider, program))
    # laws whose divergence is least to 1e-15 or so differ by its root
    assert found.density == pytest.approx(alone.density, abs=1e-7)


@given(
    seed=st.integers(0, 10**6),
    order=st.sampled_from([1.0, 1.2, 2.5]),
    n=st.sampled_from([30, 80, 300]),
    more=st.floats(-3.0, 2.0),
)
def test_every_answer_is_proved_by_its_own_multipliers(seed, order, n, more):
    program, _, payoff = problem(seed, order, n, m=6, width=1e-3, decades=4.0)
    law = power_divergence.nearest(program)
    nothing = np.zeros(n)
    least = -dual_point(program, nothing, law.multipliers, 1.0, 0.0).value
    assert abs(program.spent(law.density) - least) <= 1e-9
    radius = program.spent(law.density) * (1 + 10.0**more)
    found = power_divergence.extremal(program, payoff, radius, law.density)
    price, bound, missed = proved(program, payoff, found, radius)
    assert missed <= 1e-9
    assert -1e-9 <= bound - price <= 1e-8


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("far", [1.2, 2.0])
def test_rows_that_no_law_meets_leave_a_portfolio_that_says_so(order, far):
    program, values, _ = problem(7, order)
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[3] = upper[3] = far * values[:, 3].max()
    law = power_divergence.nearest(replace(program, lower=lower, upper=upper))
    held = law.multipliers / np.abs(law.multipliers).max()
    # sold, it pays at most so much wherever the price ends, and costs more
    cost = held @ np.where(held > 0, upper, np.where(np.isfinite(lower), lower, 0.0))
    assert np.max(values @ -held) + cost < -0.1
    assert held[-1] >= 0
