"""The data filters that "rough martingale optimal transport" states in its section 5.1, as written.

They are no default: each throws quotes away that are good, most of them in the wings, where the
tail of the law is seen. `rmot.studies.quotes.published_filters` counts what they cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rmot.errors import DataError, ParameterError
from rmot.market.filters import (
    Mask,
    MaximumAbsLogMoneyness,
    MaximumRelativeSpread,
    QuoteFilter,
    Threshold,
)

_DAYS = 365.0


@dataclass(frozen=True)
class MinimumVolume(Threshold):
    """Fewer contracts traded on the day than `limit`, or a number that is not known.

    Attributes
    ----------
    limit : float
        Contracts.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"volume below {self.limit:g}"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault.

        Raises
        ------
        DataError
            The chain has no volumes.
        """
        return ~(_column(quotes, "volume") >= self.limit)


@dataclass(frozen=True)
class MinimumOpenInterest(Threshold):
    """Fewer contracts open than `limit`, or a number that is not known.

    Attributes
    ----------
    limit : float
        Contracts.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"open interest below {self.limit:g}"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault.

        Raises
        ------
        DataError
            The chain has no open interest.
        """
        return ~(_column(quotes, "open_interest") >= self.limit)


@dataclass(frozen=True)
class MaturityRange:
    """Maturities outside ``[shortest, longest]``, in days.

    Attributes
    ----------
    shortest, longest : float
        Days.

    Raises
    ------
    ParameterError
        Not ``0 < shortest <= longest``.
    """

    shortest: float
    longest: float

    def __post_init__(self) -> None:
        if not 0 < self.shortest <= self.longest:
            raise ParameterError(
                f"expected 0 < shortest <= longest; got {self.shortest!r} and {self.longest!r}"
            )

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"maturity outside {self.shortest:g} to {self.longest:g} days"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        days = _DAYS * _column(quotes, "maturity")
        return (days < self.shortest) | (days > self.longest)


@dataclass(frozen=True)
class MaximumParityError(Threshold):
    """Mids that miss put–call parity by more than `limit` forwards, where both sides are quoted.

    Attributes
    ----------
    limit : float
        In forwards; 0.01 is a hundredth of the forward.
    """

    @property
    def reason(self) -> str:
        """What the report calls the fault."""
        return f"put-call parity missed by more than {self.limit:g} of the forward"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault."""
        return np.abs(_column(quotes, "parity_error")) > self.limit


@dataclass(frozen=True)
class ConvexVolatility:
    """Volatilities above the chord of their neighbours in log-moneyness.

    No theorem asks an implied volatility to be convex: it is concave in the wings of most models.

    Attributes
    ----------
    reason : str
        How the report calls what was dropped.
    """

    reason: str = "implied volatility not convex"

    def rejects(self, quotes: pd.DataFrame) -> Mask:
        """Return which rows have the fault; each is judged by its neighbours as they came."""
        k, volatility = _column(quotes, "log_moneyness"), _column(quotes, "implied_volatility")
        fault = np.zeros(k.size, dtype=bool)
        if k.size > 2:
            share = (k[1:-1] - k[:-2]) / (k[2:] - k[:-2])
            fault[1:-1] = volatility[1:-1] > (1 - share) * volatility[:-2] + share * volatility[2:]
        return fault


ROUGH_MARTINGALE_TRANSPORT_FILTERS: tuple[QuoteFilter, ...] = (
    MinimumVolume(100),
    MinimumOpenInterest(500),
    MaximumAbsLogMoneyness(0.7),
    MaximumRelativeSpread(0.05),
    MaximumParityError(0.01),
    ConvexVolatility(),
    MaturityRange(30, 180),
)
"""In the order of the text. It measures the log-strike from spot, here it is from the forward; it
does not say of what parity may miss 1%, here it is of the forward; it also "focuses on" standard
monthly expirations, which excludes none."""


def _column(quotes: pd.DataFrame, name: str) -> np.ndarray:
    if name not in quotes:
        raise DataError(f"expected quotes with a column {name!r}; the chain has none")
    return quotes[name].to_numpy(dtype=float)
