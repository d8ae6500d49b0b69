"""Maximum likelihood in implied volatility: minimise sum_k ((sigma_model,k - sigma_k) / s_k)^2.

The noise s_k of a quote is half its bid-ask spread in volatility, and never below a floor. With
that noise Gaussian and independent this is 002's step of single-asset calibration (Algorithm 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from rmot.calibration.coordinates import COORDINATES, Coordinate
from rmot.calibration.fit import Fit
from rmot.calibration.information import (
    cramer_rao_covariance,
    effective_dimension,
    fisher_information,
    sandwich_covariance,
)
from rmot.errors import CalibrationError, ParameterError, RmotError

if TYPE_CHECKING:
    from rmot.market import OptionSurface, Smile

# Trial values from which the search starts; every combination is tried on a thinned surface.
STARTS: dict[str, tuple[float, ...]] = {
    "hurst": (0.05, 0.15, 0.4),
    "vol_of_vol": (0.2, 0.6),
    "correlation": (-0.7,),
    "mean_reversion": (0.5,),
}
LOCAL_SEARCHES = 2
QUOTES_FOR_STARTS = 12
MOST_STEPS = 200
# An optimum is found when it is nearer than this, in standard errors.
LARGEST_DISTANCE = 0.01


def calibrate(
    model_class: type[Any],
    surface: OptionSurface,
    *,
    fixed: Mapping[str, float] | None = None,
    noise_floor: float = 1e-4,
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
        Parameters to hold, by name; all others are fitted.
    noise_floor : float
        Least standard deviation of a quote, in implied volatility (1e-4 is one basis point).
    progress : callable, optional
        Called with a line of text as the search proceeds.

    Returns
    -------
    Fit

    Raises
    ------
    ParameterError
        `fixed` names a parameter that the model lacks, or holds it outside its domain.
    CalibrationError
        Fewer quotes than free parameters, quotes that are not finite, no start that the model can
        price, a search that does not converge, or a singular Fisher information.

    Notes
    -----
    The start is global (a small grid, on a thinned surface), the search local (a trust region in
    the coordinates of `rmot.calibration.coordinates`).
    """
    fixed = dict(fixed or {})
    # what has a default and no coordinates is no number to be fitted
    names = [
        field.name
        for field in fields(model_class)
        if field.name in COORDINATES or field.default is MISSING
    ]
    unknown = sorted(set(fixed) - set(names))
    if unknown:
        raise ParameterError(f"expected parameters among {names} in fixed; got {unknown}")
    free = [name for name in names if name not in fixed]
    if not free:
        raise CalibrationError(
            "expected at least one free parameter; every one of them is in fixed"
        )
    if not noise_floor > 0:
        raise ParameterError(f"expected a positive noise_floor; got {noise_floor}")
    slices = [_Quotes.of(smile) for smile in surface.slices]
    say = progress or (lambda line: None)

    problem = _Problem(model_class, free, fixed, slices, noise_floor)
    if problem.size < len(free):
        raise CalibrationError(
            f"expected at least {len(free)} quotes for {len(free)} free parameters; "
            f"got {problem.size}"
        )
    thinned = problem.thin(QUOTES_FOR_STARTS)
    trials = [(thinned.cost(start), start) for start in _starts(problem)]
    starts = sorted(
        (trial for trial in trials if np.isfinite(trial[0])), key=lambda trial: trial[0]
    )
    if not starts:
        raise CalibrationError(
            f"{model_class.__name__} could price the surface at none of the trial parameters"
        )
    say(f"{len(starts)} starts tried")
    bounds = np.transpose([coordinate.box for coordinate in problem.coordinates])
    searches = []
    for number, (_, start) in enumerate(starts[:LOCAL_SEARCHES], 1):
        found = least_squares(
            problem.trial_residuals,
            start,
            bounds=(bounds[0], bounds[1]),
            jac=problem.jacobian,  # pyright: ignore[reportArgumentType] (its stub knows strings only)
            x_scale="jac",
            xtol=1e-12,
            ftol=1e-12,
            gtol=1e-12,
            max_nfev=MOST_STEPS,
        )
        say(f"search {number}: chi-squared {2 * found.cost:.6g} after {found.nfev} steps")
        searches.append(found)
    best = min(searches, key=lambda found: found.cost)
    distance = _distance_to_optimum(best.fun, best.jac, best.active_mask)
    if not distance <= LARGEST_DISTANCE:
        raise CalibrationError(
            f"the search stopped {distance:.2g} standard errors from the optimum after "
            f"{best.nfev} steps; the quotes hardly determine {_least_known(best.jac, free)}: "
            "hold one of them in fixed"
        )
    return _describe(problem, best.x, distance, thinned.evaluations + problem.evaluations, surface)


@dataclass(frozen=True, eq=False)
class _Quotes:
    """One slice: arrays of log-moneyness and of middle, bid and ask volatility."""

    maturity: float
    log_moneyness: NDArray[np.float64]
    middle: NDArray[np.float64]
    bid: NDArray[np.float64]
    ask: NDArray[np.float64]

    @classmethod
    def of(cls, smile: Smile) -> _Quotes:
        volatilities = (smile.implied_volatility, smile.bid_volatility, smile.ask_volatility)
        return cls(smile.maturity, smile.log_moneyness, *volatilities)

    def thin(self, count: int) -> _Quotes:
        size = len(self.log_moneyness)
        rows = np.unique(np.linspace(0, size - 1, min(count, size)).astype(int))
        arrays = (self.log_moneyness, self.middle, self.bid, self.ask)
        return _Quotes(self.maturity, *(array[rows] for array in arrays))


class _Problem:
    """Standardised residuals of some quotes as a function of the free coordinates."""

    def __init__(
        self,
        model_class: type[Any],
        free: list[str],
        fixed: Mapping[str, float],
        slices: Iterable[_Quotes],
        noise_floor: float,
    ) -> None:
        missing = [name for name in free if name not in COORDINATES]
        if missing:
            raise CalibrationError(f"no search coordinates are known for the parameters {missing}")
        self.model_class = model_class
        self.free = free
        self.fixed = dict(fixed)
        self.coordinates: list[Coordinate] = [COORDINATES[name] for name in free]
        self.slices = tuple(slices)
        self.middle = np.concatenate([quotes.middle for quotes in self.slices])
        self.bid = np.concatenate([quotes.bid for quotes in self.slices])
        self.ask = np.concatenate([quotes.ask for quotes in self.slices])
        if not np.isfinite([self.middle, self.bid, self.ask]).all():
            raise CalibrationError("expected finite implied volatilities; some quotes have none")
        self.noise_floor = noise_floor
        self.noise = np.maximum((self.ask - self.bid) / 2, noise_floor)
        self.evaluations = 0

    @property
    def size(self) -> int:
        return len(self.middle)

    def thin(self, count: int) -> _Problem:
        """Return the same problem on at most `count` quotes of each slice."""
        slices = [quotes.thin(count) for quotes in self.slices]
        return _Problem(self.model_class, self.free, self.fixed, slices, self.noise_floor)

    def parameters(self, point: NDArray[np.float64]) -> dict[str, float]:
        found = {
            name: coordinate.back(value)
            for name, coordinate, value in zip(self.free, self.coordinates, point, strict=True)
        }
        # The ends of a box may fall a rounding error outside after the round trip.
        for name in found:
            coordinate = COORDINATES[name]
            found[name] = min(max(found[name], coordinate.lower), coordinate.upper)
        return {**self.fixed, **found}

    def volatilities(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        self.evaluations += 1
        model = self.model_class(**self.parameters(point))
        return np.concatenate(
            [
                model.implied_volatility(quotes.log_moneyness, quotes.maturity)
                for quotes in self.slices
            ]
        )

    def residuals(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        return (self.volatilities(point) - self.middle) / self.noise

    def trial_residuals(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return infinities where the model refuses to price: the search then steps shorter."""
        try:
            return self.residuals(point)
        except RmotError:
            return np.full(self.size, np.inf)

    def cost(self, point: NDArray[np.float64]) -> float:
        return float(np.sum(self.trial_residuals(point) ** 2))

    def jacobian(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact derivatives of the residuals in the coordinates, shape (quotes, free)."""
        self.evaluations += 1
        parameters = self.parameters(point)
        model = self.model_class(**parameters)
        found = [
            model.sensitivities(quotes.log_moneyness, quotes.maturity) for quotes in self.slices
        ]
        gradient = np.concatenate([each.volatility_gradient for each in found], axis=1)
        rows = [found[0].parameters.index(name) for name in self.free]
        slopes = [COORDINATES[name].slope(parameters[name]) for name in self.free]
        return (gradient[rows] * np.array(slopes)[:, None] / self.noise).T


def _starts(problem: _Problem) -> Iterable[NDArray[np.float64]]:
    """Combine the trial values; variances start from the quotes nearest the money."""
    levels = sorted(
        (quotes.maturity, float(np.interp(0.0, quotes.log_moneyness, quotes.middle) ** 2))
        for quotes in problem.slices
    )
    trial = {
        **STARTS,
        "initial_variance": (levels[0][1],),
        "long_run_variance": (levels[-1][1], 2 * levels[-1][1]),
        "volatility": (levels[0][1] ** 0.5,),
    }
    for values in product(*(trial[name] for name in problem.free)):
        yield np.array(
            [
                coordinate.to(value)
                for coordinate, value in zip(problem.coordinates, values, strict=True)
            ]
        )


def _distance_to_optimum(
    residuals: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    active: NDArray[np.int_],
) -> float:
    """Length of the Gauss-Newton step that is left, in standard errors: sqrt(g' (J'J)^-1 g).

    Coordinates that rest on a bound do not count.
    """
    inner = jacobian[:, active == 0]
    projection, *_ = np.linalg.lstsq(inner, residuals)
    return float(np.linalg.norm(inner @ projection))


def _least_known(jacobian: NDArray[np.float64], free: list[str]) -> str:
    """Name the parameters that make up the worst determined combination."""
    direction = np.linalg.svd(jacobian)[2][-1]
    weights = direction**2
    order = np.argsort(-weights)
    needed = int(np.searchsorted(np.cumsum(weights[order]), 0.9)) + 1
    return ", ".join(free[index] for index in order[:needed])


def _describe(
    problem: _Problem,
    point: NDArray[np.float64],
    distance: float,
    evaluations: int,
    surface: OptionSurface,
) -> Fit:
    residuals = problem.residuals(point)
    jacobian = problem.jacobian(point)
    information = fisher_information(jacobian)
    parameters = problem.parameters(point)
    slopes = np.array(
        [
            coordinate.slope(parameters[name])
            for name, coordinate in zip(problem.free, problem.coordinates, strict=True)
        ]
    )

    def errors(covariance: NDArray[np.float64]) -> dict[str, float]:
        spread = np.sqrt(np.diag(covariance)) * slopes
        return {name: float(error) for name, error in zip(problem.free, spread, strict=True)}

    fitted = problem.middle + residuals * problem.noise
    degrees = max(problem.size - len(problem.free), 1)
    at_bound = tuple(
        name
        for name, coordinate, value in zip(problem.free, problem.coordinates, point, strict=True)
        if min(abs(value - end) for end in coordinate.box) < 1e-6 * np.ptp(coordinate.box)
    )
    return Fit(
        model=problem.model_class(**parameters),
        standard_errors=errors(cramer_rao_covariance(information)),
        misfit_standard_errors=errors(sandwich_covariance(jacobian, residuals)),
        fisher_information=information,
        effective_dimension=effective_dimension(information),
        residuals=residuals * problem.noise,
        noise=problem.noise,
        reduced_chi_squared=float(np.sum(residuals**2) / degrees),
        within_spread=float(np.mean((fitted >= problem.bid) & (fitted <= problem.ask))),
        free=tuple(problem.free),
        fixed=problem.fixed,
        at_bound=at_bound,
        distance_to_optimum=distance,
        evaluations=evaluations,
        source=asdict(surface.source),
    )
