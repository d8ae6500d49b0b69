"""Knows the rough Heston law of S_T.

    dS = S sqrt(V) dW,   d<W, B> = rho dt,   alpha = H + 1/2,
    V_t = V_0 + 1/Gamma(alpha) ∫_0^t (t - s)^{alpha-1} [kappa (theta - V_s) ds + nu sqrt(V_s) dB_s],
    log E e^{iuX} = kappa theta I^1 h(T) + V_0 I^{1-alpha} h(T),   D^alpha h = c0 + c1 h + c2 h^2,
    c0 = -(u^2 + iu)/2,   c1 = i u rho nu - kappa,   c2 = nu^2/2.

O. El Euch and M. Rosenbaum, "The characteristic function of rough Heston models", Mathematical
Finance 29 (2019), theorem 4.1, with their lambda nu written nu.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.models._checks import check_frequency, check_maturity, check_range
from rmot.models._fourier_law import FourierLaw
from rmot.models._heston_family import moment_strip
from rmot.numerics.fractional_riccati import riccati_means


@dataclass(frozen=True, kw_only=True)
class RoughHeston(FourierLaw):
    """Rough Heston model with absolute vol-of-vol, forward 1.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2]; 1/2 is the classical Heston model.
    vol_of_vol : float
        nu > 0, absolute: the factor of sqrt(V) dB.
    correlation : float
        rho in [-1, 1].
    initial_variance : float
        V_0 > 0, annualised.
    mean_reversion : float
        kappa >= 0.
    long_run_variance : float
        theta >= 0, annualised.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.
    """

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float
    long_run_variance: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("hurst", self.hurst, 0.0, 0.5, closed_high=True)
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf)
        check_range("correlation", self.correlation, -1.0, 1.0, closed_low=True, closed_high=True)
        check_range("initial_variance", self.initial_variance, 0.0, math.inf)
        check_range("mean_reversion", self.mean_reversion, 0.0, math.inf, closed_low=True)
        check_range("long_run_variance", self.long_run_variance, 0.0, math.inf, closed_low=True)

    @classmethod
    def from_relative_vol_of_vol(
        cls,
        *,
        hurst: float,
        relative_vol_of_vol: float,
        correlation: float,
        initial_variance: float,
        mean_reversion: float,
        long_run_variance: float,
    ) -> Self:
        """Build the model from a vol-of-vol that is relative to mean reversion.

        The factor of sqrt(V) dB is then mean_reversion * relative_vol_of_vol, as in El Euch and
        Rosenbaum, so mean_reversion must be positive.
        """
        check_range("mean_reversion", mean_reversion, 0.0, math.inf)
        check_range("relative_vol_of_vol", relative_vol_of_vol, 0.0, math.inf)
        return cls(
            hurst=hurst,
            vol_of_vol=mean_reversion * relative_vol_of_vol,
            correlation=correlation,
            initial_variance=initial_variance,
            mean_reversion=mean_reversion,
            long_run_variance=long_run_variance,
        )

    @property
    def relative_vol_of_vol(self) -> float:
        """vol_of_vol / mean_reversion; inf at mean_reversion = 0."""
        return self.vol_of_vol / self.mean_reversion if self.mean_reversion > 0.0 else math.inf

    def _log_phi(
        self, u: NDArray[np.complex128], maturity: float, tolerance: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        scale = maturity * (self.initial_variance + self.mean_reversion * self.long_run_variance)
        mean_h, mean_source, error = riccati_means(
            -0.5 * (u * u + 1j * u),
            1j * u * (self.correlation * self.vol_of_vol) - self.mean_reversion,
            0.5 * self.vol_of_vol**2,
            self.hurst + 0.5,
            maturity,
            tolerance / scale,
        )
        level = self.mean_reversion * self.long_run_variance
        return maturity * (level * mean_h + self.initial_variance * mean_source), scale * error

    def _growth(self, maturity: float) -> NDArray[np.float64]:
        alpha, nu = self.hurst + 0.5, self.vol_of_vol
        level = self.mean_reversion * self.long_run_variance * maturity
        source = self.initial_variance * maturity ** (1.0 - alpha) / math.gamma(2.0 - alpha)
        drift = -self.mean_reversion
        row = [self.correlation * nu, drift, 0.5 * nu * nu, maturity**alpha, source + level]
        return np.array([row])

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX), X = log(S_T / F).

        Parameters
        ----------
        u : array_like of complex
            Frequencies within the strip where E exp(-Im(u) X) is finite.
        maturity : float
            T > 0 in years.

        Returns
        -------
        complex ndarray, shape of u

        Raises
        ------
        ParameterError
            If u is empty or not finite or maturity is not positive.
        AccuracyError
            If the fractional Riccati equation is not solved to 1e-10.
        """
        frequency = check_frequency(u)
        maturity = check_maturity(maturity)
        values, error = self._log_phi(frequency.ravel(), maturity, 1e-11)
        limit = 1e-10 * np.maximum(1.0, np.abs(values))
        if np.any(error > limit):
            worst = int(np.argmax(error))
            raise AccuracyError(
                f"log characteristic function reaches {error[worst]:.1e} at u = "
                f"{frequency.flat[worst]}; 1e-10 was wanted"
            )
        return values.reshape(frequency.shape)

    def _strip(self, maturity: float) -> tuple[float, float]:
        # moments explode close to when they do in classical Heston at this rescaled time
        alpha = self.hurst + 0.5
        clock = 5.0 ** (1.0 - alpha) * maturity**alpha / math.gamma(1.0 + alpha)
        return moment_strip(self.vol_of_vol, self.correlation, self.mean_reversion, clock)

    def _deviation(self, maturity: float) -> float:
        return math.sqrt(self.initial_variance * maturity)
