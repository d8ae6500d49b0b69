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
from rmot.models._rough_strip import rough_moment_strip
from rmot.models.tails import critical_moments, lee_slopes, log_moment
from rmot.models.variance_factor import SquareRootFactor

_LARGEST_LOG = 709.0
_WIDEST_STRIP = 1e8


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
    factors : sequence of VarianceFactor or DriftedFactor

    Raises
    ------
    ParameterError
        If the numbers of loadings and factors differ or are 0, a loading is not finite, or all of
        them are 0.
    """

    loadings: tuple[float, ...]
    factors: tuple[SquareRootFactor, ...]

    def __post_init__(self) -> None:
        """Refuse what is no asset of a factor model."""
        loadings, factors = check_asset(self.loadings, self.factors)
        object.__setattr__(self, "loadings", loadings)
        object.__setattr__(self, "factors", factors)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, factor after factor."""
        return tuple(
            f"{name}_{k}"
            for k, factor in enumerate(self.factors)
            for name in ("loading", *factor.parameters)
        )

    @property
    def _held(self) -> list[tuple[float, SquareRootFactor]]:
        """Loadings and factors that move the asset."""
        pairs = zip(self.loadings, self.factors, strict=True)
        held = [(a, factor) for a, factor in pairs if a != 0.0 and not factor.is_zero]
        if not held:
            raise ParameterError("the asset loads only on factors whose variance is 0: no law")
        return held

    def _log_phi(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        values, error = np.zeros(u.size, np.complex128), np.zeros(u.size)
        gradient: list[NDArray[np.complex128]] = []
        each = tolerance / sum(loading != 0.0 for loading in self.loadings)
        frequency = 1j * u
        for loading, factor in zip(self.loadings, self.factors, strict=True):
            # without a loading log phi and all its derivatives are 0
            if loading == 0.0:
                gradient.append(np.zeros((1 + len(factor.parameters), u.size), np.complex128))
                continue
            own, own_error, slopes = factor.log_transform(
                frequency * loading,
                frequency * (loading * loading),
                maturity,
                each,
                differentiate=differentiate,
            )
            values += own
            error += own_error
            if differentiate:
                by_loading = frequency * (slopes[0] + 2.0 * loading * slopes[1])
                gradient += [by_loading[None, :], slopes[2:]]
        if not differentiate:
            return values, error, np.empty((0, u.size), np.complex128)
        return values, error, np.concatenate(gradient)

    def _growth(self, maturity: float) -> NDArray[np.float64]:
        rows = [_growth(loading, factor, maturity) for loading, factor in self._held]
        return np.array(rows).reshape(-1, 5)

    def _strip(self, maturity: float) -> tuple[float, float]:
        strips = [_strip(loading, factor, maturity) for loading, factor in self._held]
        below, above = zip(*strips, strict=True)
        return min(below), min(above)

    def _deviation(self, maturity: float) -> float:
        means = [loading**2 * _rough_mean(factor, maturity) for loading, factor in self._held]
        return math.sqrt(sum(means))

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
        ends = [_critical_moments(loading, factor, maturity) for loading, factor in self._held]
        below, above = zip(*ends, strict=True)
        return max(below), min(above)

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order, forward 1; inf at and beyond the critical moments."""
        check_range("order", order, -math.inf, math.inf)
        logs = [_log_moment(loading, factor, order, maturity) for loading, factor in self._held]
        total = sum(logs)
        return math.exp(total) if total < _LARGEST_LOG else math.inf

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return the limits of implied variance times maturity over |k|, left and right."""
        return lee_slopes(*self.critical_moments(maturity))

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E sum_k a_k^2 V_k(t), same shape as times, t >= 0 in years."""
        return np.sum([a * a * factor.expected_variance(times) for a, factor in self._held], axis=0)


def _growth(loading: float, factor: SquareRootFactor, maturity: float) -> tuple[float, ...]:
    """Return what `rmot.numerics.contours.log_growth` needs of one factor."""
    size, alpha = abs(loading), factor.alpha
    weight = factor.initial_variance * maturity ** (1.0 - alpha) / math.gamma(2.0 - alpha)
    weight = size * size * (weight + factor.drift * maturity)
    _, nu, rho, reversion = _one_asset(loading, factor)
    return rho * nu, -reversion, 0.5 * nu * nu, maturity**alpha, weight


def _strip(loading: float, factor: SquareRootFactor, maturity: float) -> tuple[float, float]:
    """Return (p, q): E S^r is finite for -p < r < q, by this factor."""
    if factor.is_deterministic:
        return _WIDEST_STRIP, _WIDEST_STRIP
    return rough_moment_strip(*_one_asset(loading, factor), maturity)


def _one_asset(loading: float, factor: SquareRootFactor) -> tuple[float, float, float, float]:
    """Return hurst, vol-of-vol, correlation and reversion of an asset with this loading alone."""
    nu, rho = abs(loading) * factor.vol_of_vol, math.copysign(1.0, loading) * factor.correlation
    return factor.hurst, nu, rho, factor.mean_reversion


def _rough_mean(factor: SquareRootFactor, maturity: float) -> float:
    """Return E U_T, roughly, from the mean of the Mittag-Leffler decay."""
    reach = maturity**factor.alpha / math.gamma(2.0 + factor.alpha)
    pull = factor.mean_reversion * reach
    decay = 1.0 / (1.0 + pull) if pull >= 0.0 else 1.0 - pull
    return (factor.initial_variance + factor.drift * reach) * decay * maturity


def _critical_moments(
    loading: float, factor: SquareRootFactor, maturity: float
) -> tuple[float, float]:
    if factor.is_deterministic:
        return -math.inf, math.inf
    return critical_moments(*_one_asset(loading, factor), maturity)


def _log_moment(loading: float, factor: SquareRootFactor, order: float, maturity: float) -> float:
    """Return log E S^order by this factor, inf if it is infinite."""
    low, high = _critical_moments(loading, factor, maturity)
    if not low < order < high:
        return math.inf
    if factor.hurst < 0.5 and not factor.is_deterministic:
        value = log_moment(
            order,
            *_one_asset(loading, factor),
            loading**2 * factor.initial_variance,
            loading**2 * factor.drift,
            maturity,
        )
        return value.item().real
    first = np.array([order * loading], np.complex128)
    value, error, _ = factor.log_transform(first, first * loading, maturity, 1e-12)
    check_solved(first, value, error)
    return value.item().real


def check_factors(factors: object) -> tuple[SquareRootFactor, ...]:
    """Return factors as a tuple; ParameterError if there are none or one is something else."""
    if isinstance(factors, SquareRootFactor) or not hasattr(factors, "__iter__"):
        raise ParameterError(f"expected a sequence of VarianceFactor; got {factors!r}")
    given = tuple(factors)  # pyright: ignore[reportArgumentType]
    if not given:
        raise ParameterError("expected at least one VarianceFactor; got none")
    for factor in given:
        if not isinstance(factor, SquareRootFactor):
            raise ParameterError(f"factors must be VarianceFactor objects; got {factor!r}")
    return given


def check_asset(
    loadings: ArrayLike, factors: object
) -> tuple[tuple[float, ...], tuple[SquareRootFactor, ...]]:
    """Return one asset's loadings and factors; ParameterError if they do not fit."""
    given = check_factors(factors)
    row = np.array(loadings, dtype=np.float64)
    if row.shape != (len(given),):
        raise ParameterError(
            f"expected a loading for each of {len(given)} factors; got shape {row.shape}"
        )
    check_loadings(row[None, :])
    return tuple(row.tolist()), given


def check_loadings(loadings: NDArray[np.float64]) -> None:
    """Raise ParameterError if a loading is not finite or an asset has none but 0."""
    if not np.all(np.isfinite(loadings)):
        raise ParameterError(f"loadings must be finite; got {loadings[~np.isfinite(loadings)][0]}")
    empty = np.flatnonzero(~np.any(loadings != 0.0, axis=1))
    if empty.size:
        raise ParameterError(
            f"asset {empty[0]} loads on no factor: a row of loadings must not be all 0"
        )
