"""Knows what follows from a formula for implied volatilities and its gradient."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.models._checks import check_log_moneyness, check_maturity
from rmot.models.sensitivities import Sensitivities
from rmot.numerics.black import black_call, black_vega


@dataclass(frozen=True, kw_only=True)
class ParametricSmile(ABC):
    """A smile with forward 1 that is given by its volatilities and not by a law."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(field.name for field in fields(self))

    @abstractmethod
    def _volatility(
        self, k: NDArray[np.float64], maturity: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return volatilities, shape (n,), and derivatives, shape (parameters, n), for k (n,)."""

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return Black volatilities; same shape as log_moneyness."""
        k = check_log_moneyness(log_moneyness)
        return self._volatility(k.ravel(), check_maturity(maturity))[0].reshape(k.shape)

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return undiscounted calls with forward 1; same shape as log_moneyness."""
        k = check_log_moneyness(log_moneyness)
        return black_call(k, self.implied_volatility(k, maturity), maturity)

    def sensitivities(self, log_moneyness: ArrayLike, maturity: float) -> Sensitivities:
        """Return prices and volatilities with exact derivatives in the parameters."""
        k = check_log_moneyness(log_moneyness).ravel()
        volatility, gradient = self._volatility(k, check_maturity(maturity))
        price = black_call(k, volatility, maturity)
        vega = black_vega(k, volatility, maturity)
        return Sensitivities(self.parameters, price, volatility, gradient * vega, gradient)
