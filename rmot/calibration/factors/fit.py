"""The outcome of a joint calibration: one factor model, and what it implies for correlations."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.files import read_json, write_json
from rmot.calibration.factors.correlation_errors import (
    correlation_covariance,
    correlation_gradient,
)
from rmot.calibration.factors.parametrisation import FactorParametrisation
from rmot.calibration.saved import require_numbers
from rmot.errors import DataError
from rmot.models import RoughFactorModel, VarianceFactor

FORMAT = "rmot factor fit 1"
_NUMBERS = (
    "reduced_chi_squared",
    "within_spread",
    "distance_to_optimum",
    "longest",
)
_ARRAYS = ("jacobian", "residuals", "noise", "assets")


@dataclass(frozen=True, eq=False)
class Optimum:
    """One of the optima found, the best first.

    Attributes
    ----------
    chi_squared : float
        On the quotes that starts were tried on.
    correlation : ndarray, shape (n_assets, n_assets)
        Of returns up to the longest maturity quoted.
    steps : int
    """

    chi_squared: float
    correlation: NDArray[np.float64]
    steps: int


@dataclass(frozen=True, eq=False)
class FactorFit:
    """A rough factor model fitted to several surfaces.

    Its correlations rest on the assumption that the assets share factors. The same marginals allow
    others: independent copies of the factors have none.

    Attributes
    ----------
    model : RoughFactorModel
    free, fixed : tuple of str, dict of str to float
    standard_errors : dict of str to float
        Cramer-Rao errors of the free numbers; inf for one that leaves no trace in the quotes.
    jacobian : ndarray, shape (n_quotes, n_free)
        Derivatives of model volatility over noise in the free coordinates.
    residuals, noise : ndarray, shape (n_quotes,)
        Model minus quoted implied volatility, and the deviation assumed of it (0.01 is one point).
    assets : ndarray, shape (n_quotes,)
        Whose quotes they are, from 0.
    reduced_chi_squared, within_spread : float
        As of `rmot.calibration.Fit`.
    at_bound : tuple of str
    distance_to_optimum : float
        Length of the step that the search would take next, in standard errors.
    evaluations : int
    longest : float
        The longest maturity quoted, in years.
    optima : tuple of Optimum
        Distinct ones that the starts led to.
    warnings : tuple of str
    sources : tuple of dict
        Where each asset's quotes came from.
    """

    model: RoughFactorModel
    free: tuple[str, ...]
    fixed: dict[str, float]
    standard_errors: dict[str, float]
    jacobian: NDArray[np.float64]
    residuals: NDArray[np.float64]
    noise: NDArray[np.float64]
    assets: NDArray[np.intp]
    reduced_chi_squared: float
    within_spread: float
    at_bound: tuple[str, ...]
    distance_to_optimum: float
    evaluations: int
    longest: float
    optima: tuple[Optimum, ...]
    warnings: tuple[str, ...]
    sources: tuple[dict[str, str], ...]

    @property
    def parametrisation(self) -> FactorParametrisation:
        """The model's class as a function of the free coordinates, the rest held."""
        shape = (self.model.n_assets, self.model.n_factors)
        return FactorParametrisation(*shape, self.free, self.fixed)

    @property
    def fisher_information(self) -> NDArray[np.float64]:
        """Of the free coordinates, shape (n_free, n_free)."""
        return self.jacobian.T @ self.jacobian

    @property
    def root_mean_square_errors(self) -> NDArray[np.float64]:
        """Root mean square of each asset's residuals, in implied volatility, shape (n_assets,)."""
        numbers = range(self.model.n_assets)
        return np.sqrt([np.mean(self.residuals[self.assets == i] ** 2) for i in numbers])

    def correlation(self, maturity: float) -> NDArray[np.float64]:
        """Return the implied correlations of returns over [0, T], shape (n_assets, n_assets)."""
        return self.model.correlation(maturity)

    def correlation_covariance(self, maturity: float) -> NDArray[np.float64]:
        """Return the Cramer-Rao covariance of the implied correlations, shape (pairs, pairs).

        Its inverse is their Fisher matrix. Pairs are (0, 1), (0, 2), ..., (1, 2), ...
        """
        parametrisation = self.parametrisation
        point = parametrisation.point(parametrisation.values_of(self.model))
        gradient = correlation_gradient(parametrisation, point, maturity)
        return correlation_covariance(gradient, self.jacobian)

    def correlation_errors(self, maturity: float) -> NDArray[np.float64]:
        """Return the roots of its diagonal as a matrix, shape (n_assets, n_assets)."""
        number = self.model.n_assets
        errors = np.zeros((number, number))
        above = np.triu_indices(number, 1)
        errors[above] = np.sqrt(np.diag(self.correlation_covariance(maturity)))
        return errors + errors.T

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fit as JSON; floats survive the round trip bit for bit."""
        content: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        content["model"] = {
            "loadings": self.model.loadings.tolist(),
            "factors": [asdict(factor) for factor in self.model.factors],
        }
        content |= {name: content[name].tolist() for name in _ARRAYS}
        content["standard_errors"] = {
            name: error if np.isfinite(error) else None
            for name, error in self.standard_errors.items()
        }
        content["optima"] = [
            {**asdict(each), "correlation": each.correlation.tolist()} for each in self.optima
        ]
        write_json(path, {"format": FORMAT, **content})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FactorFit:
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
            model = content["model"]
            factors = [VarianceFactor(**each) for each in model["factors"]]
            content["model"] = RoughFactorModel(model["loadings"], factors)
            for name in _ARRAYS:
                content[name] = np.array(content[name], dtype=int if name == "assets" else float)
            content["standard_errors"] = {
                name: np.inf if error is None else error
                for name, error in content["standard_errors"].items()
            }
            content["optima"] = tuple(
                Optimum(each["chi_squared"], np.array(each["correlation"]), each["steps"])
                for each in content["optima"]
            )
            for name in ("free", "at_bound", "warnings", "sources"):
                content[name] = tuple(content[name])
            require_numbers(content, _NUMBERS, ("evaluations",), _ARRAYS, ("standard_errors",))
            return cls(**content)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            raise DataError(f"expected a whole fit in {path}; {error!r}") from None
