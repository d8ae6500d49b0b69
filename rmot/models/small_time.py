"""Knows the large deviations of rough Heston log-prices as the maturity tends to zero.

X_T / T^{1/2 - H} has speed T^{-2H} and rate I, the Legendre transform of

    Lambda(p) = V0 I^{1-alpha} psi(1),   D^alpha psi = p^2/2 + rho nu p psi + nu^2 psi^2/2,
    psi(0) = 0,   alpha = H + 1/2,

which is finite for p between p_- < 0 < p_+, where psi explodes at 1: M. Forde, S. Gerhold and
B. Smith, "Small-time, large-time and H -> 0 asymptotics for the rough Heston model", Mathematical
Finance 31 (2021). With psi = |p|/nu g and s = |p| nu/2 = t^alpha, D^alpha g = 1 + b g + g^2,
b = 2 rho sign(p), and with M(t) the mean of D^alpha g over (0, t)

    Lambda = 2 V0/nu^2 s^2 M,   dLambda/ds = 2 V0/nu^2 s [2 M + (D^alpha g(t) - M)/alpha].
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import check_range
from rmot.numerics.explosion import UnitExplosion, unit_explosion

_TABLE = 200
_STEPS = 40


@dataclass(frozen=True, kw_only=True)
class SmallTimeRate:
    """Large-deviation rate of X_T / T^{1/2 - H} as T -> 0, at speed T^{-2H}.

    Mean reversion does not enter.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2].
    vol_of_vol : float
        nu > 0, absolute.
    correlation : float
        rho in (-1, 1).
    initial_variance : float
        V_0 > 0, annualised.

    Raises
    ------
    ParameterError
        If a parameter is outside its domain.
    """

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("hurst", self.hurst, 0.0, 0.5, closed_high=True)
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf)
        check_range("correlation", self.correlation, -1.0, 1.0)
        check_range("initial_variance", self.initial_variance, 0.0, math.inf)

    def _solution(self, side: int) -> UnitExplosion:
        return unit_explosion(2.0 * side * self.correlation, self.hurst + 0.5)

    @property
    def critical_moments(self) -> tuple[float, float]:
        """p_- < 0 and p_+ > 0, between which Lambda is finite.

        Moments p of X_T explode at T*(p) ~ T*(p_+) |p/p_+|^{-1/alpha}, so that T^alpha times the
        critical moments of S_T tends to p_- and p_+. AccuracyError if |rho| is too close to 1.
        """
        factor = 2.0 / self.vol_of_vol
        return -factor * self._solution(-1).power, factor * self._solution(1).power

    def _side(
        self, side: int, x: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return |p|, Lambda and |dLambda/dp| where psi has run the fraction x > 0 of its life."""
        solution = self._solution(side)
        value, integral = solution.source(x)
        mean = integral / (x * solution.time)
        s = x**solution.alpha * solution.power
        scale = 2.0 * self.initial_variance / self.vol_of_vol**2
        slope = scale * s * (2.0 * mean + (value - mean) / solution.alpha)
        return (
            2.0 / self.vol_of_vol * s,
            scale * s * s * mean,
            slope * 0.5 * self.vol_of_vol,
        )

    def log_moment(self, p: ArrayLike) -> NDArray[np.float64]:
        """Return Lambda(p), the limit of T^{2H} log E exp(p X_T / T^{1/2 + H}).

        Parameters
        ----------
        p : array_like

        Returns
        -------
        ndarray, shape of p
            inf at and beyond the critical moments p_c; relative accuracy 1e-9/(1 - p/p_c).

        Raises
        ------
        ParameterError
            If p is not finite.
        AccuracyError
            If p is so close to a critical moment that Lambda, though finite, is not known.
        """
        p = np.asarray(p, dtype=float)
        if not np.all(np.isfinite(p)):
            raise ParameterError("p must be finite; got a nan or an infinity")
        out = np.zeros(p.shape)
        for side in (-1, 1):
            solution = self._solution(side)
            share = 0.5 * self.vol_of_vol * side * p / solution.power
            out[share >= 1.0] = np.inf
            inside = (share > 0.0) & (share < 1.0)
            if np.any(inside):
                x = share[inside] ** (1.0 / solution.alpha)
                if np.any(x > solution.last):
                    raise AccuracyError(
                        f"Lambda is known up to {solution.last:.9f} of a critical moment, wanted "
                        f"at {np.max(x):.12f}"
                    )
                out[inside] = self._side(side, x)[1]
        return out

    def rate(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return I(x) = sup_p (p x - Lambda(p)).

        Parameters
        ----------
        x : array_like
            Values of X_T / T^{1/2 - H}.

        Returns
        -------
        ndarray, shape of x
            Not negative, zero at x = 0 alone; relative accuracy 1e-8.

        Raises
        ------
        ParameterError
            If x is not finite.
        AccuracyError
            If |x| is so large that the supremum is too close to a critical moment.
        """
        x = np.asarray(x, dtype=float)
        if not np.all(np.isfinite(x)):
            raise ParameterError("x must be finite; got a nan or an infinity")
        out = np.zeros(x.shape)
        for side in (-1, 1):
            inside = side * x > 0.0
            if np.any(inside):
                out[inside] = self._rate(side, np.abs(x[inside]))
        return out

    def _rate(self, side: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
        # In log log, Lambda' is close to linear in the remaining life, with slopes of size one.
        last = -math.log1p(-self._solution(side).last) * (1.0 - 1e-12)
        table = np.linspace(math.log(1e-12), math.log(last), _TABLE)
        slopes = np.log(self._side(side, -np.expm1(-np.exp(table)))[2])
        target = np.log(x)
        if np.any(target > slopes[-1]):
            raise AccuracyError(
                f"the rate is known up to |x| = {math.exp(slopes[-1]):.3e}; got {np.max(x):.3e}"
            )
        index = np.clip(np.searchsorted(slopes, target), 1, _TABLE - 1)
        low, high = table[index - 1], table[index]
        below, above = slopes[index - 1] - target, slopes[index] - target
        # what lies below the table has Lambda' proportional to p
        position = np.where(below > 0.0, low, low - below * (high - low) / (above - below))
        for _ in range(_STEPS):
            p, value, slope = self._side(side, -np.expm1(-np.exp(position)))
            gap = np.log(slope) - target
            # I is stationary in the position of the supremum
            if np.all(np.abs(gap) < 1e-7):
                return p * x - value
            left = gap < 0.0
            below, above = np.where(left, gap, below), np.where(left, above, gap)
            low, high = np.where(left, position, low), np.where(left, high, position)
            position = low - below * (high - low) / (above - below)
        raise AccuracyError(f"no supremum of p x - Lambda(p) was found at x among {side * x!r}")
