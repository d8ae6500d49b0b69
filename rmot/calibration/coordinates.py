"""Coordinates in which each parameter ranges freely over a box.

The likelihood is maximised, and information is measured, in
(H, log nu, atanh rho, log V0, log kappa, log theta): errors are then relative for the positive
parameters and finite for a correlation near -1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Coordinate:
    """A smooth increasing map between a parameter and its coordinate, with search bounds."""

    symbol: str
    label: str
    """The coordinate in terms of the symbol, such as ``log nu``."""
    lower: float
    upper: float
    to: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]
    """Derivative of the parameter by its coordinate, at a value of the parameter."""

    @property
    def box(self) -> tuple[float, float]:
        """Search interval in the coordinate."""
        return self.to(self.lower), self.to(self.upper)


def _identity(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(symbol, symbol, lower, upper, float, float, lambda value: 1.0)


def _logarithm(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(
        symbol,
        f"log {symbol}",
        lower,
        upper,
        lambda x: float(np.log(x)),
        lambda x: float(np.exp(x)),
        float,
    )


def _negative_logarithm(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(
        symbol,
        f"-log -{symbol}",
        lower,
        upper,
        lambda x: float(-np.log(-x)),
        lambda x: float(-np.exp(-x)),
        lambda value: -value,
    )


def _inverse_hyperbolic_tangent(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(
        symbol,
        f"atanh {symbol}",
        lower,
        upper,
        lambda x: float(np.arctanh(x)),
        lambda x: float(np.tanh(x)),
        lambda value: 1.0 - value * value,
    )


COORDINATES: dict[str, Coordinate] = {
    "hurst": _identity("H", 0.01, 0.5),
    "vol_of_vol": _logarithm("nu", 0.01, 3.0),
    "correlation": _inverse_hyperbolic_tangent("rho", -0.995, 0.995),
    "initial_variance": _logarithm("V0", 1e-4, 4.0),
    "mean_reversion": _logarithm("kappa", 1e-3, 30.0),
    "long_run_variance": _logarithm("theta", 1e-4, 4.0),
    "volatility": _logarithm("sigma", 1e-3, 5.0),
    "short_vol_of_vol": _logarithm("nu", 0.01, 10.0),
    "slow_weight": _identity("w", 0.0, 1.0),
    "fast_reversion": _logarithm("k1", 1.0, 100.0),
    "slow_reversion": _logarithm("k2", 0.01, 5.0),
    "fast_correlation": _inverse_hyperbolic_tangent("rho1", -0.995, 0.995),
    "slow_partial_correlation": _inverse_hyperbolic_tangent("rho2", -0.995, 0.995),
    "factor_correlation": _inverse_hyperbolic_tangent("rho12", -0.95, 0.95),
    "base_volatility": _identity("beta0", 0.0, 1.0),
    "trend_loading": _negative_logarithm("beta1", -2.0, -1e-3),
    "activity_loading": _logarithm("beta2", 1e-2, 3.0),
    "fast_trend_speed": _logarithm("lambda10", 5.0, 500.0),
    "slow_trend_speed": _logarithm("lambda11", 0.1, 50.0),
    "slow_trend_weight": _identity("theta1", 0.0, 1.0),
    "fast_activity_speed": _logarithm("lambda20", 2.0, 200.0),
    "slow_activity_speed": _logarithm("lambda21", 0.05, 20.0),
    "slow_activity_weight": _identity("theta2", 0.0, 1.0),
    "fast_trend": _identity("R10", -5.0, 5.0),
    "slow_trend": _identity("R11", -5.0, 5.0),
    "fast_activity": _logarithm("R20", 1e-4, 4.0),
    "slow_activity": _logarithm("R21", 1e-4, 4.0),
    # smiles that are formulas: SABR, SSVI, SVI
    "curvature": _logarithm("eta", 1e-2, 50.0),
    "curvature_decay": _identity("gamma", 0.01, 0.99),
    "initial_volatility": _logarithm("alpha", 1e-3, 5.0),
    "lognormal_vol_of_vol": _logarithm("nu", 1e-3, 50.0),
    "minimum_total_variance": _logarithm("w", 1e-8, 10.0),
    "smoothness": _logarithm("s", 1e-4, 10.0),
    "translation": _identity("m", -3.0, 3.0),
    "wing_slope": _logarithm("b", 1e-5, 2.0),
}

FACTOR_COORDINATES: dict[str, Coordinate] = {
    **{name: COORDINATES[name] for name in ("hurst", "correlation", "mean_reversion")},
    "loading": _identity("a", -3.0, 3.0),
    "vol_of_vol": _logarithm("nu", 0.05, 30.0),
    "long_run_variance": _logarithm("theta", 1e-2, 100.0),
}
"""Of factors whose variance starts at 1: its scale is that of the loadings."""
