r"""Knows the smile of a spread of two SABR prices, by an expansion for short maturities.

    dS_i = alpha_i S_i^{beta_i} dW_i,   d alpha_i = nu_i alpha_i dB_i,   s = S_1 - S_2,

with six correlations of (W_1, W_2, B_1, B_2). The spread's instantaneous normal variance is

    q = L_1^2 + L_2^2 - 2 rho_12 L_1 L_2,   L_i = alpha_i S_i^{beta_i}.

First two dimensions are dropped: what is kept of the four is (s, sqrt(q)), by the covariations that
its smile depends on. The call is Bachelier's with a variance v(x, K, T), and its equation gives, in
powers of y = s - K, where <f, g> is the rate of covariation and A the generator,

    v = q + f y + g y^2 + T h + ...,          f = -<s, q>/(2 q),
    3 g = <q, q>/(4 q^2) - 7 f^2/(4 q) - <s, f>/q,
    2 h = A q + <s, f> + q g - (<q, q> - 3 f^2 q)/(4 q).

Then the normal SABR model that has the same f and g stands for the spread at all strikes:

    sigma(K) = sqrt(q) zeta/chi(zeta) (1 + T h/(2 q)),   zeta = nu_s y/sqrt(q),
    nu_s^2 = 3 g + 3 f^2/(4 q),   rho_s nu_s = -f/sqrt(q),
    chi = log((sqrt(1 - 2 rho_s zeta + zeta^2) + zeta - rho_s)/(1 - rho_s)).

Level, slope and curvature at the money are exact as T -> 0, as is the level's slope in T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import check_maturity, check_range
from rmot.models.sabr import SABR, distance_ratio
from rmot.numerics.bachelier import bachelier_call

Vector = NDArray[np.float64]

_ROUNDING = 1e-12


class NormalSmile(NamedTuple):
    """The normal SABR model that stands for a spread."""

    level: float
    """sqrt(q), a normal volatility."""
    vol_of_vol: float
    correlation: float
    growth: float
    """h/(2 q): the relative change of the level in a year."""


@dataclass(frozen=True, kw_only=True)
class BiSABR:
    """Two SABR prices and the correlations of their four Brownian motions.

    Parameters
    ----------
    first, second : SABR
        With forward 1: the initial volatilities are relative to the forwards.
    price_correlation : float
        rho_12, of both prices.
    volatility_correlation : float
        rho_34, of both volatilities.
    first_price_second_volatility, second_price_first_volatility : float
        rho_14 and rho_23. rho_13 and rho_24 belong to `first` and `second`.
    forwards : tuple of float
        Positive.

    Raises
    ------
    ParameterError
        If a number is outside its domain, or the correlations are those of no random variables; it
        names the eigenvalue that is negative.
    """

    first: SABR
    second: SABR
    price_correlation: float
    volatility_correlation: float
    first_price_second_volatility: float
    second_price_first_volatility: float
    forwards: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse what is no model."""
        for name in (
            "price_correlation",
            "volatility_correlation",
            "first_price_second_volatility",
            "second_price_first_volatility",
        ):
            check_range(name, getattr(self, name), -1.0, 1.0, closed_low=True, closed_high=True)
        if len(self.forwards) != 2:
            raise ParameterError(f"expected two forwards; got {self.forwards!r}")
        for forward in self.forwards:
            check_range("forwards", forward, 0.0, math.inf)
        least = float(np.linalg.eigvalsh(self.correlations)[0])
        if least < -_ROUNDING:
            raise ParameterError(
                "expected correlations of (W_1, W_2, B_1, B_2) that are positive semidefinite; "
                f"the least eigenvalue is {least:.6g}"
            )

    @property
    def correlations(self) -> Vector:
        """Those of (W_1, W_2, B_1, B_2), shape (4, 4)."""
        found = np.eye(4)
        for i, j, value in (
            (0, 1, self.price_correlation),
            (2, 3, self.volatility_correlation),
            (0, 2, self.first.correlation),
            (1, 3, self.second.correlation),
            (0, 3, self.first_price_second_volatility),
            (1, 2, self.second_price_first_volatility),
        ):
            found[i, j] = found[j, i] = value
        return found

    def normal_smile(self) -> NormalSmile:
        """Return the normal SABR model of the spread.

        Raises
        ------
        AccuracyError
            If the spread has no variance, or no normal SABR model has its slope and curvature.
        """
        q, f, g, h = self._expansion()
        square = 3.0 * g + 0.75 * f * f / q
        if not square > f * f / q * (1.0 + _ROUNDING):
            if abs(square) > _ROUNDING or abs(f) > _ROUNDING:
                raise AccuracyError(
                    "no normal SABR model has this spread's smile: its vol-of-vol squared would be "
                    f"{square:.4g}, and the slope takes {f * f / q:.4g} of it"
                )
            square = 0.0
        nu = math.sqrt(square)
        correlation = -f / (math.sqrt(q) * nu) if nu > 0.0 else 0.0
        return NormalSmile(math.sqrt(q), nu, correlation, 0.5 * h / q)

    def implied_normal_volatility(self, strike: ArrayLike, maturity: float) -> Vector:
        """Return normal volatilities of calls on S_1 - S_2, annualised, same shape as strike.

        Parameters
        ----------
        strike : array_like
            Of any sign.
        maturity : float
            T > 0 in years.

        Raises
        ------
        ParameterError
            If a strike is not finite, or the maturity not positive.
        AccuracyError
            If the expansion gives none, or one that is not positive.
        """
        k, years = np.asarray(strike, dtype=np.float64), check_maturity(maturity)
        if not np.all(np.isfinite(k)):
            raise ParameterError(f"strikes must be finite; got {k[~np.isfinite(k)].flat[0]}")
        smile = self.normal_smile()
        factor = 1.0 + smile.growth * years
        if not factor > 0.0:
            raise AccuracyError(
                f"the expansion does not reach a maturity of {years:g} years: its first order "
                f"would change the spread's volatility by {100.0 * smile.growth * years:.3g}%"
            )
        y = self.forwards[0] - self.forwards[1] - k
        zeta = smile.vol_of_vol * y / smile.level
        ratio, _, _ = distance_ratio(zeta.ravel(), smile.correlation)
        return smile.level * factor * ratio.reshape(k.shape)

    def spread_call(self, strike: ArrayLike, maturity: float) -> Vector:
        """Return E (S_1 - S_2 - K)^+ of the expansion, undiscounted; as the volatilities."""
        k = np.asarray(strike, dtype=np.float64)
        deviation = self.implied_normal_volatility(k, maturity) * math.sqrt(maturity)
        return bachelier_call(k - self.forwards[0] + self.forwards[1], deviation)

    def _expansion(self) -> tuple[float, float, float, float]:
        """Return q, f, g and h, all at time 0.

        Each L_i moves by L_i (e_i + d_i dt) with e_i = m_i dW_i + nu_i dB_i and m_i = beta_i l_i,
        l_i = L_i/S_i, and dm_i has the noise m_i (e_i - l_i dW_i). p_i is L_i dq/dL_i / 2.
        """
        corr, sides = self.correlations, (self.first, self.second)
        forwards = np.array(self.forwards)
        local = np.array([side.initial_volatility for side in sides])
        beta = np.array([side.elasticity for side in sides])
        nu = np.array([side.lognormal_vol_of_vol for side in sides])
        size, slope = local * forwards, beta * local
        # rows are combinations of (W_1, W_2, B_1, B_2)
        unit = np.eye(4)
        noise = [slope[i] * unit[i] + nu[i] * unit[2 + i] for i in range(2)]
        spread = size[0] * unit[0] - size[1] * unit[1]

        def rate(a: Vector, b: Vector) -> float:
            return float(a @ corr @ b)

        rho = self.price_correlation
        mixed = rho * size[0] * size[1]
        p = size**2 - mixed
        q = float(p.sum())
        if not q > _ROUNDING * float(size @ size):
            raise AccuracyError("the spread has no variance: there is no smile to expand")
        c = np.array([rate(spread, each) for each in noise])
        f = -float(p @ c) / q
        both = noise[0] + noise[1]
        p_noise = [2.0 * size[i] ** 2 * noise[i] - mixed * both for i in range(2)]
        c_noise = []
        for i, sign in ((0, 1.0), (1, -1.0)):
            own, other = sign * size[i], -sign * size[1 - i]
            bend = slope[i] * (noise[i] - local[i] * unit[i])
            c_noise.append(
                own * rate(unit[i], noise[i]) * noise[i]
                + other * rate(unit[1 - i], noise[i]) * noise[1 - i]
                + (own + other * rho) * bend
            )
        q_noise = 2.0 * (p[0] * noise[0] + p[1] * noise[1])
        f_noise = -sum(p_noise[i] * c[i] + p[i] * c_noise[i] for i in range(2)) / q
        f_noise = f_noise - f / q * q_noise
        by_spread = rate(spread, f_noise)
        square = rate(q_noise, q_noise)
        g = (0.25 * square / q**2 - 1.75 * f * f / q - by_spread / q) / 3.0
        own = np.array([rate(each, each) for each in noise])
        cross = rate(noise[0], noise[1])
        drift = 0.5 * beta * (beta - 1.0) * local**2
        drift += beta * local * nu * np.array([corr[0, 2], corr[1, 3]])
        growth = 2.0 * float(p @ drift) + float(size**2 @ own) - 2.0 * mixed * cross
        h = 0.5 * (growth + by_spread + q * g - 0.25 * (square - 3.0 * f * f * q) / q)
        return q, f, g, h
