r"""Quotes that a law of prices has to meet: :math:`b_j \le E^Q g_j \le a_j`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.payoffs import Payoff, call

Vector = NDArray[np.float64]


class QuotedSmile(Protocol):
    """The part of `rmot.market.Smile` that quotes are made of."""

    @property
    def log_moneyness(self) -> Vector:
        """log(K/F), shape (n,)."""
        ...

    @property
    def bid_price(self) -> Vector:
        """Of the calls, undiscounted, forward = 1."""
        ...

    @property
    def ask_price(self) -> Vector:
        """As `bid_price`."""
        ...


@dataclass(frozen=True, eq=False)
class Quotes:
    """Bid and ask of J payoffs, undiscounted.

    Attributes
    ----------
    payoffs : tuple of Payoff, or ndarray of shape (J, n)
        Objects, or their values on the prior's points.
    bid, ask : ndarray, shape (J,)
        In the units of the payoffs, bid <= ask. A bid of -inf or an ask of +inf leaves a side open.

    Raises
    ------
    ParameterError
        Lengths do not fit, a number is NaN, or a bid exceeds its ask.
    """

    payoffs: tuple[Payoff, ...] | Vector
    bid: Vector
    ask: Vector

    def __init__(
        self, payoffs: Iterable[Payoff] | ArrayLike, bid: ArrayLike, ask: ArrayLike
    ) -> None:
        object.__setattr__(self, "payoffs", _payoffs(payoffs))
        count = len(self.payoffs)
        for name, side in (("bid", bid), ("ask", ask)):
            column = np.array(side, dtype=float)
            if column.shape != (count,) or np.any(np.isnan(column)):
                raise ParameterError(
                    f"expected {name} of shape ({count},) without NaN; got {column.tolist()}"
                )
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        crossed = np.flatnonzero(
            (self.bid > self.ask) | (self.bid == np.inf) | (self.ask == -np.inf)
        )
        if crossed.size:
            listed = "; ".join(
                f"{self.name(j)} bid {self.bid[j]:.10g} ask {self.ask[j]:.10g}" for j in crossed[:6]
            )
            raise ParameterError(f"expected bid <= ask; got {listed}")

    @classmethod
    def from_smile(cls, smile: QuotedSmile) -> Quotes:
        """Return the calls of a smile, on S/F, so that the forward is 1.

        Parameters
        ----------
        smile : rmot.market.Smile
        """
        payoffs = [call(strike) for strike in np.exp(smile.log_moneyness)]
        return cls(payoffs, smile.bid_price, smile.ask_price)

    def along(self, payoff: Payoff | ArrayLike, bid: float, ask: float) -> Quotes:
        """Return these quotes and one more, an object or values as the others are."""
        more: Any = [*self.payoffs, payoff]
        return Quotes(more, np.append(self.bid, bid), np.append(self.ask, ask))

    def shifted(self, shares: ArrayLike) -> Quotes:
        """Return quotes with both sides moved by shares of bid-ask, shape (J,).

        Those with an open side stay where they are.
        """
        closed = np.isfinite(self.bid) & np.isfinite(self.ask)
        width = np.subtract(self.ask, self.bid, out=np.zeros(len(self)), where=closed)
        by = np.asarray(shares, dtype=float) * width
        return Quotes(self.payoffs, self.bid + by, self.ask + by)

    @property
    def are_objects(self) -> bool:
        """Whether the payoffs are objects, known at all prices."""
        return isinstance(self.payoffs, tuple)

    def name(self, j: int) -> str:
        """Return how messages call quote `j`."""
        if isinstance(self.payoffs, tuple):
            return f"quote {j} ({self.payoffs[j].label})"
        return f"quote {j}"

    def __len__(self) -> int:
        return len(self.payoffs)


def _payoffs(payoffs: Iterable[Payoff] | ArrayLike) -> tuple[Payoff, ...] | Vector:
    if not isinstance(payoffs, np.ndarray):
        listed = list(payoffs)  # pyright: ignore[reportArgumentType]
        if all(isinstance(payoff, Payoff) for payoff in listed):
            return tuple(listed)  # pyright: ignore[reportReturnType]
        payoffs = listed  # pyright: ignore[reportAssignmentType]
    try:
        values = np.array(payoffs, dtype=float)
    except (ValueError, TypeError):
        raise ParameterError("expected payoff objects, or their values of shape (J, n)") from None
    if values.ndim != 2 or not np.all(np.isfinite(values)):
        raise ParameterError(
            f"expected finite payoff values of shape (J, n); got shape {values.shape}"
        )
    values.flags.writeable = False
    return values
