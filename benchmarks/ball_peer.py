r"""The upper bound of a ball by cvxpy and Clarabel, on the very program that `rmot` solves.

.. math:: \max_q E[c q] \quad \text{s.t.} \quad l \le E[G q] \le u,\; E[\varphi(q)] \le \eta,\;
          q \ge 0

A chi-squared ball is the second-order cone of :math:`\sqrt{w}\,(q - 1)`, relative entropy one
exponential cone a node. The rows come in two forms. "rows" gives each as it is, a dense matrix.
"pieces" sums masses and first moments over the pieces between strikes, on which all instruments are
linear, and makes the rows of these sums: most entries are then zero. "masses" does so too, and has
masses for unknowns in place of densities; it is for relative entropy alone. All forms are prepared
before the clock starts.
"""

from __future__ import annotations

import multiprocessing
import time
import warnings
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.ball_cases import BallCase
from rmot.numerics.cone_steps import LINEAR, SIGNED
from rmot.payoffs import PiecewiseLinear
from rmot.transport.balls.problem import BallProblem

Vector = NDArray[np.float64]

FORMS = ("rows", "pieces")
ENTROPY_FORMS = (*FORMS, "masses")
_GRACE = 30.0
_LEAST_THETA = 1e-12


@dataclass(frozen=True, eq=False)
class PeerProgram:
    """A ball's program in arrays.

    The rows are `combine @ sums @ masses`, of shapes (m, s) and (s, n); in the form "rows" the
    first is the identity. `payoff` is in units of `spread`, masses are `unit` times unknowns.
    """

    order: float
    room: float
    payoff: Vector
    spread: float
    weights: Vector
    unit: Vector
    kinds: NDArray[np.int8]
    sums: sp.csr_matrix
    combine: Vector | None
    lower: Vector
    upper: Vector


@dataclass(frozen=True, eq=False)
class PeerAnswer:
    """What Clarabel said, and the seconds of all and of the solver by its own clock.

    `density` and `multipliers` are empty where there is no answer.
    """

    status: str
    seconds: float
    solver_seconds: float
    density: Vector
    multipliers: Vector
    theta: float


def peer_program(case: BallCase, problem: BallProblem, form: str) -> PeerProgram:
    """Write out the program that `rmot` assembled for a case."""
    program, w = problem.program, problem.program.weights
    units = np.eye(program.lower.size)
    rows = np.array([program.design.times(unit) for unit in units])
    if form == "rows":
        sums, combine = sp.csr_matrix(rows), None
    else:
        prices = rows[1] * problem.scale[1]
        sums, combine = _over_pieces(rows, prices, _pieces(case, prices))
    curved = program.kinds != LINEAR
    mean = float(w[curved] @ problem.payoff[curved])
    spread = float(np.sqrt(w[curved] @ (problem.payoff[curved] - mean) ** 2))
    return PeerProgram(
        program.order,
        case.radius / problem.multiple,
        problem.payoff / spread,
        spread,
        w,
        _unit(program.order, w, form),
        program.kinds,
        sums,
        combine,
        program.lower,
        program.upper,
    )


def _unit(order: float, weights: Vector, form: str) -> Vector:
    if order == 2.0:
        return np.sqrt(weights)
    return np.ones_like(weights) if form == "masses" else weights


def solve(program: PeerProgram, seconds: float) -> PeerAnswer:
    """State the problem and solve it, both timed, at Clarabel's default tolerances."""
    w, payoff = program.weights, program.payoff
    signed = np.flatnonzero(program.kinds == SIGNED)
    linear = np.flatnonzero(program.kinds == LINEAR)
    square = program.order == 2.0
    unit = program.unit
    matrix, base = program.sums @ sp.diags(unit), program.sums @ w if square else 0.0
    begin = time.perf_counter()
    x = cp.Variable(w.size)
    if square:
        ball = cp.norm(x, 2) <= np.sqrt(2.0 * program.room)
        signs = [x[signed] >= -unit[signed]]
    else:
        # of densities as of masses: unit kl(x, w / unit)
        ball = unit[signed] @ cp.kl_div(x[signed], (w / unit)[signed]) <= program.room
        signs = [x[linear] >= 0] if linear.size else []
    sums = cp.Variable(matrix.shape[0])
    held = sums if program.combine is None else program.combine @ sums
    equal = program.lower == program.upper
    above = np.isfinite(program.upper) & ~equal
    below = np.isfinite(program.lower) & ~equal
    sides = [
        held[equal] == program.lower[equal],
        held[above] <= program.upper[above],
        held[below] >= program.lower[below],
    ]
    stated = cp.Problem(
        cp.Minimize(-(payoff * unit) @ x), [*sides, matrix @ x + base == sums, ball, *signs]
    )
    try:
        with warnings.catch_warnings():
            # that a solution may be inaccurate is its status, and it is judged
            warnings.simplefilter("ignore", UserWarning)
            stated.solve(cp.CLARABEL, time_limit=seconds)
    except cp.SolverError:
        return _without_answer("solver failed", time.perf_counter() - begin)
    taken = time.perf_counter() - begin
    if x.value is None:
        return _without_answer(str(stated.status), taken)
    y = np.zeros(program.lower.size)
    for where, side, sign in zip((equal, above, below), sides, (1.0, 1.0, -1.0), strict=True):
        y[where] += sign * np.asarray(side.dual_value)
    price = np.asarray(ball.dual_value, dtype=float).item()
    theta = price / np.sqrt(2.0 * program.room) if square else price
    stats: Any = stated.solver_stats
    return PeerAnswer(
        str(stated.status),
        taken,
        float(stats.solve_time),
        1.0 + x.value / unit if square else x.value * unit / w,
        y,
        max(theta, _LEAST_THETA),
    )


def solve_apart(program: PeerProgram, seconds: float) -> PeerAnswer:
    """Solve in a process of its own, which is ended where it outlasts its time.

    Clarabel looks at its clock between steps alone, and cvxpy not at all.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, program, seconds), daemon=True)
    begin = time.perf_counter()
    process.start()
    there.close()
    try:
        if here.poll(seconds + _GRACE):
            return here.recv()
        return _without_answer(f"no answer in {seconds:g} s", time.perf_counter() - begin)
    except EOFError:
        return _without_answer("process died", time.perf_counter() - begin)
    finally:
        process.kill()
        process.join()
        here.close()


def _send(connection: Any, program: PeerProgram, seconds: float) -> None:
    connection.send(solve(program, seconds))


def _without_answer(status: str, seconds: float) -> PeerAnswer:
    return PeerAnswer(status, seconds, np.nan, np.empty(0), np.empty(0), np.nan)


def _pieces(case: BallCase, prices: Vector) -> NDArray[np.intp]:
    """Return the number of each node's linear piece; what stands for the tail is apart."""
    kinks = [item.kinks for item in case.quotes.payoffs if isinstance(item, PiecewiseLinear)]
    at = np.searchsorted(np.unique(np.concatenate(kinks)), prices, side="right")
    inside = case.prior.weights.size
    # two nodes of a chi-squared ball lie on one line; entropy's last node is no price
    beyond = np.zeros(prices.size - inside, dtype=np.intp)
    if case.divergence.order == 1.0:
        beyond = np.arange(beyond.size)
    at[inside:] = at[:inside].max(initial=0) + 1 + beyond
    return np.unique(at, return_inverse=True)[1]


def _over_pieces(
    rows: Vector, prices: Vector, piece: NDArray[np.intp]
) -> tuple[sp.csr_matrix, Vector]:
    """Factor the rows into sums of mass and position over pieces, and the rows of these."""
    n, count = prices.size, piece[-1] + 1
    first = np.searchsorted(piece, np.arange(count))
    last = np.append(first[1:], n) - 1
    width = np.where(last > first, prices[last] - prices[first], 1.0)
    width = np.where(width == 0.0, 1.0, width)
    position = (prices - prices[first][piece]) / width[piece]
    nodes = np.arange(n)
    sums = sp.csr_matrix(
        (
            np.concatenate([np.ones(n), position]),
            (np.concatenate([piece, count + piece]), np.concatenate([nodes, nodes])),
        ),
        shape=(2 * count, n),
    )
    combine = np.hstack([rows[:, first], rows[:, last] - rows[:, first]])
    return sums, combine
