"""Knows how to simulate a rough factor model: independent variances, and prices that load on them.

    log S_i = sum_k a_ik Y_k - a_ik^2 U_k / 2,   Y_k = rho_k Z_k + (1 - rho_k^2)^{1/2} Z'_k,

with V_k, U_k = ∫ V_k, Z_k and the independent Z'_k from `rmot.numerics.rough_variance_paths`. Given
the V_k prices are jointly lognormal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.models.variance_factor import SquareRootFactor
from rmot.numerics.deterministic_variance import DeterministicVarianceScheme
from rmot.numerics.path_draws import PathDraws, Sampling
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, level_curves

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class FactorPaths:
    """Paths of factors at times t, arrays of shape (n_paths, n_times, n_factors).

    Attributes
    ----------
    times : ndarray, shape (n_times,)
        Years.
    variance : ndarray
        V_k(t), annualised.
    integrated : ndarray
        U_k = ∫_0^t V_k ds.
    along : ndarray
        Z_k = ∫_0^t sqrt(V_k) dB_k, of the motion that drives V_k.
    across : ndarray
        Z'_k, the same for a motion that is independent of it.
    """

    times: Vector
    variance: Vector
    integrated: Vector
    along: Vector
    across: Vector

    def returns(self, correlations: Vector) -> Vector:
        """Return Y_k for the factors' correlations, shape (n_factors,)."""
        rest = np.sqrt(1.0 - correlations**2)
        return correlations * self.along + rest * self.across

    def log_prices(self, loadings: Vector, correlations: Vector) -> Vector:
        """Return log S_i, forwards 1, shape (n_paths, n_times, n_assets)."""
        drift = 0.5 * self.integrated @ (loadings**2).T
        return self.returns(correlations) @ loadings.T - drift


def factor_paths(
    factors: tuple[SquareRootFactor, ...],
    loadings: Vector,
    times: ArrayLike,
    n_paths: int,
    seed: int,
    sampling: Sampling,
    steps: int,
) -> FactorPaths:
    """Simulate factors; numbers do not depend on how many processors there are.

    The factors share one stream of numbers, so that quasi-random ones are so jointly.

    Raises
    ------
    ParameterError
        Times, numbers of paths or steps, or a seed that make no simulation.
    AccuracyError
        If steps are so long that a price with these loadings would not be a martingale.
    """
    schemes = [_scheme(factor, times, steps) for factor in factors]
    for k, (factor, scheme) in enumerate(zip(factors, schemes, strict=True)):
        tilt = float(np.max(loadings[:, k] * factor.correlation, initial=0.0))
        if tilt > scheme.largest_tilt:
            raise AccuracyError(
                f"{scheme.steps} steps make prices martingales for loading times correlation up "
                f"to {scheme.largest_tilt:.3g} in factor {k}; got {tilt:.3g}. Take more steps"
            )
    n, first = len(factors), schemes[0]
    draws = PathDraws(n * first.normals, n * first.uniforms, n_paths, seed, sampling)
    result = np.empty((4, n_paths, first.times.size, n))

    def simulate(chunk: int) -> None:
        normals, uniforms = draws.draw(chunk)
        for k, scheme in enumerate(schemes):
            # the leading coordinates, which are spread best, go to all factors in turn
            own = (np.ascontiguousarray(drawn[:, k::n]) for drawn in (normals, uniforms))
            result[:, draws.paths_of(chunk), :, k] = np.moveaxis(scheme.paths(*own), 2, 0)

    draws.for_each_chunk(simulate)
    return FactorPaths(first.times, *result)


def _scheme(
    factor: SquareRootFactor, times: ArrayLike, steps: int
) -> RoughVarianceScheme | DeterministicVarianceScheme:
    reversion = factor.mean_reversion
    mean, total = level_curves(factor.hurst, factor.initial_variance, reversion, factor.drift)
    if factor.is_deterministic:
        return DeterministicVarianceScheme(times, mean, total, steps)
    return RoughVarianceScheme(
        times,
        steps=steps,
        hurst=factor.hurst,
        vol_of_vol=factor.vol_of_vol,
        mean_reversion=reversion,
        mean_variance=mean,
        total_variance=total,
    )
