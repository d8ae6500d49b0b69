"""The fractional Riccati solver against closed forms, power series and an Adams scheme."""

import math

import mpmath
import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.numerics.fractional_operators import collocation
from rmot.numerics.fractional_riccati import riccati_means
from rmot.numerics.riccati_start import riccati_guess


@pytest.mark.parametrize("alpha", [0.51, 0.6, 0.75, 0.9, 1.0])
def test_matrix_integrates_powers_of_z_exactly(alpha):
    # a large Moebius scale makes the interpolant a polynomial in z
    z, matrix, average = collocation(alpha, 12, 1e7)
    for power in range(6):
        exact = math.gamma(power * alpha + 1) / math.gamma((power + 1) * alpha + 1)
        # the finite scale bends z by 1e-7 of itself, times the power
        np.testing.assert_allclose(matrix @ z**power, exact * z ** (power + 1), atol=1e-13)
        assert abs(average @ z**power - 1 / (power * alpha + 1)) < 1e-13


def coefficients(u, nu=0.4, rho=-0.7, kappa=0.3):
    u = np.asarray(u, dtype=complex)
    return -(u * u + 1j * u) / 2, 1j * u * rho * nu - kappa, nu * nu / 2


def series_mean_source(c0, c1, c2, alpha, maturity, terms=220):
    """Mean of F over (0, T) from the power series of h in t^alpha, 50 digits."""
    with mpmath.workdps(50):
        alpha, maturity = mpmath.mpf(alpha), mpmath.mpf(maturity)
        c0, c1, c2 = mpmath.mpc(c0), mpmath.mpc(c1), mpmath.mpf(c2)
        h = [mpmath.mpc(0)]
        total = source = mpmath.mpc(0)
        for n in range(terms):
            source = (c0 if n == 0 else 0) + c1 * h[n]
            source += c2 * mpmath.fsum(h[m] * h[n - m] for m in range(n + 1))
            total += source * maturity ** (n * alpha) / (n * alpha + 1)
            h.append(source * mpmath.gamma(n * alpha + 1) / mpmath.gamma((n + 1) * alpha + 1))
        assert abs(source) * maturity ** (terms * alpha) < 1e-25
        return complex(total)


@pytest.mark.parametrize("alpha", [0.51, 0.62, 0.8, 1.0])
def test_mean_source_matches_the_power_series_at_short_times(alpha):
    u = np.array([0.5 - 0.5j, 2.0 - 0.5j, 3.0 + 1.0j, -1.5 - 2.0j])
    c0, c1, c2 = coefficients(u)
    maturity = 0.05
    _, mean_source, error = riccati_means(c0, c1, c2, alpha, maturity, 1e-13)
    for i in range(u.size):
        exact = series_mean_source(c0[i], c1[i], c2, alpha, maturity)
        assert abs(mean_source[i] - exact) <= max(error[i], 1e-14 * abs(exact))


def adams_mean_source(c0, c1, c2, alpha, maturity, steps):
    """Diethelm-Ford-Freed predictor-corrector for h, and the trapezoidal mean of F."""
    t = maturity / steps
    j = np.arange(steps + 1, dtype=float)
    h = np.zeros(steps + 1, dtype=complex)
    source = np.zeros(steps + 1, dtype=complex)
    source[0] = c0
    front = t**alpha / math.gamma(alpha + 2)
    for n in range(steps):
        back = n - j[: n + 1]
        predictor = (back + 1) ** alpha - back**alpha
        guess = t**alpha / math.gamma(alpha + 1) * (predictor @ source[: n + 1])
        weight = (back + 2) ** (alpha + 1) + back ** (alpha + 1) - 2 * (back + 1) ** (alpha + 1)
        weight[0] = n ** (alpha + 1) - (n - alpha) * (n + 1) ** alpha
        now = guess
        for _ in range(30):
            f = c0 + now * (c1 + c2 * now)
            now = front * (weight @ source[: n + 1] + f)
        h[n + 1] = now
        source[n + 1] = c0 + now * (c1 + c2 * now)
    return h[-1], source


def test_terminal_growth_matches_implicit_adams():
    # I^{1-alpha} h = I^1 F; the Adams value of I^1 F converges, so its last change bounds its error
    alpha, maturity = 0.62, 1.0
    c0, c1, c2 = coefficients(np.array([4.0 - 0.5j, 20.0 - 0.5j]))
    _, mean_source, error = riccati_means(c0, c1, c2, alpha, maturity, 1e-12)
    for i in range(2):
        means = []
        for steps in (400, 800, 1600):
            _, source = adams_mean_source(c0[i], c1[i], c2, alpha, maturity, steps)
            means.append(np.sum(source[1:] + source[:-1]) / (2 * steps))
        # F has a t^alpha corner at 0: order 1 + alpha
        ratio = 2 ** (1 + alpha)
        limit = (ratio * means[2] - means[1]) / (ratio - 1)
        coarse = (ratio * means[1] - means[0]) / (ratio - 1)
        assert abs(mean_source[i] - limit) <= 2 * abs(limit - coarse) + error[i]
        assert abs(limit - coarse) < 1e-3 * abs(limit)


@pytest.mark.parametrize("alpha", [0.52, 0.7, 1.0])
@pytest.mark.parametrize("size", [1.0, 30.0, 1000.0])
def test_error_estimate_bounds_the_distance_to_a_finer_solution(alpha, size):
    u = size * np.exp(1j * np.linspace(-0.6, 0.6, 7)) - 0.3j
    c0, c1, c2 = coefficients(u)
    _, fine, own = riccati_means(c0, c1, c2, alpha, 1.0, 0.0)
    for digits in (3, 6, 9):
        _, rough, error = riccati_means(c0, c1, c2, alpha, 1.0, 10.0**-digits * np.abs(c0))
        assert np.all(np.abs(rough - fine) <= error + own)


def test_order_one_is_the_classical_riccati_equation():
    c0, c1, c2 = coefficients(np.array([1 - 0.5j, 30 - 0.5j, 5 + 3j, 2 - 4j]))
    maturity = 0.8
    root = np.sqrt(c1 * c1 - 4 * c0 * c2)
    ratio = (-c1 - root) / (-c1 + root)
    decay = np.exp(-root * maturity)
    h = (-c1 - root) / (2 * c2) * (1 - decay) / (1 - ratio * decay)
    _, mean_source, error = riccati_means(c0, c1, c2, 1.0, maturity, 1e-12)
    assert np.all(np.abs(maturity * mean_source - h) <= error + 1e-13 * np.abs(h))


@pytest.mark.parametrize(
    ("alpha", "maturity", "name"),
    [(0.0, 1.0, "alpha"), (1.2, 1.0, "alpha"), (0.6, -1.0, "maturity")],
)
def test_parameters_out_of_domain_are_refused(alpha, maturity, name):
    one = np.ones(1, dtype=complex)
    with pytest.raises(ParameterError, match=name):
        riccati_means(one, one, 0.1, alpha, maturity, 1e-8)


@pytest.mark.parametrize("c0", [-0.3, -1e-3, -1e-40])
def test_the_guess_is_a_root_of_its_balance_even_where_the_constant_is_lost(c0):
    """0.9 h / t^a = c0 + c1 h + c2 h^2; beside a negative slope c0 may be below its rounding."""
    c1, c2, time_power = 5.0, 0.3, 1.0
    found = riccati_guess(complex(c0), complex(c1), c2, time_power)
    roots = np.roots([c2, c1 - 0.9 / time_power, c0])
    # the difference of two numbers of size 4 loses their rounding over c0
    assert min(abs(found - root) for root in roots) <= 1e-13 / max(abs(c0), 1e-3)
