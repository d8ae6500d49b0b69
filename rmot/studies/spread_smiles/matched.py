"""Models of two prices that agree on both smiles near the money and on the spread at the money.

An alpha model is the reference. SABR marginals meet each asset's volatilities at three strikes, the
money and a deviation to both sides; a copula's correlation, and the BiSABR's of both prices, then
meet the spread at the money. The Wishart model is fitted in `wishart_fits`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, least_squares

from rmot.artifact.data_digest import data_digest
from rmot.errors import CalibrationError, RmotError
from rmot.models import SABR, JointLaw, RoughFactorModel, VarianceFactor
from rmot.numerics import implied_volatility
from rmot.numerics.bachelier import bachelier_call, implied_normal_volatility
from rmot.spread import (
    BiSABR,
    GaussianCopula,
    SmileMarginal,
    StudentCopula,
    copula_spread_options,
    smile_marginal,
    spread_call,
    two_asset_call,
)

Vector = NDArray[np.float64]

FORWARDS = (1.0, 0.8)
MONEY = FORWARDS[0] - FORWARDS[1]
MATURITIES = (1.0, 10.0)
ELASTICITY = 0.7
DEGREES_OF_FREEDOM = 4.0
VOLATILITY_CORRELATION = 0.5
LOADINGS = ((0.17, 0.12, 0.0), (0.20, 0.0, 0.12))
COLOURS = ((0.7, -0.5), (0.6, -0.3), (0.6, 0.1))
"""Vol-of-vol and correlation of each factor."""
MEAN_REVERSION = 0.5
_DEVIATIONS = np.array([-1.0, 0.0, 1.0])
_TOLERANCE = 1e-7


def alpha_model(
    loadings: object = LOADINGS, colours: tuple[tuple[float, float], ...] = COLOURS
) -> RoughFactorModel:
    """Return the reference: a common factor and one of each asset's own, of variance 1."""
    factors = [
        VarianceFactor(
            hurst=0.5,
            vol_of_vol=nu,
            correlation=rho,
            initial_variance=1.0,
            mean_reversion=MEAN_REVERSION,
            long_run_variance=1.0,
        )
        for nu, rho in colours
    ]
    return RoughFactorModel(np.array(loadings), factors)


def joint_calls(law: JointLaw, strikes: Vector, maturity: float) -> Vector:
    """Return spread options under a joint law, by Fourier inversion."""
    return spread_call(
        law, 0, 1, strikes, maturity, forwards=FORWARDS, tolerance=_TOLERANCE * sum(FORWARDS)
    )


def asset_volatilities(law: JointLaw, asset: int, k: Vector, maturity: float) -> Vector:
    """Return Black volatilities of one asset at log-moneyness k."""
    weights = np.eye(law.n_assets)[asset]
    calls = [
        two_asset_call(law, weights, x, maturity, tolerance=_TOLERANCE).price
        for x in np.exp(k).tolist()
    ]
    return implied_volatility(calls, k, maturity)


@dataclass(frozen=True, eq=False)
class Target:
    """What models of one maturity are matched to."""

    maturity: float
    log_moneyness: Vector
    volatilities: Vector
    money_call: float

    @property
    def level(self) -> float:
        """The normal volatility of the spread at the money."""
        return float(implied_normal_volatility(0.0, self.money_call, self.maturity))


def target(maturity: float) -> Target:
    """Return the alpha model's numbers: volatilities of shape (2, 3), and the spread's call."""
    law = alpha_model()
    deviations = law.deviations(maturity)
    k = deviations[:, None] * _DEVIATIONS
    volatilities = [asset_volatilities(law, i, k[i], maturity) for i in range(2)]
    money = float(joint_calls(law, np.array([MONEY]), maturity)[0])
    return Target(maturity, k, np.array(volatilities), money)


def sabr_marginals(aim: Target) -> tuple[SABR, SABR]:
    """Return SABR smiles through three volatilities of each asset."""
    return _sabr(aim, 0), _sabr(aim, 1)


def _sabr(aim: Target, asset: int) -> SABR:
    k, wanted = aim.log_moneyness[asset], aim.volatilities[asset]

    def model(x: Vector) -> SABR:
        return SABR(
            initial_volatility=math.exp(x[0]),
            lognormal_vol_of_vol=math.exp(x[1]),
            correlation=math.tanh(x[2]),
            elasticity=ELASTICITY,
        )

    def misses(x: Vector) -> Vector:
        try:
            return model(x).implied_volatility(k, aim.maturity) / wanted - 1.0
        except RmotError:
            return np.full(3, 10.0)

    start = np.array([math.log(wanted[1]), math.log(0.8 / (1.0 + aim.maturity)), -0.2])
    found = least_squares(misses, start, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    if np.max(np.abs(found.fun)) > 1e-6:
        raise CalibrationError(f"no SABR smile meets volatilities {wanted.tolist()}: {found.fun}")
    return model(found.x)


def marginal_laws(
    smiles: tuple[SABR, SABR], maturity: float
) -> tuple[SmileMarginal, SmileMarginal]:
    """Return the laws behind two smiles, with the forwards of the study."""
    first, second = (
        smile_marginal(smile, maturity, forward=forward)
        for smile, forward in zip(smiles, FORWARDS, strict=True)
    )
    return first, second


def matched_copula(
    laws: tuple[SmileMarginal, SmileMarginal], aim: Target, degrees_of_freedom: float | None = None
) -> GaussianCopula | StudentCopula:
    """Return the copula under which the spread at the money has its price."""

    def copula(rho: float) -> GaussianCopula | StudentCopula:
        if degrees_of_freedom is None:
            return GaussianCopula(rho)
        return StudentCopula(rho, degrees_of_freedom)

    def excess(rho: float) -> float:
        return copula_calls(laws, copula(rho), np.array([MONEY]))[0] - aim.money_call

    return copula(_root(excess, -0.99, 0.99))


def copula_calls(
    laws: tuple[SmileMarginal, SmileMarginal],
    copula: GaussianCopula | StudentCopula,
    strikes: Vector,
) -> Vector:
    """Return spread options under a copula."""
    tolerance = _TOLERANCE * sum(FORWARDS)
    return copula_spread_options(*laws, copula, strikes, tolerance=tolerance).call


def bisabr(smiles: tuple[SABR, SABR], rho: float) -> BiSABR:
    """Return the BiSABR model where volatilities see the other price through their own alone.

    What prices leave of the volatilities' Brownian motions has a correlation of its own.
    """
    first, second = smiles
    own = math.sqrt((1.0 - first.correlation**2) * (1.0 - second.correlation**2))
    through = rho * first.correlation * second.correlation
    return BiSABR(
        first=first,
        second=second,
        price_correlation=rho,
        volatility_correlation=through + VOLATILITY_CORRELATION * own,
        first_price_second_volatility=rho * second.correlation,
        second_price_first_volatility=rho * first.correlation,
        forwards=FORWARDS,
    )


def matched_bisabr(smiles: tuple[SABR, SABR], aim: Target) -> BiSABR:
    """Return the one whose expansion has the spread's volatility at the money."""

    def excess(rho: float) -> float:
        return float(bisabr(smiles, rho).implied_normal_volatility(MONEY, aim.maturity)) - aim.level

    return bisabr(smiles, _root(excess, -0.9, 0.97))


def matched_lognormal(aim: Target) -> Callable[[Vector], Vector]:
    """Return calls on the spread of two lognormal prices with volatilities at the money."""
    flat = [
        SABR(initial_volatility=v, lognormal_vol_of_vol=0.0, correlation=0.0)
        for v in aim.volatilities[:, 1].tolist()
    ]
    laws = marginal_laws((flat[0], flat[1]), aim.maturity)
    copula = matched_copula(laws, aim)
    return lambda strikes: copula_calls(laws, copula, strikes)


def matched_normal(aim: Target) -> Callable[[Vector], Vector]:
    """Return calls on a normal spread: its smile is flat."""
    deviation = aim.level * math.sqrt(aim.maturity)
    return lambda strikes: bachelier_call(strikes - MONEY, deviation)


def normal_volatility(calls: Vector, strikes: Vector, maturity: float) -> Vector:
    """Return normal volatilities of spread calls."""
    return implied_normal_volatility(strikes - MONEY, calls, maturity)


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    ends = excess(low), excess(high)
    if ends[0] * ends[1] > 0.0:
        raise CalibrationError(
            f"no correlation from {low} to {high} meets the spread at the money: {ends}"
        )
    return float(brentq(excess, low, high, xtol=1e-9))  # pyright: ignore[reportArgumentType]


def source() -> dict[str, str]:
    """Say of a table that it rests on no data: its hash is that of the models."""
    settings = (FORWARDS, ELASTICITY, DEGREES_OF_FREEDOM, LOADINGS, COLOURS, MEAN_REVERSION)
    return {"data": "drawn", "data_sha256": data_digest(settings)}
