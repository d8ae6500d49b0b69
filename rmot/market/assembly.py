"""From a table of quotes to a surface: slices, the default filters, and what became of each quote.

How a slice turns into a smile depends on what is quoted: see `rmot.market.quoted_prices` and
`rmot.market.quoted_volatilities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.clock import (
    NEW_YORK,
    Settlement,
    settlement_instant,
    valuation_instant,
    year_fraction,
)
from rmot.market.filters import (
    DEFAULT_FILTERS,
    IN_THE_PAST,
    KEPT,
    NOT_ASKED_FOR,
    FilterReport,
    QuoteFilter,
)
from rmot.market.parity import ForwardFit
from rmot.market.registry import DataSource
from rmot.market.surface import SMILE_COLUMNS, OptionSurface, Smile, dates_of, listed, slice_label

Vector = NDArray[np.float64]


class Fates:
    """Why each quote was dropped; the first reason stands."""

    def __init__(self, n_quotes: int) -> None:
        self._reason = np.full(n_quotes, KEPT, dtype=object)

    def alive(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return those of the rows that are not dropped."""
        return rows[self._reason[rows] == KEPT]

    def drop(self, rows: NDArray[np.intp], reason: str) -> None:
        """Drop rows for a reason."""
        self._reason[self.alive(rows)] = reason

    def reasons(self, rows: NDArray[np.intp]) -> list[str]:
        """Return the reason of each row, `KEPT` where there is none."""
        return self._reason[rows].tolist()


@dataclass(frozen=True, eq=False)
class Slice:
    """The quotes of one expiry and settlement: rows of the chain's table."""

    expiry: date
    settlement: Settlement
    maturity: float
    rows: NDArray[np.intp]

    @property
    def label(self) -> str:
        """What the slice is called."""
        return slice_label(self.expiry, self.settlement)


SmileMaker = Callable[[Slice, pd.DataFrame, Fates, Sequence[QuoteFilter]], Smile | None]


"""Turns the live quotes of one slice into a smile, or None where no quote is left."""


def build_surface(
    underlying: str,
    snapshot: datetime,
    quotes: pd.DataFrame,
    source: DataSource,
    make_smile: SmileMaker,
    maturities: Iterable[date | str] | None = None,
    filters: Sequence[QuoteFilter] = (),
    valuation: datetime | None = None,
) -> OptionSurface:
    """Build the surface of a chain; see `OptionChain.surface`.

    `make_smile` turns the live quotes of one slice into a smile.
    """
    if valuation is None:
        valuation = valuation_instant(snapshot)
    elif valuation.tzinfo is None:
        raise ParameterError(f"expected a valuation with a time zone; got {valuation.isoformat()}")
    valuation = valuation.astimezone(NEW_YORK)
    quotes = quotes.reset_index(drop=True)
    if not np.any(quotes["bid"].to_numpy() > 0):
        raise DataError(f"{source.id}: the chain has no bids, so no implied volatilities")
    fate = Fates(len(quotes))
    if "fault" in quotes:
        for fault, rows in quotes.groupby("fault").indices.items():
            if fault:
                fate.drop(rows, str(fault))
    for quote_filter in DEFAULT_FILTERS:
        fate.drop(np.flatnonzero(quote_filter.rejects(quotes)), quote_filter.reason)
    wanted = None if maturities is None else dates_of(maturities)
    smiles = []
    slices = _slices(quotes, valuation)
    if wanted is not None:
        _require_alive(wanted, slices, valuation)
    for part in slices:
        if part.maturity <= 0:
            fate.drop(part.rows, IN_THE_PAST)
        elif wanted is not None and part.expiry not in wanted:
            fate.drop(part.rows, NOT_ASKED_FOR)
        else:
            smile = make_smile(part, quotes, fate, filters)
            smiles += [] if smile is None else [smile]
    report = FilterReport.of((part.label, fate.reasons(part.rows)) for part in slices)
    if not smiles:
        raise DataError(f"{source.id}: no quote is left; {listed(report.reasons())}")
    return OptionSurface(underlying, valuation, tuple(smiles), report, source)


def _slices(quotes: pd.DataFrame, valuation: datetime) -> list[Slice]:
    groups = quotes.groupby(["expiry", "settlement"], sort=True).indices
    parts = []
    for key, rows in groups.items():
        expiry, settlement = cast("tuple[date, Settlement]", key)
        if "maturity" in quotes:
            maturity = float(quotes["maturity"].iloc[rows[0]])
        else:
            maturity = year_fraction(valuation, settlement_instant(expiry, settlement))
        parts.append(Slice(expiry, settlement, maturity, rows))
    return sorted(parts, key=lambda part: (part.maturity, part.settlement))


def _require_alive(wanted: set[date], slices: list[Slice], valuation: datetime) -> None:
    for day in sorted(wanted):
        lives = [part.maturity for part in slices if part.expiry == day]
        if day < valuation.date() or (lives and max(lives) <= 0):
            raise DataError(
                f"expiry in the past: {day.isoformat()} is not after the valuation "
                f"{valuation.isoformat(sep=' ', timespec='minutes')}"
            )
        if not lives:
            held = listed(sorted({part.expiry.isoformat() for part in slices}))
            raise DataError(f"expected quotes that expire on {day.isoformat()}; there are {held}")


def smile_of_table(
    table: pd.DataFrame,
    part: Slice,
    fate: Fates,
    filters: Sequence[QuoteFilter],
    forward: float,
    discount_factor: float,
    parity: ForwardFit | None,
) -> Smile | None:
    """Apply the user's filters to finished quotes; None where none is left."""
    for quote_filter in filters:
        rejected = quote_filter.rejects(table)
        fate.drop(table["row"].to_numpy()[rejected], quote_filter.reason)
        table = table.loc[~rejected]
    if table.empty:
        return None
    columns = table[list(SMILE_COLUMNS)].to_numpy(dtype=float).T
    return Smile(
        part.expiry,
        part.settlement,
        part.maturity,
        forward,
        discount_factor,
        **dict(zip(SMILE_COLUMNS, map(_frozen, columns), strict=True)),
        parity=parity,
    )


def _frozen(column: Vector) -> Vector:
    values = column.copy()
    values.flags.writeable = False
    return values
