r"""The cheapest hedge by cutting planes: rows are added where the hedge so far falls short.

.. math:: \min \text{cost}(y) \quad\text{s.t.}\quad H_y(s) \ge c(s), \; s \in A, \qquad
          H_y(d) \ge c^\infty(d), \; d \in R.

The multipliers of finitely many points A (and rays R) are a law that meets all quotes, so that
their value bounds the price bound from inside. From outside it is bounded by a hedge whose largest
shortfall over all prices, itself bounded by branch and bound, is paid in cash. Separation is at
points between the two [1]_.

References
----------
.. [1] W. Ben-Ameur, J. Neto, "Acceleration of cutting-plane and column generation algorithms",
   *Networks* 49 (2007) 3–17.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from rmot.transport.basket.book import Book, Line, Points
from rmot.transport.basket.cells import CellHedge
from rmot.transport.basket.corners import rays as rays_of
from rmot.transport.basket.couplings import comonotone, gathered, rearranged, slices
from rmot.transport.basket.marginals import central_masses
from rmot.transport.basket.program import Program, Solution, Unbounded
from rmot.transport.basket.separation import descended, separated, shortfalls_at

Vector = NDArray[np.float64]

_SLICES = 512
_FEWER = 128
_MOVES = 3
_ARRANGEMENTS = 4
_ROUNDS = 60
_PER_ROUND = 1500
_KEPT = 12_000
_SEED = 1


@dataclass(frozen=True, eq=False)
class Cut:
    """The best hedge found, its cost, the value that a law attains, and that law."""

    held: Vector
    cost: float
    attained: float
    prices: Vector
    weights: Vector
    rounds: int


def recession(book: Book, rays: Vector) -> Vector:
    """Return what target and joint quotes gain along rays, shape (1 + joint, rays)."""
    gains = np.empty((1 + book.n_joint, rays.shape[0]))
    for line in book.lines:
        x = rays @ line.weights
        x = np.where(np.abs(x) <= 1e-14 * np.abs(line.weights).max(), 0.0, x)[None, :]
        gains[line.options] = line.below[:, None] * np.minimum(x, 0.0) + line.above[
            :, None
        ] * np.maximum(x, 0.0)
    return gains


class _Master:
    """The program over points and rays."""

    def __init__(self, book: Book, rays: Vector, box: float) -> None:
        self.book, self.rays = book, rays
        self.program = Program(book, 0, box)
        gains = recession(book, rays)
        held = book.joint_rows(gains[1:], 0.0)
        self.ray_rows = self.program.rows(held=held, slopes=csr_matrix(rays))
        self.ray_sides = gains[0]

    def solve(self, points: Points) -> Solution:
        book = self.book
        worths = book.option_worths(book.prices(points))
        held = book.joint_rows(worths[1:], 1.0)
        left = vstack(
            [self.program.rows(held=held, nodes=book.rows(points)), self.ray_rows], format="csr"
        )
        return self.program.solve(
            csr_matrix(left), np.append(worths[0], self.ray_sides), "highs-ipm"
        )


def coupled_points(book: Book, masses: list[Vector], generator: np.random.Generator) -> Points:
    """Return couplings of given marginals, with the basket also moved to its kinks."""
    target = next(line for line in book.lines if 0 in line.options)
    spans = [slice(book.starts[i], book.starts[i + 1]) for i in range(book.n_assets)]
    nodes = [book.nodes[span] for span in spans]
    found = [np.array([[node[0] for node in nodes]])]
    for whole, mass in zip([True] + [False] * len(masses), masses, strict=False):
        own = [mass[span] for span in spans]
        if min(each.sum() for each in own) < 1e-9:
            continue
        laws = [gathered(node, each) for node, each in zip(nodes, own, strict=True)]
        found.append(comonotone([law[0] for law in laws], [law[1] for law in laws])[0])
        count = max(8, int(np.ceil((_SLICES if whole else _FEWER) * own[0].sum())))
        columns = np.column_stack([slices(node, each, count) for node, each in laws])
        table = rearranged(columns, target.weights, generator)
        found.append(table)
        for line in book.lines:
            for kink in np.repeat(line.kinks, _MOVES if whole else 1):
                found.append(_moved_to(table, line, float(kink), nodes, generator))
    return book.points_at(np.vstack(found))


def _moved_to(
    table: Vector, line: Line, kink: float, nodes: list[Vector], generator: np.random.Generator
) -> Vector:
    """Move one price of each row so that the basket stands at a kink, where that is possible."""
    lack = (kink - table @ line.weights)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = table + lack / line.weights
    last = np.array([node[-1] for node in nodes])
    possible = np.isfinite(moved) & (moved >= 0) & (moved <= last)
    choice = np.where(possible, generator.random(table.shape), -1.0).argmax(axis=1)
    rows = np.flatnonzero(possible[np.arange(choice.size), choice])
    found = table[rows].copy()
    found[np.arange(rows.size), choice[rows]] = moved[rows, choice[rows]]
    return found


def _more_points(book: Book, held: Vector, seeds: Points, generator: np.random.Generator) -> Points:
    """Return points where holdings fall short, at least one through each node where there is."""
    n = book.nodes.size
    owner = np.repeat(np.arange(book.n_assets), np.diff(book.starts))
    chosen = generator.integers(len(seeds), size=n)
    prices = book.prices(seeds)[chosen]
    prices[np.arange(n), owner] = book.nodes
    order = generator.permutation(book.n_assets)
    prices = descended(book, held, prices, owner, order)
    return book.points_at(prices)


def cutting_planes(book: Book, start: CellHedge, tolerance: float, rounds: int = _ROUNDS) -> Cut:
    """Return the cheapest hedge within `tolerance`, or the best after so many rounds.

    Raises
    ------
    Unbounded
        The quotes admit no law.
    """
    generator = np.random.default_rng(_SEED)
    rays = rays_of(book.lines)
    inner, cost = start.held, start.cost
    box = 100.0 * (1.0 + float(np.abs(inner).max()))
    masses = [central_masses(book), start.masses.sum(axis=0), *start.masses]
    points = coupled_points(book, masses, generator)
    attained, carrying, weights = -np.inf, points.take(np.empty(0, dtype=np.intp)), np.empty(0)
    # What dominates sign times the target cannot cost less than its least price.
    line = next(line for line in book.lines if 0 in line.options)
    gross = 10.0 * (np.abs(line.weights) @ book.means + np.abs(line.strikes).max() + 1.0)
    fine = min(0.02 * tolerance, 1e-6 * gross)
    done = 0
    for done in range(1, rounds + 1):
        found = _Master(book, rays, box).solve(points)
        if not found.confined and found.attained > attained:
            own = found.multipliers[: len(points)]
            carrying = points.take(own > 0)
            attained, weights = found.attained, own[own > 0]
        if np.isfinite(attained) and cost - attained <= tolerance:
            break
        least = np.inf
        fresh = [points]
        if done <= _ARRANGEMENTS:
            fresh += [coupled_points(book, masses, generator) for _ in range(3)]
        for share in (0.0, 0.5):
            held = share * inner + (1 - share) * found.held
            held = _with_rays(book, held, rays)
            lack = separated(book, held, -fine, fine)
            least = min(least, lack.bound)
            paid = held.copy()
            paid[0] += max(0.0, -lack.bound)
            if book.price(paid) < cost:
                inner, cost = paid, book.price(paid)
            seeds = lack.points
            tried = [seeds, _more_points(book, held, seeds, generator)]
            candidates = Points.along(tried)
            short = shortfalls_at(book, found.held, candidates)
            worst = np.argsort(short)[:_PER_ROUND]
            fresh.append(candidates.take(worst[short[worst] < -1e-12]))
        if found.confined and least >= -1e-9 * box:
            if cost < -gross:
                raise Unbounded("a hedge of ever lower cost dominates: the quotes admit no law")
            box *= 10.0
        count = sum(len(each) for each in fresh)
        if count > _KEPT:
            slack = shortfalls_at(book, found.held, points)
            # What carries the best law stays, so that its value is never lost.
            fresh[0] = Points.along([carrying, points.take(np.argsort(slack)[: _KEPT // 2])])
        points = Points.along(fresh)
    return Cut(inner, cost, attained, book.prices(carrying), weights, done)


def _with_rays(book: Book, held: Vector, rays: Vector) -> Vector:
    """Raise forwards until no ray gains."""
    held = held.copy()
    gains = recession(book, rays)
    joint = np.append(-1.0, held[book.first_joint :])
    for _ in range(2):
        lack = -(rays @ (book.slopes @ held) + joint @ gains)
        for r in np.flatnonzero(lack > 0):
            i = int(rays[r].argmax())
            held[1 + i] += lack[r] / rays[r, i]
    return held
