"""The books that are charged: calls on baskets, by their share of the notional.

The sources print charges on books that they do not describe. Ours hold what they price elsewhere:
half of SPX and half of NDX (000; 001, Table 3), and three assets in equal parts, up to half out of
the money (001, Table 2). Weights are on each asset over its forward, and so the notional is the
present value of the baskets underneath.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from rmot.errors import ParameterError
from rmot.payoffs import BasketOption, basket_call

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Book:
    """Calls on one basket, all bought or all sold.

    Attributes
    ----------
    name : str
    assets : tuple of str
    weights : tuple of float
        On each asset over its forward; they sum to one.
    strikes : tuple of float
        Over the basket's forward.
    shares : tuple of float
        Of the notional, by strike; they sum to one.

    Raises
    ------
    ParameterError
        Numbers of entries do not fit, one is negative, or a sum is not one.
    """

    name: str
    assets: tuple[str, ...]
    weights: tuple[float, ...]
    strikes: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        for what, found, per in (
            ("weights", self.weights, self.assets),
            ("shares", self.shares, self.strikes),
        ):
            if len(found) != len(per) or min(found) < 0 or abs(sum(found) - 1.0) > _ROUNDING:
                raise ParameterError(
                    f"expected {len(per)} {what}, none negative, that sum to one; got {found}"
                )

    def payoffs(self) -> list[BasketOption]:
        """Return the calls, by strike."""
        return [basket_call(self.weights, strike) for strike in self.strikes]

    def mixes(self, moved: float) -> list[Book]:
        """Return the books in which a share of the notional moved from one strike to another.

        A strike that has less gives all it has. The total stays.
        """
        found = []
        for giver, taker in permutations(range(len(self.shares)), 2):
            shares = np.array(self.shares)
            by = min(moved, shares[giver])
            shares[giver] -= by
            shares[taker] += by
            found.append(replace(self, shares=tuple(float(share) for share in shares)))
        return found

    def tilts(self, share: float) -> list[Book]:
        """Return the books whose weight on one asset is larger by a share of itself, in turn.

        The others give in proportion, so that the notional stays.
        """
        found = []
        for rank in range(len(self.weights)):
            weights = np.array(self.weights)
            by = share * weights[rank]
            others = np.arange(weights.size) != rank
            weights[others] *= 1.0 - by / weights[others].sum()
            weights[rank] += by
            found.append(replace(self, weights=tuple(float(weight) for weight in weights)))
        return found


INDICES = Book(
    "half SPX, half NDX", ("SPX", "NDX"), (0.5, 0.5), (1.0, 1.1, 1.2), (1 / 3, 1 / 3, 1 / 3)
)

FUNDS_STRIKES = (1.0, 1.1, 1.5)


def equal_parts(assets: tuple[str, ...], strikes: tuple[float, ...] = FUNDS_STRIKES) -> Book:
    """Return a book of equal weights and equal shares."""
    return Book(
        f"{', '.join(assets)} in equal parts",
        assets,
        (1.0 / len(assets),) * len(assets),
        strikes,
        (1.0 / len(strikes),) * len(strikes),
    )
