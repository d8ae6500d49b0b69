"""Knows assets that load noises sqrt(V_k) dW_k, k = 1..n, of factors that they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.factor_marginal import check_factors, check_loadings
from rmot.models.variance_factor import SquareRootFactor


@dataclass(frozen=True, eq=False, init=False)
class SharedFactors:
    """Loadings, shape (n_assets, n_factors), and factors; raises as `RoughFactorModel` says."""

    loadings: NDArray[np.float64]
    factors: tuple[SquareRootFactor, ...]

    def __init__(self, loadings: ArrayLike, factors: object) -> None:
        given = check_factors(factors)
        object.__setattr__(self, "loadings", _matrix(loadings, len(given)))
        object.__setattr__(self, "factors", given)

    @property
    def n_assets(self) -> int:
        """How many assets."""
        return self.loadings.shape[0]

    @property
    def n_factors(self) -> int:
        """How many factors."""
        return self.loadings.shape[1]

    def _number(self, asset: int) -> int:
        if isinstance(asset, bool) or not isinstance(asset, (int, np.integer)):
            raise ParameterError(f"an asset is a whole number from 0; got {asset!r}")
        if not 0 <= asset < self.n_assets:
            raise ParameterError(f"asset must be from 0 to {self.n_assets - 1}; got {asset}")
        return int(asset)


def _matrix(loadings: ArrayLike, n_factors: int) -> NDArray[np.float64]:
    try:
        matrix = np.array(loadings, dtype=np.float64)
    except (ValueError, TypeError):
        raise ParameterError("loadings must be a matrix of numbers") from None
    if matrix.ndim != 2 or matrix.shape[0] == 0 or matrix.shape[1] != n_factors:
        raise ParameterError(
            f"expected loadings of shape (n_assets, {n_factors}), a column for each factor; "
            f"got {matrix.shape}"
        )
    check_loadings(matrix)
    matrix.flags.writeable = False
    return matrix
