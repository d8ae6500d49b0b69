"""Knows the law of a normal price on square-root factors: the normal Heston model and its sums.

    dS = sum_k a_k sqrt(V_k) dW_k,   log E e^{s (S_T - F)} = sum_k log E exp(s a_k Y_k),

with V_k and Y_k of `variance_factor`. A weighted sum of such prices is one again, so that spreads
are priced in one dimension. Prices and strikes are in units of S, forwards are given, and nothing
keeps S positive. Without vol-of-vol it is the model of L. Bachelier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import as_floats, check_frequency, check_maturity, check_range
from rmot.models.factor_marginal import check_asset
from rmot.models.variance_factor import SquareRootFactor, VarianceFactor
from rmot.numerics.bachelier import implied_bachelier_deviation
from rmot.numerics.fourier_line import WIDEST, finite_strip, line_options

Vector = NDArray[np.float64]

_DEFAULT_TOLERANCE = 1e-10
"""Of the deviation of the price."""
_LOG_ACCURACY = 1e-13


class NormalOptions(NamedTuple):
    """Undiscounted options on S_T at strikes K, arrays of the strikes' shape.

    Attributes
    ----------
    call, put : ndarray
        E (S_T - K)^+ and E (K - S_T)^+.
    digital : ndarray
        P(S_T > K).
    error, digital_error : ndarray
        Estimated absolute errors of call and put, and of the digital.
    volatility : ndarray
        Normal (Bachelier's) implied volatility, annualised; nan where the out-of-the-money price
        is not larger than its error.
    """

    call: Vector
    put: Vector
    digital: Vector
    error: Vector
    digital_error: Vector
    volatility: Vector


@dataclass(frozen=True)
class NormalLaw:
    """A price whose normal variance is sum_k a_k^2 V_k.

    Parameters
    ----------
    loadings : sequence of float, shape (n_factors,)
        a_k, of either sign, not all 0, in units of the price.
    factors : sequence of VarianceFactor or DriftedFactor

    Raises
    ------
    ParameterError
        If the numbers of loadings and factors differ or are 0, or a loading is not finite, or all
        of them are 0.
    """

    loadings: tuple[float, ...]
    factors: tuple[SquareRootFactor, ...]

    def __post_init__(self) -> None:
        """Refuse what is no law."""
        loadings, factors = check_asset(self.loadings, self.factors)
        object.__setattr__(self, "loadings", loadings)
        object.__setattr__(self, "factors", factors)

    @property
    def _held(self) -> list[tuple[float, SquareRootFactor]]:
        pairs = zip(self.loadings, self.factors, strict=True)
        return [(a, factor) for a, factor in pairs if a != 0.0 and not factor.is_zero]

    def variance(self, maturity: float) -> float:
        """Return the variance of S_T, which is sum_k a_k^2 E ∫ V_k."""
        maturity = check_maturity(maturity)
        return sum(a * a * f.integrated_moments(maturity).mean for a, f in self._held)

    def has_exponential_moment(self, order: float, maturity: float) -> bool:
        """Tell whether E exp(order S_T) is finite."""
        return all(f.is_finite(order * a, 0.0, maturity) for a, f in self._held)

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iu (S_T - F)).

        Parameters
        ----------
        u : array_like of complex
            Frequencies with E exp(-Im(u) S_T) finite.
        maturity : float
            T > 0 in years.

        Raises
        ------
        ParameterError
            If u is empty or not finite, maturity is not positive, or the expectation is infinite.
        AccuracyError
            If it is not found to 1e-10.
        """
        frequency, maturity = check_frequency(u), check_maturity(maturity)
        for order in np.unique([-frequency.imag.min(), -frequency.imag.max()]):
            if not self.has_exponential_moment(float(order), maturity):
                raise ParameterError(
                    f"E exp(iuS) is infinite where -Im u = {order:.6g}, at maturity {maturity}"
                )
        values, error = self._log_transform(1j * frequency.ravel(), maturity)
        if not np.all(error <= 1e-10 * np.maximum(1.0, np.abs(values))):
            raise AccuracyError(f"log characteristic function reaches {error.max():.1e}")
        return values.reshape(frequency.shape)

    def _log_transform(
        self, s: NDArray[np.complex128], maturity: float
    ) -> tuple[NDArray[np.complex128], Vector]:
        """Return log E exp(s (S_T - F)) and its errors, shape (n,)."""
        values, errors = np.zeros(s.size, np.complex128), np.zeros(s.size)
        nothing = np.zeros(s.size, np.complex128)
        for loading, factor in self._held:
            value, error, _ = factor.log_transform(s * loading, nothing, maturity, _LOG_ACCURACY)
            values += value
            errors += error
        return values, errors

    def options(
        self,
        strike: ArrayLike,
        maturity: float,
        *,
        forward: float = 0.0,
        tolerance: float | None = None,
    ) -> NormalOptions:
        """Return calls, puts, digitals and normal volatilities, all strikes at once.

        Parameters
        ----------
        strike : array_like
            K, of any sign.
        maturity : float
            T > 0 in years.
        forward : float
            F, of any sign.
        tolerance : float, optional
            Admissible absolute error of out-of-the-money prices, by default 1e-10 of the deviation
            of S_T; that of digitals is this over the deviation.

        Raises
        ------
        ParameterError
            If a strike or the forward is not finite, the maturity is not positive, or the price has
            no variance.
        AccuracyError
            If the tolerance is not reached.
        """
        strikes = np.asarray(strike, dtype=np.float64)
        maturity = check_maturity(maturity)
        if strikes.size == 0 or not np.all(np.isfinite(strikes)) or not math.isfinite(forward):
            raise ParameterError(
                f"expected finite strikes and forward; got {strike!r}, {forward!r}"
            )
        deviation = math.sqrt(self.variance(maturity))
        if deviation == 0.0:
            raise ParameterError("the price loads only on factors whose variance is 0: no option")
        accepted = _DEFAULT_TOLERANCE * deviation if tolerance is None else tolerance
        check_range("tolerance", accepted, 0.0, math.inf)
        k = strikes.ravel() - forward
        price, error, beyond, beyond_error = line_options(
            # in units of the deviation
            lambda s: self._log_transform(s / deviation, maturity),
            finite_strip(lambda r: self.has_exponential_moment(r / deviation, maturity), WIDEST),
            k / deviation,
            accepted / deviation,
        )
        price, error = deviation * price, deviation * error
        if not np.all(error <= accepted):
            raise AccuracyError(
                f"options on a normal price at maturity {maturity} reach an error of "
                f"{np.max(error):.1e}; {accepted:.1e} was wanted"
            )
        known = np.where(price > error, price, np.nan)
        volatility = implied_bachelier_deviation(k, known) / math.sqrt(maturity)
        found = (
            price + np.maximum(-k, 0.0),
            price + np.maximum(k, 0.0),
            np.where(k >= 0.0, beyond, 1.0 - beyond),
            error,
            beyond_error,
            volatility,
        )
        return NormalOptions(*(each.reshape(strikes.shape) for each in found))


@dataclass(frozen=True, kw_only=True)
class NormalHeston:
    """The normal Heston model: dS = sqrt(V) dW, dV = kappa (theta - V) dt + nu sqrt(V) dB.

    V is a normal variance, in squared units of S a year. Source 004 gives V_0, lambda = kappa, and
    the ratio LT = theta / V_0.

    Parameters
    ----------
    vol_of_vol : float
        nu >= 0; 0 is Bachelier's model.
    correlation : float
        rho in [-1, 1].
    initial_variance : float
        V_0 >= 0.
    mean_reversion : float
        kappa >= 0.
    long_run_variance : float
        theta >= 0.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Examples
    --------
    >>> model = NormalHeston(vol_of_vol=2e-3, correlation=-0.3, initial_variance=1e-4,
    ...                      mean_reversion=0.1, long_run_variance=1e-4)
    >>> model.options([-0.01, 0.0, 0.02], 1.0).volatility.round(8).tolist()
    [0.01014167, 0.00998482, 0.00974899]
    """

    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float
    long_run_variance: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        as_floats(self, vars(self))
        _ = self.law

    @property
    def law(self) -> NormalLaw:
        """The same as a law on one factor."""
        return NormalLaw((1.0,), (VarianceFactor(hurst=0.5, **vars(self)),))

    def options(
        self,
        strike: ArrayLike,
        maturity: float,
        *,
        forward: float = 0.0,
        tolerance: float | None = None,
    ) -> NormalOptions:
        """Return calls, puts, digitals and volatilities; see `NormalLaw.options`."""
        return self.law.options(strike, maturity, forward=forward, tolerance=tolerance)
