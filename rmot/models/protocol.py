"""Knows what models offer: every smile its volatilities, every law of a terminal price more."""

from typing import Literal, Protocol, overload, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.models.sensitivities import Sensitivities
from rmot.numerics.discrete import Prior


@runtime_checkable
class SmileModel(Protocol):
    """A smile with forward 1, known through its volatilities: all that a calibration needs."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of the rows of `sensitivities`."""
        ...

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return Black volatilities; same shape as log_moneyness."""
        ...

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> NDArray[np.float64]:
        """Return undiscounted calls with forward 1; same shape as log_moneyness."""
        ...

    def sensitivities(self, log_moneyness: ArrayLike, maturity: float) -> Sensitivities:
        """Return prices and volatilities with exact derivatives in the parameters."""
        ...


@runtime_checkable
class TerminalLaw(SmileModel, Protocol):
    """A model of S_T with forward 1, known through its characteristic function and prices."""

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX), X = log(S_T / F), for complex u; same shape as u."""
        ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[False] = False,
        *,
        tolerance: float | None = None,
    ) -> NDArray[np.float64]: ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[True],
        *,
        tolerance: float | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: bool = False,
        *,
        tolerance: float | None = None,
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return undiscounted calls with forward 1, and errors if asked; shape of log_moneyness."""
        ...

    def sensitivities(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float | None = None
    ) -> Sensitivities:
        """Return prices and volatilities with exact derivatives in the parameters."""
        ...

    def critical_moments(self, maturity: float) -> tuple[float, float]:
        """Return (p_minus, p_plus): E S_T^p is finite for p between them, infinite beyond."""
        ...

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order with forward 1; inf beyond the critical moments."""
        ...

    def prior(
        self,
        maturity: float,
        n_points: int = 1000,
        upper: float | None = None,
        kinks: ArrayLike = (),
    ) -> Prior:
        """Return the law of S_T / F as a discrete measure."""
        ...


@runtime_checkable
class JointLaw(Protocol):
    """A law of several terminal prices, forwards 1, known through its characteristic function."""

    @property
    def n_assets(self) -> int:
        """How many prices."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on."""
        ...

    def deviations(self, maturity: float) -> NDArray[np.float64]:
        """Return the order of magnitude of the standard deviations of X, shape (n_assets,)."""
        ...

    def has_moment(self, orders: ArrayLike, maturity: float) -> bool:
        """Tell whether E prod_i S_i(T)^{p_i} is finite, for real orders, shape (n_assets,)."""
        ...

    def estimated_log_transform(
        self,
        u: NDArray[np.complex128],
        maturity: float,
        tolerance: NDArray[np.float64] | float,
        *,
        differentiate: bool = False,
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]]:
        """Return log E exp(iu.X), u of shape (n, n_assets), its errors, derivatives if asked."""
        ...
