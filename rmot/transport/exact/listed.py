"""Quotes as a market lists them: decimals for strike, bid and ask, a forward and a discount factor.

What a super-hedge is bought at, as the chain's file has it: no parity, no division by the forward,
no rounding. Forward and discount factor are inputs beside the quotes; a referee has to accept them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.transport.exact.elementary import exact, kind_of, worth
from rmot.transport.quotes import Quotes

if TYPE_CHECKING:
    from rmot.market import OptionChain, Smile

Vector = NDArray[np.float64]

KINDS = ("call", "put", "digital", "straddle", "price")
_DISCOUNT_UNKNOWN = "1"


@dataclass(frozen=True)
class ListedQuote:
    """One quoted payoff.

    Attributes
    ----------
    kind : {"call", "put", "digital", "straddle", "price"}
    strike : str
        Decimal; "0" for the price itself.
    bid, ask : str or None
        Decimals, today's prices; None leaves a side open.

    Raises
    ------
    ParameterError
        An unknown kind, a number that is none, a negative strike, or a bid above its ask.
    """

    kind: str
    strike: str
    bid: str | None
    ask: str | None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ParameterError(f"expected a kind among {', '.join(KINDS)}; got {self.kind!r}")
        if exact(self.strike) < 0:
            raise ParameterError(f"expected a strike >= 0; got {self.strike}")
        bid, ask = self.prices
        if bid is not None and ask is not None and bid > ask:
            raise ParameterError(
                f"expected bid <= ask; got {self.label} bid {self.bid} ask {self.ask}"
            )

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.kind} {self.strike}"

    @property
    def prices(self) -> tuple[Fraction | None, Fraction | None]:
        """Bid and ask."""
        bid, ask = (None if side is None else exact(side) for side in (self.bid, self.ask))
        return bid, ask

    def worth(self, price: Fraction, below: bool = False) -> Fraction:
        """Return the payoff at a price, or its limit from below there."""
        return worth(self.kind, exact(self.strike), price, below)


@dataclass(frozen=True)
class ListedAsset:
    """All quotes on one asset that expire at one instant.

    Attributes
    ----------
    name : str
    source : str
        Where the quotes stand.
    forward, discount_factor : str
        Decimals. An undiscounted price is a quote over the discount factor.
    quotes : tuple of ListedQuote

    Raises
    ------
    ParameterError
        Forward or discount factor are not positive.
    """

    name: str
    source: str
    forward: str
    discount_factor: str
    quotes: tuple[ListedQuote, ...]

    def __post_init__(self) -> None:
        if not (exact(self.forward) > 0 and exact(self.discount_factor) > 0):
            raise ParameterError(
                "expected a positive forward and discount factor; got "
                f"{self.forward} and {self.discount_factor}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold."""
        listed = [[item.kind, item.strike, item.bid, item.ask] for item in self.quotes]
        return {
            "name": self.name,
            "source": self.source,
            "forward": self.forward,
            "discount_factor": self.discount_factor,
            "quotes": listed,
        }


def listed_quotes(quotes: Quotes | None, forward: float = 1.0, name: str = "asset") -> ListedAsset:
    """Return undiscounted quotes of one asset as listed ones, with a discount factor of one.

    Parameters
    ----------
    quotes : Quotes
        Of payoff objects; None for none.
    forward : float
        In the unit of the strikes.
    name : str
        How the certificate calls the asset.

    Raises
    ------
    ParameterError
        A quoted payoff is no call, put, digital, straddle or forward.
    """
    items: list[ListedQuote] = []
    if quotes is not None:
        for payoff, bid, ask in zip(quotes.payoffs, quotes.bid, quotes.ask, strict=True):
            kind, strike = kind_of(payoff)
            items.append(ListedQuote(kind, str(strike), _side(bid), _side(ask)))
    return ListedAsset(name, "given", _decimal(forward), "1", tuple(items))


def listed_smile(chain: OptionChain, smile: Smile) -> ListedAsset:
    """Return the quotes of a smile as they stand in its chain's file.

    Out-of-the-money puts and calls, at the strikes of the smile; of American quotes the European
    intervals that `rmot.market.american` finds in them, and of a table of volatilities Black's
    prices, which no file lists: `source` says so.

    Parameters
    ----------
    chain : OptionChain
    smile : Smile
        One of the chain's surface.
    """
    source = f"{chain.source.id} sha256 {chain.source.sha256}"
    name = f"{chain.underlying} {smile.label}"
    forward, discount = _decimal(smile.forward), _decimal(smile.discount_factor)
    is_call = smile.strike >= smile.forward
    if math.isnan(smile.discount_factor):
        discount, source = _DISCOUNT_UNKNOWN, f"{source}: Black's prices, undiscounted"
    if chain.exercise == "american":
        source = f"{source}: European intervals in American quotes"
        unit = smile.discount_factor * smile.forward
        off = np.where(is_call, 0.0, 1.0 - np.exp(smile.log_moneyness))
        sides = ((smile.bid_price - off) * unit, (smile.ask_price - off) * unit)
    else:
        sides = _sides_in(chain, smile, is_call)
    quotes = (
        ListedQuote("call" if above else "put", _decimal(strike), _side(bid), _side(ask))
        for strike, above, bid, ask in zip(smile.strike, is_call, *sides, strict=True)
    )
    return ListedAsset(name, source, forward, discount, tuple(quotes))


def _sides_in(chain: OptionChain, smile: Smile, is_call: NDArray[np.bool_]) -> tuple[Vector, ...]:
    columns = ("expiry", "settlement", "strike", "is_call", "bid", "ask")
    rows = zip(*(chain.quotes[name].to_list() for name in columns), strict=True)
    wanted = (smile.expiry, smile.settlement)
    found = {(row[2], row[3]): row[4:] for row in rows if row[:2] == wanted}
    chosen = [found[key] for key in zip(smile.strike.tolist(), is_call.tolist(), strict=True)]
    return tuple(np.array(chosen, dtype=float).T)


def _decimal(number: float) -> str:
    return repr(float(number))


def _side(number: float) -> str | None:
    return _decimal(number) if math.isfinite(number) else None
