"""Known models are found again from their own observables; other optimisers find nothing lower."""

import numpy as np
import pytest
from scipy.optimize import differential_evolution, least_squares

from rmot.errors import IdentificationWarning, ParameterError
from rmot.spread.alpha import FactorState, Observables
from rmot.spread.alpha.calibration import (
    Box,
    ObservableProblem,
    ParameterLayout,
    calibrate_observables,
    default_weights,
    identification,
)
from rmot.spread.alpha.calibration.damped_steps import descend

LAYOUT = ParameterLayout(2, 1)
TRUE = LAYOUT.pack(
    [[0.25], [0.18]],
    FactorState(
        np.array([-0.6, -0.2, 0.3]), np.array([1.1, 0.4, 0.2]), np.array([1.0, 0.01, 0.02])
    ),
)
LOWER = LAYOUT.pack([[0.0], [-1.0]], FactorState(np.full(3, -0.99), np.full(3, 1e-3), np.zeros(3)))
UPPER = LAYOUT.pack([[1.0], [1.0]], FactorState(np.full(3, 0.99), np.full(3, 5.0), np.ones(3)))
START = LAYOUT.pack(
    [[0.2], [0.2]], FactorState(np.full(3, -0.1), np.full(3, 0.5), np.array([1.0, 0.02, 0.02]))
)
FREE = np.array([name != "v_1" for name in LAYOUT.names])


def own_problem(free=FREE, start=START, targets=None, upper=UPPER):
    """The observables of TRUE as targets, unless others are given."""
    ones = Observables(*np.ones((3, 2))), Observables(*np.ones((3, 1)))
    given = (LAYOUT, np.array([1.0, 1.2]), ((0, 1),))
    box = Box(start, LOWER, upper, free)
    if targets is None:
        targets = ObservableProblem(*given, *ones, *ones, box).observables(TRUE)
    rows = targets.reshape(3, 3).T
    assets, spreads = Observables(*rows[:, :2].copy()), Observables(*rows[:, 2:].copy())
    weights = default_weights(assets), default_weights(spreads)
    return ObservableProblem(*given, assets, spreads, *weights, box)


def test_observables_of_a_known_model_are_met():
    """Nine observables, ten free numbers: met to 1e-7, though not by the same numbers alone."""
    fit = calibrate_observables(own_problem(), n_starts=4)
    np.testing.assert_allclose(fit.observables, fit.problem.targets, rtol=1e-6)
    assert fit.identification.rank == 9
    assert not fit.identification.determined.all()


def test_a_known_model_is_found_where_it_is_determined():
    """The residuals' colours held, seven free numbers have one solution near."""
    held = [LAYOUT.names.index(name) for name in ("v_1", "rho_2", "nu_2", "rho_3")]
    free = np.ones(LAYOUT.size, dtype=bool)
    free[held] = False
    start = START.copy()
    start[held] = TRUE[held]
    fit = calibrate_observables(own_problem(free, start), n_starts=6, seed=2)
    assert fit.identification.determined.all()
    # observables are met to 1e-7; the least singular value says what that leaves
    error = 1e-6 / fit.identification.singular_values[-1]
    np.testing.assert_allclose(fit.numbers, TRUE, rtol=error, atol=error * 0.1)


def contradictory():
    """Targets of no model: CoVar beyond what Var and VarVar admit."""
    targets = own_problem().targets.copy()
    targets[1] *= 3.0
    free = FREE & np.array([not name.endswith("_3") for name in LAYOUT.names])
    start = np.where(free, START, TRUE)
    return own_problem(free, start, targets)


def test_no_global_search_finds_a_lower_objective():
    problem = contradictory()
    box = problem.box

    def objective(x):
        numbers = box.start.copy()
        numbers[box.free] = x
        return problem.objective(numbers)

    bounds = list(zip(box.lower[box.free], box.upper[box.free], strict=True))
    found = differential_evolution(objective, bounds, rng=1, maxiter=60, tol=1e-12, polish=True)
    fit = calibrate_observables(problem, n_starts=6)
    assert fit.objective > 0.01
    assert fit.objective <= found.fun * (1.0 + 1e-6)


def test_no_trust_region_search_finds_a_lower_objective_from_the_optimum():
    problem = contradictory()
    box, fit = problem.box, calibrate_observables(problem, n_starts=6)

    def whole(x):
        numbers = box.start.copy()
        numbers[box.free] = x
        return numbers

    def slopes(x):
        return problem.jacobian(whole(x))[:, box.free]

    found = least_squares(
        lambda x: problem.residuals(whole(x)),
        np.clip(fit.numbers[box.free], box.lower[box.free] + 1e-9, box.upper[box.free] - 1e-9),
        jac=slopes,  # pyright: ignore[reportArgumentType] (its stub knows strings only)
        bounds=(box.lower[box.free], box.upper[box.free]),
        x_scale="jac",
    )
    assert fit.objective <= 2.0 * found.cost * (1.0 + 1e-6)


def test_the_gradient_vanishes_but_at_bounds():
    fit = calibrate_observables(contradictory(), n_starts=6)
    inner = fit.problem.box.free & ~np.isin(LAYOUT.names, fit.at_bound)
    scale = np.maximum(np.abs(fit.numbers), 1e-3)
    assert np.max(np.abs(fit.gradient * scale)[inner]) < 1e-3 * fit.objective


def test_held_numbers_stay_and_bounds_hold():
    upper = UPPER.copy()
    upper[LAYOUT.loadings] = 0.15
    start = np.minimum(START, upper)
    fit = calibrate_observables(own_problem(start=start, upper=upper), n_starts=3)
    assert fit.parameter("v_1") == 1.0
    assert np.all((fit.numbers >= LOWER) & (fit.numbers <= upper))
    assert "alpha_11" in fit.at_bound


def test_same_seed_same_numbers():
    first, second = (calibrate_observables(own_problem(), n_starts=3, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.numbers, second.numbers)
    np.testing.assert_array_equal(first.objectives, second.objectives)


def test_a_factor_without_loadings_does_not_move_and_is_named():
    start = START.copy()
    start[LAYOUT.loadings] = 0.0
    with pytest.warns(IdentificationWarning, match="factor 1 at the start"):
        fit = calibrate_observables(own_problem(start=start))
    np.testing.assert_array_equal(fit.numbers[LAYOUT.loadings], 0.0)


def test_something_must_be_free():
    with pytest.raises(ParameterError, match="all are held"):
        calibrate_observables(own_problem(free=np.zeros(LAYOUT.size, dtype=bool)))
    with pytest.raises(ParameterError, match="at least one start"):
        calibrate_observables(own_problem(), n_starts=0)


def test_what_a_null_space_moves_is_not_determined():
    found = identification(np.array([[1.0, 0.0, 0.0], [0.0, 1e-3, 1e-3]]))
    assert found.rank == 2
    assert found.determined.tolist() == [True, False, False]
    assert identification(np.zeros((2, 2))).rank == 0


def test_steps_solve_a_linear_problem_with_least_norm():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 6)), rng.normal(size=3)
    wide = np.full(6, 1e3)
    found = descend(lambda x: a @ x - b, lambda x: a, np.zeros(6), -wide, wide, 100, 1e-26)
    np.testing.assert_allclose(found.point, np.linalg.pinv(a) @ b, atol=1e-11)
    assert found.converged


def test_steps_stop_at_bounds():
    """The least of (x - 3)^2 + (x + y - 1)^2 with x <= 2 is at (2, -1)."""
    a, b = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([3.0, 1.0])
    low, high = np.full(2, -5.0), np.array([2.0, 5.0])
    found = descend(lambda x: a @ x - b, lambda x: a, np.zeros(2), low, high, 200, 0.0)
    np.testing.assert_allclose(found.point, [2.0, -1.0], atol=1e-5)
    assert found.converged
