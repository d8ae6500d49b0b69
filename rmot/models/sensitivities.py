"""Knows how a law's prices and volatilities are handed over with their derivatives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sensitivities:
    """Prices and volatilities of one maturity with their derivatives in the model's parameters.

    Attributes
    ----------
    parameters : tuple of str
        Names, in the order of the rows below.
    call_price, implied_volatility : ndarray, shape (m,)
    price_gradient, volatility_gradient : ndarray, shape (parameters, m)
        Derivatives, per unit of the parameter.
    """

    parameters: tuple[str, ...]
    call_price: NDArray[np.float64]
    implied_volatility: NDArray[np.float64]
    price_gradient: NDArray[np.float64]
    volatility_gradient: NDArray[np.float64]
