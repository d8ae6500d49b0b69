"""Maximum likelihood for loadings and factors together, from quotes on single assets alone.

Least squares in implied volatility over all assets: from the best of the optima that several starts
lead to on thinned quotes (`starts`), on all quotes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult

from rmot.calibration.factors.fit import FactorFit, Optimum
from rmot.calibration.factors.likelihood import FactorLikelihood
from rmot.calibration.factors.parametrisation import (
    FactorParametrisation,
    parametrise_factors,
)
from rmot.calibration.factors.starts import THINNED_TOLERANCE, canonical_point, distinct_optima
from rmot.calibration.identification import LARGEST_ERROR, combination
from rmot.calibration.information import fisher_information, standard_errors
from rmot.calibration.likelihood import Quotes
from rmot.calibration.search import SEARCH_TOLERANCE, distance_to_optimum, local_search
from rmot.errors import CalibrationError, IdentificationWarning, ParameterError
from rmot.models import RoughFactorModel

if TYPE_CHECKING:
    from rmot.market import OptionSurface

Vector = NDArray[np.float64]

# An optimum is found when it is nearer than this, in standard errors.
LARGEST_DISTANCE = 0.01
# Optima within three standard deviations of the best are not told apart by the quotes.
ALMOST_AS_GOOD = 9.0


def calibrate_factors(
    surfaces: Sequence[OptionSurface],
    *,
    n_factors: int = 2,
    fixed: Mapping[str, float] | None = None,
    noise_floor: float = 1e-4,
    start: RoughFactorModel | None = None,
    starts: int = 6,
    start_tolerance: float = THINNED_TOLERANCE,
    seed: int = 0,
    tolerance: float = SEARCH_TOLERANCE,
    require_convergence: bool = True,
    progress: Callable[[str], None] | None = None,
) -> FactorFit:
    """Fit a rough factor model to the surfaces of several assets at once.

    Parameters
    ----------
    surfaces : sequence of OptionSurface
        One an asset, of one close.
    n_factors : int
    fixed : mapping of str to float, optional
        Numbers to hold: ``{"mean_reversion": 0.5}`` in all factors, ``{"hurst_0": 0.1}`` in one,
        ``{"loading_0_1": 0.0}``. Initial variances are 1 unless given.
    noise_floor : float
        Least standard deviation of a quote, in implied volatility.
    start : RoughFactorModel, optional
        Where a single local search on all quotes starts.
    starts : int
        Local searches on thinned quotes; the best goes on to all of them.
    start_tolerance : float
        Relative change at which those on thinned quotes end.
    seed : int
        Of the directions of loadings at the starts.
    tolerance : float
        Relative change at which the search on all quotes ends.
    require_convergence : bool
        With False a search that stops before an optimum makes a fit whose warnings say so.
    progress : callable, optional
        Called with a line of text as the search proceeds.

    Warns
    -----
    IdentificationWarning
        The quotes do not determine what was asked; the lines are also in `FactorFit.warnings`.

    Raises
    ------
    ParameterError
        No surfaces, surfaces of different closes, or a bad `fixed`, `start` or number.
    CalibrationError
        Fewer quotes than free numbers, no start that can be priced, or no convergence.
    """
    if not surfaces:
        raise ParameterError("expected at least one surface; got none")
    closes = sorted({str(surface.valuation)[:10] for surface in surfaces})
    if len(closes) > 1:
        raise ParameterError(f"expected surfaces of one close; got {', '.join(closes)}")
    if not noise_floor > 0:
        raise ParameterError(f"expected a positive noise_floor; got {noise_floor}")
    if starts < 1:
        raise ParameterError(f"expected at least one start; got {starts}")
    for name, value in (("tolerance", tolerance), ("start_tolerance", start_tolerance)):
        if not value > 0:
            raise ParameterError(f"expected a positive {name}; got {value}")
    parametrisation = parametrise_factors(len(surfaces), n_factors, fixed or {})
    slices = [[Quotes.of(smile) for smile in surface.slices] for surface in surfaces]
    likelihood = FactorLikelihood(parametrisation, slices, noise_floor)
    if likelihood.size < len(parametrisation.free):
        raise CalibrationError(
            f"expected at least {len(parametrisation.free)} quotes for as many free numbers; got "
            f"{likelihood.size}"
        )
    say = progress or (lambda line: None)
    optima: list[OptimizeResult] = []
    if start is None:
        optima = distinct_optima(likelihood, starts, start_tolerance, seed, say)
        first = optima[0].x
    else:
        shape = (len(surfaces), n_factors)
        if not isinstance(start, RoughFactorModel) or start.loadings.shape != shape:
            raise ParameterError(f"expected a RoughFactorModel of shape {shape} to start from")
        first = parametrisation.point(parametrisation.values_of(start))
    best = local_search(likelihood, first, tolerance)
    say(f"all quotes: chi-squared {2 * best.cost:.6g} after {best.nfev} steps")
    fit = _described(likelihood, best, optima, surfaces)
    if not fit.distance_to_optimum <= LARGEST_DISTANCE and require_convergence:
        raise CalibrationError(f"{fit.warnings[0]}: hold some of the numbers in fixed")
    for line in fit.warnings:
        warnings.warn(line, IdentificationWarning, stacklevel=3)
    return fit


def _described(
    likelihood: FactorLikelihood,
    best: OptimizeResult,
    optima: Sequence[OptimizeResult],
    surfaces: Sequence[OptionSurface],
) -> FactorFit:
    parametrisation = likelihood.parametrisation
    point = canonical_point(parametrisation, best.x)
    names = parametrisation.free
    residuals = likelihood.residuals(point)
    # in the order in which a file keeps it: sums then round alike
    jacobian = np.ascontiguousarray(likelihood.jacobian(point))
    information = fisher_information(jacobian)
    slopes = np.abs(parametrisation.slopes(point))
    errors = (standard_errors(information) * slopes).tolist()
    fitted = likelihood.middle + residuals * likelihood.noise
    low, high = parametrisation.box
    at_bound = np.minimum(point - low, high - point) < 1e-6 * (high - low)
    stopped = tuple(name for name, at in zip(names, at_bound, strict=True) if at)
    longest = max(slices[-1].maturity for slices in likelihood.assets)
    distance = distance_to_optimum(residuals, jacobian, at_bound)
    lines = _doubts(information, parametrisation, stopped, optima, longest)
    if not distance <= LARGEST_DISTANCE:
        line = f"the search stopped {distance:.2g} standard errors from the optimum"
        lines = (f"{line} after {best.nfev} steps", *lines)
    counts = [sum(each.middle.size for each in slices) for slices in likelihood.assets]
    degrees = max(likelihood.size - len(names), 1)
    return FactorFit(
        model=parametrisation.model(point),
        free=names,
        fixed=parametrisation.held,
        standard_errors=dict(zip(names, errors, strict=True)),
        jacobian=jacobian,
        residuals=residuals * likelihood.noise,
        noise=likelihood.noise,
        assets=np.repeat(np.arange(len(counts)), counts),
        reduced_chi_squared=float(np.sum(residuals**2) / degrees),
        within_spread=float(np.mean((fitted >= likelihood.bid) & (fitted <= likelihood.ask))),
        at_bound=stopped,
        distance_to_optimum=distance,
        evaluations=likelihood.evaluations,
        longest=longest,
        optima=tuple(
            Optimum(
                float(2 * each.cost),
                parametrisation.model(each.x).correlation(longest),
                int(each.nfev),
            )
            for each in optima
        ),
        warnings=lines,
        sources=tuple(asdict(surface.source) for surface in surfaces),
    )


def _doubts(
    information: Vector,
    parametrisation: FactorParametrisation,
    at_bound: Sequence[str],
    optima: Sequence[OptimizeResult],
    maturity: float,
) -> tuple[str, ...]:
    """Say what the quotes do not determine, and how other optima that fit almost as well differ."""
    names = parametrisation.free
    values, vectors = np.linalg.eigh(information)
    lines = [
        f"the quotes hardly determine {combination(vectors[:, row], names)}"
        for row in range(len(names))
        if not values[row] > LARGEST_ERROR**-2
    ]
    if at_bound:
        lines.append(f"stopped at the end of the search interval: {', '.join(at_bound)}")
    close = [each for each in optima if 2.0 * (each.cost - optima[0].cost) < ALMOST_AS_GOOD]
    if len(close) > 1:
        pairs = np.triu_indices(parametrisation.n_assets, 1)
        means = [
            np.mean(parametrisation.model(each.x).correlation(maturity)[pairs]) for each in close
        ]
        told = ", ".join(f"{mean:.2f}" for mean in means)
        lines.append(
            f"{len(close)} optima fit thinned quotes within {ALMOST_AS_GOOD:g} in chi-squared; "
            f"their mean correlations are {told}"
        )
    return tuple(lines)
