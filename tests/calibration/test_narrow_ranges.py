"""Errors over shrinking ranges: polynomial and exponential smiles with exponents known."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmot.calibration.narrow_ranges import (
    filled_range_errors,
    generic_order,
    narrow_range_errors,
    taylor_gradient,
)
from rmot.errors import CalibrationError
from rmot.models import RoughHeston

MODEL = RoughHeston(
    hurst=0.12,
    vol_of_vol=0.28,
    correlation=-0.65,
    initial_variance=0.04,
    mean_reversion=0.3,
    long_run_variance=0.05,
)
EPSILON = np.finfo(float).eps


@given(st.floats(-15, 2))
def test_parabola_has_its_closed_form_at_any_range(exponent):
    # sigma(k) = a + b k + c k^2 on [-d, d]: E k^2 = d^2/3, E k^4 = d^4/5.
    delta = 10.0**exponent
    errors = narrow_range_errors([np.eye(3, 12)], delta)
    assert errors == pytest.approx([1.5, 3**0.5 / delta, 45**0.5 / 2 / delta**2], rel=1e-12)


def test_a_parameter_that_level_and_skew_share_is_known_from_the_curvature():
    # gradients 1, k, 1 + k + k^2: the last is told apart at order two, and so are the others
    delta = np.array([1e-4, 1e-6])
    table = np.zeros((3, 8))
    table[0, 0] = table[1, 1] = 1.0
    table[2, :3] = 1.0
    errors = np.array([narrow_range_errors([table], each) for each in delta])
    assert np.log10(errors[1] / errors[0]) == pytest.approx([4.0, 4.0, 4.0], abs=1e-3)
    assert errors[:, 2] == pytest.approx(45**0.5 / 2 / delta**2, rel=1e-9)


@pytest.mark.parametrize("delta", [1e-6, 1e-2, 0.5])
def test_exponentials_agree_with_sixty_digits(delta):
    rates, terms = (0.5, 1.0, 2.0, -1.5), 26
    powers = np.arange(terms)
    table = np.array([[r**n / float(mpmath.factorial(n)) for n in powers] for r in rates])
    with mpmath.workdps(60):
        # mean of exp((p + q) k) over [-d, d] is sinh((p + q) d) / ((p + q) d)
        gram = mpmath.matrix(len(rates))
        for i, p in enumerate(rates):
            for j, q in enumerate(rates):
                x = (mpmath.mpf(p) + q) * mpmath.mpf(delta)
                gram[i, j] = mpmath.sinh(x) / x if x else 1
        inverse = gram**-1
        expected = [float(mpmath.sqrt(inverse[i, i])) for i in range(len(rates))]
    # solving for four coefficients loses the condition of their first four derivatives
    condition = np.linalg.cond(table[:, :4])
    found = narrow_range_errors([table], delta)
    assert found == pytest.approx(expected, rel=100 * condition * EPSILON)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_smiles_in_general_position_follow_the_count(parameters, maturities, seed):
    tables = list(np.random.default_rng(seed).standard_normal((maturities, parameters, 10)))
    low, high = (narrow_range_errors(tables, delta) for delta in (1e-12, 1e-11))
    order = generic_order(parameters, maturities)
    # coefficients next to dependent ones defer the limit to smaller ranges
    stacked = np.concatenate([table[:, : order + 1].T for table in tables])
    if np.linalg.cond(stacked) < 1e3:
        slopes = np.log10(high / low)
        assert slopes.min() == pytest.approx(-order, abs=1e-3)


def test_order_is_the_least_with_enough_derivatives():
    found = [generic_order(p, m) for p, m in ((4, 1), (6, 1), (4, 3), (6, 3), (4, 5), (6, 5))]
    assert found == [3, 5, 1, 1, 0, 1]


def test_dependent_gradients_are_refused():
    table = np.random.default_rng(1).standard_normal((2, 8))
    for delta in (1.0, 1e-3, 1e-9):
        with pytest.raises(CalibrationError, match="dependent"):
            narrow_range_errors([table[[0, 1, 0]]], delta)
        with pytest.raises(CalibrationError, match="dependent"):
            narrow_range_errors([np.vstack([table, table.sum(axis=0)])], delta)


def test_expansion_of_the_model_is_its_gradient():
    free = ("hurst", "correlation", "initial_variance")
    expansion = taylor_gradient(MODEL, 0.1, free, 0.06)
    k = np.linspace(-0.05, 0.05, 7)
    found = np.polynomial.polynomial.polyval(k, expansion.T)
    exact = MODEL.sensitivities(k, 0.1, tolerance=1e-13)
    rows = [exact.parameters.index(name) for name in free]
    slopes = np.array([1.0, 1 - MODEL.correlation**2, MODEL.initial_variance])
    # prices to 1e-13 over vegas of at least 0.07, both sides
    assert found == pytest.approx(exact.volatility_gradient[rows] * slopes[:, None], abs=1e-11)


def test_expansion_and_quadrature_agree_where_both_reach():
    maturities, free = (0.1, 0.3), MODEL.parameters[:4]
    expansions = [taylor_gradient(MODEL, t, free, 0.2 * t**0.5) for t in maturities]
    near = narrow_range_errors(expansions, 0.05)
    far = filled_range_errors(MODEL, maturities, free, 0.05, 40)
    assert near == pytest.approx(far, rel=1e-7)
