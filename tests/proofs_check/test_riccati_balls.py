"""Proofs about explosions hold on the right side of the explosion, and on that side alone."""

import math
from fractions import Fraction

import pytest
from flint import arb

from proofs_check import riccati_balls
from proofs_check.riccati_balls import Riccati, integral_of_the_weight, least_excess

# Classical equation: h' = 1 + b h + h^2 explodes at 2 arccos(b/2)/(4 - b^2)^{1/2}.
CLASSICAL = ("-1.3", "0", "1.3")


def near(time, fraction):
    return Fraction(round(time * (1 + fraction), 9)).limit_denominator(10**9)


def classical(text):
    b = float(text)
    equation = Riccati(Fraction(1), Fraction(text), Fraction(1), Fraction(1))
    return equation, 2 * math.acos(b / 2) / math.sqrt(4 - b * b)


def coefficients_of_the_series(alpha, terms):
    """Return those of the solution for c = (1, 0, 1) in powers of t^alpha; every other is zero."""
    values = [0.0, 1 / math.gamma(1 + alpha)]
    for n in range(2, terms):
        total = math.fsum(values[i] * values[n - 1 - i] for i in range(1, n - 1))
        fraction = math.lgamma(alpha * (n - 1) + 1) - math.lgamma(alpha * n + 1)
        values.append(total * math.exp(fraction))
    return values


@pytest.mark.parametrize("b", CLASSICAL)
def test_classical_explosion_is_enclosed(b):
    equation, time = classical(b)
    assert least_excess(equation, near(time, -2e-3), 400, 2e-4) > 0
    assert integral_of_the_weight(equation, near(time, 2e-3), 5) > 0


@pytest.mark.parametrize("b", CLASSICAL)
def test_neither_proof_succeeds_on_the_other_side(b):
    equation, time = classical(b)
    assert not least_excess(equation, near(time, 1e-6), 400, 2e-4) > 0
    assert not integral_of_the_weight(equation, near(time, -1e-6), 5) > 0


def test_a_wrong_guess_proves_nothing(monkeypatch):
    equation, time = classical("0")
    monkeypatch.setattr(riccati_balls, "explosion_time", lambda *_: (10 * time, 0.0))
    assert not least_excess(equation, near(time, 1e-6), 200, 2e-4) > 0


def test_fractional_explosion_agrees_with_the_radius_of_the_power_series():
    alpha = 0.62
    values = coefficients_of_the_series(alpha, 202)
    odd = [(n, value) for n, value in enumerate(values) if value]
    (m, before), (n, last) = odd[-2:]
    # a_n r^n is about n^{alpha-1}: what is left is of relative order 1/n^2.
    radius = math.sqrt(before / last * (n / m) ** (alpha - 1))
    time = radius ** (1 / alpha)
    equation = Riccati(Fraction(1), Fraction(0), Fraction(1), Fraction("0.62"))
    assert least_excess(equation, near(time, -2e-3), 400, 2e-4) > 0
    assert integral_of_the_weight(equation, near(time, 2e-3), 5) > 0


def test_bounds_are_balls_of_finite_radius():
    equation, time = classical("0")
    for value in (
        least_excess(equation, near(time, -1e-2), 200, 1e-3),
        integral_of_the_weight(equation, near(time, 2e-3), 4),
    ):
        assert isinstance(value, arb)
        assert value.rad() < 1e-3 * abs(value)
