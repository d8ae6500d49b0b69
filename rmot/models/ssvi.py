"""Knows the surface SSVI of Gatheral and Jacquier: slices tied by their at-the-money variance.

    w(k, T) = (theta/2) (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),
    phi(theta) = eta theta^-gamma (1 + theta)^(gamma - 1),
    theta(T) = theta_inf T + (v_0 - theta_inf) (1 - e^{-kappa T})/kappa.

J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014),
equations (4.1) and (4.5) and Theorems 4.1 and 4.2.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.models._checks import as_floats, check_maturity, check_range
from rmot.models._parametric_smile import ParametricSmile
from rmot.models.svi import SVI
from rmot.numerics.exponential_mean import exponential_mean, exponential_mean_slope
from rmot.numerics.total_variance import power_law, ssvi_slice, total_variance


@dataclass(frozen=True, kw_only=True)
class SSVI(ParametricSmile):
    """Surface SVI with the power law of curvature, and variances that revert to a mean.

    Parameters
    ----------
    initial_variance : float
        v_0 > 0: variance at the money, annualised, for short maturities.
    mean_reversion : float
        kappa >= 0, per year.
    long_run_variance : float
        theta_inf >= 0: variance at the money, annualised, that maturities far off add.
    correlation : float
        rho in (-1, 1).
    curvature : float
        eta > 0.
    curvature_decay : float
        gamma in (0, 1): the skew at the money decays as T^-gamma for short maturities.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Notes
    -----
    Parameters in this domain never admit calendar arbitrage, and may admit butterflies; see
    `is_free_of_static_arbitrage`.

    Examples
    --------
    >>> surface = SSVI(initial_variance=0.04, mean_reversion=1.0, long_run_variance=0.04,
    ...                correlation=-0.7, curvature=1.1, curvature_decay=0.4)
    >>> surface.is_free_of_static_arbitrage(), round(float(surface.implied_volatility(0, 1)), 12)
    (True, 0.2)
    """

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    correlation: float
    curvature: float
    curvature_decay: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("initial_variance", self.initial_variance, 0.0, math.inf)
        check_range("mean_reversion", self.mean_reversion, 0.0, math.inf, closed_low=True)
        check_range("long_run_variance", self.long_run_variance, 0.0, math.inf, closed_low=True)
        check_range("correlation", self.correlation, -1.0, 1.0)
        check_range("curvature", self.curvature, 0.0, math.inf)
        check_range("curvature_decay", self.curvature_decay, 0.0, 1.0)
        as_floats(self, self.parameters)

    def at_the_money_variance(self, maturity: float) -> float:
        """Return theta(T), the total variance of the strike at the forward."""
        maturity = check_maturity(maturity)
        excess = self.initial_variance - self.long_run_variance
        share = float(exponential_mean(-self.mean_reversion * maturity))
        return maturity * (self.long_run_variance + excess * share)

    def _curvature(self, theta: float) -> float:
        return power_law(theta, self.curvature, self.curvature_decay)

    def slice(self, maturity: float) -> SVI:
        """Return the smile of one maturity, with its exact test for butterflies."""
        theta = self.at_the_money_variance(maturity)
        part = ssvi_slice(theta, self._curvature(theta), self.correlation)
        return SVI(
            minimum_total_variance=part.minimum,
            wing_slope=part.slope,
            correlation=part.correlation,
            translation=part.translation,
            smoothness=part.smoothness,
        )

    def _volatility(
        self, k: NDArray[np.float64], maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        theta = self.at_the_money_variance(maturity)
        phi, rho, gamma = self._curvature(theta), self.correlation, self.curvature_decay
        w = total_variance(k, ssvi_slice(theta, phi, rho))
        x = phi * k
        root = np.hypot(x + rho, math.sqrt(1.0 - rho * rho))
        by_phi = 0.5 * theta * k * (rho + (x + rho) / root)
        by_theta = w / theta - by_phi * phi * (gamma / theta + (1.0 - gamma) / (1.0 + theta))
        pull = -self.mean_reversion * maturity
        share, slope = float(exponential_mean(pull)), float(exponential_mean_slope(pull))
        # 1 - share, which cancels for slow reversion
        rest = pull * slope - math.expm1(pull)
        excess = self.initial_variance - self.long_run_variance
        gradient = np.array(
            [
                by_theta * (maturity * share),
                by_theta * (-excess * maturity**2 * slope),
                by_theta * (maturity * rest),
                0.5 * theta * x * (1.0 + 1.0 / root),
                by_phi * (phi / self.curvature),
                by_phi * (phi * math.log1p(1.0 / theta)),
            ]
        )
        volatility = np.sqrt(w / maturity)
        return volatility, gradient / (2.0 * maturity * volatility)

    def calendar_margins(self, maturity: float) -> tuple[float, float, float]:
        """Return what must be at least 0 for no calendar arbitrage at a maturity (Theorem 4.1).

        These are theta'(T); (theta phi)'; and (1 + sqrt(1 - rho^2)) phi - rho^2 (theta phi)', with
        (theta phi)' = phi (1 - gamma)/(1 + theta) here. None is ever negative.
        """
        theta = self.at_the_money_variance(maturity)
        decay = math.exp(-self.mean_reversion * maturity)
        forward = self.long_run_variance * (1.0 - decay) + self.initial_variance * decay
        phi, rho_squared = self._curvature(theta), self.correlation**2
        growth = phi * (1.0 - self.curvature_decay) / (1.0 + theta)
        room = (1.0 + math.sqrt(1.0 - rho_squared)) * phi - rho_squared * growth
        return forward, growth, room

    def butterfly_margins(self, maturity: float) -> tuple[float, float]:
        """Return what suffices against butterflies at a maturity when positive (Theorem 4.2).

        These are 4 - theta phi (1 + |rho|), which must not be negative (Lee's bound on the wings),
        and 4 - theta phi^2 (1 + |rho|), which may be without arbitrage: `slice` tells exactly.
        """
        theta = self.at_the_money_variance(maturity)
        phi = self._curvature(theta)
        spread = 1.0 + abs(self.correlation)
        return 4.0 - theta * phi * spread, 4.0 - theta * phi * phi * spread

    def is_free_of_static_arbitrage(self) -> bool:
        """Say whether Theorems 4.1 and 4.2 exclude arbitrage at every theta > 0.

        By the power law theta phi stays below eta, and theta phi^2 is largest at
        theta = 1 - 2 gamma (unbounded at 0 for gamma > 1/2). The answer no is that of a sufficient
        condition for all maturities; `slice` gives exact ones for each.
        """
        spread = 1.0 + abs(self.correlation)
        free = 1.0 - 2.0 * self.curvature_decay
        if free < 0.0:
            return False
        largest = self.curvature**2 * free**free / (1.0 + free) ** (1.0 + free)
        return self.curvature * spread <= 4.0 and largest * spread <= 4.0

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return the limits of total variance over |k|, left and right."""
        return self.slice(maturity).lee_slopes(maturity)
