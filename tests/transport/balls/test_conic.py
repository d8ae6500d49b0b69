"""The conic method's scaling and step against dense linear algebra, and what it converges to.

The oracle writes Nesterov and Todd's scaling with the Jordan algebra of the second-order cone:
x o y = (<x, y>, x_0 y_1 + y_0 x_1), L(x) its matrix, P(x) = 2 L(x)^2 - L(x o x), square roots by
the spectral decomposition. Weighted nodes become Euclidean by the roots of their weights.
"""

from dataclasses import replace

import numpy as np
import pytest

from rmot.numerics import cone_steps
from rmot.numerics.cone_steps import FREE, SIGNED
from rmot.numerics.conic_step import GAP, GG, PP, SIZE, TAU
from rmot.numerics.eights import filled_up
from rmot.transport.balls import conic
from rmot.transport.balls.design import DenseDesign
from rmot.transport.balls.program import Program

N = 5


def arrow(x):
    matrix = np.diag(np.full(x.size, x[0]))
    matrix[0, 1:] = matrix[1:, 0] = x[1:]
    return matrix


def product(x, y):
    return arrow(x) @ y


def quadratic(x):
    return 2 * arrow(x) @ arrow(x) - arrow(product(x, x))


def power(x, exponent):
    """Return x to an exponent by its spectral decomposition."""
    length = np.linalg.norm(x[1:])
    direction = x[1:] / length if length > 0 else np.eye(x.size - 1)[0]
    high, low = (x[0] + length) ** exponent, (x[0] - length) ** exponent
    return np.append(0.5 * (high + low), 0.5 * (high - low) * direction)


def scaling(s, dual):
    """Return the symmetric W with W dual = W^-1 s."""
    root = quadratic(power(s, 0.5))
    point = root @ power(root @ dual, -0.5)
    return quadratic(power(point, 0.5))


def problem(seed):
    """Return a program of five nodes whose rows are cash, a forward, an interval and a side."""
    rng = np.random.default_rng(seed)
    w = rng.dirichlet(np.ones(N))
    values = np.column_stack([np.ones(N), np.sort(rng.uniform(0.5, 2, N)), rng.random((N, 2))])
    law = w * rng.uniform(0.8, 1.2, N)
    rows = law / law.sum() @ values
    lower = rows - np.array([0.0, 0.0, 0.1, 0.05])
    upper = np.array([rows[0], rows[1], rows[2] + 0.05, np.inf])
    lower[0] = upper[0] = 1.0
    kinds = np.full(N, SIGNED, dtype=np.int8)
    kinds[-1] = FREE if seed % 2 else SIGNED
    return Program(DenseDesign(values), w, kinds, lower, upper, 2.0, 1.0, 2), values


def state_at(seed, radius):
    """Return a state away from the start: random positive slacks, multipliers and densities."""
    rng = np.random.default_rng(1000 + seed)
    program, values = problem(seed)
    state = conic._State(program, rng.standard_normal(N), radius)
    signed = program.kinds == SIGNED
    state.p[:] = rng.uniform(-0.5, 0.5, N)
    if radius is not None:
        state.p *= 0.8 * np.sqrt(2 * radius / (program.weights @ state.p**2))
        state.p *= min(1.0, 0.9 / np.abs(state.p).max())
    state.z[:] = np.where(signed, rng.uniform(0.05, 1.0, N), 0.0)
    state.s[:] = np.where(program.has, rng.uniform(0.02, 0.5, (2, 4)), 1.0)
    state.v[:] = np.where(program.has, rng.uniform(0.05, 1.0, (2, 4)), 0.0)
    state.free[:] = np.where(program.equal, rng.standard_normal(4), 0.0)
    state.rows[:] = program.design.adjoint(program.weights * (1 + state.p))
    state.measure()
    if radius is not None:
        state.numbers[TAU] = 1.3 * np.sqrt(state.numbers[GG])
        state.measure()
    return program, values, state


@pytest.mark.parametrize("seed", range(6))
def test_scaling_takes_the_dual_where_its_inverse_takes_the_primal(seed):
    program, _, state = state_at(seed, 0.2)
    roots = np.sqrt(program.weights)
    s = np.append(state.numbers[SIZE], roots * state.p)
    dual = np.append(state.numbers[TAU], roots * state.g)
    a, b = (
        np.sqrt(state.numbers[SIZE] ** 2 - state.numbers[PP]),
        np.sqrt(state.numbers[TAU] ** 2 - state.numbers[GG]),
    )
    gamma = np.sqrt(0.5 * (1 + s @ dual / (a * b)))
    u = (s[1:] / a - dual[1:] / b) / (2 * gamma)
    w0 = np.sqrt(1 + u @ u)
    block = np.eye(N) + np.outer(u, u) / (1 + w0)
    matrix = np.sqrt(a / b) * np.block([[np.array([[w0]]), u[None, :]], [u[:, None], block]])
    assert matrix == pytest.approx(scaling(s, dual), rel=1e-11, abs=1e-11)
    assert matrix @ dual == pytest.approx(np.linalg.solve(matrix, s), rel=1e-11, abs=1e-12)
    terms = np.empty((5, 8))
    signed = filled_up((program.kinds == SIGNED).astype(float))
    p, z, w = (filled_up(each) for each in (state.p, state.z, program.weights))
    to_u = 0.5 / (gamma * a), -0.5 / (gamma * b)
    cone_steps.scale(p, z, w, signed, filled_up(state.g), *to_u, b / a, terms)
    assert roots * terms[0, :N] == pytest.approx(u, rel=1e-13, abs=1e-14)


def dense_step(program, values, state, target, predicted):
    """Solve the whole linearised system, the second-order terms those of `predicted`.

    Returns dp, dz, dg, d_tau, ds, dv, dy.
    """
    w, kinds, m = program.weights, program.kinds, program.lower.size
    ball, roots = state.ball, np.sqrt(program.weights)
    signed = kinds == SIGNED
    sides = [(side, j) for side in range(2) for j in range(m) if program.has[side, j]]
    dp0, dz0, dg0, dt0, ds0, dv0 = predicted
    # unknowns: dp, dz, dy, d_tau, ds, dv
    names = {"p": N, "z": N, "y": m, "t": 1, "s": len(sides), "v": len(sides)}
    starts = dict(zip(names, np.cumsum([0, *names.values()]), strict=False))
    size = sum(names.values())
    at = {name: slice(starts[name], starts[name] + count) for name, count in names.items()}
    left, right = [], []

    def equation(value, **blocks):
        row = np.zeros(size)
        for name, block in blocks.items():
            row[at[name]] = block
        left.append(row)
        right.append(value)

    # dg = G dy - dz
    of_y, of_z = values, -np.eye(N)
    if ball:
        s = np.append(state.numbers[SIZE], roots * state.p)
        dual = np.append(state.numbers[TAU], roots * state.g)
        matrix = scaling(s, dual)
        nu = matrix @ dual
        second = product(
            np.linalg.solve(matrix, np.append(0.0, roots * dp0)),
            matrix @ np.append(dt0, roots * dg0),
        )
        unit = np.append(1.0, np.zeros(N))
        wanted = np.linalg.solve(arrow(nu), target * unit - product(nu, nu) - second)
        for k in range(N + 1):
            scaled = matrix[k] * np.append(1.0, roots)
            inverse = np.linalg.inv(matrix)[k][1:] * roots
            equation(
                wanted[k],
                p=inverse,
                t=scaled[0],
                y=scaled[1:] @ of_y,
                z=scaled[1:] @ of_z,
            )
    else:
        for i in range(N):
            equation(-(state.p + state.g)[i], p=np.eye(N)[i], y=of_y[i], z=of_z[i])
        equation(0.0, t=1.0)
    for i in range(N):
        if signed[i]:
            q = 1 + state.p[i]
            value = target / w[i] - q * state.z[i] - dp0[i] * dz0[i]
            equation(value, p=state.z[i] * np.eye(N)[i], z=q * np.eye(N)[i])
        else:
            equation(0.0, z=np.eye(N)[i])
    for j in np.flatnonzero(program.equal):
        equation(program.lower[j] - state.rows[j], p=w * values[:, j])
    for k, (side, j) in enumerate(sides):
        sign = -1.0 if side == 0 else 1.0
        miss = program.ends[side, j] - state.rows[j] - sign * state.s[side, j]
        equation(miss, p=w * values[:, j], s=sign * np.eye(len(sides))[k])
        value = target - state.s[side, j] * state.v[side, j] - ds0[side, j] * dv0[side, j]
        equation(
            value,
            s=state.v[side, j] * np.eye(len(sides))[k],
            v=state.s[side, j] * np.eye(len(sides))[k],
        )
    for j in np.flatnonzero(~program.equal):
        parts = [(-1.0 if side == 0 else 1.0) * (row == j) for side, row in sides]
        equation(0.0, y=np.eye(m)[j], v=-np.array(parts))
    found = np.linalg.solve(np.array(left), np.array(right))
    ds, dv = np.zeros((2, m)), np.zeros((2, m))
    for k, place in enumerate(sides):
        ds[place], dv[place] = found[at["s"]][k], found[at["v"]][k]
    dp, dz, dy = found[at["p"]], found[at["z"]], found[at["y"]]
    return dp, dz, values @ dy - dz, found[at["t"]][0], ds, dv, dy


def longest(primal_pairs):
    """Return how far positive numbers may go along their changes, by all ratios."""
    ratios = [-value / change for value, change in primal_pairs if change < 0]
    return min(ratios, default=np.inf)


def to_the_cone(first, change, inner, direction):
    """Return the least positive root of (first + t change)^2 = |inner + t direction|^2."""
    polynomial = [
        change**2 - direction @ direction,
        2 * (first * change - inner @ direction),
        first**2 - inner @ inner,
    ]
    roots = np.roots(polynomial)
    real = roots[np.abs(roots.imag) < 1e-12].real
    return min(real[real > 0], default=np.inf)


@pytest.mark.parametrize("radius", [0.2, None])
@pytest.mark.parametrize("seed", range(8))
def test_a_step_is_mehrotras_with_the_dense_scaling(seed, radius):
    program, values, state = state_at(seed, radius)
    w, roots, has = program.weights, np.sqrt(program.weights), program.has
    signed = program.kinds == SIGNED
    before = [state.p, state.z, state.s, state.v, state.free]
    p, z, s, v, free = (array.copy() for array in before)
    tau, g, gap = state.numbers[TAU], state.g.copy(), state.numbers[GAP]
    complementarity = w @ ((1 + p) * z) + np.sum(s * v)
    if radius is not None:
        complementarity += state.numbers[SIZE] * tau + w @ (p * g)
    assert gap == pytest.approx(complementarity, rel=1e-12)

    def lengths(step):
        dp, dz, dg, dt, ds, dv, _ = step
        primal = longest(
            [*zip((1 + p)[signed], dp[signed], strict=True), *zip(s[has], ds[has], strict=True)]
        )
        dual = longest(
            [*zip(z[signed], dz[signed], strict=True), *zip(v[has], dv[has], strict=True)]
        )
        if radius is None:
            return (min(primal, dual),) * 2
        primal = min(primal, to_the_cone(state.numbers[SIZE], 0.0, roots * p, roots * dp))
        return primal, min(dual, to_the_cone(tau, dt, roots * g, roots * dg))

    nothing = np.zeros(N), np.zeros(N), np.zeros(N), 0.0, np.zeros((2, 4)), np.zeros((2, 4))
    first = dense_step(program, values, state, 0.0, nothing)
    a, b = (min(1.0, length) for length in lengths(first))
    dp, dz, dg, dt, ds, dv, _ = first
    after = w @ ((1 + p + a * dp) * (z + b * dz)) + np.sum((s + a * ds) * (v + b * dv))
    if radius is not None:
        after += state.numbers[SIZE] * (tau + b * dt) + w @ ((p + a * dp) * (g + b * dg))
    count = signed.sum() + has.sum() + (radius is not None)
    ratio = max(after, 0.0) / gap
    target = ratio**3 * gap / count
    second = dense_step(program, values, state, target, first[:6])
    a, b = (min(1.0, max(0.99, 1.0 - ratio) * length) for length in lengths(second))
    assert not state.descend((0.0, 0.0), most=1)
    assert state.best.taken == 1
    dp, dz, _, dt, ds, dv, dy = second

    def close(expected):
        # far from the boundary systems of condition 1e6 lose no more
        return pytest.approx(expected, rel=1e-8, abs=1e-9)

    assert state.p == close(p + a * dp)
    assert state.z == close(z + b * dz)
    assert state.s[has] == close((s + a * ds)[has])
    assert state.v[has] == close((v + b * dv)[has])
    assert state.free[program.equal] == close((free + b * dy)[program.equal])
    if radius is not None:
        assert state.numbers[TAU] == close(tau + b * dt)


@pytest.mark.parametrize("seed", range(6))
def test_solutions_meet_the_conditions_of_optimality(seed):
    rng = np.random.default_rng(seed)
    program, values = problem(2 * seed)
    payoff = rng.standard_normal(N)
    least = conic.solve(program, np.zeros(N), None, 1e-17)
    spent = float(program.weights @ (least.density - 1) ** 2)
    radius = 0.5 * spent + 0.05
    found = conic.solve(program, payoff, radius, 1e-11)
    w, q, y = program.weights, found.density, found.multipliers
    rows = values.T @ (w * q)
    assert found.gap <= 1e-11
    assert found.missed <= 1e-13
    assert np.all(rows >= program.lower - 1e-13)
    assert np.all(rows <= program.upper + 1e-13)
    # settled laws reach the ball's surface from outside, to what rows are met to
    assert w @ (q - 1) ** 2 <= 2 * radius * (1 + 1e-13)
    # What nodes, rows and ball lack in Fenchel's equality are all non-negative, and sum to the
    # distance between dual and primal value.
    theta = found.theta
    z = theta * (q - 1) - payoff + values @ y
    beyond = (z > theta * q) & (program.kinds == SIGNED)
    nodes = np.where(beyond, q * z - theta * q**2 / 2, z**2 / (2 * theta))
    y = y[~program.equal]
    sides = np.stack([rows - program.ends[0], program.ends[1] - rows])[:, ~program.equal]
    of_rows = np.where(y > 0, y * sides[1], -y * sides[0])
    of_ball = theta * (radius - w @ (q - 1) ** 2 / 2)
    assert w @ nodes + of_rows.sum() + of_ball <= 2e-11
    # a multiplier on an absent side is rounding
    assert np.all(y[np.isinf(program.upper[~program.equal])] <= 1e-11)


def test_units_of_rows_do_not_matter():
    program, values = problem(0)
    payoff = np.arange(N) / N
    units = np.array([1.0, 1e3, 1e-3, 7.0])
    other = replace(
        program,
        design=DenseDesign(values * units),
        lower=program.lower * units,
        upper=program.upper * units,
    )
    one, two = (conic.solve(each, payoff, 0.1, 1e-11) for each in (program, other))
    assert (program.weights * payoff) @ one.density == pytest.approx(
        (program.weights * payoff) @ two.density, abs=1e-10
    )


def many_nodes(seed):
    """Return a program whose gap ends at the rounding of its sums, which no step mends."""
    rng = np.random.default_rng(seed)
    w, values = rng.dirichlet(np.ones(100)), np.column_stack([np.ones(100), rng.random((100, 8))])
    law = w * rng.uniform(0.5, 1.5, 100)
    rows = law / law.sum() @ values
    lower, upper = rows - 1e-4 * rng.random(9), rows + 1e-4 * rng.random(9)
    lower[0] = upper[0] = 1.0
    kinds = np.full(100, SIGNED, dtype=np.int8)
    return Program(DenseDesign(values), w, kinds, lower, upper, 2.0, 1.0, 1)


def test_what_rounding_decides_is_not_waited_for(monkeypatch):
    programs = [many_nodes(seed) for seed in range(4)]
    nothing = np.zeros(programs[0].weights.size)
    monkeypatch.setattr(conic, "_SHOWING", ())
    early = [conic.solve(program, nothing, None, 1e-17) for program in programs]
    monkeypatch.setattr(conic, "_SETTLED", conic._PATIENCE)
    late = [conic.solve(program, nothing, None, 1e-17) for program in programs]
    assert 2 * sum(one.taken for one in early) < sum(one.taken for one in late)
    for program, one, other in zip(programs, early, late, strict=True):
        # half of E (q - q*)^2 is at most the gap and what the rows miss at their multipliers
        left = [abs(x.gap) + x.missed * np.abs(x.multipliers).sum() for x in (one, other)]
        apart = np.sqrt(program.weights @ (one.density - other.density) ** 2)
        assert apart <= sum(np.sqrt(2 * each) for each in left)
