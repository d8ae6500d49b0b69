"""Which quotes are refused, each with a count and a reason; none is ever repaired.

A filter is an object with a `reason` and a method `rejects`. The default ones look at raw quotes
before the forward is known; the ones a user adds look at the finished quotes of the smile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]

KEPT = "kept"
IN_THE_MONEY = "in the money (the other side carries the strike)"
NO_EUROPEAN_PRICE = "American bid not above the exercise value in the range of carries"
NO_IMPLIED_VOLATILITY = "price outside the arbitrage interval"
IN_THE_PAST = "expiry in the past"
NOT_ASKED_FOR = "expiry not asked for"

_KEY = ["expiry", "settlement", "strike", "is_call"]


class QuoteFilter(Protocol):
    """Names a fault and finds the quotes that have it."""

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        ...

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return, shape (n,), which rows have the fault."""
        ...


@dataclass(frozen=True)
class NotFinite:
    """Strike, bid or ask is empty, NaN or infinite."""

    reason: str = "strike, bid or ask not a finite number"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        numbers = np.isfinite(quotes[["strike", "bid", "ask"]].to_numpy(float))
        return np.asarray(~numbers.all(axis=1), dtype=bool)


@dataclass(frozen=True)
class NegativePrice:
    """Bid or ask below zero, or a strike that is not positive."""

    reason: str = "negative price or strike not positive"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return ((quotes["bid"] < 0) | (quotes["ask"] < 0) | (quotes["strike"] <= 0)).to_numpy()


@dataclass(frozen=True)
class ConflictingDuplicate:
    """The same option quoted twice with different prices: nothing says which is right."""

    reason: str = "same option quoted twice with different prices"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        if not quotes.duplicated(_KEY).any():
            return np.zeros(len(quotes), dtype=bool)
        groups = quotes.groupby(_KEY, dropna=False)
        bids, asks = (groups[side].transform("nunique").to_numpy() for side in ("bid", "ask"))
        return (bids > 1) | (asks > 1)


@dataclass(frozen=True)
class Duplicate:
    """The same option with the same prices once more; the first stays."""

    reason: str = "duplicate"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return quotes.duplicated([*_KEY, "bid", "ask"], keep="first").to_numpy()


@dataclass(frozen=True)
class OneSided:
    """No bid, or no ask."""

    reason: str = "one-sided: no bid or no ask"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return ((quotes["bid"] == 0) | (quotes["ask"] == 0)).to_numpy()


@dataclass(frozen=True)
class Crossed:
    """Ask below bid."""

    reason: str = "crossed: ask below bid"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return (quotes["ask"] < quotes["bid"]).to_numpy()


DEFAULT_FILTERS: tuple[QuoteFilter, ...] = (
    NotFinite(),
    NegativePrice(),
    ConflictingDuplicate(),
    Duplicate(),
    OneSided(),
    Crossed(),
)
"""Applied to every chain, in this order; a quote counts under the first fault it has."""


@dataclass(frozen=True)
class Threshold:
    """What filters that hold a number against a limit share.

    Raises
    ------
    ParameterError
        `limit` is not positive.
    """

    limit: float

    def __post_init__(self) -> None:
        """Refuse limits that are not positive."""
        if not self.limit > 0:
            raise ParameterError(f"expected a positive limit; got {self.limit!r}")


@dataclass(frozen=True)
class MaximumAbsLogMoneyness(Threshold):
    """Strikes with ``|log(K/F)|`` beyond `limit`.

    Attributes
    ----------
    limit : float
        Of |log(K/F)|, no unit.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"|log-moneyness| above {self.limit:g}"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return (quotes["log_moneyness"].abs() > self.limit).to_numpy()


@dataclass(frozen=True)
class MinimumPrice(Threshold):
    """Mid prices below `limit`, in the quotes' currency.

    Attributes
    ----------
    limit : float
        In the quotes' currency.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"mid price below {self.limit:g}"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return (0.5 * (quotes["bid"] + quotes["ask"]) < self.limit).to_numpy()


@dataclass(frozen=True)
class MaximumRelativeSpread(Threshold):
    """Bid–ask widths above `limit` times the mid price.

    Attributes
    ----------
    limit : float
        Ask less bid, over the mid; 0.5 is half of it.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"bid-ask width above {self.limit:g} of the mid price"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        mid = 0.5 * (quotes["bid"] + quotes["ask"])
        return (quotes["ask"] - quotes["bid"] > self.limit * mid).to_numpy()


@dataclass(frozen=True)
class Stale:
    """Options that nobody trades: quoted, but without a trade since some instant.

    Parameters
    ----------
    since : datetime, optional
        With a time zone. Quotes whose `last_trade` lies before it, or is unknown, are stale.
        Without it those that have neither volume nor open interest are (an empty count is none).

    Raises
    ------
    ParameterError
        `since` has no time zone, or the chain has not the columns that the rule needs.
    """

    since: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.since.tzinfo is None:
            raise ParameterError(f"expected an instant with a time zone; got {self.since}")

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        if self.since is None:
            return "stale: no volume and no open interest"
        return f"stale: no trade since {self.since.isoformat(sep=' ', timespec='minutes')}"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        needed = ("volume", "open_interest") if self.since is None else ("last_trade",)
        missing = [name for name in needed if name not in quotes]
        if missing:
            raise ParameterError(f"{self.reason}: the chain has no {' and no '.join(missing)}")
        if self.since is None:
            counts = quotes[list(needed)].to_numpy(float)
            return np.asarray(np.nansum(counts, axis=1) <= 0, dtype=bool)
        return ~(quotes["last_trade"] >= self.since).to_numpy(bool)


@dataclass(frozen=True)
class FilterReport:
    """What became of every quote that was read.

    Attributes
    ----------
    counts : tuple of (slice, reason, count)
        A slice is an expiry with its settlement, as in ``"2022-03-18 AM"``; the reason of quotes
        that stayed is ``"kept"``. The counts add up to the number of quotes read.
    """

    counts: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, slices: Iterable[tuple[str, Iterable[str]]]) -> FilterReport:
        """Count the reasons in each slice, one reason per quote."""
        rows = ((name, Counter(reasons)) for name, reasons in slices)
        return cls(tuple((name, why, tally[why]) for name, tally in rows for why in sorted(tally)))

    @property
    def read(self) -> int:
        """Number of quotes read."""
        return sum(count for _, _, count in self.counts)

    @property
    def kept(self) -> int:
        """Number of quotes kept."""
        return sum(count for _, why, count in self.counts if why == KEPT)

    @property
    def dropped(self) -> int:
        """Number of quotes dropped."""
        return self.read - self.kept

    def reasons(self) -> dict[str, int]:
        """Return the number of dropped quotes by reason, the most frequent first."""
        totals: Counter[str] = Counter()
        for _, why, count in self.counts:
            if why != KEPT:
                totals[why] += count
        return dict(totals.most_common())

    def table(self) -> pd.DataFrame:
        """Return the counts as columns `slice`, `reason`, `count`."""
        import pandas as pd

        return pd.DataFrame(list(self.counts), columns=["slice", "reason", "count"])

    def __str__(self) -> str:
        width = len(str(self.read))
        rows = [f"{self.read} quotes read, {self.kept} kept, {self.dropped} dropped:"]
        rows += [f"  {count:>{width}}  {why}" for why, count in self.reasons().items()]
        return "\n".join(rows)
