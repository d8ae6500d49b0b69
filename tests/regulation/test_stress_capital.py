"""MAR33.17, MAR23.8 and charges from bounds: worked by hand to the cent, and their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from rmot.errors import ParameterError
from rmot.regulation import position_charge, residual_risk_add_on, stress_capital

LOSSES = st.lists(st.floats(0, 1e6), max_size=12)


def high_precision(credit, equity, other):
    with mp.workdps(40):
        first, second, rest = ([mpf(x) for x in values] for values in (credit, equity, other))
        squares = [sum((x * x for x in values), mpf(0)) for values in (first, second, rest)]
        share = mpf(6) / 10
        linear = (share * sum(rest, mpf(0))) ** 2
        parts = [*map(mp.sqrt, squares[:2]), mp.sqrt(linear + (1 - share**2) * squares[2])]
        return [float(part) for part in parts], float(sum(parts, mpf(0)))


def test_a_desk_worked_by_hand_to_the_cent():
    # In dollars. Credit 3-4-5. Equity 5-12-13. Rest: sums 500 and squares 90 000, so that
    # (0.6 * 500)^2 + 0.64 * 90 000 = 90 000 + 57 600 = 147 600, whose root is 384.187454...
    found = stress_capital([300.0, 400.0], [500.0, 1200.0], [100.0, 200.0, 200.0])
    assert found.idiosyncratic_credit == 500.0
    assert found.idiosyncratic_equity == 1300.0
    assert round(found.other, 2) == 384.19
    assert round(found.total, 2) == 2184.19


@given(LOSSES, LOSSES, LOSSES)
@settings(max_examples=80, deadline=None)
def test_capital_is_that_of_forty_digits(credit, equity, other):
    found = stress_capital(credit, equity, other)
    parts, total = high_precision(credit, equity, other)
    got = (found.idiosyncratic_credit, found.idiosyncratic_equity, found.other)
    assert got == pytest.approx(parts, rel=1e-14, abs=1e-300)
    assert found.total == pytest.approx(total, rel=1e-14, abs=1e-300)


@given(LOSSES)
@settings(max_examples=80, deadline=None)
def test_the_rest_lies_between_the_root_of_squares_and_the_sum(losses):
    found = stress_capital([], [], losses).other
    total, root = math.fsum(losses), math.hypot(*losses)
    slack = 1e-12 * total
    assert root - slack <= found <= total + slack
    assert found >= 0.6 * total - slack


@given(LOSSES, LOSSES, st.floats(0, 1e3))
@settings(max_examples=60, deadline=None)
def test_capital_is_subadditive_and_homogeneous(first, second, scale):
    size = min(len(first), len(second))
    a, b = np.array(first[:size]), np.array(second[:size])
    one, two, both = (stress_capital(x, x, x).total for x in (a, b, a + b))
    assert both <= one + two + 1e-9 * (1 + one + two)
    assert stress_capital(scale * a, scale * a, scale * a).total == pytest.approx(
        scale * one, rel=1e-12, abs=1e-280
    )


def test_no_factor_and_one_factor():
    assert stress_capital([], [], []).total == 0
    # A single factor is charged its own loss, to the rounding of 0.36 + 0.64.
    assert stress_capital([], [], [7.0]).total == pytest.approx(7.0, rel=1e-15)
    assert stress_capital(1.0, 2.0, 7.0) == stress_capital([1.0], [2.0], [7.0])


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        (([1.0, -2.0], [], []), "idiosyncratic credit, none negative; number 2 is -2.0"),
        (([], [math.nan], []), "idiosyncratic equity"),
        (([], [], [math.inf]), "other risk factors"),
        (([], [], [[3.0]]), "list of losses of other risk factors"),
        (([], [], ["much"]), "numbers for losses of other risk factors"),
    ],
)
def test_bad_losses_are_one_clear_line(losses, said):
    with pytest.raises(ParameterError, match=said):
        stress_capital(*losses)


def test_residual_risk_is_a_hundredth_and_a_thousandth_of_gross_notionals():
    found = residual_risk_add_on(exotic=[12_345_678.90], other=[1e6, 2_345_678.99])
    assert round(found.exotic, 2) == 123_456.79
    assert round(found.other, 2) == 3_345.68
    assert round(found.total, 2) == 126_802.47
    assert residual_risk_add_on().total == 0
    with pytest.raises(ParameterError, match="exotic underlyings, none negative; number 2"):
        residual_risk_add_on(exotic=[1.0, -1.0])
    with pytest.raises(ParameterError, match="other residual risks"):
        residual_risk_add_on(other=math.nan)


def test_charges_of_long_short_and_either_side():
    assert position_charge("long", 8.0, 10.0, 13.0, 3.0) == 6.0
    assert position_charge("short", 8.0, 10.0, 13.0, 3.0) == 9.0
    assert position_charge("either", 8.0, 10.0, 13.0, 3.0) == 9.0
    np.testing.assert_array_equal(
        position_charge("either", [8.0, 1.0], 10.0, np.array([11.0, 30.0])), [2.0, 20.0]
    )


def test_a_price_at_its_bound_within_the_solvers_gap_costs_nothing():
    assert position_charge("long", 10.0 + 1e-10, 10.0, 12.0) == 0.0
    with pytest.raises(ParameterError, match=r"lower <= price <= upper; got 10\.1, 10, 12"):
        position_charge("long", 10.1, 10.0, 12.0)
    assert position_charge("long", 10.1, 10.0, 12.0, tolerance=0.01) == 0.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("buy", 1.0, 2.0, 3.0), "side long, short or either; got 'buy'"),
        (("long", 1.0, 4.0, 3.0), "lower <= price <= upper"),
        (("long", 1.0, np.nan, 3.0), "finite"),
        (("long", 1.0, 2.0, math.inf), "finite"),
        (("long", 1.0, 2.0, 3.0, -1.0), "quantities, none negative"),
    ],
)
def test_bad_positions_are_one_clear_line(arguments, said):
    with pytest.raises(ParameterError, match=said):
        position_charge(*arguments)
