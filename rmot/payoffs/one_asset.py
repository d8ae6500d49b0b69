r"""Payoffs of one asset: what they pay at any price, where they bend or jump, and how they end.

A payoff is linear between its kinks :math:`k_1 < \dots < k_m`, jumps included,

.. math:: c(s) = a_i + b_i s \quad (k_i \le s < k_{i+1}),

so that a static hedge can be checked at all prices by looking at finitely many of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.payoffs.protocol import finite_strike, finite_vector

Vector = NDArray[np.float64]


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
            column = finite_vector(getattr(self, name), f"{name} of {self.label}")
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        kinks = self.kinks
        if kinks.size and not (kinks[0] >= 0 and (kinks.size == 1 or np.diff(kinks).min() > 0)):
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


def call(strike: float) -> PiecewiseLinear:
    """Return :math:`(S - K)^+`.

    Parameters
    ----------
    strike : float
        K, in the unit of the price.

    Examples
    --------
    >>> call(1.0).value([0.5, 1.25])
    array([0.  , 0.25])
    """
    k = finite_strike(strike)
    return _one_kink(k, (0.0, 0.0), (-k, 1.0), "call")


def put(strike: float) -> PiecewiseLinear:
    """Return :math:`(K - S)^+`.

    Parameters
    ----------
    strike : float
        K, in the unit of the price.
    """
    k = finite_strike(strike)
    return _one_kink(k, (k, -1.0), (0.0, 0.0), "put")


def digital(strike: float) -> PiecewiseLinear:
    r"""Return :math:`1\\{S \\ge K\\}`.

    Parameters
    ----------
    strike : float
        K, in the unit of the price.
    """
    return _one_kink(finite_strike(strike), (0.0, 0.0), (1.0, 0.0), "digital")


def straddle(strike: float) -> PiecewiseLinear:
    """Return :math:`|S - K|`.

    Parameters
    ----------
    strike : float
        K, in the unit of the price.
    """
    k = finite_strike(strike)
    return _one_kink(k, (k, -1.0), (-k, 1.0), "straddle")


def forward() -> PiecewiseLinear:
    """Return the price itself, :math:`S`."""
    return PiecewiseLinear(np.empty(0), np.zeros(1), np.ones(1), "forward")


def _one_kink(
    kink: float, below: tuple[float, float], beyond: tuple[float, float], name: str
) -> PiecewiseLinear:
    (a, b), (c, d) = below, beyond
    return PiecewiseLinear(
        np.array([kink]), np.array([a, c]), np.array([b, d]), f"{name}(strike={kink:g})"
    )
