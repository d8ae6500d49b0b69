"""Matrices of fractional integration against direct quadrature and closed forms on powers of z."""

import math

import mpmath
import numpy as np
import pytest
from numpy.polynomial import chebyshev
from scipy.special import digamma

from rmot.errors import ParameterError
from rmot.models import ForwardVariance
from rmot.numerics.fractional_operators import (
    LEVELS,
    FractionalOperators,
    collocation,
    fractional_operators,
    moebius_scale,
)

ALPHAS = [0.5, 0.503, 0.62, 0.75, 0.91, 1.0]
RECORDS = [(3, 0), (7, 0), (8, 2), (9, 3), (10, 5)]
"""(level, group) from easy to stiff."""
CURVE = ForwardVariance((0.05, 0.4, 1.3), (0.09, 0.03, 0.05))


def unpack(operators, level, group, *, slopes=False):
    """Return nodes, matrix (its first row, at z = 0, is left out) and averaging weights."""
    operators.add(level, group, slopes)
    offsets = operators.slope_offsets if slopes else operators.offsets
    records = operators.slope_records if slopes else operators.records
    n = LEVELS[level]
    place = offsets[level, group]
    record = records[place : place + (n + 1) * (n + 2)]
    rows = record[n + 1 :].reshape(n + 1, n + 1)
    return record[: n + 1], rows[:, 1:].T, rows[:, 0]


def power_tolerance(n, scale, power):
    """Interpolating z^p, whose pole in y lies at 1 + 2e, on n + 1 Chebyshev points; rounding."""
    radius = 1 + 2 * scale + math.sqrt((1 + 2 * scale) ** 2 - 1)
    return 10 * (n + 1) ** power * radius**-n + 3e-14


def resolved(n):
    """Values at the nodes of Chebyshev polynomials in y that shrink to 1e-14 at degree n.

    Higher degrees oscillate faster in stiff groups than the quadrature can follow; what is solved
    for has decayed by then.
    """
    points = -np.cos(np.pi * np.arange(n + 1) / n)
    return chebyshev.chebvander(points, n) * 10.0 ** (-14 * np.arange(n + 1) / n)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("level", "group"), RECORDS)
def test_series_in_alpha_gives_the_matrices_of_direct_quadrature(alpha, level, group):
    n = LEVELS[level]
    z, matrix, average = unpack(FractionalOperators(alpha), level, group)
    direct_z, direct, direct_average = collocation(alpha, n, moebius_scale(group))
    np.testing.assert_array_equal(z, direct_z)
    functions = resolved(n)
    np.testing.assert_allclose(matrix @ functions, direct[1:] @ functions, rtol=0, atol=2e-13)
    np.testing.assert_allclose(average @ functions, direct_average @ functions, rtol=0, atol=2e-13)


@pytest.mark.parametrize(
    ("level", "group", "degree"), [(8, 2, 9), (10, 5, 6), (13, 9, 2), (13, 15, 1)]
)
def test_stiff_groups_integrate_chebyshev_polynomials_as_mpmath_does(level, group, degree):
    alpha, scale, n = 0.53, moebius_scale(group), LEVELS[level]
    z, matrix, average = unpack(FractionalOperators(alpha), level, group)
    points = -np.cos(np.pi * np.arange(n + 1) / n)
    values = chebyshev.chebvander(points, degree)[:, degree]
    with mpmath.workdps(25):

        def polynomial(w, node):
            power = mpmath.mpf(node) * w ** mpmath.mpf(alpha)
            y = (power * (2 * mpmath.mpf(scale) + 1) - scale) / (scale + power)
            return mpmath.chebyt(degree, y)

        pieces = [0, *(mpmath.mpf(10) ** -j for j in range(22, 0, -2)), 0.5, 1]
        mean = mpmath.quad(lambda w: polynomial(w, 1), pieces)
        assert abs(mpmath.mpf(average @ values) - mean) <= 2e-14
        for i in (n // 2, n):
            singular = mpmath.quad(
                lambda w, i=i: (1 - w) ** (mpmath.mpf(alpha) - 1) * polynomial(w, z[i]), pieces
            )
            exact = singular * z[i] / mpmath.gamma(alpha)
            assert abs(mpmath.mpf(matrix[i - 1] @ values) - exact) <= 2e-14


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("level", "group"), [(3, 0), (7, 0), (10, 1), (13, 3)])
def test_powers_of_z_are_integrated_and_averaged_as_in_closed_form(alpha, level, group):
    z, matrix, average = unpack(FractionalOperators(alpha), level, group)
    for power in range(5):
        tolerance = power_tolerance(z.size - 1, moebius_scale(group), power)
        factor = math.gamma(power * alpha + 1) / math.gamma((power + 1) * alpha + 1)
        assert np.all(np.abs(matrix @ z**power - factor * z[1:] ** (power + 1)) <= tolerance)
        assert abs(average @ z**power - 1 / (power * alpha + 1)) <= tolerance


@pytest.mark.parametrize("alpha", ALPHAS)
def test_slopes_on_powers_of_z_are_the_closed_form_differentiated_in_alpha(alpha):
    level, group = 8, 0
    z, matrix, average = unpack(FractionalOperators(alpha), level, group, slopes=True)
    for power in range(5):
        above, below = power * alpha + 1, (power + 1) * alpha + 1
        factor = math.gamma(above) / math.gamma(below)
        slope = factor * (power * digamma(above) - (power + 1) * digamma(below))
        # differentiating 24 Chebyshev terms multiplies rounding by up to 4 23^2
        tolerance = 500 * power_tolerance(z.size - 1, moebius_scale(group), power)
        assert np.all(np.abs(matrix @ z**power - slope * z[1:] ** (power + 1)) <= tolerance)
        assert abs(average @ z**power + power / above**2) <= tolerance


@pytest.mark.parametrize("alpha", [0.53, 0.7, 0.97])
@pytest.mark.parametrize(("level", "group"), RECORDS)
def test_slopes_are_the_limits_of_differences_of_directly_built_matrices(alpha, level, group):
    n, scale, step = LEVELS[level], moebius_scale(group), 2e-3
    _, slope, average_slope = unpack(FractionalOperators(alpha), level, group, slopes=True)

    def difference(h):
        _, upper, upper_average = collocation(alpha + h, n, scale)
        _, lower, lower_average = collocation(alpha - h, n, scale)
        return (upper - lower)[1:] / (2 * h), (upper_average - lower_average) / (2 * h)

    fine, middle, coarse = difference(step), difference(2 * step), difference(4 * step)
    functions = resolved(n)
    for exact, a, b, c in zip((slope, average_slope), fine, middle, coarse, strict=True):
        limit, before = (4 * a - b) / 3, (4 * b - c) / 3
        # rounding of the differences, and of 24 Chebyshev terms times up to 4 23^2
        uncertainty = np.abs((limit - before) @ functions).max() + 2e-14 / step
        assert np.abs((exact - limit) @ functions).max() <= uncertainty


@pytest.mark.parametrize("alpha", [0.51, 0.7, 1.0])
@pytest.mark.parametrize("maturity", [0.03, 1.0, 4.0])
def test_a_curve_takes_the_place_of_the_mean_with_its_slopes(alpha, maturity):
    level, group = 8, 0
    edges = [t for t in (0.0, *CURVE.times) if t < maturity]
    ends = 1 - np.array([*edges, maturity]) / maturity
    values = CURVE(np.array(edges))
    operators = FractionalOperators(alpha, CURVE.quadrature(maturity))
    z, _, average = unpack(operators, level, group)
    _, _, slope = unpack(operators, level, group, slopes=True)
    for power in range(5):
        exponent = power * alpha + 1
        # ∫_0^1 xi(T (1 - x)) x^{p alpha} dx piece by piece, and its derivative in alpha
        whole = ends**exponent / exponent
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(ends > 0, np.log(ends), 0.0)
        bent = power * whole * (logs - 1 / exponent)
        tolerance = power_tolerance(z.size - 1, moebius_scale(group), power)
        assert abs(average @ z**power + np.diff(whole) @ values) <= tolerance * values.max()
        assert abs(slope @ z**power + np.diff(bent) @ values) <= 500 * tolerance * values.max()


def test_a_constant_curve_averages_as_the_mean_does():
    flat = ForwardVariance((1.0,), (0.04,))
    level, group, alpha = 9, 3, 0.58
    _, _, mean = unpack(FractionalOperators(alpha), level, group)
    _, _, own = unpack(FractionalOperators(alpha, flat.quadrature(2.0)), level, group)
    functions = resolved(LEVELS[level])
    np.testing.assert_allclose(own @ functions, 0.04 * mean @ functions, rtol=0, atol=1e-14)


def test_operators_of_one_order_are_kept_and_records_are_not_overwritten():
    operators = fractional_operators(0.617)
    assert fractional_operators(0.617) is operators
    first = [part.copy() for part in unpack(operators, 0, 0)]
    before = operators.offsets[0, 0]
    operators.add(1, 0, False)
    assert operators.offsets[0, 0] == before
    n = LEVELS[0]
    np.testing.assert_array_equal(operators.records[before : before + n + 1], first[0])


@pytest.mark.parametrize("alpha", [0.0, 0.4999, 1.0001, -1.0, math.nan, math.inf])
def test_orders_out_of_domain_are_refused(alpha):
    with pytest.raises(ParameterError, match="alpha must lie in"):
        FractionalOperators(alpha)
