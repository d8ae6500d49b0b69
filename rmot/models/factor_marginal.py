"""Knows the law of one asset that is driven by several independent rough variance factors.

    dS = S sum_k a_k sqrt(V_k) dW_k,   log E e^{iuX} = sum_k log E e^{iu X_k},

where X_k is the log-price of the rough Heston model with variance a_k^2 V_k.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import check_frequency, check_maturity, check_range
from rmot.models._fourier_law import FourierLaw
from rmot.models._heston_family import check_solved, check_strip
from rmot.models.rough_heston import RoughHeston
from rmot.models.tails import lee_slopes
from rmot.models.variance_factor import FACTOR_PARAMETERS, VarianceFactor


@dataclass(frozen=True)
class FactorMarginal(FourierLaw):
    """One asset of a rough factor model, forward 1.

    The numbers that `sensitivities` differentiates in are called ``loading_k``, ``hurst_k``,
    ``vol_of_vol_k``, ``correlation_k``, ``initial_variance_k``, ``mean_reversion_k`` and
    ``long_run_variance_k``, factor after factor. They are not identified: c > 0 times the loading
    with vol-of-vol over c and both variances over c^2 is the same law, and so is the other sign of
    loading and correlation.

    Parameters
    ----------
    loadings : sequence of float, shape (n_factors,)
        a_k, of either sign, not all 0.
    factors : sequence of VarianceFactor

    Raises
    ------
    ParameterError
        If the numbers of loadings and factors differ or are 0, a loading is not finite, or all of
        them are 0.
    """

    loadings: tuple[float, ...]
    factors: tuple[VarianceFactor, ...]

    def __post_init__(self) -> None:
        """Refuse what is no asset of a factor model."""
        factors = check_factors(self.factors)
        loadings = np.array(self.loadings, dtype=np.float64)
        if loadings.shape != (len(factors),):
            raise ParameterError(
                f"expected a loading for each of {len(factors)} factors; got shape {loadings.shape}"
            )
        check_loadings(loadings[None, :])
        object.__setattr__(self, "loadings", tuple(loadings.tolist()))
        object.__setattr__(self, "factors", factors)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, factor after factor."""
        names = ("loading", *FACTOR_PARAMETERS)
        return tuple(f"{name}_{k}" for k in range(len(self.factors)) for name in names)

    @property
    def _laws(self) -> tuple[RoughHeston, ...]:
        """The rough Heston laws whose independent log-prices add up to the asset's."""
        pairs = zip(self.loadings, self.factors, strict=True)
        return tuple(factor.loaded(loading) for loading, factor in pairs if loading != 0.0)

    def _log_phi(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        values, error = np.zeros(u.size, np.complex128), np.zeros(u.size)
        rows = len(self.parameters) if differentiate else 0
        gradient = np.zeros((rows, u.size), np.complex128)
        each = tolerance / sum(loading != 0.0 for loading in self.loadings)
        for k, (loading, factor) in enumerate(zip(self.loadings, self.factors, strict=True)):
            # without a loading log phi and all its derivatives are 0
            if loading == 0.0:
                continue
            own, own_error, slopes = factor.loaded(loading)._log_phi(
                u, maturity, each, differentiate=differentiate
            )
            values += own
            error += own_error
            if differentiate:
                first = k * (1 + len(FACTOR_PARAMETERS))
                gradient[first : first + 1 + len(FACTOR_PARAMETERS)] = _of_factor(
                    loading, factor, slopes
                )
        return values, error, gradient

    def _growth(self, maturity: float) -> NDArray[np.float64]:
        return np.concatenate([law._growth(maturity) for law in self._laws])

    def _strip(self, maturity: float) -> tuple[float, float]:
        below, above = zip(*(law._strip(maturity) for law in self._laws), strict=True)
        return min(below), min(above)

    def _deviation(self, maturity: float) -> float:
        return math.hypot(*(law._deviation(maturity) for law in self._laws))

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX), X = log(S_T / F), for u within the strip of finite moments.

        Parameters
        ----------
        u : array_like of complex
        maturity : float
            T > 0 in years.

        Returns
        -------
        complex ndarray, shape of u

        Raises
        ------
        ParameterError
            If u is empty or not finite, maturity is not positive, or -Im u is not between the
            critical moments.
        AccuracyError
            If the fractional Riccati equations are not solved to 1e-10.
        """
        frequency = check_frequency(u)
        maturity = check_maturity(maturity)
        check_strip(frequency, self._strip(maturity), self.critical_moments, maturity)
        values, error, _ = self._log_phi(frequency.ravel(), maturity, 1e-11)
        check_solved(frequency.ravel(), values, error)
        return values.reshape(frequency.shape)

    def critical_moments(self, maturity: float) -> tuple[float, float]:
        """Return (p_minus, p_plus): E S_T^p is finite for p between them, infinite beyond."""
        below, above = zip(*(law.critical_moments(maturity) for law in self._laws), strict=True)
        return max(below), min(above)

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order, forward 1; inf at and beyond the critical moments."""
        check_range("order", order, -math.inf, math.inf)
        return math.prod(law.moment(order, maturity) for law in self._laws)

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return the limits of implied variance times maturity over |k|, left and right."""
        return lee_slopes(*self.critical_moments(maturity))

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E sum_k a_k^2 V_k(t), same shape as times, t >= 0 in years."""
        return np.sum([law.expected_variance(times) for law in self._laws], axis=0)


def _of_factor(
    loading: float, factor: VarianceFactor, slopes: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Turn derivatives in the loaded law's parameters into those in the loading and the factor's.

    The law has vol-of-vol |a| nu, correlation sign(a) rho, variances a^2 V_0 and a^2 theta.
    """
    size, sign = abs(loading), math.copysign(1.0, loading)
    by_hurst, by_nu, by_rho, by_initial, by_reversion, by_long_run = slopes
    by_loading = sign * factor.vol_of_vol * by_nu + 2.0 * loading * (
        factor.initial_variance * by_initial + factor.long_run_variance * by_long_run
    )
    square = loading * loading
    return np.array(
        [
            by_loading,
            by_hurst,
            size * by_nu,
            sign * by_rho,
            square * by_initial,
            by_reversion,
            square * by_long_run,
        ]
    )


def check_factors(factors: object) -> tuple[VarianceFactor, ...]:
    """Return factors as a tuple; ParameterError if there are none or one is something else."""
    if isinstance(factors, VarianceFactor) or not hasattr(factors, "__iter__"):
        raise ParameterError(f"expected a sequence of VarianceFactor; got {factors!r}")
    given = tuple(factors)  # pyright: ignore[reportArgumentType]
    if not given:
        raise ParameterError("expected at least one VarianceFactor; got none")
    for factor in given:
        if not isinstance(factor, VarianceFactor):
            raise ParameterError(f"factors must be VarianceFactor objects; got {factor!r}")
    return given


def check_loadings(loadings: NDArray[np.float64]) -> None:
    """Raise ParameterError if a loading is not finite or an asset has none but 0."""
    if not np.all(np.isfinite(loadings)):
        raise ParameterError(f"loadings must be finite; got {loadings[~np.isfinite(loadings)][0]}")
    empty = np.flatnonzero(~np.any(loadings != 0.0, axis=1))
    if empty.size:
        raise ParameterError(
            f"asset {empty[0]} loads on no factor: a row of loadings must not be all 0"
        )
