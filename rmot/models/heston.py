"""Knows the classical Heston law of S_T, in closed form.

    dS = S sqrt(V) dW,   dV = kappa (theta - V) dt + nu sqrt(V) dB,   d<W, B> = rho dt.

S. Heston, Review of Financial Studies 6 (1993); `rmot.numerics.square_root_riccati` solves it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.models._checks import as_floats, check_frequency, check_maturity, check_range
from rmot.models._fourier_law import FourierLaw
from rmot.models._heston_family import check_strip, heston_gradient
from rmot.models._rough_strip import rough_moment_strip
from rmot.models.price_paths import SquareRootPaths
from rmot.models.tails import critical_moments, lee_slopes
from rmot.numerics.fractional_riccati import riccati_sensitivities
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, level_curves
from rmot.numerics.square_root_riccati import square_root_riccati


@dataclass(frozen=True, kw_only=True)
class Heston(FourierLaw, SquareRootPaths):
    """Heston model, forward 1.

    Parameters
    ----------
    vol_of_vol : float
        nu > 0.
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

    vol_of_vol: float
    correlation: float
    initial_variance: float
    mean_reversion: float
    long_run_variance: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf)
        check_range("correlation", self.correlation, -1.0, 1.0, closed_low=True, closed_high=True)
        check_range("initial_variance", self.initial_variance, 0.0, math.inf)
        check_range("mean_reversion", self.mean_reversion, 0.0, math.inf, closed_low=True)
        check_range("long_run_variance", self.long_run_variance, 0.0, math.inf, closed_low=True)
        as_floats(self, self.parameters)

    def _closed_form(self, u: NDArray[np.complex128], maturity: float) -> NDArray[np.complex128]:
        nu, kappa = self.vol_of_vol, self.mean_reversion
        end, integral, _ = square_root_riccati(
            -0.5 * (u * u + 1j * u).ravel(),
            (1j * u * (self.correlation * nu) - kappa).ravel(),
            0.5 * nu * nu,
            maturity,
        )
        values = self.initial_variance * end + kappa * self.long_run_variance * integral
        return values.reshape(u.shape)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return (
            "vol_of_vol",
            "correlation",
            "initial_variance",
            "mean_reversion",
            "long_run_variance",
        )

    def _log_phi(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        values = self._closed_form(u, maturity)
        error = 1e-15 * (1.0 + np.abs(values))
        if not differentiate:
            return values, error, np.empty((0, u.size), dtype=np.complex128)
        # the derivatives are those of the Riccati equation of order one
        nu, kappa = self.vol_of_vol, self.mean_reversion
        h_weight = maturity * kappa * self.long_run_variance
        source_weight = maturity * self.initial_variance
        mean_h, mean_source, riccati_error, slopes, _ = riccati_sensitivities(
            -0.5 * (u * u + 1j * u),
            1j * u * (self.correlation * nu) - kappa,
            0.5 * nu * nu,
            1.0,
            maturity,
            tolerance / (h_weight + source_weight),
        )
        _, by_nu, by_rho, by_kappa = heston_gradient(
            u, nu, self.correlation, h_weight, source_weight, slopes
        )
        by_kappa = by_kappa + maturity * self.long_run_variance * mean_h
        rows = [by_nu, by_rho, maturity * mean_source, by_kappa, maturity * kappa * mean_h]
        scale = h_weight + source_weight
        return values, np.maximum(error, scale * riccati_error), np.array(rows)

    def _growth(self, maturity: float) -> NDArray[np.float64]:
        drift = self.mean_reversion * self.long_run_variance * maturity
        nu, kappa = self.vol_of_vol, self.mean_reversion
        weight = self.initial_variance + drift
        return np.array([[self.correlation * nu, -kappa, 0.5 * nu * nu, maturity, weight]])

    def _strip(self, maturity: float) -> tuple[float, float]:
        return rough_moment_strip(
            0.5, self.vol_of_vol, self.correlation, self.mean_reversion, maturity
        )

    def _deviation(self, maturity: float) -> float:
        pull = 0.5 * self.mean_reversion * maturity
        mean = self.long_run_variance
        mean += (self.initial_variance - self.long_run_variance) / (1.0 + pull)
        return math.sqrt(mean * maturity)

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
        """
        frequency, maturity = check_frequency(u), check_maturity(maturity)
        check_strip(frequency, self._strip(maturity), self.critical_moments, maturity)
        return self._closed_form(frequency, maturity)

    def critical_moments(self, maturity: float) -> tuple[float, float]:
        """Return (p_minus, p_plus): E S_T^p is finite for p between them, infinite beyond."""
        return critical_moments(
            0.5, self.vol_of_vol, self.correlation, self.mean_reversion, maturity
        )

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order, forward 1; inf at and beyond the critical moments."""
        check_range("order", order, -math.inf, math.inf)
        low, high = self.critical_moments(maturity)
        if not low < order < high:
            return math.inf
        value = self._closed_form(np.array([-1j * order]), maturity)[0].real
        return math.exp(value) if value < 709.0 else math.inf

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return the limits of implied variance times maturity over |k|, left and right."""
        return lee_slopes(*self.critical_moments(maturity))

    def variance_scheme(self, times: ArrayLike, steps: int | None = None) -> RoughVarianceScheme:
        """Return the scheme of the variance alone; see `SquareRootPaths`."""
        kappa = self.mean_reversion
        mean, total = level_curves(
            0.5, self.initial_variance, kappa, kappa * self.long_run_variance
        )
        return RoughVarianceScheme(
            times,
            hurst=0.5,
            vol_of_vol=self.vol_of_vol,
            mean_reversion=kappa,
            mean_variance=mean,
            total_variance=total,
            steps=self.least_steps if steps is None else steps,
        )
