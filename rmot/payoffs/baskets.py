r"""Payoffs of several assets: of a weighted sum of their prices, or of one among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.payoffs.one_asset import PiecewiseLinear
from rmot.payoffs.protocol import finite_vector

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BasketOption:
    r"""A payoff of a weighted sum of prices, :math:`x = w \\cdot S`, that bends once.

    Attributes
    ----------
    weights : ndarray, shape (n_assets,)
        Finite, not all zero; negative ones make a spread.
    strike : float
    """

    weights: Vector
    strike: float
    _name: ClassVar[str] = "basket_option"
    _slopes: ClassVar[tuple[float, float]] = (0.0, 0.0)

    def __post_init__(self) -> None:
        weights = finite_vector(self.weights, "the basket's weights")
        if not weights.size or not np.any(weights):
            raise ParameterError(f"expected weights that are not all zero; got {weights.tolist()}")
        weights.flags.writeable = False
        object.__setattr__(self, "weights", weights)
        strike = float(self.strike)
        if not np.isfinite(strike):
            raise ParameterError(f"expected a finite strike of the basket; got {strike}")
        object.__setattr__(self, "strike", strike)

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self._name}(strike={self.strike:g})"

    @property
    def bend(self) -> tuple[float, float, float]:
        """Where the payoff of x is zero and bends, and its slopes below and above."""
        return (self.strike, *self._slopes)

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at prices of shape (n, n_assets)."""
        prices = np.asarray(points, dtype=float)
        if prices.ndim != 2 or prices.shape[1] != self.weights.size:
            raise ParameterError(
                f"expected prices of {self.weights.size} assets, shape (n, {self.weights.size}), "
                f"for {self.label}; got shape {prices.shape}"
            )
        gain = prices @ self.weights - self.strike
        below, above = self._slopes
        return below * np.minimum(gain, 0.0) + above * np.maximum(gain, 0.0)


@dataclass(frozen=True, eq=False)
class BasketCall(BasketOption):
    r"""A call on a weighted sum of prices, :math:`(w \\cdot S - K)^+`."""

    _name: ClassVar[str] = "basket_call"
    _slopes: ClassVar[tuple[float, float]] = (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class BasketPut(BasketOption):
    r"""A put on a weighted sum of prices, :math:`(K - w \\cdot S)^+`."""

    _name: ClassVar[str] = "basket_put"
    _slopes: ClassVar[tuple[float, float]] = (-1.0, 0.0)


@dataclass(frozen=True, eq=False)
class BasketForward(BasketOption):
    r"""A forward contract on a weighted sum of prices, :math:`w \\cdot S - K`."""

    _name: ClassVar[str] = "basket_forward"
    _slopes: ClassVar[tuple[float, float]] = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class OnAsset:
    """A payoff of one asset, where points hold the prices of several.

    Attributes
    ----------
    payoff : PiecewiseLinear
    asset : int
        Which column of the points it looks at, >= 0.
    """

    payoff: PiecewiseLinear
    asset: int

    def __post_init__(self) -> None:
        if not isinstance(self.payoff, PiecewiseLinear):
            raise ParameterError(f"expected a payoff of one asset; got {self.payoff!r}")
        if isinstance(self.asset, bool) or not isinstance(self.asset, int | np.integer):
            raise ParameterError(f"expected an asset's index; got {self.asset!r}")
        if self.asset < 0:
            raise ParameterError(f"expected an asset's index >= 0; got {self.asset}")

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.payoff.label} on asset {self.asset}"

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at prices of shape (n, n_assets)."""
        prices = np.asarray(points, dtype=float)
        if prices.ndim != 2 or prices.shape[1] <= self.asset:
            raise ParameterError(
                f"expected prices of more than {self.asset} assets, shape (n, n_assets), for "
                f"{self.label}; got shape {prices.shape}"
            )
        return self.payoff.value(prices[:, self.asset])


def basket_call(weights: Sequence[float] | Vector, strike: float) -> BasketCall:
    r"""Return :math:`(\\sum_i w_i S_i - K)^+`; prices have shape (n, n_assets).

    Parameters
    ----------
    weights : array_like, shape (n_assets,)
        Of any sign.
    strike : float
        In the unit of the weighted prices.
    """
    return BasketCall(np.asarray(weights, dtype=float), strike)


def basket_put(weights: Sequence[float] | Vector, strike: float) -> BasketPut:
    r"""Return :math:`(K - \\sum_i w_i S_i)^+`; prices have shape (n, n_assets).

    Parameters
    ----------
    weights : array_like, shape (n_assets,)
        Of any sign.
    strike : float
        In the unit of the weighted prices.
    """
    return BasketPut(np.asarray(weights, dtype=float), strike)


def basket_forward(weights: Sequence[float] | Vector, strike: float = 0.0) -> BasketForward:
    r"""Return :math:`\\sum_i w_i S_i - K`; prices have shape (n, n_assets).

    Parameters
    ----------
    weights : array_like, shape (n_assets,)
        Of any sign.
    strike : float
        In the unit of the weighted prices.
    """
    return BasketForward(np.asarray(weights, dtype=float), strike)


def on_asset(payoff: PiecewiseLinear, asset: int) -> OnAsset:
    """Return a payoff of asset number `asset`, from 0; prices have shape (n, n_assets).

    Parameters
    ----------
    payoff : PiecewiseLinear
    asset : int

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> on_asset(call(1.0), 1).value([[9.0, 1.5], [9.0, 0.5]])
    array([0.5, 0. ])
    """
    return OnAsset(payoff, asset)
