r"""What a coupling may have to meet besides its marginals, as quotes of payoffs of several assets.

A correlation of terminal prices is linear in the law once their deviations are given:

.. math:: E[S_i S_j] = F_i F_j + \rho\, \sigma_i \sigma_j, \qquad E[S_i^2] = F_i^2 + \sigma_i^2 .
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, PiecewiseLinear, on_asset
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class CrossProduct:
    """The product of two prices, or the square of one.

    Attributes
    ----------
    first, second : int
        Columns of the points.
    """

    first: int
    second: int

    def __post_init__(self) -> None:
        if min(self.first, self.second) < 0:
            raise ParameterError(
                f"expected indices of assets >= 0; got {self.first} and {self.second}"
            )

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"product of assets {self.first} and {self.second}"

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at prices of shape (n, n_assets)."""
        prices = np.asarray(points, dtype=float)
        most = max(self.first, self.second)
        if prices.ndim != 2 or prices.shape[1] <= most:
            raise ParameterError(
                f"expected prices of more than {most} assets, shape (n, n_assets), for "
                f"{self.label}; got shape {prices.shape}"
            )
        return prices[:, self.first] * prices[:, self.second]


def on_assets(quotes: Sequence[Quotes], joint: Quotes | None = None) -> Quotes:
    """Return the quotes of each asset alone as quotes of all, in order, joint ones last.

    Parameters
    ----------
    quotes : sequence of Quotes
        One an asset, of payoff objects of its price; empty ones are allowed.
    joint : Quotes, optional
        Of payoff objects of all prices: an index option, a spread, `correlation_quotes`.

    Raises
    ------
    ParameterError
        A payoff is an array, or not one of its asset alone.
    """
    payoffs: list[Payoff] = []
    for i, one in enumerate(quotes):
        for payoff in _objects(one):
            if not isinstance(payoff, PiecewiseLinear):
                raise ParameterError(
                    f"expected payoffs of one price for asset {i}; got {payoff.label}"
                )
            payoffs.append(on_asset(payoff, i))
    every = [*quotes] if joint is None else [*quotes, joint]
    if joint is not None:
        payoffs += _objects(joint)
    bid, ask = (
        np.concatenate([getattr(one, side) for one in every]) if every else np.empty(0)
        for side in ("bid", "ask")
    )
    return Quotes(payoffs, bid, ask)


def correlation_quotes(
    marginals: Sequence[Prior], intervals: Mapping[tuple[int, int], tuple[float, float]]
) -> Quotes:
    """Return the quotes that hold correlations of terminal prices in intervals.

    They pin the second moment of each price concerned, and those of their products.

    Parameters
    ----------
    marginals : sequence of Prior
        Of one asset each; their means and deviations are those of the coupling.
    intervals : mapping of (int, int) to (float, float)
        Lower and upper correlation, -1 <= lower <= upper <= 1, of pairs of assets.

    Raises
    ------
    ParameterError
        An interval is none, an asset is missing or not another one, or a marginal is a constant.
    """
    assets = sorted({asset for pair in intervals for asset in pair})
    if assets and not 0 <= assets[0] <= assets[-1] < len(marginals):
        raise ParameterError(f"expected assets among {len(marginals)} marginals; got {assets}")
    known = {asset: moments(marginals[asset]) for asset in assets}
    payoffs, sides = [], []
    for asset, (mean, deviation) in known.items():
        if not deviation > 0:
            raise ParameterError(f"expected marginals that vary; that of asset {asset} does not")
        payoffs.append(CrossProduct(asset, asset))
        sides.append((mean**2 + deviation**2,) * 2)
    for (i, j), (lower, upper) in intervals.items():
        if i == j or not -1.0 <= lower <= upper <= 1.0:
            raise ParameterError(
                f"expected two assets and -1 <= lower <= upper <= 1; got assets {i} and {j}, "
                f"{lower} and {upper}"
            )
        (f, of_f), (g, of_g) = known[i], known[j]
        payoffs.append(CrossProduct(i, j))
        sides.append((f * g + lower * of_f * of_g, f * g + upper * of_f * of_g))
    return Quotes(payoffs, [side[0] for side in sides], [side[1] for side in sides])


def moments(marginal: Prior) -> tuple[float, float]:
    """Return mean and deviation of a law of one asset, its tail included."""
    if marginal.points.ndim != 1:
        raise ParameterError(
            f"expected a prior of one asset; got points of shape {marginal.points.shape}"
        )
    mean = float(marginal.mean())
    second = float(marginal.weights @ marginal.points**2)
    if marginal.tail is not None:
        second += marginal.tail.second_moment
    return mean, float(np.sqrt(max(second - mean**2, 0.0)))


def _objects(quotes: Quotes) -> tuple[Payoff, ...]:
    if not isinstance(quotes.payoffs, tuple):
        raise ParameterError("expected quotes of payoff objects; got arrays of values")
    return quotes.payoffs
