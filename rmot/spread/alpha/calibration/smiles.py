"""Knows the three observables of a smile: those of the one square-root variance that fits it.

A vanilla smile is fitted by Heston's model, a spread's by the normal Heston model, with the mean
reversion lambda and the ratio theta / V_0 = LT given, as source 004 has them for all factors. Then
Var = V_0, CoVar = rho xi V_0, VarVar = xi^2 V_0: section 2.0.4, and the inverse of (137)-(139).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from rmot.errors import CalibrationError, ParameterError
from rmot.models.heston import Heston
from rmot.models.normal_law import NormalHeston
from rmot.spread.alpha.observables import Observables, square_root_observables

Array = NDArray[np.float64]
_TOLERANCE = 1e-10
_LEAST_STRIKES = 3
# xi over the root of V_0, and V_0 over the squared volatility at the money
_VOLS_OF_VOL = (1e-3, 30.0)
_LEVELS = (0.05, 20.0)
_MOST_CORRELATION = 0.999


@dataclass(frozen=True)
class SmileFit:
    """One square-root variance fitted to a smile.

    Attributes
    ----------
    model : Heston or NormalHeston
    volatility : ndarray, shape (n_strikes,)
        What it implies, of the kind that was fitted.
    root_mean_square_error : float
        Weighted, in volatility.
    """

    model: Heston | NormalHeston
    volatility: Array
    root_mean_square_error: float

    @property
    def observables(self) -> Observables:
        """Var, CoVar and VarVar, each a number."""
        m = self.model
        return square_root_observables(m.initial_variance, m.vol_of_vol, m.correlation)


def fit_vanilla_smile(
    log_moneyness: ArrayLike,
    volatility: ArrayLike,
    maturity: float,
    mean_reversion: float,
    *,
    long_run_ratio: float = 1.0,
    weights: ArrayLike | None = None,
) -> SmileFit:
    """Fit Heston's model to implied volatilities of one maturity.

    Parameters
    ----------
    log_moneyness : array_like, shape (n,)
        log(K / F), three or more.
    volatility : array_like, shape (n,)
        Lognormal, annualised.
    maturity : float
        T > 0 in years.
    mean_reversion : float
        lambda.
    long_run_ratio : float
        theta / V_0.
    weights : array_like, shape (n,), optional
        Of squared errors.

    Raises
    ------
    ParameterError
        If quotes are too few, not finite or not positive.
    CalibrationError
        If the search does not end.
    """
    k = np.asarray(log_moneyness, dtype=np.float64)

    def implied(variance: float, xi: float, rho: float) -> tuple[Heston, Array]:
        model = Heston(
            vol_of_vol=xi,
            correlation=rho,
            initial_variance=variance,
            mean_reversion=mean_reversion,
            long_run_variance=long_run_ratio * variance,
        )
        return model, model.implied_volatility(k, maturity)

    return _fit(implied, k, volatility, weights)


def fit_spread_smile(
    strikes: ArrayLike,
    volatility: ArrayLike,
    maturity: float,
    mean_reversion: float,
    *,
    forward: float,
    long_run_ratio: float = 1.0,
    weights: ArrayLike | None = None,
) -> SmileFit:
    """Fit the normal Heston model to normal implied volatilities of options on a spread.

    Parameters
    ----------
    strikes : array_like, shape (n,)
        In units of the spread.
    volatility : array_like, shape (n,)
        Normal, annualised, in these units.
    maturity, mean_reversion, long_run_ratio, weights
        As in `fit_vanilla_smile`, which raises the same.
    forward : float
        Of the spread.
    """
    k = np.asarray(strikes, dtype=np.float64)

    def implied(variance: float, xi: float, rho: float) -> tuple[NormalHeston, Array]:
        model = NormalHeston(
            vol_of_vol=xi,
            correlation=rho,
            initial_variance=variance,
            mean_reversion=mean_reversion,
            long_run_variance=long_run_ratio * variance,
        )
        return model, model.options(k, maturity, forward=forward).volatility

    return _fit(implied, k - forward, volatility, weights)


def _fit(
    implied: Callable[[float, float, float], tuple[Heston | NormalHeston, Array]],
    distance: Array,
    volatility: ArrayLike,
    weights: ArrayLike | None,
) -> SmileFit:
    quoted = np.asarray(volatility, dtype=np.float64)
    share = np.ones_like(quoted) if weights is None else np.asarray(weights, dtype=np.float64)
    if distance.ndim != 1 or not distance.shape == quoted.shape == share.shape:
        raise ParameterError(
            f"expected strikes, volatilities and weights of one shape (n,); got {distance.shape}, "
            f"{quoted.shape} and {share.shape}"
        )
    if quoted.size < _LEAST_STRIKES or not np.all(np.isfinite(quoted) & (quoted > 0.0)):
        raise ParameterError(
            f"expected at least {_LEAST_STRIKES} positive volatilities; got {quoted.tolist()}"
        )
    if not np.all(share >= 0.0) or not np.sum(share > 0.0) >= _LEAST_STRIKES:
        raise ParameterError(f"expected {_LEAST_STRIKES} or more positive weights")
    share = share / share.sum()
    level = float(quoted[np.argmin(np.abs(distance))]) ** 2

    def numbers(x: Array) -> tuple[float, float, float]:
        variance = level * math.exp(x[0])
        return variance, math.exp(x[1]) * math.sqrt(variance), math.tanh(x[2])

    def misses(x: Array) -> Array:
        gap = implied(*numbers(x))[1] - quoted
        return np.sqrt(share) * np.nan_to_num(gap / math.sqrt(level), nan=1.0)

    box = np.log([_LEVELS, _VOLS_OF_VOL])
    edge = math.atanh(_MOST_CORRELATION)
    low, high = np.append(box[:, 0], -edge), np.append(box[:, 1], edge)
    found = [
        least_squares(
            misses,
            [0.0, 0.0, rho],
            bounds=(low, high),
            xtol=_TOLERANCE,
            ftol=_TOLERANCE,
            gtol=_TOLERANCE,
        )
        for rho in (-0.5, 0.5)
    ]
    best = min(found, key=lambda each: each.cost)
    if not best.success:
        raise CalibrationError(f"no square-root variance fits the smile: {best.message}")
    model, fitted = implied(*numbers(best.x))
    error = math.sqrt(float(np.sum(share * (fitted - quoted) ** 2)))
    return SmileFit(model, fitted, error)
