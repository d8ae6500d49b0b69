"""The outcome of a calibration: parameters, their errors, and how the quotes were met."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot import models
from rmot.artifact.files import read_json, write_json
from rmot.calibration.parametrisation import Parametrisation, parametrise
from rmot.calibration.profile import Profile, finite_or_none
from rmot.calibration.saved import require_numbers
from rmot.errors import DataError

FORMAT = "rmot fit 2"
_ARRAYS = ("fisher_information", "residuals", "noise")
_ERRORS = ("standard_errors", "misfit_standard_errors")
_NUMBERS = (
    "effective_dimension",
    "noise_floor",
    "reduced_chi_squared",
    "within_spread",
    "distance_to_optimum",
)


@dataclass(frozen=True)
class Search:
    """One local search: on which quotes, from where to where, and how long it took.

    Attributes
    ----------
    quotes : str
        ``"all quotes"`` or ``"thinned quotes"``.
    start, end : dict of str to float
        Free parameters.
    chi_squared : float
        At the end, of the quotes searched.
    steps : int
    """

    quotes: str
    start: dict[str, float]
    end: dict[str, float]
    chi_squared: float
    steps: int


@dataclass(frozen=True)
class Fit:
    """A calibrated model and the evidence for it.

    Attributes
    ----------
    model : object
        The fitted model, of the class that was asked for.
    standard_errors : dict of str to float
        Cramer-Rao errors of the free parameters, were the quote noise all there is; inf for one
        that leaves no trace in the quotes.
    misfit_standard_errors : dict of str to float
        Sandwich errors: the same, with the residuals that were found in place of the noise.
    fisher_information : ndarray, shape (n_free, n_free)
        In the coordinates of `rmot.calibration.coordinates`, ordered as `free`.
    effective_dimension : int
        Eigenvalues of the information that reach 1e-4 of the largest.
    residuals : ndarray, shape (n_quotes,)
        Model minus quoted implied volatility (absolute, 0.01 is one point), slice by slice.
    noise : ndarray, shape (n_quotes,)
        Standard deviation assumed for each quote, same unit.
    noise_floor : float
        The least of them that was allowed.
    reduced_chi_squared : float
        Sum of (residuals / noise)^2 over quotes less parameters; about 1 for a model that holds.
    within_spread : float
        Share of the quotes whose bid-ask interval holds the fitted volatility.
    free, fixed : tuple of str, dict of str to float
        What was fitted, and what was given.
    at_bound : tuple of str
        Free parameters that stopped at an end of their search interval.
    distance_to_optimum : float
        Length of the step that the search would take next, in standard errors.
    evaluations : int
        Model evaluations used, all starts together.
    searches : tuple of Search
        The convergence record.
    warnings : tuple of str
        What the quotes do not determine.
    source : dict of str to str
        Where the quotes came from.
    profile : Profile, optional
        The profile likelihood that was asked for.
    """

    model: Any
    standard_errors: dict[str, float]
    misfit_standard_errors: dict[str, float]
    fisher_information: NDArray[np.float64]
    effective_dimension: int
    residuals: NDArray[np.float64]
    noise: NDArray[np.float64]
    noise_floor: float
    reduced_chi_squared: float
    within_spread: float
    free: tuple[str, ...]
    fixed: dict[str, float]
    at_bound: tuple[str, ...]
    distance_to_optimum: float
    evaluations: int
    searches: tuple[Search, ...]
    warnings: tuple[str, ...]
    source: dict[str, str]
    profile: Profile | None = None

    @property
    def root_mean_square_error(self) -> float:
        """Root mean square of the residuals, in implied volatility."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def eigenvalues(self) -> NDArray[np.float64]:
        """Eigenvalues of the information, increasing: 1 / squared errors of its eigenvectors."""
        return np.asarray(np.linalg.eigvalsh(self.fisher_information), dtype=np.float64)

    @property
    def eigenvectors(self) -> NDArray[np.float64]:
        """Eigenvectors of the information in the coordinates, one a column, as `eigenvalues`."""
        return np.linalg.eigh(self.fisher_information)[1]

    @property
    def condition_number(self) -> float:
        """Ratio of the largest to the smallest eigenvalue of the information."""
        return float(self.eigenvalues[-1] / self.eigenvalues[0])

    @property
    def has_curve(self) -> bool:
        """Whether values of a forward-variance curve were fitted."""
        return any(name.startswith("forward_variance_") for name in self.free)

    @property
    def parametrisation(self) -> Parametrisation:
        """The model's class as a function of the free coordinates, the rest held."""
        times = self.model.forward_variance.times if self.has_curve else None
        held = dict(self.fixed)
        if hasattr(self.model, "simulation"):
            held["simulation"] = self.model.simulation
        return parametrise(type(self.model), held, self.free, times)

    def parameter(self, name: str) -> float:
        """Return a parameter's value, free or fixed, by the name it has in `free` or `fixed`."""
        if name.startswith("forward_variance_"):
            return self.model.forward_variance.variances[int(name.rsplit("_", 1)[1]) - 1]
        return getattr(self.model, name)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain Python values that JSON can hold."""
        content = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name != "model"
        }
        for name in _ARRAYS:
            content[name] = content[name].tolist()
        for name in _ERRORS:
            errors = content[name]
            content[name] = {each: finite_or_none(errors[each]) for each in errors}
        content["searches"] = [asdict(search) for search in self.searches]
        content["profile"] = None if self.profile is None else self.profile.to_dict()
        return {
            "format": FORMAT,
            "model": {"name": type(self.model).__name__, "parameters": asdict(self.model)},
            **content,
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fit as JSON; floats survive the round trip bit for bit."""
        write_json(path, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Fit:
        """Read a fit that `save` wrote.

        Raises
        ------
        MissingData, DataError
            No such file; or a file that is not a fit of this format.
        """
        content = read_json(path)
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise DataError(f"expected a file of format '{FORMAT}' in {path}; it is something else")
        try:
            described = content.pop("model")
            model = _model(described["name"], described["parameters"])
            for name in _ARRAYS:
                content[name] = np.array(content[name], dtype=float)
            for name in _ERRORS:
                errors = content[name]
                content[name] = {each: np.inf if v is None else v for each, v in errors.items()}
            for name in ("free", "at_bound", "warnings"):
                content[name] = tuple(content[name])
            content["searches"] = tuple(Search(**each) for each in content["searches"])
            if content["profile"] is not None:
                content["profile"] = Profile.from_dict(content["profile"])
            require_numbers(content, _NUMBERS, ("evaluations",), (*_ARRAYS,), _ERRORS)
            return cls(model=model, **content)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            raise DataError(f"expected a whole fit in {path}; {error!r}") from None


def _model(name: str, parameters: dict[str, Any]) -> Any:
    if parameters.get("forward_variance") is not None:
        curve = models.ForwardVariance(**parameters["forward_variance"])
        parameters = {**parameters, "forward_variance": curve}
    return getattr(models, name)(**parameters)
