"""The outcome of a calibration: parameters, their errors, and how the quotes were met."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot import models
from rmot.artifact.files import read_json, write_json
from rmot.errors import DataError

FORMAT = "rmot fit 1"


@dataclass(frozen=True)
class Fit:
    """A calibrated model and the evidence for it.

    Attributes
    ----------
    model : object
        The fitted model, of the class that was asked for.
    standard_errors : dict of str to float
        Cramer-Rao errors of the free parameters, were the quote noise all there is.
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
    source : dict of str to str
        Where the quotes came from.
    """

    model: Any
    standard_errors: dict[str, float]
    misfit_standard_errors: dict[str, float]
    fisher_information: NDArray[np.float64]
    effective_dimension: int
    residuals: NDArray[np.float64]
    noise: NDArray[np.float64]
    reduced_chi_squared: float
    within_spread: float
    free: tuple[str, ...]
    fixed: dict[str, float]
    at_bound: tuple[str, ...]
    distance_to_optimum: float
    evaluations: int
    source: dict[str, str]

    @property
    def root_mean_square_error(self) -> float:
        """Root mean square of the residuals, in implied volatility."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def condition_number(self) -> float:
        """Ratio of the largest to the smallest eigenvalue of the information."""
        eigenvalues = np.linalg.eigvalsh(self.fisher_information)
        return float(eigenvalues[-1] / eigenvalues[0])

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain Python values that JSON can hold."""
        content = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name != "model"
        }
        for name in ("fisher_information", "residuals", "noise"):
            content[name] = content[name].tolist()
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
            model = getattr(models, described["name"])(**described["parameters"])
            for name in ("fisher_information", "residuals", "noise"):
                content[name] = np.array(content[name], dtype=float)
            for name in ("free", "at_bound"):
                content[name] = tuple(content[name])
            return cls(model=model, **content)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DataError(f"expected a whole fit in {path}; {error!r}") from None
