"""What rows in intervals ask of a step: maxima at 50 digits, and the linearised equations."""

import math

import mpmath
import numpy as np
import pytest

from rmot.numerics import interval_steps

EPS = np.finfo(float).eps
INF = math.inf


def support(lower, upper, mu, y, scale=1.0):
    first, second = np.empty(1), np.empty(1)
    sides = (np.array([lower]), np.array([upper]))
    value = interval_steps.support(*sides, np.array([scale]), mu, np.array([y]), first, second)
    return value, first[0], second[0]


@pytest.mark.parametrize("mu", [1.0, 1e-3, 1e-9])
@pytest.mark.parametrize("half", [1e-5, 0.3, 40.0])
def test_support_of_an_interval_is_the_smoothed_maximum(mu, half):
    middle = 0.7
    lower, upper = middle - half, middle + half
    for y in (-30.0, -0.5, -1e-6, 0.0, 1e-9, 1e-3, 2.0, 100.0):
        value, first, second = support(lower, upper, mu, y)
        with mpmath.workdps(50):
            low, high, at = mpmath.mpf(lower), mpmath.mpf(upper), mpmath.mpf(y)
            h, m, smooth = (high - low) / 2, (high + low) / 2, mpmath.mpf(mu)
            root = mpmath.sqrt(smooth**2 + (h * at) ** 2)
            # stationarity y (h^2 - d^2) = 2 mu d of d = r - m, without cancellation
            d = h * h * at / (smooth + root)
            largest = at * (m + d) + smooth * (mpmath.log(h - d) + mpmath.log(h + d))
            for aside in (-h / 1000, h / 1000):
                r = d + aside
                if abs(r) < h:
                    other = at * (m + r) + smooth * (mpmath.log(h - r) + mpmath.log(h + r))
                    assert other < largest
            exact = largest - smooth * mpmath.log(h * h)
            # the half-width is a difference of sides and loses their rounding
            rounding = 8 * EPS * (float(root) + mu + abs(y) * (abs(lower) + abs(upper)))
            assert abs(value - exact) <= rounding
            assert abs(first - (m + d)) <= 4 * EPS * (abs(lower) + abs(upper))
            bend = h * h * smooth / (root * (smooth + root))
            lost = 1 + (abs(lower) + abs(upper)) / half
            assert abs(second - bend) <= 8 * EPS * lost * bend
    slopes = [support(lower, upper, mu, y)[1] for y in np.linspace(-50, 50, 41)]
    assert np.all(np.diff(slopes) >= 0)
    assert lower <= slopes[0] <= slopes[-1] <= upper


@pytest.mark.parametrize("mu", [1.0, 1e-6])
@pytest.mark.parametrize(("lower", "upper", "sign"), [(0.4, INF, -1), (-INF, 0.4, 1)])
def test_support_of_a_lone_side_is_the_smoothed_maximum(mu, lower, upper, sign):
    for y in sign * np.array([1e-8, 0.3, 50.0]):
        value, first, second = support(lower, upper, mu, y)
        with mpmath.workdps(50):
            at, smooth, end = mpmath.mpf(y), mpmath.mpf(mu), mpmath.mpf(0.4)
            slack = smooth / abs(at)
            # max over slacks s of y (end -+ s) + mu log s, less its value's constant
            largest = at * end - abs(at) * slack + smooth * mpmath.log(slack)
            exact = largest + smooth - smooth * mpmath.log(smooth)
            assert abs(value - exact) <= 4 * EPS * (abs(at * end) + smooth * 40)
            assert abs(first - (end - sign * slack)) <= 4 * EPS * (end + slack)
            assert abs(second - smooth / at**2) <= 4 * EPS * smooth / at**2
        assert math.isinf(support(lower, upper, mu, -y)[0])


def test_support_tends_to_the_sides_as_the_barrier_vanishes():
    for y, side in ((2.0, 1.5), (-3.0, -0.5)):
        for mu in 10.0 ** -np.arange(2.0, 16.0, 2.0):
            value, first, _ = support(-0.5, 1.5, mu, y)
            # R - h |y| <= mu^2 / 2 h |y|, and the logarithm's argument is (mu + R) / 2 mu.
            far = mu * (1 + math.log((mu + abs(y)) / mu)) + 4 * EPS
            assert y * side - far <= value <= y * side + far
            assert abs(first - side) <= 2 * mu / abs(y) + 4 * EPS
    assert support(-0.5, 1.5, 0.0 + 1e-300, 0.0)[0] == pytest.approx(0.0, abs=1e-299)


def test_equal_rows_are_exact_and_rows_without_sides_hold_their_multiplier():
    assert support(0.3, 0.3, 0.1, -7.0) == (pytest.approx(-2.1), 0.3, 0.0)
    value, first, second = support(-INF, INF, 0.1, 5.0)
    assert (value, first) == (0.0, 0.0)
    assert second > 1e100


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
