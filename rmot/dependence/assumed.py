"""Correlation by assumption: that of a model in which assets share factors.

Marginals identify it only as far as the sharing is believed: independent copies of the factors
give the same marginals and no correlation at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.transport.couplings.correlations import correlation_matrix

Vector = NDArray[np.float64]


class FactorModel(Protocol):
    """A joint model that knows its correlation."""

    def correlation(self, maturity: float) -> ArrayLike:
        """Return the correlation of log prices, shape (n_assets, n_assets)."""
        ...


@dataclass(frozen=True, eq=False)
class FactorCorrelation:
    """The correlation of a model.

    Attributes
    ----------
    correlation : ndarray, shape (n_assets, n_assets)
    maturity : float
        In years.
    source : str
    """

    correlation: Vector
    maturity: float
    source: str = "factor assumption"


def factor_correlation(model: FactorModel, maturity: float) -> FactorCorrelation:
    """Return a model's correlation at a maturity.

    Parameters
    ----------
    model : FactorModel
        Such as `rmot.models.RoughFactorModel`.
    maturity : float
        In years, > 0.

    Raises
    ------
    ParameterError
        The model has no correlation, or the maturity is not positive.
    """
    if not hasattr(model, "correlation"):
        raise ParameterError(f"expected a model with a correlation; got {type(model).__name__}")
    if not (np.isfinite(maturity) and maturity > 0):
        raise ParameterError(f"expected a maturity > 0; got {maturity}")
    return FactorCorrelation(correlation_matrix(model.correlation(maturity)), float(maturity))
