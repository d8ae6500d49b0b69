"""Knows the bilog tangent to an alpha model, and the normal Heston law nearest to it: (125).

    min sum_n w_n [Bilog(K_n) - NormalHeston(K_n; V_0H, nu_H, rho_H)]^2,

mean reversion lambda and theta = V_0H^2, w_n the normal vega: strikes are spread evenly over
+-1.5 normal deviations, the forward in their middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from rmot.errors import CalibrationError
from rmot.models.normal_law import NormalHeston
from rmot.models.rough_factor import RoughFactorModel
from rmot.numerics.bachelier import bachelier_vega, implied_normal_volatility
from rmot.spread.alpha.bilog import bilog_spread_call
from rmot.spread.alpha.effective import (
    LARGEST_CORRELATION,
    Reversion,
    SquareRootParameters,
    square_root_parameters,
)
from rmot.spread.alpha.observables import FactorState, bilog_observables

Vector = NDArray[np.float64]

STRIKES = 7
WIDTH = 1.5
"""In normal deviations at maturity."""
_LEAST_VOL_OF_VOL, _LARGEST_VOL_OF_VOL = 1e-3, 20.0
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class TangentBilog:
    """Two lognormal prices with the instantaneous covariance of an alpha model's.

    Attributes
    ----------
    forwards, volatilities : tuple of float
    correlation : float
    """

    forwards: tuple[float, float]
    volatilities: tuple[float, float]
    correlation: float

    @property
    def spread_deviation(self) -> float:
        """Instantaneous normal volatility of the spread."""
        (f1, f2), (s1, s2) = self.forwards, self.volatilities
        a, b = f1 * s1, f2 * s2
        return math.sqrt(max(a * a + b * b - 2.0 * self.correlation * a * b, 0.0))


@dataclass(frozen=True)
class FittedBilog:
    """The normal Heston law of (125), and its largest error in normal volatility at the strikes."""

    parameters: SquareRootParameters
    error: float


def tangent_bilog(
    assets: RoughFactorModel, i: int, j: int, forwards: tuple[float, float]
) -> TangentBilog:
    """Return the bilog of assets i and j: (116) with V_k where V_k is not 1."""
    pair = assets.select([i, j]).loadings
    covariance = (pair * FactorState.of(assets).initial_variance) @ pair.T
    first, second = np.sqrt(np.diag(covariance))
    product = first * second
    rho = float(np.clip(covariance[0, 1] / product, -1.0, 1.0)) if product > 0.0 else 0.0
    return TangentBilog(forwards, (float(first), float(second)), rho)


def fit_normal_heston(
    assets: RoughFactorModel,
    i: int,
    j: int,
    forwards: tuple[float, float],
    maturity: float,
    speed: float,
) -> FittedBilog:
    """Return the normal Heston law nearest to the tangent bilog of assets i and j.

    Parameters
    ----------
    assets : RoughFactorModel
    i, j : int
    forwards : tuple of float
        F_i and F_j.
    maturity : float
        T > 0 in years.
    speed : float
        lambda.

    Raises
    ------
    CalibrationError
        If the search does not end.
    """
    bilog = tangent_bilog(assets, i, j, forwards)
    pair = assets.select([i, j]).loadings
    holdings = np.array([forwards[0], -forwards[1]])
    start = square_root_parameters(
        bilog_observables(pair, FactorState.of(assets), holdings), Reversion(speed, 1.0)
    )
    root = math.sqrt(maturity)
    centre = forwards[0] - forwards[1]
    middle = _implied(bilog, np.array([centre]), maturity)[0]
    moneyness = middle * root * np.linspace(-WIDTH, WIDTH, STRIKES)
    wanted = _prices(bilog, centre + moneyness, maturity)
    vega = bachelier_vega(moneyness, middle, maturity)
    scale = np.sqrt(vega / vega.max()) / (middle * root)

    def law(x: Vector) -> SquareRootParameters:
        level, nu = middle * math.exp(x[0]), math.exp(x[1])
        rho = LARGEST_CORRELATION * math.tanh(x[2])
        return SquareRootParameters(level**2, nu * level, rho, speed, level**2)

    def misses(x: Vector) -> Vector:
        return scale * (NormalHeston(**law(x).law).options(moneyness, maturity).call - wanted)

    low = np.array([-1.5, math.log(_LEAST_VOL_OF_VOL), -4.0])
    high = np.array([1.5, math.log(_LARGEST_VOL_OF_VOL), 4.0])
    first = np.array(
        [
            math.log(start.normal_volatility / middle),
            math.log(start.relative_vol_of_vol),
            math.atanh(min(max(start.correlation / LARGEST_CORRELATION, -0.99), 0.99)),
        ]
    )
    found = least_squares(
        misses,
        np.clip(first, 0.99 * low, 0.99 * high),
        bounds=(low, high),
        xtol=_TOLERANCE,
        ftol=_TOLERANCE,
        gtol=_TOLERANCE,
    )
    if not found.success:
        raise CalibrationError(f"no normal Heston law found near the bilog: {found.message}")
    fitted = law(found.x)
    near = NormalHeston(**fitted.law).options(moneyness, maturity).volatility
    gap = near - implied_normal_volatility(moneyness, wanted, maturity)
    return FittedBilog(fitted, float(np.max(np.abs(gap))))


def _prices(bilog: TangentBilog, strikes: Vector, maturity: float) -> Vector:
    given = (bilog.forwards, bilog.volatilities, bilog.correlation)
    return bilog_spread_call(*given, strikes, maturity).price


def _implied(bilog: TangentBilog, strikes: Vector, maturity: float) -> Vector:
    centre = bilog.forwards[0] - bilog.forwards[1]
    prices = _prices(bilog, strikes, maturity)
    return implied_normal_volatility(strikes - centre, prices, maturity)
