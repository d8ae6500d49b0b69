"""What rows in intervals ask of a step: the linearised equations."""

import math

import numpy as np
import pytest

from rmot.numerics import interval_steps

EPS = np.finfo(float).eps
INF = math.inf


def _rows(seed):
    """Return rows of every sort: equal, two sides, lower alone, upper alone."""
    rng = np.random.default_rng(seed)
    lower = np.array([1.0, -0.3, 0.2, -INF])
    upper = np.array([1.0, 0.9, INF, 0.8])
    sides = np.stack([lower, upper])
    equal = lower == upper
    has = np.isfinite(sides) & ~equal
    ends = np.where(np.isfinite(sides), sides, 0.0)
    s = np.where(has, rng.uniform(0.05, 1.0, (2, 4)), 1.0)
    v = np.where(has, rng.uniform(0.01, 2.0, (2, 4)), 0.0)
    return equal, has, ends, rng.uniform(-0.2, 1.2, 4), s, v


@pytest.mark.parametrize("seed", range(4))
def test_a_step_solves_the_linearised_rows(seed):
    equal, has, ends, rows, s, v = _rows(seed)
    rng = np.random.default_rng(100 + seed)
    target, ds0, dv0 = 0.03, *(0.1 * rng.standard_normal((2, 2, 4)) * has)
    give, right, pushes = np.empty(4), np.zeros(4), np.zeros((2, 4))
    ds, dv, out = ds0.copy(), dv0.copy(), np.empty(5)
    interval_steps.softness(equal, s, v, give)
    interval_steps.aim(equal, has, ends, rows, s, v, give, target, ds, dv, pushes, right)
    # Normal equations (K + diag give) dy = right with rows that move by -K dy: here K = 1/2.
    dy = right / (0.5 + give)
    row_change = -0.5 * dy
    interval_steps.change(equal, has, ends, rows, s, v, row_change, dy, pushes, ds, dv, out)
    moved = rows + row_change
    assert moved[equal] == pytest.approx(ends[0, equal], abs=8 * EPS)
    for side, sign in ((0, -1), (1, 1)):
        at = has[side]
        reached = moved[at] + sign * (s + ds)[side, at]
        assert reached == pytest.approx(ends[side, at], abs=16 * EPS)
        left = v[side, at] * ds[side, at] + s[side, at] * dv[side, at]
        wanted = target - s[side, at] * v[side, at] - ds0[side, at] * dv0[side, at]
        assert left == pytest.approx(wanted, abs=64 * EPS)
    assert (dv[1] - dv[0])[~equal] == pytest.approx(dy[~equal], abs=64 * EPS)
    speed = [np.max(-(ds / s)[has]), np.max(-(dv[has] / v[has]))]
    assert out[:2] == pytest.approx(np.maximum(speed, 0.0), rel=8 * EPS)
    totals = [np.sum((ds * v)[has]), np.sum((s * dv)[has]), np.sum((ds * dv)[has])]
    assert out[2:] == pytest.approx(totals, rel=1e-13, abs=64 * EPS)


def test_missed_is_the_worst_row():
    equal, has, ends, *_ = _rows(0)
    assert interval_steps.missed(equal, has, ends, np.array([1.0, 0.0, 0.5, 0.0])) == 0.0
    assert interval_steps.missed(equal, has, ends, np.array([0.8, 0.0, 0.5, 0.0])) == pytest.approx(
        0.2
    )
    assert interval_steps.missed(equal, has, ends, np.array([1.0, 1.4, 0.0, 0.0])) == pytest.approx(
        0.5
    )
    assert interval_steps.missed(equal, has, ends, np.array([1.0, 0.0, 0.5, 2.0])) == pytest.approx(
        1.2
    )
