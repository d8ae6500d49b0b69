r"""One predictor-corrector step of the conic method, compiled as a whole.

Nodes are eliminated and m + 1 unknowns remain, dy of the rows and :math:`\zeta` along the cone's
direction u. Predictor and corrector follow Mehrotra (1992); primal and dual take their own lengths,
without a cone the same one.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rmot.numerics import cone_steps, interval_steps, second_order_cone
from rmot.numerics.compiled import kernel
from rmot.numerics.interval_steps import Rows
from rmot.numerics.normal_equations import factored, solved
from rmot.numerics.piecewise_sums import Matrix, adjoint, gram, times

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
_TO_BOUNDARY = 0.99

_ROUNDED = 5e-16

# Places in the array of an iterate's numbers.
SIZE, TAU, PP, GG, PG, GAP, MISSED = range(7)
N_NUMBERS = 7
# Arrays over the nodes that a step works on.
N_WORK = 12


@kernel
def measure(
    matrix: Matrix,
    w: Vector,
    payoff: Vector,
    sides: Rows,
    ball: bool,
    p: Vector,
    z: Vector,
    s: Vector,
    v: Vector,
    free: Vector,
    rows: Vector,
    g: Vector,
    numbers: Vector,
    held: Vector,
) -> None:
    """Fill g and the numbers of an iterate; `held` is overwritten with G y."""
    equal, has, ends = sides
    times(matrix, _multipliers(equal, v, free), held[: matrix[1].size])
    pp, gg, pg, apart, gap = cone_steps.products(p, z, w, payoff, held, g)
    for j in range(rows.size):
        gap += s[0, j] * v[0, j] + s[1, j] * v[1, j]
    missed = interval_steps.missed(equal, has, ends, rows)
    if ball:
        gap += numbers[SIZE] * numbers[TAU] + pg
    else:
        # How far the slope p = x + z is missed.
        missed = max(missed, math.sqrt(apart))
    numbers[PP], numbers[GG], numbers[PG], numbers[GAP], numbers[MISSED] = pp, gg, pg, gap, missed


@kernel
def advance(
    matrix: Matrix,
    w: Vector,
    signed: Vector,
    payoff: Vector,
    sides: Rows,
    pull: Vector,
    count: float,
    ball: bool,
    p: Vector,
    z: Vector,
    s: Vector,
    v: Vector,
    free: Vector,
    rows: Vector,
    g: Vector,
    numbers: Vector,
    work: Vector,
) -> bool:
    """Move an iterate by one step; False where the numbers break down.

    `pull` is the barrier's weight of each node over w, `count` the barrier's parameter.
    """
    equal, has, ends = sides
    n, m = matrix[1].size, rows.size
    size, tau, gap = numbers[SIZE], numbers[TAU], numbers[GAP]
    pp, gg = numbers[PP], numbers[GG]
    dp, dz, dg, h, mass, held, terms = (
        work[0],
        work[1],
        work[2],
        work[3],
        work[4],
        work[5],
        work[6:11],
    )
    of_p, of_g, flat, of_dual = 0.0, 0.0, 1.0, 1.0
    if ball:
        inside, (of_p, of_g, flat, of_dual) = second_order_cone.direction(
            size, tau, pp, gg, numbers[PG]
        )
        if not inside:
            return False
    uu, up, ug, corner = cone_steps.scale(p, z, w, signed, g, of_p, of_g, flat, terms)
    unknowns = m + 1 if ball else m
    equations, scale = np.empty((unknowns, unknowns)), np.empty(unknowns)
    gram(matrix, terms[2][:n], equations)
    give, pushes = np.empty(m), np.empty((2, m))
    interval_steps.softness(equal, s, v, give)
    for j in range(m):
        equations[j, j] += give[j]
    of_rows, right_of_rows = np.empty(5), np.empty(m)
    if ball:
        adjoint(matrix, terms[3][:n], right_of_rows)
        equations[:m, m] = right_of_rows
        equations[m, :m] = right_of_rows
        equations[m, m] = corner + 0.5 / flat
    usable, factor = factored(equations, scale)
    if not usable:
        return False
    dp[:], dz[:], dg[:] = 0.0, 0.0, 0.0
    ds, dv, row_change = np.zeros((2, m)), np.zeros((2, m)), np.empty(m)
    of_nodes, right, step = np.zeros(14), np.empty(unknowns), np.empty(unknowns)
    d_tau, first, target, ratio, primal, dual = 0.0, 0.0, 0.0, 1.0, 0.0, 0.0
    mix = (-1.0, 0.0, 0.0, 0.0)
    for corrects in (False, True):
        if ball:
            first, mix = second_order_cone.aim(
                size, tau, gg, of_dual, flat, (uu, up, ug), target, corrects, of_nodes, d_tau
            )
        moved = cone_steps.aim(p, z, g, target, pull, flat, mix, terms, dp, dz, dg, h, mass)
        adjoint(matrix, mass[:n], right_of_rows)
        interval_steps.aim(
            equal, has, ends, rows, s, v, give, target, ds, dv, pushes, right_of_rows
        )
        right[:m] = right_of_rows
        if ball:
            right[m] = moved
        step = solved(equations, scale, factor, right)
        zeta = step[m] if ball else 0.0
        times(matrix, step[:m], held[:n])
        cone_steps.change(
            p, z, w, g, target, pull, terms, h, held, zeta, dp, dz, dg, mass, of_nodes
        )
        adjoint(matrix, mass[:n], row_change)
        interval_steps.change(
            equal, has, ends, rows, s, v, row_change, step[:m], pushes, ds, dv, of_rows
        )
        primal = min(_longest(of_nodes[0]), _longest(of_rows[0]))
        dual = min(_longest(of_nodes[1]), _longest(of_rows[1]))
        if ball:
            d_tau = second_order_cone.change_of_tau(first, flat, uu, of_nodes[13])
            within = second_order_cone.furthest(size, 0.0, pp, of_nodes[6], of_nodes[5])
            primal = min(primal, within)
            within = second_order_cone.furthest(tau, d_tau, gg, of_nodes[8], of_nodes[7])
            dual = min(dual, within)
        else:
            primal = min(primal, dual)
            dual = primal
        if not corrects:
            a, b = min(1.0, primal), min(1.0, dual)
            after = gap
            if ball:
                after += b * (size * d_tau + of_nodes[9]) + a * (of_nodes[10] + b * of_nodes[11])
            after += a * of_nodes[2] + b * of_nodes[3] + a * b * of_nodes[4]
            after += a * of_rows[2] + b * of_rows[3] + a * b * of_rows[4]
            ratio = max(after, 0.0) / gap
            target = ratio**3 * gap / count
    # What the predictor alone all but solves needs no distance from the boundary; within a ball,
    # whose surface is curved, what goes so near may never come back.
    near = _TO_BOUNDARY if ball else max(_TO_BOUNDARY, 1.0 - ratio)
    primal, dual = min(1.0, near * primal), min(1.0, near * dual)
    cone_steps.move(p, z, w, dp, dz, primal, dual, mass)
    adjoint(matrix, mass[:n], rows)
    for j in range(m):
        for side in range(2):
            s[side, j] += primal * ds[side, j]
            v[side, j] += dual * dv[side, j]
        if equal[j]:
            free[j] += dual * step[j]
    numbers[TAU] = tau + dual * d_tau
    measure(matrix, w, payoff, sides, ball, p, z, s, v, free, rows, g, numbers, work[11])
    return True


@kernel
def descend(
    matrix: Matrix,
    w: Vector,
    signed: Vector,
    payoff: Vector,
    sides: Rows,
    pull: Vector,
    count: float,
    ball: bool,
    p: Vector,
    z: Vector,
    s: Vector,
    v: Vector,
    free: Vector,
    rows: Vector,
    g: Vector,
    numbers: Vector,
    work: Vector,
    tolerance: tuple[float, float],
    most: int,
    patience: tuple[int, int],
    best_p: Vector,
    best_y: Vector,
    best: Vector,
) -> tuple[int, int]:
    """Step until gap and rows are met, to a `tolerance` each, or nothing gets better any more.

    `best_p`, `best_y` and `best` (its numbers) receive the best iterate. `patience` is for how many
    steps nothing better is waited for: where rounding alone decides it, and else. Returns after how
    many steps the best was reached and how many were taken.
    """
    (settled, longest), (of_gap, of_rows) = patience, tolerance
    equal = sides[0]
    best_p[:], best_y[:], best[:] = p, _multipliers(equal, v, free), numbers
    reached, taken, waited = 0, 0, 0
    while taken < most:
        if best[GAP] <= of_gap and best[MISSED] <= of_rows:
            break
        met = numbers[GAP] <= of_gap and numbers[MISSED] <= of_rows
        rounded = max(abs(best[GAP]), best[MISSED]) <= _ROUNDED
        # what rounding alone makes better or worse needs less patience
        if waited > (settled if met or rounded else longest):
            break
        moved = advance(
            *(matrix, w, signed, payoff, sides, pull, count, ball),
            *(p, z, s, v, free, rows, g, numbers, work),
        )
        if not moved:
            break
        taken += 1
        if not math.isfinite(numbers[GAP] + numbers[MISSED]):
            break
        waited += 1
        if max(abs(numbers[GAP]), numbers[MISSED]) < max(abs(best[GAP]), best[MISSED]):
            best_p[:], best_y[:], best[:] = p, _multipliers(equal, v, free), numbers
            reached, waited = taken, 0
    return reached, taken


@kernel
def _multipliers(equal: Flags, v: Vector, free: Vector) -> Vector:
    """Return the rows' multipliers y."""
    y = np.empty(equal.size)
    for j in range(equal.size):
        y[j] = free[j] if equal[j] else v[1, j] - v[0, j]
    return y


@kernel
def _longest(steepest: float) -> float:
    return 1.0 / steepest if steepest > 0.0 else math.inf
