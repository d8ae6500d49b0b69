r"""Knows the smile of the SABR model, by its expansion for short maturities.

    dF = alpha F^beta dW,   d alpha = nu alpha dB,   d<W, B> = rho dt,   F_0 = 1.

With c = 1 - beta, strike e^k, y = (1 - e^{ck})/c and z = nu y/alpha the volatility is

    sigma = L (1 + I T),   L = -k nu / D(z),
    D(z) = log((sqrt(1 - 2 rho z + z^2) + z - rho)/(1 - rho)),
    I = c^2 alpha^2 e^{-ck}/24 + rho beta nu alpha e^{-ck/2}/4 + (2 - 3 rho^2) nu^2/24.

P. Hagan et al., "Managing smile risk", Wilmott (2002), with the leading term L of J. Obloj,
"Fine-tune your smile", Wilmott (2008), which is exact as T -> 0. L is computed as
alpha R(z)/E(ck), with R = z/D and E the mean of `rmot.numerics.exponential_mean`, regular at k = 0.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyder, polyval
from numpy.typing import NDArray
from scipy.special import eval_legendre

from rmot.errors import AccuracyError
from rmot.models._checks import as_floats, check_range
from rmot.models._parametric_smile import ParametricSmile
from rmot.numerics.exponential_mean import exponential_mean, exponential_mean_slope

_SERIES_BELOW = 0.02
_TERMS = 10


@dataclass(frozen=True, kw_only=True)
class SABR(ParametricSmile):
    """The SABR expansion with forward 1, constant parameters at all maturities.

    Parameters
    ----------
    initial_volatility : float
        alpha > 0: volatility at time 0, annualised (the forward is 1).
    lognormal_vol_of_vol : float
        nu >= 0, of the volatility itself, annualised.
    correlation : float
        rho in (-1, 1).
    elasticity : float
        beta in [0, 1]; 1 is the lognormal model.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Notes
    -----
    The error of a volatility is of order (nu^2 T)^2 relative to it, and grows with |k|. In the
    wings the formula is no smile of any law: its total variance outgrows Lee's bound 2 |k|, so that
    densities turn negative far from the money. A volatility that is not positive is refused by
    AccuracyError, which says that the expansion does not reach there.

    Examples
    --------
    >>> model = SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.0, correlation=-0.5)
    >>> model.implied_volatility([-0.1, 0.0, 0.1], 1.0)
    array([0.2, 0.2, 0.2])
    """

    initial_volatility: float
    lognormal_vol_of_vol: float
    correlation: float
    elasticity: float = 1.0

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("initial_volatility", self.initial_volatility, 0.0, math.inf)
        check_range(
            "lognormal_vol_of_vol", self.lognormal_vol_of_vol, 0.0, math.inf, closed_low=True
        )
        check_range("correlation", self.correlation, -1.0, 1.0)
        check_range("elasticity", self.elasticity, 0.0, 1.0, closed_low=True, closed_high=True)
        as_floats(self, self.parameters)

    def _volatility(
        self, k: NDArray[np.float64], maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # strikes too far for floating point are refused with those the expansion does not reach
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            volatility, gradient = self._expansion(k, maturity)
        reached = (volatility > 0.0) & np.isfinite(volatility) & np.isfinite(gradient).all(axis=0)
        if not np.all(reached):
            raise AccuracyError(
                "expected strikes and a maturity that the SABR expansion reaches; at log-moneyness "
                f"{k[~reached][0]:.6g} and maturity {maturity:.6g} its volatility is "
                f"{volatility[~reached][0]:.3g}"
            )
        return volatility, gradient

    def _expansion(
        self, k: NDArray[np.float64], maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        alpha, nu = self.initial_volatility, self.lognormal_vol_of_vol
        rho, beta = self.correlation, self.elasticity
        c = 1.0 - beta
        mean, mean_slope = exponential_mean(c * k), exponential_mean_slope(c * k)
        y = -k * mean
        z = nu * y / alpha
        ratio, ratio_by_z, ratio_by_rho = distance_ratio(z, rho)
        leading = alpha * ratio / mean
        by_elasticity = k * mean_slope * (nu * k * ratio_by_z + leading)
        rows = [ratio - z * ratio_by_z, y * ratio_by_z, alpha * ratio_by_rho, by_elasticity]
        leading_gradient = np.array(rows) / mean
        g = np.exp(-0.5 * c * k)
        backbone = alpha * c * g
        mixed = 0.25 * rho * nu * alpha * g
        spread = (2.0 - 3.0 * rho * rho) / 24.0
        correction = backbone**2 / 24.0 + beta * mixed + spread * nu * nu
        correction_gradient = np.array(
            [
                c * g * backbone / 12.0 + 0.25 * rho * beta * nu * g,
                0.25 * rho * beta * alpha * g + 2.0 * spread * nu,
                0.25 * nu * (beta * alpha * g - rho * nu),
                backbone * (c * k - 2.0) * alpha * g / 24.0 + mixed * (1.0 + 0.5 * beta * k),
            ]
        )
        factor = 1.0 + correction * maturity
        gradient = leading_gradient * factor + leading * maturity * correction_gradient
        return leading * factor, gradient


def distance_ratio(
    z: NDArray[np.float64], rho: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return R = z/D(z) and its derivatives in z and rho, each of shape (n,).

    As D(z; rho) = -D(-z; -rho), only z >= 0 is needed, where nothing in D cancels. The derivative
    in z does cancel near 0: there D = sum_n P_n(rho) z^(n+1)/(n + 1) with Legendre polynomials,
    whose generating function is D'.
    """
    side = np.where(z < 0.0, -1.0, 1.0)
    a, r = np.abs(z), rho * side
    sine_squared = 1.0 - rho * rho
    root = np.hypot(a - r, math.sqrt(sine_squared))
    bend = (a - 2.0 * r) / (root + 1.0)
    small = a < _SERIES_BELOW
    away = np.where(small, 1.0, a)
    distance = np.log1p(a * (1.0 + bend) / (1.0 - r))
    series = [eval_legendre(n, rho) / (n + 1) for n in range(_TERMS)]
    near = np.where(small, z, 0.0)
    inverse = polyval(near, series)
    ratio = np.where(small, 1.0 / inverse, away / np.where(small, 1.0, distance))
    by_z = np.where(
        small,
        -polyval(near, polyder(series)) / inverse**2,
        side * ratio * (1.0 - ratio / root) / away,
    )
    by_rho = -side * ratio**2 * a * (1.0 + r * bend) / ((root + 1.0) * sine_squared * root)
    return ratio, by_z, by_rho
