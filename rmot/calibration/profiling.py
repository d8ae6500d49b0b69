"""The profile likelihood of one parameter: the best fit of the others at each of its values.

    chi^2_p(x) = min over the others of chi^2(x, others)

The 95% interval holds the x with chi^2_p(x) - min <= 1.96^2 s, with s = 1 were the quote noise all
there is, and s the reduced chi-squared where the model misfits. Unlike Cramer-Rao errors it does
not take the surface of the likelihood for a parabola.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.calibration.fit import Fit
from rmot.calibration.likelihood import Likelihood, Quotes
from rmot.calibration.parametrisation import Parametrisation, coordinate_of
from rmot.calibration.profile import Profile
from rmot.calibration.search import local_search
from rmot.errors import CalibrationError, ParameterError

if TYPE_CHECKING:
    from rmot.market import OptionSurface

_LEVEL = 1.96
_STEPS = (0.5, 1.0, 1.5, 2.0, 3.0)
"""Where the profile is taken on both sides, in the larger of the two standard errors."""


def profile_likelihood(
    fit: Fit, surface: OptionSurface, parameter: str, values: ArrayLike | None = None
) -> Profile:
    """Fit all other parameters anew at values of one of them.

    Parameters
    ----------
    fit : Fit
        What `calibrate` made of the surface.
    surface : OptionSurface
    parameter : str
        One of `fit.free`.
    values : array_like, shape (n,), optional
        Values to hold it at. By default ten around the optimum, up to three standard errors.

    Returns
    -------
    Profile

    Raises
    ------
    ParameterError
        The parameter was not free, or a value lies outside its search interval.
    """
    if parameter not in fit.free:
        raise ParameterError(f"expected a free parameter among {fit.free}; got {parameter!r}")
    parametrisation = fit.parametrisation
    likelihood = Likelihood(parametrisation, map(Quotes.of, surface.slices), fit.noise_floor)
    best = parametrisation.values_of(fit.model)
    coordinate = coordinate_of(parameter)
    scale = max(fit.reduced_chi_squared, 1.0)
    if values is None:
        grid = _default_values(best[parameter], fit.standard_errors[parameter] * scale**0.5)
        grid = np.unique(np.clip(grid, coordinate.lower, coordinate.upper))
    else:
        grid = np.unique(np.asarray(values, dtype=np.float64))
        if not np.all((grid >= coordinate.lower) & (grid <= coordinate.upper)):
            raise ParameterError(
                f"expected values of {parameter} in [{coordinate.lower}, {coordinate.upper}]; "
                f"got {grid.min():g} to {grid.max():g}"
            )
    least = float(np.sum((fit.residuals / fit.noise) ** 2))
    upwards = _walk(likelihood, parameter, grid[grid > best[parameter]], best)
    downwards = _walk(likelihood, parameter, grid[grid <= best[parameter]][::-1], best)
    chi_squared = np.array([*downwards[::-1], *upwards])

    def interval(factor: float) -> tuple[float, float]:
        rise = np.sqrt(np.maximum(chi_squared - least, 0.0) / factor)
        below = grid <= best[parameter]
        low = _crossing(best[parameter], grid[below][::-1], rise[below][::-1])
        high = _crossing(best[parameter], grid[~below], rise[~below])
        return (-np.inf if low is None else low, np.inf if high is None else high)

    return Profile(parameter, grid, chi_squared, interval(1.0), interval(scale))


def _default_values(best: float, error: float) -> NDArray[np.float64]:
    # an unknown parameter is looked at over its whole interval
    reach = error if np.isfinite(error) else 10.0 * abs(best)
    return best + reach * np.array([-step for step in _STEPS] + list(_STEPS))


def _walk(
    likelihood: Likelihood[Parametrisation],
    parameter: str,
    grid: Sequence[float] | NDArray[np.float64],
    best: dict,
) -> list[float]:
    """Fit at each value in turn, from where the one before ended."""
    found = []
    values = dict(best)
    for value in np.asarray(grid).tolist():
        held = likelihood.hold(parameter, value)
        if not held.parametrisation.free:
            found.append(held.cost(np.empty(0)))
            continue
        try:
            optimum = local_search(held, held.parametrisation.point(values), 1e-9)
        except CalibrationError:
            found.append(np.nan)
            continue
        values = held.parametrisation.values(optimum.x)
        found.append(2.0 * float(optimum.cost))
    return found


def _crossing(best: float, values: NDArray[np.float64], rise: NDArray[np.float64]) -> float | None:
    """Return where the rise, from 0 at the optimum, first passes the level; it is nearly linear."""
    known = np.isfinite(rise)
    path = np.concatenate([[best], values[known]])
    height = np.concatenate([[0.0], rise[known]])
    above = np.flatnonzero(height >= _LEVEL)
    if not above.size:
        return None
    after = above[0]
    share = (_LEVEL - height[after - 1]) / (height[after] - height[after - 1])
    return float(path[after - 1] + share * (path[after] - path[after - 1]))
