"""Knows how the objective is minimised: damped Gauss-Newton steps in a box, from several starts.

All starts are searched shortly, and the best of them at length; observables
that are met to a relative 1e-7 are met. A loading that is 0 for all assets
stays so, since all derivatives in it vanish; starts beyond the given one are drawn, and have none.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import IdentificationWarning, ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.alpha.calibration.coordinates import SearchCoordinates
from rmot.spread.alpha.calibration.damped_steps import Descent, descend
from rmot.spread.alpha.calibration.identification import Identification, identification
from rmot.spread.alpha.calibration.problem import ObservableProblem

Array = NDArray[np.float64]
_SHORT, _LONG = 250, 2000
_EXACT = 1e-14
_NEAR_BOUND = 1e-6


@dataclass(frozen=True)
class ObservableFit:
    """The best optimum found.

    Attributes
    ----------
    problem : ObservableProblem
    numbers : ndarray, shape (size,)
        In the order of ``problem.layout.names``.
    objective : float
        (146) there.
    observables : ndarray, shape (n_observables,)
        The model's, beside ``problem.targets``.
    residuals : ndarray, shape (n_observables,)
        sqrt(C) (observable - target).
    gradient : ndarray, shape (size,)
        Of the objective, in all numbers.
    identification : Identification
        Of the free numbers, by observables whose weight is not 0.
    at_bound : tuple of str
        Free numbers within a millionth of the width of their interval of a bound.
    converged : bool
        Whether the search stopped by itself, before 2000 evaluations.
    evaluations : int
        Of the residuals, in all searches.
    objectives : ndarray, shape (n_starts,)
        What each start came to, in their order.
    """

    problem: ObservableProblem
    numbers: Array
    objective: float
    observables: Array
    residuals: Array
    gradient: Array
    identification: Identification
    at_bound: tuple[str, ...]
    converged: bool
    evaluations: int
    objectives: Array

    def parameter(self, name: str) -> float:
        """Return a number by its name in the layout."""
        names = self.problem.layout.names
        if name not in names:
            raise ParameterError(f"expected one of {', '.join(names)}; got {name!r}")
        return float(self.numbers[names.index(name)])

    def model(self, mean_reversion: float, long_run_ratio: float = 1.0) -> RoughFactorModel:
        """Return the law, whose mean reversion observables do not see."""
        return self.problem.layout.model(self.numbers, mean_reversion, long_run_ratio)


def calibrate_observables(
    problem: ObservableProblem, *, n_starts: int = 1, seed: int = 0
) -> ObservableFit:
    """Minimise the objective from the problem's start and from drawn ones.

    Parameters
    ----------
    problem : ObservableProblem
    n_starts : int
        1 is the given start alone.
    seed : int
        Of the drawn starts.

    Returns
    -------
    ObservableFit

    Warns
    -----
    IdentificationWarning
        If the only start has a common factor that nothing can move.

    Raises
    ------
    ParameterError
        If nothing is free, or there is no start.
    """
    box = problem.box
    if n_starts < 1:
        raise ParameterError(f"expected at least one start; got {n_starts}")
    if not np.any(box.free & (box.lower < box.upper)):
        raise ParameterError("expected a number that is free to move; all are held")
    _warn_of_idle_factors(problem, n_starts)
    generator = np.random.default_rng(seed)
    starts = [box.start, *(drawn_start(problem, generator) for _ in range(n_starts - 1))]
    found = [_search(problem, start, _SHORT) for start in starts]
    objectives = np.array([descent.cost for _, descent in found])
    best, _ = found[int(np.argmin(objectives))]
    numbers, last = _search(problem, best, _LONG)
    total = last.evaluations + sum(descent.evaluations for _, descent in found)
    return _describe(problem, numbers, last.converged, total, objectives)


def drawn_start(problem: ObservableProblem, generator: np.random.Generator) -> Array:
    """Return a start in the box with common factors that explain a drawn part of each variance."""
    layout, box = problem.layout, problem.box
    n, m = layout.n_assets, layout.n_common
    variance = np.maximum(problem.assets.variance, np.finfo(float).tiny)
    common = generator.uniform(0.5, 1.0, n)
    directions = generator.standard_normal((n, m))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    drawn = np.empty(layout.size)
    drawn[layout.correlations] = generator.uniform(-0.9, 0.9, layout.n_factors)
    drawn[layout.vols_of_vol] = np.exp(generator.uniform(-2.0, 1.0, layout.n_factors))
    drawn[layout.variances] = np.concatenate([np.ones(m), (1.0 - common) * variance])
    drawn[layout.loadings] = (np.sqrt(common * variance)[:, None] * directions).ravel()
    # the sign of a factor is free: where negative loadings are not, its mirror image is
    lower, upper = box.lower, box.upper
    mirrored = (drawn < lower) & (-drawn >= lower) & (-drawn <= upper)
    drawn = np.where(mirrored, -drawn, drawn)
    return np.where(box.free, np.clip(drawn, lower, upper), box.start)


def _search(problem: ObservableProblem, start: Array, most: int) -> tuple[Array, Descent]:
    coordinates = SearchCoordinates(problem, start)
    weighed = problem.weights > 0.0
    surplus = _EXACT * float(np.sum(problem.weights * problem.targets**2))

    def residuals(point: Array) -> Array:
        return problem.residuals(coordinates.numbers(point))[weighed]

    def jacobian(point: Array) -> Array:
        numbers = coordinates.numbers(point)
        return problem.jacobian(numbers)[np.ix_(weighed, coordinates.free)] * coordinates.slopes(
            numbers
        )

    found = descend(
        residuals,
        jacobian,
        coordinates.of(start),
        coordinates.lower,
        coordinates.upper,
        most,
        surplus,
    )
    return coordinates.numbers(found.point), found


def _describe(
    problem: ObservableProblem,
    numbers: Array,
    converged: bool,
    evaluations: int,
    objectives: Array,
) -> ObservableFit:
    box = problem.box
    free = box.free & (box.lower < box.upper)
    near = np.minimum(numbers - box.lower, box.upper - numbers) <= _NEAR_BOUND * (
        box.upper - box.lower
    )
    weighed = problem.weights > 0.0
    return ObservableFit(
        problem=problem,
        numbers=numbers,
        objective=problem.objective(numbers),
        observables=problem.observables(numbers),
        residuals=problem.residuals(numbers),
        gradient=problem.gradient(numbers),
        identification=identification(problem.jacobian(numbers)[np.ix_(weighed, free)]),
        at_bound=tuple(
            name for name, at in zip(problem.layout.names, near & free, strict=True) if at
        ),
        converged=converged,
        evaluations=evaluations,
        objectives=objectives,
    )


def _warn_of_idle_factors(problem: ObservableProblem, n_starts: int) -> None:
    layout, box = problem.layout, problem.box
    idle = np.all(layout.common_loadings(box.start) == 0.0, axis=0)
    moving = np.any(box.free[layout.loadings].reshape(layout.n_assets, -1), axis=0)
    names = [str(k + 1) for k in np.flatnonzero(idle & moving)]
    if names and n_starts == 1:
        warnings.warn(
            f"no asset loads on factor {', '.join(names)} at the start, where all derivatives in "
            "it vanish: it will not move; give it loadings or ask for more starts",
            IdentificationWarning,
            stacklevel=3,
        )
