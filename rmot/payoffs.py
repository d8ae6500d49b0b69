r"""Payoffs as objects: what they pay at any price, where they bend or jump, and how they end.

A payoff of one asset is linear between its kinks :math:`k_1 < \dots < k_m`, jumps included,

.. math:: c(s) = a_i + b_i s \quad (k_i \le s < k_{i+1}),

so that a static hedge can be checked at all prices by looking at finitely many of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Vector = NDArray[np.float64]


@runtime_checkable
class Payoff(Protocol):
    """What bounds and priors ask of a payoff."""

    @property
    def label(self) -> str:
        """How messages call it."""
        ...

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at terminal prices, shape (n,) or (n, n_assets); shape (n,)."""
        ...


@dataclass(frozen=True, eq=False)
class PiecewiseLinear:
    """A payoff of one asset, linear between kinks and continuous from the right.

    Attributes
    ----------
    kinks : ndarray, shape (m,)
        Increasing and non-negative prices where slope or value jumps.
    intercepts, slopes : ndarray, shape (m + 1,)
        Of the pieces: below the first kink, between kinks, beyond the last.
    label : str

    Raises
    ------
    ParameterError
        Kinks out of order or negative, numbers not finite, or lengths that do not fit.
    """

    kinks: Vector
    intercepts: Vector
    slopes: Vector
    label: str = "payoff"

    def __post_init__(self) -> None:
        for name in ("kinks", "intercepts", "slopes"):
            column = _finite_vector(getattr(self, name), f"{name} of {self.label}")
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        if np.any(np.diff(self.kinks) <= 0) or np.any(self.kinks < 0):
            raise ParameterError(
                f"expected increasing kinks >= 0 of {self.label}; got {self.kinks.tolist()}"
            )
        if not self.intercepts.size == self.slopes.size == self.kinks.size + 1:
            raise ParameterError(
                f"expected {self.kinks.size + 1} pieces of {self.label}; got "
                f"{self.intercepts.size} intercepts and {self.slopes.size} slopes"
            )

    @property
    def tail(self) -> tuple[float, float]:
        """Slope and intercept beyond the last kink."""
        return float(self.slopes[-1]), float(self.intercepts[-1])

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at prices of shape (n,), in the units of the strikes."""
        return self._on_pieces(points, "right")

    def left_limit(self, points: ArrayLike) -> Vector:
        """Return the limits from below at prices of shape (n,)."""
        return self._on_pieces(points, "left")

    def _on_pieces(self, points: ArrayLike, side: str) -> Vector:
        prices = np.asarray(points, dtype=float)
        if prices.ndim != 1:
            raise ParameterError(
                f"expected prices of one asset, shape (n,), for {self.label}; "
                f"got shape {prices.shape}"
            )
        piece = np.searchsorted(self.kinks, prices, side=side)  # pyright: ignore[reportCallIssue, reportArgumentType]
        return self.intercepts[piece] + self.slopes[piece] * prices


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
        weights = _finite_vector(self.weights, "the basket's weights")
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


def call(strike: float) -> PiecewiseLinear:
    """Return :math:`(S - K)^+`.

    Examples
    --------
    >>> call(1.0).value([0.5, 1.25])
    array([0.  , 0.25])
    """
    k = _strike(strike)
    return _one_kink(k, (0.0, 0.0), (-k, 1.0), "call")


def put(strike: float) -> PiecewiseLinear:
    """Return :math:`(K - S)^+`."""
    k = _strike(strike)
    return _one_kink(k, (k, -1.0), (0.0, 0.0), "put")


def digital(strike: float) -> PiecewiseLinear:
    r"""Return :math:`1\\{S \\ge K\\}`."""
    return _one_kink(_strike(strike), (0.0, 0.0), (1.0, 0.0), "digital")


def straddle(strike: float) -> PiecewiseLinear:
    """Return :math:`|S - K|`."""
    k = _strike(strike)
    return _one_kink(k, (k, -1.0), (-k, 1.0), "straddle")


def forward() -> PiecewiseLinear:
    """Return the price itself, :math:`S`."""
    return PiecewiseLinear(np.empty(0), np.zeros(1), np.ones(1), "forward")


def basket_call(weights: Sequence[float] | Vector, strike: float) -> BasketCall:
    r"""Return :math:`(\\sum_i w_i S_i - K)^+`; prices have shape (n, n_assets)."""
    return BasketCall(np.asarray(weights, dtype=float), strike)


def basket_put(weights: Sequence[float] | Vector, strike: float) -> BasketPut:
    r"""Return :math:`(K - \\sum_i w_i S_i)^+`; prices have shape (n, n_assets)."""
    return BasketPut(np.asarray(weights, dtype=float), strike)


def basket_forward(weights: Sequence[float] | Vector, strike: float = 0.0) -> BasketForward:
    r"""Return :math:`\\sum_i w_i S_i - K`; prices have shape (n, n_assets)."""
    return BasketForward(np.asarray(weights, dtype=float), strike)


def on_asset(payoff: PiecewiseLinear, asset: int) -> OnAsset:
    """Return a payoff of asset number `asset`, from 0; prices have shape (n, n_assets).

    Examples
    --------
    >>> on_asset(call(1.0), 1).value([[9.0, 1.5], [9.0, 0.5]])
    array([0.5, 0. ])
    """
    return OnAsset(payoff, asset)


def _one_kink(
    kink: float, below: tuple[float, float], beyond: tuple[float, float], name: str
) -> PiecewiseLinear:
    (a, b), (c, d) = below, beyond
    return PiecewiseLinear(
        np.array([kink]), np.array([a, c]), np.array([b, d]), f"{name}(strike={kink:g})"
    )


def _strike(strike: float) -> float:
    value = float(strike)
    if not (np.isfinite(value) and value >= 0):
        raise ParameterError(f"expected a finite strike >= 0; got {strike}")
    return value


def _finite_vector(values: ArrayLike, name: str) -> Vector:
    vector = np.array(values, dtype=float)
    if vector.ndim != 1 or not np.all(np.isfinite(vector)):
        raise ParameterError(f"expected finite numbers in one dimension for {name}; got {values}")
    return vector
