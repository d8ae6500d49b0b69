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
    return Coordinate(symbol, lower, upper, float, float, lambda value: 1.0)


def _logarithm(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(
        symbol, lower, upper, lambda x: float(np.log(x)), lambda x: float(np.exp(x)), float
    )


def _inverse_hyperbolic_tangent(symbol: str, lower: float, upper: float) -> Coordinate:
    return Coordinate(
        symbol,
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
