"""Knows the order of the numbers that an alpha model of several assets is calibrated in.

    dS_i / S_i = sum_{k < m} a_ik sqrt(V_k) dW_k + sqrt(V_{m+i}) dW_{m+i},

m factors in common and a residual of each asset's own, whose loading is 1: (170) of source 004.
First (rho_k, nu_k, V_k) of each factor, residuals last, then the loadings, asset by asset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.models.variance_factor import VarianceFactor
from rmot.spread.alpha.observable_gradients import ObservableGradient
from rmot.spread.alpha.observables import FactorState

Array = NDArray[np.float64]
_PER_FACTOR = ("rho", "nu", "v")


@dataclass(frozen=True)
class ParameterLayout:
    """Assets that share some factors, and have a residual each.

    Parameters
    ----------
    n_assets, n_common : int
        At least 1.

    Raises
    ------
    ParameterError
        If one is not.
    """

    n_assets: int
    n_common: int

    def __post_init__(self) -> None:
        """Refuse what is no model."""
        if self.n_assets < 1 or self.n_common < 1:
            raise ParameterError(
                f"expected at least one asset and one common factor; got {self.n_assets} and "
                f"{self.n_common}"
            )

    @property
    def n_factors(self) -> int:
        """Common factors and residuals."""
        return self.n_common + self.n_assets

    @property
    def size(self) -> int:
        """How many numbers there are: 40 for four assets and four common factors."""
        return 3 * self.n_factors + self.n_assets * self.n_common

    @property
    def names(self) -> tuple[str, ...]:
        """rho_1, nu_1, v_1, ..., then alpha_11, alpha_12, ..., as the document counts, from 1."""
        factors = [f"{name}_{k + 1}" for k in range(self.n_factors) for name in _PER_FACTOR]
        mark = "" if max(self.n_assets, self.n_common) < 10 else "_"
        loadings = [
            f"alpha_{i + 1}{mark}{k + 1}"
            for i in range(self.n_assets)
            for k in range(self.n_common)
        ]
        return (*factors, *loadings)

    @property
    def correlations(self) -> slice:
        """Where rho stands."""
        return slice(0, 3 * self.n_factors, 3)

    @property
    def vols_of_vol(self) -> slice:
        """Where nu stands."""
        return slice(1, 3 * self.n_factors, 3)

    @property
    def variances(self) -> slice:
        """Where V stands."""
        return slice(2, 3 * self.n_factors, 3)

    @property
    def loadings(self) -> slice:
        """Where the loadings on common factors stand."""
        return slice(3 * self.n_factors, self.size)

    def state(self, numbers: Array) -> FactorState:
        """Return the factors' (rho, nu, V)."""
        return FactorState(
            numbers[self.correlations], numbers[self.vols_of_vol], numbers[self.variances]
        )

    def common_loadings(self, numbers: Array) -> Array:
        """Return a_ik, shape (n_assets, n_common)."""
        return numbers[self.loadings].reshape(self.n_assets, self.n_common)

    def all_loadings(self, numbers: Array) -> Array:
        """Return the loadings on common factors and residuals, shape (n_assets, n_factors)."""
        own = np.eye(self.n_assets, dtype=numbers.dtype)
        return np.hstack([self.common_loadings(numbers), own])

    def pack(self, common_loadings: ArrayLike, state: FactorState) -> Array:
        """Return the numbers, shape (size,), of loadings (n_assets, n_common) and factors."""
        numbers = np.empty(self.size)
        for place, values in (
            (self.correlations, state.correlation),
            (self.vols_of_vol, state.vol_of_vol),
            (self.variances, state.initial_variance),
            (self.loadings, np.ravel(common_loadings)),
        ):
            numbers[place] = values
        return numbers

    def gradient(self, by: ObservableGradient) -> Array:
        """Return derivatives of observables in the numbers, shape (..., 3, size)."""
        common = by.loadings[..., : self.n_common]
        rows = np.empty((*common.shape[:-2], self.size))
        rows[..., self.correlations] = by.correlation
        rows[..., self.vols_of_vol] = by.vol_of_vol
        rows[..., self.variances] = by.initial_variance
        rows[..., self.loadings] = common.reshape(*common.shape[:-2], -1)
        return rows

    def model(
        self, numbers: ArrayLike, mean_reversion: float, long_run_ratio: float = 1.0
    ) -> RoughFactorModel:
        """Return the law, without common factors that no asset loads on and residuals without V.

        Parameters
        ----------
        numbers : array_like, shape (size,)
        mean_reversion : float
            lambda of all factors.
        long_run_ratio : float
            theta / V_0 of all factors.
        """
        values = np.asarray(numbers, dtype=np.float64)
        loadings, state = self.all_loadings(values), self.state(values)
        alive = np.any(loadings != 0.0, axis=0) & (state.initial_variance > 0.0)
        factors = [
            VarianceFactor(
                hurst=0.5,
                vol_of_vol=nu,
                correlation=rho,
                initial_variance=v,
                mean_reversion=mean_reversion,
                long_run_variance=long_run_ratio * v,
            )
            for rho, nu, v in np.transpose(state)[alive].tolist()
        ]
        return RoughFactorModel(loadings[:, alive], factors)
