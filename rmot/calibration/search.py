"""A local search for the least sum of squares: a trust region in a box of the coordinates.

It is that of `scipy.optimize.least_squares`, scaled by the exact derivatives (Branch, Coleman and
Li, "A subspace, interior, and conjugate gradient method for large-scale bound-constrained
minimization problems", SIAM J. Sci. Comput. 21, 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, least_squares

from rmot.calibration.likelihood import Likelihood
from rmot.errors import CalibrationError

MOST_STEPS = 200
SEARCH_TOLERANCE = 1e-10

_SAME = 0.05


def local_search(
    likelihood: Likelihood[Any],
    start: NDArray[np.float64],
    tolerance: float = SEARCH_TOLERANCE,
    known: Sequence[NDArray[np.float64]] = (),
) -> OptimizeResult:
    """Search from a point of the coordinates until the relative change is below the tolerance.

    It also ends where it comes near an optimum that is `known`.

    Raises
    ------
    CalibrationError
        The model cannot price the quotes at the start.
    """
    if not np.isfinite(likelihood.residuals(start)).all():
        raise CalibrationError(
            f"{likelihood.parametrisation.model_class.__name__} could not price the surface at "
            f"{likelihood.parametrisation.values(start)}, where the search was to start"
        )
    lower, upper = likelihood.parametrisation.box

    def stop_near_known(intermediate_result: OptimizeResult) -> None:
        if any(same_optimum(intermediate_result.x, each) for each in known):
            raise StopIteration

    return least_squares(
        likelihood.residuals,
        np.clip(start, lower, upper),
        bounds=(lower, upper),
        jac=likelihood.jacobian,  # pyright: ignore[reportArgumentType] (its stub knows strings only)
        x_scale="jac",
        xtol=tolerance,
        ftol=tolerance,
        gtol=tolerance,
        max_nfev=MOST_STEPS,
        callback=stop_near_known if known else None,
    )


def same_optimum(point: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether two points differ too little to lead to different optima."""
    return bool(np.max(np.abs(point - other)) <= _SAME)


def distance_to_optimum(
    residuals: NDArray[np.float64], jacobian: NDArray[np.float64], at_bound: NDArray[np.bool_]
) -> float:
    """Return the length of the Gauss-Newton step that is left, in standard errors.

    That is sqrt(g' (J'J)^-1 g). Coordinates that rest on a bound do not count.
    """
    inner = jacobian[:, ~at_bound]
    projection, *_ = np.linalg.lstsq(inner, residuals)
    return float(np.linalg.norm(inner @ projection))
