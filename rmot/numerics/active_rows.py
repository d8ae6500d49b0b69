r"""The law in a chi-squared ball once it is known which rows bind: Newton's method on these alone.

With :math:`t = 1 / \theta` and :math:`\lambda = t y` the density is :math:`q = (1 + t c - G
\lambda)^+`, without the cut where any sign is allowed, and what is left to meet is

.. math:: E[G_j q] = r_j \;(j \text{ binding}), \qquad E (q - 1)^2 = R^2,

linear but for the radius and for the nodes that empty. After each step rows whose multipliers have
turned leave and those that are missed enter, the primal-dual active set of Bergounioux, Ito and
Kunisch (1999). Near the answer a handful of steps ends in rounding; far from it none may help,
which is told.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.eights import EIGHT, fill, larger, load, store, total, where
from rmot.numerics.interval_steps import Rows, missed
from rmot.numerics.normal_equations import factored, solved
from rmot.numerics.piecewise_sums import Matrix, adjoint, gram, times

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
Sides = NDArray[np.int8]
LOWER, NEITHER, UPPER = -1, 0, 1

_MOST = 8
# Rows missed by so much, of rows of order one, come from wrong guesses and seldom return.
_ASTRAY = 1e-2


@kernel
def binding(has: Flags, s: Vector, v: Vector, binds: Sides) -> None:
    """Fill `binds` with the side of each row whose multiplier is larger than its slack."""
    for j in range(binds.size):
        binds[j] = NEITHER
        if has[0, j] and v[0, j] > s[0, j]:
            binds[j] = LOWER
        if has[1, j] and v[1, j] > s[1, j] and not (binds[j] == LOWER and v[0, j] > v[1, j]):
            binds[j] = UPPER


@kernel
def settle(
    matrix: Matrix,
    w: Vector,
    signed: Vector,
    payoff: Vector,
    sides: Rows,
    square: float,
    ball: bool,
    binds: Sides,
    positions: Vector,
    t: float,
    tolerance: tuple[float, float],
    q: Vector,
) -> tuple[int, float, float, float]:
    r"""Move `positions`, which are lambda, and t to where the binding rows are met, and fill q.

    `square` is R^2; without a `ball` t stays. Arrays over the nodes come in eights. `tolerance` is
    for the gap and for what rows and, relatively, the ball are missed by. Returns in how many turns
    both were reached, zero where they were not, t and both.
    """
    equal, has, ends = sides
    n, m = matrix[1].size, positions.size
    held, mass, soft, sold = np.zeros(q.size), np.zeros(q.size), np.zeros(q.size), np.zeros(q.size)
    rows, seen, moments = np.empty(m), np.empty(m), np.empty((m, m))
    gap, miss = math.inf, math.inf
    for turn in range(_MOST):
        times(matrix, positions, held[:n])
        spent, gains = _densities(w, signed, payoff, t, held, q, mass, soft, sold)
        adjoint(matrix, mass[:n], rows)
        miss = missed(equal, has, ends, rows)
        count, gap = 0, 0.5 * abs(spent - square) if ball else 0.0
        for j in range(m):
            if equal[j] or binds[j] != NEITHER:
                count += 1
                gap += abs(positions[j] * _beyond(ends, rows, binds, j))
        gap /= t
        beyond = spent - square if ball else 0.0
        if gap <= tolerance[0] and max(miss, beyond / square) <= tolerance[1]:
            return 1 + turn, t, gap, miss
        if not (math.isfinite(gap) and miss <= _ASTRAY):
            break
        gram(matrix, soft[:n], moments)
        adjoint(matrix, sold[:n], seen)
        chosen, left, along = np.empty(count, dtype=np.int64), np.empty(count), np.empty(count)
        count = 0
        for j in range(m):
            if equal[j] or binds[j] != NEITHER:
                chosen[count], along[count] = j, seen[j]
                left[count] = _beyond(ends, rows, binds, j)
                count += 1
        equations, scale = np.empty((count, count)), np.empty(count)
        for i in range(count):
            for j in range(count):
                equations[i, j] = moments[chosen[i], chosen[j]]
        usable, factor = factored(equations, scale)
        if not usable:
            break
        step, change = solved(equations, scale, factor, left), 0.0
        if ball:
            of_t = solved(equations, scale, factor, along)
            lacks, slope = 0.5 * (square - spent), gains
            for i in range(count):
                held_here = positions[chosen[i]]
                lacks += t * along[i] * step[i] - held_here * left[i]
                slope -= t * along[i] * of_t[i] - held_here * along[i]
            change = lacks / slope
            for i in range(count):
                step[i] += change * of_t[i]
            t += change
            if not t > 0.0:
                break
        for j in range(m):
            rows[j] += change * seen[j]
            for i in range(count):
                rows[j] -= moments[j, chosen[i]] * step[i]
        for i in range(count):
            positions[chosen[i]] += step[i]
        _exchange(equal, has, ends, rows, positions, binds, tolerance[1])
    return 0, t, gap, miss


@kernel
def _beyond(ends: Vector, rows: Vector, binds: Sides, j: int) -> float:
    """Return by how much row j exceeds the end that it is held to."""
    return rows[j] - ends[1 if binds[j] == UPPER else 0, j]


@kernel
def _densities(
    w: Vector,
    signed: Vector,
    payoff: Vector,
    t: float,
    held: Vector,
    q: Vector,
    mass: Vector,
    soft: Vector,
    sold: Vector,
) -> tuple[float, float]:
    """Fill q, w q, w where q moves, and that times the payoff; return E (q - 1)^2 and its slope.

    The slope is half the derivative by t while the positions stay.
    """
    spent, gains = fill(0.0), fill(0.0)
    none = fill(0.0)
    for i in range(0, q.size, EIGHT):
        c, weight, mark = load(payoff, i), load(w, i), load(signed, i)
        free = 1.0 + t * c - load(held, i)
        density = where(mark, larger(free, none), free)
        moves = where(mark, where(free, weight, 0.0), weight)
        away, worth = density - 1.0, moves * c
        store(q, i, density)
        store(mass, i, weight * density)
        store(soft, i, moves)
        store(sold, i, worth)
        spent += weight * away * away
        gains += worth * away
    return total(spent), total(gains)


@kernel
def _exchange(
    equal: Flags,
    has: Flags,
    ends: Vector,
    rows: Vector,
    positions: Vector,
    binds: Sides,
    met: float,
) -> None:
    """Let rows leave whose multipliers have turned, and those enter that are missed."""
    for j in range(binds.size):
        if equal[j]:
            continue
        if binds[j] == NEITHER:
            if has[1, j] and rows[j] > ends[1, j] + met:
                binds[j] = UPPER
            elif has[0, j] and rows[j] < ends[0, j] - met:
                binds[j] = LOWER
        elif binds[j] * positions[j] <= 0.0:
            binds[j], positions[j] = NEITHER, 0.0
