"""Maximum likelihood in implied volatility: minimise sum_k ((sigma_model,k - sigma_k) / s_k)^2.

With Gaussian and independent noise s_k this is 002's step of single-asset calibration (Algorithm
1). The start is global: a grid of trial values on a thinned surface, and local searches there from
the best of them. What they find is then polished on all quotes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult

from rmot.calibration.fit import Fit, Search
from rmot.calibration.identification import identification_warnings, unknown_combination
from rmot.calibration.information import (
    effective_dimension,
    fisher_information,
    misfit_errors,
    standard_errors,
)
from rmot.calibration.likelihood import Likelihood, Quotes
from rmot.calibration.parametrisation import Parametrisation, is_number, parametrise
from rmot.calibration.profiling import profile_likelihood
from rmot.calibration.search import (
    SEARCH_TOLERANCE,
    distance_to_optimum,
    local_search,
    same_optimum,
)
from rmot.calibration.starts import trial_points
from rmot.errors import CalibrationError, IdentificationWarning, ParameterError

if TYPE_CHECKING:
    from rmot.market import OptionSurface

THINNED_SLICES = 3
THINNED_QUOTES = 12
THINNED_TOLERANCE = 1e-4
THINNED_PRICE_ERROR = 1e-6
LOCAL_SEARCHES = 2
POLISHED = 2
# An optimum is found when it is nearer than this, in standard errors.
LARGEST_DISTANCE = 0.01


def calibrate_surface(
    model_class: type[Any],
    surface: OptionSurface,
    *,
    fixed: Mapping[str, float] | None = None,
    free: Iterable[str] | None = None,
    forward_variance_times: Iterable[float] | None = None,
    noise_floor: float = 1e-4,
    start: object | None = None,
    profile: str | None = None,
    starts: int = LOCAL_SEARCHES,
    tolerance: float = SEARCH_TOLERANCE,
    require_convergence: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Fit:
    """Fit a model to all expiries of a surface at once.

    Parameters
    ----------
    model_class : type
        A class of `rmot.models`, such as ``RoughHeston``.
    surface : OptionSurface
        Quotes; see `rmot.market`.
    fixed : mapping of str to float, optional
        Parameters to hold, by name.
    free : iterable of str, optional
        Parameters to fit. By default all that are not in `fixed` and have no numeric default.
    forward_variance_times : iterable of float, optional
        Years at which pieces of a forward-variance curve end. The curve's values are then fitted in
        place of initial and long-run variance.
    noise_floor : float
        Least standard deviation of a quote, in implied volatility (1e-4 is one basis point).
    start : model, optional
        A model of this class from which a single local search starts.
    profile : str, optional
        A free parameter whose profile likelihood the fit is to carry; see `profile_likelihood`.
    starts : int
        Local searches on a thinned surface, from the best trial values; with 1 the search goes
        from the best of them to all quotes at once.
    tolerance : float
        Relative change at which the searches on all quotes end.
    require_convergence : bool
        With False a search that stops before an optimum makes a fit all the same, whose warnings
        say so and whose `distance_to_optimum` says by how much.
    progress : callable, optional
        Called with a line of text as the search proceeds.

    Returns
    -------
    Fit

    Warns
    -----
    IdentificationWarning
        The quotes do not determine what was asked; the lines are also in `Fit.warnings`.

    Raises
    ------
    ParameterError
        `fixed` or `free` name a parameter that the model lacks, or hold it outside its domain.
    CalibrationError
        Fewer quotes than free parameters, quotes that are not finite, no start that the model can
        price, or a search that does not converge (unless `require_convergence` is False).

    Examples
    --------
    ``calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.3})`` fits five parameters, and
    ``calibrate(RoughHeston, surface, fixed={"mean_reversion": 0.0},
    forward_variance_times=(0.1, 0.5))`` three and a curve of two pieces.
    """
    parametrisation = parametrise(model_class, fixed or {}, free, forward_variance_times)
    if not noise_floor > 0:
        raise ParameterError(f"expected a positive noise_floor; got {noise_floor}")
    if starts < 1:
        raise ParameterError(f"expected at least one start; got {starts}")
    if not tolerance > 0:
        raise ParameterError(f"expected a positive tolerance; got {tolerance}")
    likelihood = Likelihood(parametrisation, map(Quotes.of, surface.slices), noise_floor)
    names = parametrisation.free
    if likelihood.size < len(names):
        raise CalibrationError(
            f"expected at least {len(names)} quotes for {len(names)} free parameters; "
            f"got {likelihood.size}"
        )
    if profile is not None and profile not in names:
        raise ParameterError(f"expected a free parameter among {list(names)}; got {profile!r}")
    say = progress or (lambda line: None)
    searches: list[Search] = []
    if start is None:
        points = _global_search(likelihood, starts, searches, say)
    else:
        if not isinstance(start, model_class):
            raise ParameterError(f"expected a {model_class.__name__} to start from; got {start!r}")
        points = [parametrisation.point(parametrisation.values_of(start))]
    best = None
    optima: list[NDArray[np.float64]] = []
    for point in points:
        found = local_search(likelihood, point, tolerance, optima)
        searches.append(_record("all quotes", likelihood, point, found))
        say(f"search {len(searches)}: chi-squared {2 * found.cost:.6g} after {found.nfev} steps")
        if found.status > 0:
            optima.append(found.x)
        if best is None or found.cost < best.cost:
            best = found
    assert best is not None
    fit = _describe(likelihood, best, searches, surface)
    if not fit.distance_to_optimum <= LARGEST_DISTANCE:
        line = (
            f"the search stopped {fit.distance_to_optimum:.2g} standard errors from the optimum "
            f"after {best.nfev} steps; the quotes hardly determine "
            f"{unknown_combination(fit.fisher_information, names)}"
        )
        if require_convergence:
            raise CalibrationError(f"{line}: hold one of them in fixed")
        fit = replace(fit, warnings=(line, *fit.warnings))
    if profile is not None:
        say(f"profile likelihood of {profile}")
        fit = replace(fit, profile=profile_likelihood(fit, surface, profile))
    for line in fit.warnings:
        warnings.warn(line, IdentificationWarning, stacklevel=3)
    return fit


def _global_search(
    likelihood: Likelihood[Parametrisation],
    starts: int,
    searches: list[Search],
    say: Callable[[str], None],
) -> list[NDArray[np.float64]]:
    """Return distinct optima of a thinned surface, the best first; `searches` is added to."""
    thinned = likelihood.thin(THINNED_SLICES, THINNED_QUOTES, THINNED_PRICE_ERROR)
    points = list(trial_points(likelihood))
    # what is held outside its domain is an error of its own, and no start would do
    likelihood.parametrisation.model(points[0])
    trials = [(thinned.cost(point), point) for point in points]
    trials = sorted((trial for trial in trials if np.isfinite(trial[0])), key=lambda each: each[0])
    if not trials:
        name = likelihood.parametrisation.model_class.__name__
        raise CalibrationError(f"{name} could price the surface at none of the trial parameters")
    say(f"{len(trials)} starts tried")
    if min(starts, len(trials)) == 1:
        return [trials[0][1]]
    found = []
    for _, point in trials[:starts]:
        try:
            known = [each.x for each in found]
            optimum = local_search(thinned, point, THINNED_TOLERANCE, known)
        except CalibrationError:
            continue  # volatilities without derivatives: the other starts remain
        searches.append(_record("thinned quotes", thinned, point, optimum))
        found.append(optimum)
    likelihood.evaluations += thinned.evaluations
    found.sort(key=lambda each: each.cost)
    distinct: list[NDArray[np.float64]] = []
    for each in found:
        if not any(same_optimum(each.x, other) for other in distinct):
            distinct.append(each.x)
    return distinct[:POLISHED] or [trials[0][1]]


def _record(
    quotes: str,
    likelihood: Likelihood[Parametrisation],
    start: NDArray[np.float64],
    found: OptimizeResult,
) -> Search:
    values = likelihood.parametrisation.values
    return Search(quotes, values(start), values(found.x), float(2 * found.cost), int(found.nfev))


def _describe(
    likelihood: Likelihood[Parametrisation],
    best: OptimizeResult,
    searches: list[Search],
    surface: OptionSurface,
) -> Fit:
    parametrisation, point = likelihood.parametrisation, best.x
    names = parametrisation.free
    residuals, jacobian = likelihood.residuals(point), likelihood.jacobian(point)
    information = fisher_information(jacobian)
    slopes = parametrisation.slopes(point)
    fitted = likelihood.middle + residuals * likelihood.noise
    low, high = parametrisation.box
    at_bound = np.minimum(point - low, high - point) < 1e-6 * (high - low)
    names_at_bound = tuple(name for name, stopped in zip(names, at_bound, strict=True) if stopped)

    def named(errors: NDArray[np.float64]) -> dict[str, float]:
        return dict(zip(names, (errors * slopes).tolist(), strict=True))

    degrees = max(likelihood.size - len(names), 1)
    return Fit(
        model=parametrisation.model(point),
        standard_errors=named(standard_errors(information)),
        misfit_standard_errors=named(misfit_errors(jacobian, residuals)),
        fisher_information=information,
        effective_dimension=effective_dimension(information),
        residuals=residuals * likelihood.noise,
        noise=likelihood.noise,
        noise_floor=likelihood.noise_floor,
        reduced_chi_squared=float(np.sum(residuals**2) / degrees),
        within_spread=float(np.mean((fitted >= likelihood.bid) & (fitted <= likelihood.ask))),
        free=names,
        fixed={name: value for name, value in parametrisation.held.items() if is_number(value)},
        at_bound=names_at_bound,
        distance_to_optimum=distance_to_optimum(residuals, jacobian, at_bound),
        evaluations=likelihood.evaluations,
        searches=tuple(searches),
        warnings=identification_warnings(information, names, names_at_bound),
        source=asdict(surface.source),
    )
