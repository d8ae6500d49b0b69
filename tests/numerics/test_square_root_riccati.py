"""The closed form of a Riccati equation against mpmath's Taylor series, and its limits."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rmot.numerics.fractional_riccati import riccati_means
from rmot.numerics.square_root_riccati import square_root_explosion, square_root_riccati


def by_taylor(c0, c1, c2, maturity):
    """Values h and ∫h from the ordinary differential equation itself."""

    def slope(_, state):
        return [c0 + c1 * state[0] + c2 * state[0] ** 2, state[0]]

    with mpmath.workdps(25):
        start = [mpmath.mpc(0), mpmath.mpc(0)]
        return [complex(each) for each in mpmath.odefun(slope, 0, start)(maturity)]


CASES = [
    (-2.0 + 1.0j, -0.5 + 0.7j, 0.8, 1.5),
    (-0.3j, 0.4 - 0.2j, 2.0, 1.0),
    (0.2 + 0.0j, -1.0 + 0.0j, 0.5, 3.0),
    (-1.0 + 0.5j, 0.3 + 0.0j, 0.0, 2.0),
    (-1.0 + 0.5j, 0.0j, 0.0, 2.0),
    (-1.0 + 0.5j, -1e-5 + 0.0j, 0.0, 2.0),
    (-1.0 + 0.5j, -0.3 + 0.1j, 1e-9, 2.0),
    (0.25 + 0.0j, -1.0 + 0.0j, 1.0, 2.0),
    (1e-9j, 1.5 + 0.0j, 1.0, 2.0),
]


@pytest.mark.parametrize("case", CASES)
def test_values_solve_the_equation(case):
    c0, c1, c2, maturity = case
    found = square_root_riccati(np.array([c0]), np.array([c1]), c2, maturity)
    end, integral = by_taylor(*case)
    assert abs(found[0][0] - end) <= 1e-14 * (1.0 + abs(end))
    assert abs(found[1][0] - integral) <= found[2][0] + 1e-14 * abs(integral)
    assert found[2][0] <= 1e-13


def test_values_are_those_of_the_fractional_equation_of_order_one():
    random = np.random.default_rng(5)
    first = random.normal(size=200) * 0.4 + 1j * random.normal(size=200) * 20.0
    second = random.normal(size=200) * 5.0 + 1j * random.normal(size=200) * 20.0
    # moments on the real axis decide whether there is a solution
    c0, c1 = (
        0.5 * (first**2 - np.maximum(second.real, first.real**2) - 1j * second.imag),
        -1.2 * first,
    )
    for reversion in (0.7, 0.0, -0.6):
        end, integral, error = square_root_riccati(c0, c1 - reversion, 2.0, 0.8)
        mean, source, other = riccati_means(c0, c1 - reversion, 2.0, 1.0, 0.8, 1e-13)
        assert np.all(
            np.abs(integral - 0.8 * mean) <= error + 0.8 * other + 1e-14 * np.abs(integral)
        )
        assert np.all(np.abs(end - 0.8 * source) <= 0.8 * other + 1e-12 * np.abs(end))


@pytest.mark.parametrize("drift", [-1.0, -0.2, 0.0, 0.3, 2.0, 2.0001, 30.0])
def test_explosion_is_where_the_integral_of_the_inverse_ends(drift):
    c0, c2 = 0.5, 2.0
    points = [0, 1, 10, mpmath.inf]
    wanted: Any = mpmath.quad(lambda h: 1 / (c0 + drift * h + c2 * h * h), points)
    assert abs(square_root_explosion(c0, drift, c2) - wanted) <= 1e-12 * wanted


def test_what_has_a_stable_point_does_not_explode():
    assert square_root_explosion(0.5, -2.1, 2.0) == math.inf
    assert square_root_explosion(-0.5, 2.1, 2.0) == math.inf
    assert square_root_explosion(0.5, 2.1, 0.0) == math.inf
