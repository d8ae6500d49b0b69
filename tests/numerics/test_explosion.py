"""Times of explosion against Andersen-Piterbarg, the radius of the power series, and a march.

L. Andersen and V. Piterbarg, "Moment explosions in stochastic volatility models", Finance and
Stochastics 11 (2007), proposition 3.1, for alpha = 1.
"""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics import explosion
from rmot.numerics.explosion import explosion_time, unit_explosion


def classical_time(c0, c1, c2):
    square = c1 * c1 - 4 * c0 * c2
    if square >= 0:
        root = math.sqrt(square)
        return math.log((c1 + root) / (c1 - root)) / root if c1 > root > 0 else math.inf
    root = math.sqrt(-square)
    return 2 / root * (math.pi / 2 - math.atan(c1 / root))


@pytest.mark.parametrize("b", [-1.999, -1.9, -1.0, 0.0, 1.9999, 2.5, 30.0, 1000.0])
@pytest.mark.parametrize(("c0", "c2"), [(1.0, 1.0), (5000.0, 0.02), (1e-4, 4.5)])
def test_order_one_is_andersen_piterbarg(b, c0, c2):
    c1 = b * math.sqrt(c0 * c2)
    time, error = explosion_time(c0, c1, c2, 1.0)
    # the closed form itself loses digits where its logarithm or its root is of small differences
    rounding = 1e-16 * (1 + b * b) / min(1.0, abs(b * b / 4 - 1))
    assert abs(time / classical_time(c0, c1, c2) - 1) <= error + rounding
    assert error <= 1e-9


def series(b, alpha, terms):
    """Coefficients a_n of g = sum a_n t^{n alpha}, D^alpha g = 1 + b g + g^2, 30 digits."""
    with mpmath.workdps(30):
        alpha, b = mpmath.mpf(alpha), mpmath.mpf(b)
        gammas = [mpmath.gamma(n * alpha + 1) for n in range(terms + 1)]
        a = [mpmath.mpf(0)]
        for n in range(terms):
            square = mpmath.fsum(a[m] * a[n - m] for m in range(1, n))
            a.append(((n == 0) + b * a[n] + square) * gammas[n] / gammas[n + 1])
        return a


def resonance(alpha):
    """The power lambda of the first correction (1 - x)^lambda at the explosion."""

    def gap(x):
        left = mpmath.gamma(2 * alpha - x) * mpmath.gamma(alpha)
        return float(left - 2 * mpmath.gamma(2 * alpha) * mpmath.gamma(alpha - x))

    return float(mpmath.findroot(gap, (2 * alpha + 1e-9, 1 + alpha - 1e-9), solver="anderson"))


def radius(b, alpha, terms=480):
    """Radius of convergence and its error, from ratios a_n / a_{n+1} and their known powers of n.

    a_n > 0, so the singularity is on the positive axis (Pringsheim), and is (1 - z)^{-alpha} times
    1 + powers 1, lambda, 2, 1 + lambda, ...: the ratios are R (1 + (1 - alpha)/n) + O(n^-2).
    """
    a = series(b, alpha, terms)
    power = resonance(alpha)
    exponents = [0, 1, 2, 1 + power, 3, 2 + power, 4, 3 + power]
    limits = []
    for count in (len(exponents) - 2, len(exponents)):
        with mpmath.workdps(30):
            rows = [terms - 1 - terms * j // 12 for j in range(count)]
            matrix = mpmath.matrix([[mpmath.mpf(n) ** -e for e in exponents[:count]] for n in rows])
            right = mpmath.matrix([a[n] / a[n + 1] for n in rows])
            limits.append(float(mpmath.lu_solve(matrix, right)[0]))
    return limits[1], abs(limits[1] - limits[0])


@pytest.mark.parametrize("alpha", [0.52, 0.6, 0.75, 0.9])
@pytest.mark.parametrize("b", [0.4, 1.5, 6.0])
def test_time_is_the_radius_of_the_power_series_where_all_coefficients_are_positive(alpha, b):
    limit, uncertainty = radius(b, alpha)
    solution = unit_explosion(b, alpha)
    assert uncertainty < 1e-7 * limit
    assert abs(solution.power - limit) <= uncertainty + alpha * solution.error * limit


def march(b, alpha, fineness):
    """Time of explosion by product integration of D^alpha g = 1 + b g + g^2, F piecewise linear.

    Steps are a fraction of the time passed and of the time left; the last is extrapolated by
    w = g + b/2 = Gamma(2 alpha)/Gamma(alpha) (G - t)^{-alpha}, which omits (1 - x)^{1 + lambda}.
    """
    leading = math.gamma(2 * alpha) / math.gamma(alpha)
    t, source = [0.0], [1.0]
    g, ahead = 0.0, math.inf
    while not ahead < 1e-3 * t[-1]:
        now = t[-1] + min(t[-1] / fineness + fineness**-4.0, 0.2 * ahead / fineness)
        grid = np.array([*t, now])
        back = now - grid
        width = np.diff(grid)
        first = (back[:-1] ** alpha - back[1:] ** alpha) / alpha
        second = (back[:-1] ** (alpha + 1) - back[1:] ** (alpha + 1)) / (alpha + 1)
        onto_right = (back[:-1] * first - second) / width / math.gamma(alpha)
        onto_left = first / math.gamma(alpha) - onto_right
        known = onto_left @ source + onto_right[:-1] @ source[1:]
        last = onto_right[-1]
        # g = known + last (1 + b g + g^2), the smaller root
        half = 1 - last * b
        g = 2 * (known + last) / (half + math.sqrt(half**2 - 4 * last * (known + last)))
        t.append(now)
        source.append(1 + b * g + g * g)
        if g + b / 2 > 0:
            ahead = (leading / (g + b / 2)) ** (1 / alpha)
    return t[-1] + ahead


@pytest.mark.parametrize("alpha", [0.55, 0.75, 1.0])
@pytest.mark.parametrize("b", [-1.6, -0.7])
def test_negative_linear_coefficient_matches_a_march(alpha, b):
    coarse, middle, fine = (march(b, alpha, n) for n in (10, 20, 40))
    # second order in the fraction
    limit, before = fine + (fine - middle) / 3, middle + (middle - coarse) / 3
    solution = unit_explosion(b, alpha)
    assert abs(limit - before) < 2e-4 * limit
    assert abs(solution.time - limit) <= abs(limit - before)


@pytest.mark.parametrize(
    ("c0", "c1", "c2"), [(-0.1, 0.5, 0.1), (0.0, 3.0, 1.0), (1.0, -2.0, 1.0), (2.0, -7.0, 0.5)]
)
def test_no_explosion_at_moments_between_0_and_1_and_above_a_stable_root(c0, c1, c2):
    assert explosion_time(c0, c1, c2, 0.6) == (math.inf, 0.0)


@pytest.mark.parametrize("alpha", [0.55, 0.7, 1.0])
def test_source_and_its_integral_match_the_power_series(alpha):
    b, x = 0.7, 0.5
    solution = unit_explosion(b, alpha)
    a = series(b, alpha, 260)
    value, integral = solution.source(np.array([0.0, x]))
    with mpmath.workdps(30):
        z = mpmath.mpf(x) ** alpha * solution.power
        t = mpmath.mpf(x) * solution.time
        gammas = [
            mpmath.gamma(n * alpha + 1) / mpmath.gamma((n - 1) * alpha + 2) for n in range(261)
        ]
        exact = sum(a[n] * gammas[n] * z**n for n in range(1, 261)) * t ** (1 - alpha)
        g = sum(a[n] * z**n for n in range(1, 261))
    assert integral[0] == 0.0
    assert abs(value[0] - 1.0) < 1e-13
    # logarithmic derivatives of both by the profile and the time are below 10 here
    error = 10 * (solution.error + solution.shape_error)
    assert abs(integral[1] / exact - 1) < error < 1e-6
    assert abs(value[1] / (1 + b * g + g * g) - 1) < error


coefficient = st.floats(-1.8, 20.0)
order = st.floats(0.51, 1.0)


@settings(max_examples=30, deadline=None)
@given(coefficient, order, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1.001, 3.0))
def test_time_falls_as_any_coefficient_rises(b, alpha, c0, c2, factor):
    c1 = b * math.sqrt(c0 * c2)
    time, error = explosion_time(c0, c1, c2, alpha)
    assert error <= 1e-9
    for raised in ((c0 * factor, c1, c2), (c0, c1 + abs(c1) * (factor - 1) + 1e-3, c2)):
        assert explosion_time(*raised, alpha)[0] < time
    assert explosion_time(c0, c1, c2 * factor, alpha)[0] < time


@settings(max_examples=30, deadline=None)
@given(coefficient, order)
def test_error_bounds_the_distance_to_the_finest_level(b, alpha):
    solution = unit_explosion(b, alpha)
    finest = explosion._refine(
        solution, *explosion._LEVELS[-1], solution.grid.scale, solution.grid.fold
    )
    assert finest is not None
    assert abs(finest.time / solution.time - 1) <= solution.error
    assert finest.shape_error <= solution.shape_error + 1e-12


@pytest.mark.parametrize("alpha", [0.51, 0.7, 0.97])
def test_times_close_to_the_border_are_refused_or_right(alpha):
    rates = []
    for gap in (0.05, 0.02, 0.01, 0.005, 1e-4, 1e-9):
        try:
            rates.append(1 / (unit_explosion(-2 + gap, alpha).power * gap))
        except AccuracyError:
            break
    assert len(rates) >= 3
    # G^{-alpha} ~ (b + 2) Gamma(1 - alpha), from below
    assert np.all(np.diff(rates) > 0)
    assert rates[-1] < math.gamma(1 - alpha)


def test_a_wrong_weight_of_the_integral_is_noticed(monkeypatch):
    build = explosion.explosion_grid

    def wrong(*given):
        grid = build(*given)
        return replace(grid, matrix=grid.matrix * (1 + 1e-6))

    limit, uncertainty = radius(1.5, 0.75)
    monkeypatch.setattr(explosion, "explosion_grid", wrong)
    explosion._best.cache_clear()
    power = unit_explosion(1.5, 0.75).power
    explosion._best.cache_clear()
    assert abs(power - limit) > 10 * uncertainty


@pytest.mark.parametrize(
    ("given_values", "name"),
    [
        ((math.nan, 0.0, 1.0, 0.6), "c0"),
        ((1.0, math.inf, 1.0, 0.6), "c1"),
        ((1.0, 0.0, 0.0, 0.6), "c2"),
        ((1.0, 0.0, 1.0, 0.5), "alpha"),
        ((1.0, 0.0, 1.0, 1.01), "alpha"),
    ],
)
def test_coefficients_out_of_domain_are_refused(given_values, name):
    with pytest.raises(ParameterError, match=name):
        explosion_time(*given_values)
