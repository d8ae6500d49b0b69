r"""What a step asks of rows held in intervals, :math:`l \le r \le u`.

Equal rows have a free multiplier. The others have a slack s and a multiplier v > 0 for each finite
side, with :math:`r - s_l = l`, :math:`r + s_u = u`, :math:`s v = \mu` and
:math:`y = v_u - v_l`; arrays of two rows hold the lower side first.
"""

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

Rows = tuple[Flags, Flags, Vector]
"""Which rows are equal, which have a lower and an upper side (2, m), and these sides (2, m)."""

_STIFFEST = 1e200


@kernel
def softness(equal: Flags, s: Vector, v: Vector, out: Vector) -> None:
    """Fill `out` with dr / dy that slacks allow: zero for equal rows."""
    for j in range(equal.size):
        out[j] = 0.0
        if not equal[j]:
            stiffness = v[0, j] / s[0, j] + v[1, j] / s[1, j]
            out[j] = 1.0 / stiffness if stiffness * _STIFFEST > 1.0 else _STIFFEST


@kernel
def missed(equal: Flags, has: Flags, ends: Vector, rows: Vector) -> float:
    """Return by how much the worst row misses its sides."""
    worst = 0.0
    for j in range(rows.size):
        if equal[j]:
            worst = max(worst, abs(rows[j] - ends[0, j]))
        else:
            if has[0, j]:
                worst = max(worst, ends[0, j] - rows[j])
            if has[1, j]:
                worst = max(worst, rows[j] - ends[1, j])
    return worst


@kernel
def aim(
    equal: Flags,
    has: Flags,
    ends: Vector,
    rows: Vector,
    s: Vector,
    v: Vector,
    give: Vector,
    target: float,
    ds: Vector,
    dv: Vector,
    pushes: Vector,
    right: Vector,
) -> None:
    """Add to `right` what rows still miss; fill `pushes` with the multipliers' pushes."""
    for j in range(rows.size):
        if equal[j]:
            right[j] += rows[j] - ends[0, j]
            continue
        k = 0.0
        for side in range(2):
            pushes[side, j] = 0.0
            if has[side, j]:
                push = (target - ds[side, j] * dv[side, j]) / s[side, j] - v[side, j]
                pushes[side, j] = push
                ratio = v[side, j] / s[side, j]
                if side == 0:
                    k += ratio * (rows[j] - s[0, j] - ends[0, j]) - push
                else:
                    k += ratio * (rows[j] + s[1, j] - ends[1, j]) + push
        right[j] += k * give[j]


@kernel
def change(
    equal: Flags,
    has: Flags,
    ends: Vector,
    rows: Vector,
    s: Vector,
    v: Vector,
    row_change: Vector,
    dy: Vector,
    pushes: Vector,
    ds: Vector,
    dv: Vector,
    out: Vector,
) -> None:
    """Fill ds, dv where rows move by `row_change` and multipliers by dy.

    `out` receives how fast the nearest of s and of v go to zero, and the changes of s v by ds, by
    dv and by both.
    """
    out[:] = 0.0
    for j in range(rows.size):
        for side in range(2):
            if equal[j] or not has[side, j]:
                ds[side, j] = 0.0
                dv[side, j] = 0.0
                continue
            if side == 0:
                a = row_change[j] + rows[j] - s[0, j] - ends[0, j]
            else:
                a = ends[1, j] - rows[j] - s[1, j] - row_change[j]
            ds[side, j] = a
            dv[side, j] = pushes[side, j] - v[side, j] * a / s[side, j]
        if equal[j]:
            continue
        # What the normal equations were not solved to goes to the larger multiplier, so that the
        # excess moves by dy exactly.
        rest = dy[j] - (dv[1, j] - dv[0, j])
        if has[1, j] and (v[1, j] >= v[0, j] or not has[0, j]):
            dv[1, j] += rest
        elif has[0, j]:
            dv[0, j] -= rest
        for side in range(2):
            if has[side, j]:
                a, b = ds[side, j], dv[side, j]
                out[0] = max(out[0], -a / s[side, j])
                out[1] = max(out[1], -b / v[side, j])
                out[2] += a * v[side, j]
                out[3] += s[side, j] * b
                out[4] += a * b
