"""Knows what every law of one terminal price offers: the protocol that models satisfy."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray


@runtime_checkable
class TerminalLaw(Protocol):
    """A model of S_T with forward 1, known through its characteristic function and prices."""

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX), X = log(S_T / F), for complex u; same shape as u."""
        ...

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return undiscounted calls with forward 1; same shape as log_moneyness."""
        ...

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return Black volatilities; same shape as log_moneyness."""
        ...
