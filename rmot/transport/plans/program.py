r"""The best transport plan from a prior, and the dual that proves it so, by column generation.

.. math:: \max_\pi E^\pi c(s) \quad\text{s.t.}\quad \pi(\cdot, [0, \infty)) = P,\;
          E^\pi |s - x|^p \le r^p,\; l \le E^\pi g(s) \le u

A linear program knows a few destinations of each origin. Its multipliers :math:`\theta, y` are
feasible in the dual whatever the destinations, with value

.. math:: \theta r^p + \sum_k (y_k^+ u_k - y_k^- l_k)
          + E_P \sup_{s \ge 0} (c(s) - y \cdot g(s) - \theta |s - x|^p),

where the inner supremum is closed (`rmot.transport.plans.pieces`); where it is attained are
the destinations of the next round. Plan and dual bound the answer from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import bmat, csr_matrix, eye

from rmot.errors import AccuracyError
from rmot.transport._highs import HIGHS
from rmot.transport.plans.pieces import (
    Origins,
    Pieces,
    best_destinations,
    tail_value,
)

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

_MAX_ROUNDS = 40
_STALLED = 5
_USED = 1e-12
# Columns whose multipliers are further from being used than so many gaps are dropped.
_KEPT = 20.0
_KEPT_ROUNDS = 3
# Destinations nearly as good as the best are columns too.
_NEARLY = 0.3
_NO_THETA = 1e-9
_SMALL = 1e-5
_FARTHER = 10.0


@dataclass(frozen=True, eq=False)
class Columns:
    """Destinations that a plan may use: from which origin to which price on which piece."""

    origin: Indices
    piece: Indices
    place: Vector

    def joined(self, other: Columns) -> Columns:
        """Return both."""
        return Columns(
            np.append(self.origin, other.origin),
            np.append(self.piece, other.piece),
            np.append(self.place, other.place),
        )

    def where(self, kept: NDArray[np.bool_]) -> Columns:
        """Return some."""
        return Columns(self.origin[kept], self.piece[kept], self.place[kept])


@dataclass(frozen=True, eq=False)
class PlanProblem:
    """Origins, pieces and rows.

    Attributes
    ----------
    payoff : ndarray, shape (2 M,)
        Its values at the pieces' left ends, then `Pieces.second`.
    instruments : ndarray, shape (n_rows, 2 M)
    lower, upper : ndarray, shape (n_rows,)
    order : float
    budget : float or None
        r^p; None where the plan of least cost is sought and there is no payoff.
    """

    pieces: Pieces
    origins: Origins
    payoff: Vector
    instruments: Vector
    lower: Vector
    upper: Vector
    order: float
    budget: float | None

    def shares(self, columns: Columns) -> tuple[Vector, Vector, Vector]:
        """Return what a unit of mass takes of left and second values, and costs."""
        left, second = self.pieces.shares(columns.place, columns.piece)
        cost = np.abs(columns.place - self.origins.points[columns.origin]) ** self.order
        on_last = self.pieces.is_last[columns.piece]
        cost = cost + np.where(on_last, 0.0, self.origins.spread[columns.origin])
        return left, second, cost


@dataclass(frozen=True, eq=False)
class PlanSolution:
    """What the last round found.

    Attributes
    ----------
    multipliers : ndarray, shape (n_rows,)
    theta : float
    dual_value, primal_value : float
        Minus the least cost where no payoff was given. The dual's is safe for all tails.
    gap : float
        Their distance, and what the plan misses weighed by its multipliers.
    unsolved : float
        The part of the gap that more rounds could close; the rest is what the tail's law may add.
    moved : ndarray, shape (2 M,)
        The plan's masses at the pieces' ends.
    columns : Columns
    """

    multipliers: Vector
    theta: float
    dual_value: float
    primal_value: float
    gap: float
    unsolved: float
    moved: Vector
    columns: Columns


def best_plan(
    problem: PlanProblem, columns: Columns, tolerance: float, guess: float
) -> PlanSolution:
    """Return plan and dual, to a gap of `tolerance` times the value.

    The value is first taken to be `guess`, and never to be less than a small share of it. The
    columns given have to hold a plan that meets the rows within the budget.

    Raises
    ------
    AccuracyError
        The first linear program was not solved; the message says how it ended. Where a later one
        is not, what was found before stands, with its gap.
    """
    plan = _Round(problem, columns, guess)
    best, gap, waited = plan, plan.gap_to(plan), 0
    for count in range(_MAX_ROUNDS):
        size = max(_SMALL * guess, abs(plan.primal_value))
        if gap <= tolerance * size or waited > _STALLED:
            break
        kept = columns
        if count >= _KEPT_ROUNDS:
            kept = columns.where(plan.useful(_KEPT * gap))
        columns = kept.joined(plan.wanted)
        try:
            plan = _Round(problem, columns, size)
        except AccuracyError:
            break
        best = plan if plan.dual_value < best.dual_value else best
        waited = waited + 1 if plan.gap_to(best) > 0.7 * gap else 0
        gap = plan.gap_to(best)
    return PlanSolution(
        best.multipliers,
        best.theta,
        best.dual_value + best.tail_slack,
        plan.primal_value,
        gap + best.tail_slack,
        gap,
        plan.moved,
        plan.columns.where(plan.masses > _USED),
    )


class _Round:
    """One linear program, its plan, and the dual value of its multipliers."""

    def __init__(self, problem: PlanProblem, columns: Columns, size: float) -> None:
        self.problem, self.columns = problem, columns
        self.left, self.second, self.cost = problem.shares(columns)
        node_values = self._solve(size)
        self._read_plan()
        self._read_dual(node_values)

    def _solve(self, size: float) -> Vector:
        """Solve for conditional masses; return what each origin's unit of mass is worth."""
        problem, columns = self.problem, self.columns
        n, k, m2 = problem.origins.points.size, columns.place.size, problem.payoff.size
        index = np.arange(k)
        weight = problem.origins.weights[columns.origin]
        nodes = csr_matrix((np.ones(k), (columns.origin, index)), shape=(n, k))
        ends = np.concatenate([columns.piece, m2 // 2 + columns.piece])
        shares = np.concatenate([weight * self.left, weight * self.second])
        moved = csr_matrix((shares, (ends, np.tile(index, 2))), shape=(m2, k))
        lower, upper, rows = problem.lower, problem.upper, problem.instruments
        equal = lower == upper
        has_u, has_l = np.isfinite(upper) & ~equal, np.isfinite(lower) & ~equal
        sides = csr_matrix(np.vstack([rows[has_u], -rows[has_l]]))
        limits = np.concatenate([upper[has_u], -lower[has_l]])
        costs = csr_matrix((weight * self.cost)[None])
        blocks: list[list[csr_matrix | None]] = [[csr_matrix((int(limits.size), k)), sides]]
        goal = np.concatenate([np.zeros(k), -problem.payoff / size])
        if problem.budget is None:
            goal[:k] = weight * self.cost / size
        else:
            blocks.append([costs / problem.budget, None])
            limits = np.append(limits, 1.0)
        program = {
            "c": goal,
            "A_ub": bmat(blocks, format="csr"),
            "b_ub": limits,
            "A_eq": bmat(
                [[nodes, None], [moved, -eye(m2)], [None, csr_matrix(rows[equal])]], format="csr"
            ),
            "b_eq": np.concatenate([np.ones(n), np.zeros(m2), lower[equal]]),
            "bounds": [(0, None)] * k + [(None, None)] * m2,
        }
        # Presolving now and then ends in a state of unknown status.
        for options in (HIGHS, HIGHS | {"presolve": False}):
            result = linprog(**program, method="highs-ds", options=options)
            if result.status == 0:
                break
        else:
            raise AccuracyError(f"the transport program was not solved: {result.message}")
        self.masses = np.maximum(result.x[:k], 0.0)
        y = np.zeros(lower.size)
        y[equal] = -result.eqlin.marginals[n + m2 :]
        y[has_u] -= result.ineqlin.marginals[: has_u.sum()]
        y[has_l] += result.ineqlin.marginals[has_u.sum() : has_u.sum() + has_l.sum()]
        self.multipliers = y * size
        self.theta = 1.0
        if problem.budget is not None:
            least = _NO_THETA * size
            self.theta = max(-float(result.ineqlin.marginals[-1]) * size, least) / problem.budget
        return -result.eqlin.marginals[:n] * size / problem.origins.weights

    def _read_plan(self) -> None:
        problem, origin = self.problem, self.columns.origin
        n, m = problem.origins.points.size, problem.payoff.size // 2
        self.masses = self.masses / np.bincount(origin, self.masses, n)[origin]
        masses = self.masses * problem.origins.weights[origin]
        by_piece = [
            np.bincount(self.columns.piece, masses * side, m) for side in (self.left, self.second)
        ]
        self.moved = np.concatenate(by_piece).astype(float)
        cost = float(masses @ self.cost)
        reached = problem.instruments @ self.moved
        over = np.maximum(np.maximum(problem.lower - reached, reached - problem.upper), 0.0)
        self.missed = float(np.abs(self.multipliers) @ over)
        self.primal_value = float(problem.payoff @ self.moved)
        if problem.budget is None:
            self.primal_value -= cost
        else:
            self.missed += self.theta * max(cost - problem.budget, 0.0)

    def _read_dual(self, node_values: Vector) -> None:
        problem, origins = self.problem, self.problem.origins
        left, second = np.split(problem.payoff - self.multipliers @ problem.instruments, 2)
        order = problem.order
        if problem.budget is not None and second[-1] > 0:
            # Where theta is next to nothing the best destination is out of sight.
            travelled = np.abs(self.columns.place - origins.points[self.columns.origin]).max()
            reach = _FARTHER * max(float(travelled), float(origins.points.max()))
            self.theta = max(self.theta, float(second[-1]) / (order * reach ** (order - 1)))
        found = best_destinations(problem.pieces, origins, left, second, self.theta, order)
        best = found.value.max(axis=1)
        expected = float(origins.weights @ best)
        y = self.multipliers
        side = np.where(y > 0, problem.upper, problem.lower)
        budget = 0.0 if problem.budget is None else problem.budget
        self.dual_value = float(y[y != 0] @ side[y != 0]) + self.theta * budget + expected
        self.tail_slack = 0.0
        if origins.tail_start is not None:
            worth = tail_value(problem.pieces, origins, left, second, self.theta, order)
            self.tail_slack = float(origins.weights[-1] * (worth - best[-1]))
        lead = np.maximum(best - node_values, 0.0)
        near = found.value > (best - _NEARLY * lead)[:, None]
        near &= found.value > node_values[:, None]
        origin, piece = np.nonzero(near)
        place = (
            problem.pieces.edges[piece]
            + found.share_second[origin, piece] * (problem.pieces.widths[piece])
        )
        self.wanted = Columns(origin, piece, place)
        worth = self.left * left[self.columns.piece] + self.second * second[self.columns.piece]
        self._lead = node_values[self.columns.origin] - worth + self.theta * self.cost

    def gap_to(self, dual: _Round) -> float:
        """Return how far this plan may be from the best, by another round's multipliers."""
        return max(dual.dual_value - self.primal_value, 0.0) + self.missed

    def useful(self, slack: float) -> NDArray[np.bool_]:
        """Return which columns the plan uses, or nearly."""
        return (self.masses > _USED) | (self._lead < slack)
