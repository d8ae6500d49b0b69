r"""Payoffs of one asset's prices at two dates, x first and y then.

.. math:: c(x, y) = \frac{1}{x^r} \Big(a + b x + s y + \sum_i d_i\, (y - p_i - q_i x)^+\Big),
          \quad r \in \{0, 1\}.

Given x they are linear in y between kinks that are straight lines in x, so that a hedge in calls
and a position changed at the first date can be checked at all prices by looking at finitely many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.payoffs.protocol import finite_strike, finite_vector

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoDatePayoff:
    """A payoff of two prices, linear in the second between kinks that move with the first.

    Attributes
    ----------
    base : ndarray, shape (3,)
        a, b and s: cash, units of the first price, and of the second.
    offsets, multiples, bends : ndarray, shape (m,)
        p, q and d: kinks at p + q x, and the change of slope there.
    per_first : bool
        Whether all is divided by the first price (r = 1), as payoffs of returns are. A first price
        of zero then counts as a return of zero.
    label : str

    Raises
    ------
    ParameterError
        Lengths do not fit, a number is not finite, or a payoff of returns is not one: with
        `per_first`, a and all p are zero.
    """

    base: Vector
    offsets: Vector
    multiples: Vector
    bends: Vector
    per_first: bool = False
    label: str = "payoff at two dates"

    def __post_init__(self) -> None:
        for name in ("base", "offsets", "multiples", "bends"):
            column = finite_vector(getattr(self, name), f"{name} of {self.label}")
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        sizes = self.base.size, self.offsets.size, self.multiples.size, self.bends.size
        if sizes[0] != 3 or len(set(sizes[1:])) != 1:
            raise ParameterError(
                f"expected 3 numbers of the base and as many offsets as multiples and bends of "
                f"{self.label}; got {sizes}"
            )
        if self.per_first and (self.base[0] != 0 or np.any(self.offsets != 0)):
            raise ParameterError(f"expected a payoff of the return alone; got {self.label}")

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at prices of shape (n, 2) or (n, 2, 1), dates in order; shape (n,)."""
        prices = np.asarray(points, dtype=float)
        if prices.ndim == 3 and prices.shape[2] == 1:
            prices = prices[:, :, 0]
        if prices.ndim != 2 or prices.shape[1] != 2:
            raise ParameterError(
                f"expected prices of one asset at two dates, shape (n, 2), for {self.label}; "
                f"got shape {np.shape(points)}"
            )
        return self.at(prices[:, 0], prices[:, 1])

    def at(self, first: ArrayLike, second: ArrayLike) -> Vector:
        """Return the payoff at prices that broadcast."""
        x, y = np.broadcast_arrays(np.asarray(first, float), np.asarray(second, float))
        if self.per_first:
            x, y = np.where(x > 0, x, 1.0), np.where(x > 0, y, 1.0)
        a, b, s = self.base
        paid = a + b * x + s * y
        for p, q, d in zip(self.offsets, self.multiples, self.bends, strict=True):
            paid = paid + d * np.maximum(y - p - q * x, 0.0)
        return paid / x if self.per_first else paid

    def kinks(self, first: ArrayLike) -> Vector:
        """Return where the payoff bends given first prices of shape (n,); shape (n, m)."""
        return self.offsets + np.multiply.outer(np.asarray(first, float), self.multiples)

    def negated(self) -> TwoDatePayoff:
        """Return the payoff sold."""
        return TwoDatePayoff(
            -self.base, self.offsets, self.multiples, -self.bends, self.per_first, f"-{self.label}"
        )


def forward_start_call(ratio: float) -> TwoDatePayoff:
    r"""Return :math:`(S_2 - k S_1)^+`.

    Parameters
    ----------
    ratio : float
        k, of the second price to the first.

    Examples
    --------
    >>> forward_start_call(1.0).value([[1.0, 1.25], [1.0, 0.5]])
    array([0.25, 0.  ])
    """
    k = finite_strike(ratio)
    return _of_lines((0.0, 0.0, 0.0), [(0.0, k, 1.0)], f"forward_start_call(ratio={k:g})")


def forward_start_put(ratio: float) -> TwoDatePayoff:
    """Return :math:`(k S_1 - S_2)^+`.

    Parameters
    ----------
    ratio : float
        k, of the second price to the first.
    """
    k = finite_strike(ratio)
    return _of_lines((0.0, k, -1.0), [(0.0, k, 1.0)], f"forward_start_put(ratio={k:g})")


def forward_start_straddle(ratio: float) -> TwoDatePayoff:
    """Return :math:`|S_2 - k S_1|`.

    Parameters
    ----------
    ratio : float
        k, of the second price to the first.
    """
    k = finite_strike(ratio)
    return _of_lines((0.0, k, -1.0), [(0.0, k, 2.0)], f"forward_start_straddle(ratio={k:g})")


def cliquet(floor: float, cap: float) -> TwoDatePayoff:
    r"""Return the return between two dates, held between floor and cap.

    .. math:: \min(\max(S_2 / S_1 - 1, f), c)

    Parameters
    ----------
    floor, cap : float
        Of the return, fractions; 0.02 is two per cent.

    Raises
    ------
    ParameterError
        The floor is below -1 or not below the cap.
    """
    low, high = float(floor), float(cap)
    if not (np.isfinite(low) and np.isfinite(high) and -1.0 <= low < high):
        raise ParameterError(f"expected -1 <= floor < cap; got {floor} and {cap}")
    lines = [(0.0, 1.0 + low, 1.0), (0.0, 1.0 + high, -1.0)]
    name = f"cliquet(floor={low:g}, cap={high:g})"
    return _of_lines((0.0, low, 0.0), lines, name, per_first=True)


def average_call(strike: float) -> TwoDatePayoff:
    r"""Return an Asian call on two dates, :math:`((S_1 + S_2) / 2 - K)^+`.

    Parameters
    ----------
    strike : float
        K, in the unit of both prices.
    """
    k = finite_strike(strike)
    return _of_lines((0.0, 0.0, 0.0), [(2 * k, -1.0, 0.5)], f"average_call(strike={k:g})")


def _of_lines(
    base: tuple[float, float, float],
    lines: list[tuple[float, float, float]],
    label: str,
    per_first: bool = False,
) -> TwoDatePayoff:
    offsets, multiples, bends = np.array(lines).T
    return TwoDatePayoff(np.array(base), offsets, multiples, bends, per_first, label)
