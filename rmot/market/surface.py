r"""Smiles of one underlying at one instant: out-of-the-money quotes in units of the forward.

With :math:`k = \log(K/F)` an option's price is divided by :math:`D F`; puts serve below the
forward, calls from it upwards, and parity makes a call of a put exactly:
:math:`c = p + 1 - e^k`. Implied volatilities come from the out-of-the-money price itself, which
keeps its digits where the call's are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.clock import Settlement
from rmot.market.filters import FilterReport
from rmot.market.parity import ForwardFit, ParityFit
from rmot.market.registry import DataSource

Vector = NDArray[np.float64]

SMILE_COLUMNS: Final = (
    "strike",
    "log_moneyness",
    "bid_price",
    "ask_price",
    "call_price",
    "bid_volatility",
    "ask_volatility",
    "implied_volatility",
)
"""The arrays of a smile, one entry a quote."""

_LISTED = 6


@dataclass(frozen=True, eq=False)
class Smile:
    """The quotes of one expiry and settlement, by increasing strike.

    Attributes
    ----------
    expiry : date
    settlement : {"AM", "PM"}
    maturity : float
        In years of 365 days; of 365.25 in a table of implied volatilities, as the table has it.
    forward : float
        In the units of the strikes.
    discount_factor : float
        NaN where the forward was given: it then enters nowhere.
    strike, log_moneyness : ndarray, shape (n,)
        K, and log(K/F).
    bid_price, ask_price, call_price : ndarray, shape (n,)
        Of the call, undiscounted, forward = 1; `call_price` is the mid. Below the forward they
        come from the put by parity.
    bid_volatility, ask_volatility, implied_volatility : ndarray, shape (n,)
        Black's, per square root of a year; the last is that of the mid price.
    parity : ForwardFit or None
        A `ParityFit` of European quotes, an `AmericanParityFit` of American ones, whose prices and
        volatilities are then those of the European intervals.
        Where forward and discount factor come from; None where the file gives the forward.
    """

    expiry: date
    settlement: Settlement
    maturity: float
    forward: float
    discount_factor: float
    strike: Vector
    log_moneyness: Vector
    bid_price: Vector
    ask_price: Vector
    call_price: Vector
    bid_volatility: Vector
    ask_volatility: Vector
    implied_volatility: Vector
    parity: ForwardFit | None

    @property
    def label(self) -> str:
        """Expiry and settlement, as in ``"2022-03-18 AM"``."""
        return slice_label(self.expiry, self.settlement)

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Smile:
        """Return the smile of some of its quotes, by index or by mask."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in SMILE_COLUMNS})

    def require_parity(self) -> ParityFit:
        """Return `parity` of European quotes; DataError where the forward is not found by it."""
        if not isinstance(self.parity, ParityFit):
            raise DataError(f"{self.label}: expected prices of European puts and calls")
        return self.parity

    def __len__(self) -> int:
        return self.strike.size

    def __repr__(self) -> str:
        return f"Smile({self.label}, {len(self)} quotes, forward={self.forward:.6g})"


@dataclass(frozen=True, eq=False)
class OptionSurface:
    """All smiles of one underlying at one instant.

    Attributes
    ----------
    underlying : str
    valuation : datetime
        In New York's zone.
    slices : tuple of Smile
        By maturity.
    report : FilterReport
        What was kept and dropped of the whole chain, and why.
    source : DataSource
    """

    underlying: str
    valuation: datetime
    slices: tuple[Smile, ...]
    report: FilterReport
    source: DataSource

    def select(
        self,
        maturities: Iterable[date | str] | None = None,
        settlement: Settlement | None = None,
    ) -> OptionSurface:
        """Return the surface of some expiries (dates or ISO strings), or of one settlement.

        The report stays that of the whole chain.

        Raises
        ------
        DataError
            An expiry has no smile, or no smile is left.
        """
        wanted = None if maturities is None else dates_of(maturities)
        slices = tuple(
            smile
            for smile in self.slices
            if (wanted is None or smile.expiry in wanted)
            and (settlement is None or smile.settlement == settlement)
        )
        missing = sorted((wanted or set()) - {smile.expiry for smile in slices})
        if missing or not slices:
            asked = ", ".join(day.isoformat() for day in missing) or "any expiry"
            kind = f" settled {settlement}" if settlement else ""
            held = listed(smile.label for smile in self.slices)
            raise DataError(f"expected a smile for {asked}{kind}; the surface has {held}")
        return OptionSurface(self.underlying, self.valuation, slices, self.report, self.source)

    def within(self, shortest: float, longest: float) -> OptionSurface:
        """Return the surface of the maturities in an interval of years, its ends included.

        The report stays that of the whole chain.

        Raises
        ------
        DataError
            There is none.
        """
        slices = tuple(smile for smile in self.slices if shortest <= smile.maturity <= longest)
        if not slices:
            held = listed(f"{smile.maturity:.3g}" for smile in self.slices)
            raise DataError(
                f"{self.source.id}: expected maturities within {shortest:.3g} to {longest:.3g} "
                f"years; there are {held}"
            )
        return replace(self, slices=slices)

    def within_deviations(self, low: float, high: float) -> OptionSurface:
        """Return the quotes whose strikes lie so many standard deviations from the forward.

        A deviation is that of the slice's volatility at the money. The report stays that of the
        whole chain.

        Raises
        ------
        ParameterError
            The ends do not increase, or hold no quote of some slice.
        """
        if not low < high:
            raise ParameterError(f"expected increasing deviations; got {low} and {high}")
        slices = []
        for smile in self.slices:
            deviation = np.interp(0.0, smile.log_moneyness, smile.implied_volatility)
            deviations = smile.log_moneyness / (deviation * np.sqrt(smile.maturity))
            kept = (deviations >= low) & (deviations <= high)
            if not kept.any():
                raise ParameterError(
                    f"expected quotes of {smile.label} within {low:g} and {high:g} deviations; "
                    "there are none"
                )
            slices.append(smile.rows(kept))
        return replace(self, slices=tuple(slices))

    def thin(self, count: int) -> OptionSurface:
        """Return the surface with at most `count` quotes in each slice, evenly spaced by rank.

        The report stays that of the whole chain.

        Raises
        ------
        ParameterError
            `count` is below one.
        """
        if count < 1:
            raise ParameterError(f"expected to keep at least one quote of a slice; got {count}")
        slices = []
        for smile in self.slices:
            ranks = np.linspace(0, len(smile) - 1, min(count, len(smile)))
            slices.append(smile.rows(np.unique(ranks.astype(int))))
        return replace(self, slices=tuple(slices))

    def __iter__(self) -> Iterator[Smile]:
        return iter(self.slices)

    def __len__(self) -> int:
        return len(self.slices)


def dates_of(days: Iterable[date | str]) -> set[date]:
    """Return days given as dates or ISO strings; ParameterError for anything else."""
    if isinstance(days, str):
        days = (days,)
    found = set()
    for day in days:
        try:
            found.add(date.fromisoformat(day) if isinstance(day, str) else _plain_date(day))
        except (ValueError, TypeError):
            raise ParameterError(
                f"expected an expiry as a date or as 'YYYY-MM-DD'; got {day!r}"
            ) from None
    return found


def _plain_date(day: date) -> date:
    if isinstance(day, datetime):
        return day.date()
    if not isinstance(day, date):
        raise TypeError
    return day


def slice_label(expiry: date, settlement: str) -> str:
    """Return what a slice is called."""
    return f"{expiry.isoformat()} {settlement}"


def listed(names: Iterable[str]) -> str:
    """Return the first names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) + more) or "none"
