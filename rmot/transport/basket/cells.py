r"""Hedges that a multiplier for each cell proves, for any number of assets.

Where the baskets' values :math:`x_d = v_d \cdot s` lie in one cell between their kinks, a hedge
dominates if for some multipliers :math:`\beta`

.. math:: h + \textstyle\sum_i \min_{s_i} \big(f_i(s_i) - \sum_d \beta_d v_{di} s_i\big)
          + \sum_d \min_{x_d} \big(\beta_d x_d - u_d(x_d)\big) \ge 0,

:math:`u_d` being what the target asks less what joint quotes give. The program over hedges and
multipliers is linear and grows with the sum of quotes, not with their product. It finds the
cheapest hedge above a convex function of each cell's basket: sharp for a convex payoff and quotes
of single assets; else what it misses is at most what one asset for each basket has above its
convex envelope (Shapley and Folkman).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, eye_array, vstack

from rmot.transport.basket.book import Book, Line
from rmot.transport.basket.program import Program

Vector = NDArray[np.float64]

_MOST_ROWS = 60_000


@dataclass(frozen=True, eq=False)
class CellHedge:
    """Holdings that dominate, their cost, the dual value, and marginal masses of each cell.

    `masses` has shape (cells, nodes): how much each asset has at its nodes, cell by cell.
    `slopes` are the multipliers beta, shape (cells, lines).
    """

    held: Vector
    cost: float
    attained: float
    masses: Vector
    slopes: Vector
    cells: list[tuple[tuple[float, float], ...]]


def cells_of(lines: list[Line], most: int) -> list[tuple[tuple[float, float], ...]]:
    """Return products of the intervals between kinks, or fewer where they exceed `most`."""
    cuts = []
    for line in lines:
        ends = np.concatenate([[line.least], line.kinks, [line.greatest]])
        cuts.append(list(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)))
    while np.prod([len(cut) for cut in cuts]) > max(most, 1):
        longest = max(range(len(cuts)), key=lambda d: len(cuts[d]))
        pairs = cuts[longest]
        cuts[longest] = [
            (pairs[k][0], pairs[min(k + 1, len(pairs) - 1)][1]) for k in range(0, len(pairs), 2)
        ]
    return list(product(*cuts))


def cell_hedge(book: Book) -> CellHedge:
    """Return the cheapest hedge that multipliers prove.

    Raises
    ------
    Unbounded
        The quotes admit no law.
    """
    n_assets, n_lines, n_nodes = book.n_assets, len(book.lines), book.nodes.size
    cells = cells_of(book.lines, _MOST_ROWS // n_nodes)
    each = n_lines + n_assets + n_lines
    program = Program(book, each * len(cells))
    owner = np.repeat(np.arange(n_assets), np.diff(book.starts))
    steep = np.array([line.weights for line in book.lines])
    left, right = [], []
    for c, cell in enumerate(cells):
        first = each * c

        def more(entries: list[tuple[int, int, float]], n: int, first: int = first) -> csr_matrix:
            row, column, data = zip(*entries, strict=True)
            at = (row, first + np.array(column))
            return csr_matrix((data, at), (n, each * len(cells)))

        floors = np.zeros((n_nodes, each))
        floors[:, :n_lines] = -(steep[:, owner] * book.nodes).T
        floors[np.arange(n_nodes), n_lines + owner] = -1.0
        slopes = np.zeros((n_assets, each))
        slopes[:, :n_lines] = -steep.T
        row, column = np.nonzero(floors)
        left.append(
            program.rows(
                nodes=csr_matrix(eye_array(n_nodes)),
                more=csr_matrix(
                    (floors[row, column], (row, first + column)), (n_nodes, each * len(cells))
                ),
            )
        )
        row, column = np.nonzero(slopes)
        left.append(
            program.rows(
                slopes=csr_matrix(eye_array(n_assets)),
                more=csr_matrix(
                    (slopes[row, column], (row, first + column)), (n_assets, each * len(cells))
                ),
            )
        )
        right.append(np.zeros(n_nodes + n_assets))
        for d, (line, (low, high)) in enumerate(zip(book.lines, cell, strict=True)):
            ends = line.kinks[(line.kinks >= low) & (line.kinks <= high)]
            x = np.unique(np.concatenate([ends, [e for e in (low, high) if np.isfinite(e)]]))
            if not x.size:
                x = np.zeros(1)
            worths = np.vstack([line.worths(x).T, np.zeros((0, line.options.size))])
            entries = [(k, d, value) for k, value in enumerate(x)]
            entries += [(k, n_lines + n_assets + d, -1.0) for k in range(x.size)]
            for sign, end, gain in ((1.0, high, line.above), (-1.0, low, line.below)):
                if np.isinf(end):
                    entries.append((worths.shape[0], d, sign))
                    worths = np.vstack([worths, sign * gain])
            joint = np.zeros((1 + book.n_joint, worths.shape[0]))
            joint[line.options] = worths.T
            held = book.joint_rows(joint[1:], 0.0)
            left.append(program.rows(held=held, more=more(entries, worths.shape[0])))
            right.append(joint[0])
        summed = [(0, n_lines + k, 1.0) for k in range(n_assets + n_lines)]
        cash = csr_matrix(([1.0], ([0], [0])), (1, book.size))
        left.append(program.rows(held=cash, more=more(summed, 1)))
        right.append(np.zeros(1))
    found = program.solve(csr_matrix(vstack(left, format="csr")), np.concatenate(right))
    parts = found.more.reshape(len(cells), each)
    masses = np.zeros((len(cells), n_nodes))
    start = 0
    for c in range(len(cells)):
        masses[c] = found.multipliers[start : start + n_nodes]
        start += sum(block.shape[0] for block in left[c * (3 + n_lines) : (c + 1) * (3 + n_lines)])
    held = _paid(book, found.held, cells, parts[:, :n_lines])
    return CellHedge(
        held, book.price(held), found.attained, np.maximum(masses, 0.0), parts[:, :n_lines], cells
    )


def _paid(
    book: Book, held: Vector, cells: list[tuple[tuple[float, float], ...]], slopes: Vector
) -> Vector:
    """Raise forwards and cash until the multipliers prove that the hedge dominates."""
    held = held.copy()
    _within_recession(book, held, cells, slopes)
    steep = np.array([line.weights for line in book.lines])
    needed = (slopes @ steep).max(axis=0)
    held[1 : 1 + book.n_assets] += np.maximum(0.0, needed - book.slopes @ held)
    shortfall = max(
        _missing(book, held, cell, own) for cell, own in zip(cells, slopes, strict=True)
    )
    held[0] += max(0.0, shortfall)
    return held


def _within_recession(
    book: Book, held: Vector, cells: list[tuple[tuple[float, float], ...]], slopes: Vector
) -> None:
    """Move multipliers by the program's tolerance to where unbounded cells allow them."""
    joint = np.append(-1.0, held[book.first_joint :])
    for c, cell in enumerate(cells):
        for d, (line, (low, high)) in enumerate(zip(book.lines, cell, strict=True)):
            own = joint[line.options]
            if np.isinf(high):
                slopes[c, d] = max(slopes[c, d], -float(own @ line.above))
            if np.isinf(low):
                slopes[c, d] = min(slopes[c, d], -float(own @ line.below))


def _missing(
    book: Book, held: Vector, cell: tuple[tuple[float, float], ...], slopes: Vector
) -> float:
    """Return by how much the multipliers of a cell fail to prove domination."""
    worth = book.worths @ held
    steep = np.array([line.weights for line in book.lines])
    owner = np.repeat(np.arange(book.n_assets), np.diff(book.starts))
    rest = worth - (slopes @ steep)[owner] * book.nodes
    total = held[0] + np.minimum.reduceat(rest, book.starts[:-1]).sum()
    joint = np.append(-1.0, held[book.first_joint :])
    for line, (low, high), slope in zip(book.lines, cell, slopes, strict=True):
        own = joint[line.options]
        ends = line.kinks[(line.kinks >= low) & (line.kinks <= high)]
        x = np.concatenate([ends, [e for e in (low, high) if np.isfinite(e)]])
        x = x if x.size else np.zeros(1)
        total += float((slope * x + own @ line.worths(x)).min())
        steepness = [(high, 1.0, line.above), (low, -1.0, line.below)]
        for end, sign, gain in steepness:
            if np.isinf(end) and sign * (slope + own @ gain) < -1e-9:
                return np.inf
    return -total
