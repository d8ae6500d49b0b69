"""The objective's derivatives, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from rmot.errors import ParameterError
from rmot.models import VarianceFactor
from rmot.spread.alpha import Observables
from rmot.spread.alpha.calibration import (
    Box,
    ObservableProblem,
    ParameterLayout,
    default_weights,
    printed_weights,
)

LAYOUT = ParameterLayout(2, 2)


def problem(convention="price", **changes):
    n = LAYOUT.size
    start = np.full(n, 0.3)
    box = Box(start, np.zeros(n), np.ones(n), np.ones(n, dtype=bool))
    box = replace(box, **{name: changes.pop(name) for name in list(changes) if hasattr(box, name)})
    assets = Observables(np.array([0.04, 0.09]), np.array([-0.01, 0.0]), np.array([0.02, 0.03]))
    spreads = Observables(np.array([0.02]), np.array([0.001]), np.array([0.002]))
    given = {
        "layout": LAYOUT,
        "forwards": np.array([1.0, 1.1]),
        "pairs": ((1, 0),),
        "assets": assets,
        "spreads": spreads,
        "asset_weights": default_weights(assets),
        "spread_weights": default_weights(spreads),
        "box": box,
        "convention": convention,
    }
    return ObservableProblem(**{**given, **changes})


def test_forty_numbers_describe_four_assets():
    layout = ParameterLayout(4, 4)
    assert layout.size == 40
    assert layout.names[:4] == ("rho_1", "nu_1", "v_1", "rho_2")
    assert layout.names[-1] == "alpha_44"


def test_packed_numbers_unpack():
    numbers = np.arange(LAYOUT.size, dtype=float)
    packed = LAYOUT.pack(LAYOUT.common_loadings(numbers), LAYOUT.state(numbers))
    np.testing.assert_array_equal(packed, numbers)


@pytest.mark.parametrize("convention", ["price", "relative", "logarithmic"])
def test_the_jacobian_is_that_of_complex_steps(convention):
    each = problem(convention)
    numbers = np.random.default_rng(3).uniform(0.2, 0.9, LAYOUT.size)
    steps = 1e-30j * np.eye(LAYOUT.size)
    exact = [(each.residuals(numbers + step)).imag / 1e-30 for step in steps]
    np.testing.assert_allclose(each.jacobian(numbers), np.transpose(exact), rtol=1e-11, atol=1e-11)
    gradient = 2.0 * np.array(exact) @ each.residuals(numbers)
    np.testing.assert_allclose(each.gradient(numbers), gradient, rtol=1e-9)


def test_a_printed_minimum_is_its_second_term_always():
    """CoVar^2 <= Var VarVar: 0.01 in the numerator is below 1 / CoVar^2 for all colours."""
    rho = np.linspace(-1, 1, 41)
    rng = np.random.default_rng(0)
    v, xi = rng.uniform(0.01, 0.2, 41), rng.uniform(0.1, 3.0, 41)
    targets = Observables(v, rho * xi * v, xi**2 * v)
    weights, second = printed_weights(targets)
    assert second.all()
    mended = default_weights(targets)
    first = np.abs(rho) > 0.1 + 1e-12
    np.testing.assert_allclose(mended.covariance[first], 1.0 / targets.covariance[first] ** 2)
    assert np.all(mended.covariance > weights.covariance)


def test_weights_need_targets_that_are_not_zero():
    with pytest.raises(ParameterError, match="none of Var and VarVar to be 0"):
        default_weights(Observables(*(np.array([x]) for x in (0.1, 0.0, 0.0))))


def test_the_model_has_only_factors_that_act():
    numbers = np.full(LAYOUT.size, 0.3)
    numbers[LAYOUT.loadings] = [0.3, 0.0, 0.2, 0.0]
    numbers[LAYOUT.variances] = [1.0, 1.0, 0.0, 0.02]
    model = LAYOUT.model(numbers, 0.1)
    np.testing.assert_array_equal(model.loadings, [[0.3, 0.0], [0.2, 1.0]])
    assert isinstance(model.factors[1], VarianceFactor)
    assert model.factors[1].long_run_variance == 0.02


def rows(place, value, other=0.3):
    row = np.full(LAYOUT.size, other)
    row[place] = value
    return row


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"free": np.ones(3, dtype=bool)}, "expected 16 numbers in free"),
        ({"lower": rows(3, 2.0, 0.0)}, "rho_2: expected lower <= upper; got 2.0 and 1.0"),
        ({"start": rows(3, 1.5)}, r"rho_2: expected a start in \[0.0, 1.0\]; got 1.5"),
        ({"upper": rows(0, 1.5, 1.0)}, "rho_1: a colour's correlation"),
        ({"lower": rows(1, -0.5, 0.0)}, "nu_1: expected numbers from 0"),
        ({"start": np.where(np.arange(16) >= 12, 0.0, rows(8, 0.0))}, "asset 1 starts without"),
        ({"pairs": ((0, 0),)}, "two different assets"),
        ({"forwards": np.ones(3)}, "expected 2 forwards"),
        ({"convention": "absolute"}, "convention must be"),
        ({"spread_weights": Observables(*np.full((3, 1), -1.0))}, "not negative"),
        ({"assets": Observables(*np.ones((3, 4)))}, "expected 2 finite asset targets of Var"),
    ],
)
def test_what_is_no_calibration_is_refused(changes, said):
    with pytest.raises(ParameterError, match=said):
        problem(**changes)
