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
}
