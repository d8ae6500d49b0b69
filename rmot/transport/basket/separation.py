r"""Where a hedge of several assets falls short of its target, and by how much at most.

.. math:: \min_{s \ge 0} \; h + \textstyle\sum_i f_i(s_i) + \sum_d g_d(v_d \cdot s)

With one basket the minimum is taken over each interval between the basket's kinks, where
:math:`g` is linear, by branch and bound. Where no ray gains, corners of the pieces are enough, and
none of them lies beyond the last nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.separable_minimum import least_on_slab
from rmot.transport.basket.book import Book, Line, Points
from rmot.transport.basket.several import several_baskets

Vector = NDArray[np.float64]

_MOST_BOXES = 4000
_MOST_PROGRAMS = 300


@dataclass(frozen=True, eq=False)
class Shortfall:
    """A lower bound of the hedge less its target, the least value found, and points found."""

    bound: float
    found: float
    points: Points


def linear_pieces(line: Line, joint: Vector) -> tuple[Vector, Vector, Vector]:
    """Return ends of the pieces of g on one line, and intercept and slope on each."""
    ends = np.concatenate([[line.least], line.kinks, [line.greatest]])
    middle = np.where(np.isinf(ends[:-1]), ends[1:] - 1.0, ends[:-1])
    middle = np.where(np.isinf(middle), 0.0, middle)
    upto = np.where(np.isinf(ends[1:]), middle + 1.0, ends[1:])
    own = joint[line.options]
    low, high = own @ line.worths(middle), own @ line.worths(upto)
    slope = (high - low) / (upto - middle)
    return ends, low - slope * middle, slope


def separated(book: Book, held: Vector, enough: float, tolerance: float) -> Shortfall:
    """Return where holdings fall short of the target; rays are not looked at.

    Ends once the bound is at least `enough`, or within `tolerance` of the least value found.
    """
    if len(book.lines) == 1:
        return _one_basket(book, held, enough, tolerance)
    bound, found, prices = several_baskets(book, held, enough, tolerance, _MOST_PROGRAMS)
    return Shortfall(bound, found, book.points_at(prices))


def _one_basket(book: Book, held: Vector, enough: float, tolerance: float) -> Shortfall:
    (line,) = book.lines
    worth = book.worths @ held
    ends, intercepts, slopes = linear_pieces(line, np.append(-1.0, held[book.first_joint :]))
    owner = np.repeat(line.weights, np.diff(book.starts))
    bound, found = np.inf, np.inf
    index, share = [], []
    for low, high, intercept, slope in zip(ends[:-1], ends[1:], intercepts, slopes, strict=True):
        level = held[0] + intercept
        at = np.zeros(book.n_assets, dtype=np.int64)
        part = np.zeros(book.n_assets)
        own, value, _ = least_on_slab(
            book.starts,
            book.nodes,
            worth + slope * owner * book.nodes,
            line.weights,
            low,
            high,
            enough - level,
            tolerance,
            _MOST_BOXES,
            at,
            part,
        )
        if value == np.inf:
            continue
        bound, found = min(bound, level + own), min(found, level + value)
        index.append(at - book.starts[:-1])
        share.append(part)
    return Shortfall(bound, found, Points(np.array(index), np.array(share)))


def shortfalls_at(book: Book, held: Vector, points: Points) -> Vector:
    """Return the hedge less its target at points."""
    worth = book.worths @ held
    joint = np.append(-1.0, held[book.first_joint :])
    prices = book.prices(points)
    return held[0] + book.at(points, worth).sum(axis=1) + joint @ book.option_worths(prices)


def descended(
    book: Book, held: Vector, prices: Vector, fixed: NDArray[np.intp], order: NDArray[np.intp]
) -> Vector:
    """Move one price after the other to where the hedge falls short most; shape (n, n_assets).

    `fixed` names for each point the asset that stays.
    """
    prices = prices.copy()
    worth = book.worths @ held
    joint = np.append(-1.0, held[book.first_joint :])
    steep = np.array([line.weights for line in book.lines])
    pieces = [linear_pieces(line, joint) for line in book.lines]
    x = prices @ steep.T

    def options(at: Vector) -> Vector:
        total = np.zeros(at.shape[:-1])
        for d, (ends, intercepts, slopes) in enumerate(pieces):
            which = np.searchsorted(ends[1:-1], at[..., d])
            total += intercepts[which] + slopes[which] * at[..., d]
        return total

    for i in order:
        moving = np.flatnonzero(fixed != i)
        own = slice(book.starts[i], book.starts[i + 1])
        nodes, values = book.nodes[own], worth[own]
        rest = x[moving] - prices[moving, i][:, None] * steep[:, i]
        candidates = [np.broadcast_to(nodes, (moving.size, nodes.size))]
        for d, line in enumerate(book.lines):
            if steep[d, i] and line.kinks.size:
                candidates.append((line.kinks - rest[:, [d]]) / steep[d, i])
        tried = np.clip(np.hstack(candidates), 0.0, nodes[-1])
        total = np.interp(tried, nodes, values)
        total[:, : nodes.size] = values
        total = total + options(rest[:, None, :] + tried[:, :, None] * steep[:, i])
        best = total.argmin(axis=1)
        prices[moving, i] = tried[np.arange(moving.size), best]
        x[moving] = rest + prices[moving, i][:, None] * steep[:, i]
    return prices
