"""Knows the normal factor model of several assets: dS_i = sum_k a_ik sqrt(V_k) dW_k.

Any combination of the prices is a price of the same kind with loadings w'a, so vanillas, spreads
and baskets all are one-dimensional Fourier integrals (`normal_law`): no projection is made. Source
004 projects spreads of lognormal assets on this family.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._shared_factors import SharedFactors
from rmot.models.factor_paths import factor_paths
from rmot.models.normal_law import NormalLaw
from rmot.numerics.path_draws import Sampling
from rmot.numerics.rough_variance_paths import STEPS


@dataclass(frozen=True, eq=False, init=False)
class NormalFactorModel(SharedFactors):
    """Several assets with normal noises that share variance factors; forwards at pricing.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
        a_ik, of either sign, in units of the prices; each asset has one that is not 0.
    factors : sequence of VarianceFactor or DriftedFactor

    Raises
    ------
    ParameterError
        As `RoughFactorModel`.

    Examples
    --------
    >>> from rmot.models import VarianceFactor
    >>> factor = VarianceFactor(hurst=0.5, vol_of_vol=2.0, correlation=-0.5, initial_variance=1.0,
    ...     mean_reversion=0.1, long_run_variance=1.0)
    >>> rates = NormalFactorModel([[0.004, 0.001], [0.004, -0.001]], [factor, factor])
    >>> rates.spread(0, 1).options(0.0, 1.0, forward=0.0002).call.round(8).item()
    0.00081369
    """

    def combination(self, weights: ArrayLike) -> NormalLaw:
        """Return the law of w.S, for weights of shape (n_assets,).

        Raises
        ------
        ParameterError
            If the shape is another, or the loadings of the sum are all 0.
        """
        w = np.asarray(weights, dtype=np.float64)
        if w.shape != (self.n_assets,):
            raise ParameterError(f"expected {self.n_assets} weights; got shape {w.shape}")
        return NormalLaw(tuple(w @ self.loadings), self.factors)

    def marginal(self, asset: int) -> NormalLaw:
        """Return the law of one asset, numbered from 0."""
        return self.combination(self._unit(asset))

    def spread(self, i: int, j: int) -> NormalLaw:
        """Return the law of S_i - S_j."""
        return self.combination(self._unit(i) - self._unit(j))

    def simulate(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int = STEPS,
    ) -> NDArray[np.float64]:
        """Return S - F, shape (n_paths, n_times, n_assets); see `RoughFactorModel.simulate`."""
        paths = factor_paths(
            self.factors, np.zeros_like(self.loadings), times, n_paths, seed, sampling, steps
        )
        correlations = np.array([factor.correlation for factor in self.factors])
        return paths.returns(correlations) @ self.loadings.T

    def _unit(self, asset: int) -> NDArray[np.float64]:
        return np.eye(self.n_assets)[self._number(asset)]
