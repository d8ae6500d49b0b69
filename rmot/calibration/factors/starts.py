"""Where the search for loadings and factors begins, and the distinct optima that it leads to.

An asset's loadings start with the length of its volatility at the money and a drawn direction.
Optima differ in the signs of loadings and in which factor is which; as their correlations differ,
all distinct ones are kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult

from rmot.calibration.factors.likelihood import FactorLikelihood
from rmot.calibration.factors.parametrisation import FactorParametrisation, canonical
from rmot.calibration.search import local_search, same_optimum
from rmot.errors import CalibrationError

Vector = NDArray[np.float64]

THINNED_SLICES = 3
THINNED_QUOTES = 9
THINNED_TOLERANCE = 1e-5
THINNED_PRICE_ERROR = 1e-6
_HURST = (0.08, 0.3)
_TYPICAL = {"vol_of_vol": 1.5, "correlation": -0.6, "mean_reversion": 0.5, "long_run_variance": 1.2}
# A loading is negative at a start with this chance: most assets move together.
_NEGATIVE = 0.25


def distinct_optima(
    likelihood: FactorLikelihood,
    starts: int,
    tolerance: float,
    seed: int,
    say: Callable[[str], None],
) -> list[OptimizeResult]:
    """Return distinct optima of thinned quotes, the best first."""
    thinned = likelihood.thin(THINNED_SLICES, THINNED_QUOTES, THINNED_PRICE_ERROR)
    generator = np.random.default_rng(seed)
    found: list[OptimizeResult] = []
    for number in range(starts):
        point = _start(thinned, generator, number)
        try:
            optimum = local_search(thinned, point, tolerance)
        except CalibrationError:
            continue
        optimum.x = canonical_point(thinned.parametrisation, optimum.x)
        say(f"start {number + 1} of {starts}: chi-squared {2 * optimum.cost:.6g}")
        found.append(optimum)
    likelihood.evaluations += thinned.evaluations
    if not found:
        raise CalibrationError("the factor model could price the surfaces at none of the starts")
    found.sort(key=lambda each: each.cost)
    distinct: list[OptimizeResult] = []
    for each in found:
        if not any(same_optimum(each.x, other.x) for other in distinct):
            distinct.append(each)
    return distinct


def canonical_point(parametrisation: FactorParametrisation, point: Vector) -> Vector:
    """Return the point of the same law in canonical order, unless what is held tells them apart."""
    if not parametrisation.is_symmetric:
        return point
    model = canonical(parametrisation.model(point))
    return parametrisation.point(parametrisation.values_of(model))


def _start(likelihood: FactorLikelihood, generator: np.random.Generator, number: int) -> Vector:
    parametrisation = likelihood.parametrisation
    count = parametrisation.n_factors
    hurst = np.linspace(*_HURST, count) if count > 1 else np.array([np.mean(_HURST)])
    values: dict[str, float] = {}
    for k in range(count):
        values |= {f"{name}_{k}": value for name, value in _TYPICAL.items()}
        values[f"hurst_{k}"] = float(hurst[k])
    for i, slices in enumerate(likelihood.assets):
        direction = np.abs(generator.standard_normal(count)) + 0.1
        # the first start has loadings of one sign
        if number:
            direction *= np.where(generator.random(count) < _NEGATIVE, -1.0, 1.0)
        level = min(slices, key=lambda each: each.maturity).at_the_money
        row = level * direction / np.linalg.norm(direction)
        values |= {f"loading_{i}_{k}": float(row[k]) for k in range(count)}
    return parametrisation.point(values)
