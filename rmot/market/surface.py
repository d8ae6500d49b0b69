r"""Smiles of one underlying at one instant: out-of-the-money quotes in units of the forward.

With :math:`k = \log(K/F)` an option's price is divided by :math:`D F`; puts serve below the
forward, calls from it upwards, and parity makes a call of a put exactly:
:math:`c = p + 1 - e^k`. Implied volatilities come from the out-of-the-money price itself, which
keeps its digits where the call's are lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.american import (
    AmericanParityFit,
    CarryRange,
    european_quotes,
    fit_american_parity,
)
from rmot.market.clock import (
    NEW_YORK,
    Settlement,
    settlement_instant,
    valuation_instant,
    year_fraction,
)
from rmot.market.filters import (
    DEFAULT_FILTERS,
    IN_THE_MONEY,
    IN_THE_PAST,
    KEPT,
    NO_EUROPEAN_PRICE,
    NO_IMPLIED_VOLATILITY,
    NOT_ASKED_FOR,
    FilterReport,
    QuoteFilter,
)
from rmot.market.parity import ParityFit, fit_parity
from rmot.market.registry import DataSource
from rmot.numerics import implied_volatility_otm

Vector = NDArray[np.float64]

_LISTED = 6


@dataclass(frozen=True, eq=False)
class Smile:
    """The quotes of one expiry and settlement, by increasing strike.

    Attributes
    ----------
    expiry : date
    settlement : {"AM", "PM"}
    maturity : float
        In years of 365 days.
    forward : float
        In the units of the strikes.
    discount_factor : float
    strike, log_moneyness : ndarray, shape (n,)
        K, and log(K/F).
    bid_price, ask_price, call_price : ndarray, shape (n,)
        Of the call, undiscounted, forward = 1; `call_price` is the mid. Below the forward they
        come from the put by parity.
    bid_volatility, ask_volatility, implied_volatility : ndarray, shape (n,)
        Black's, per square root of a year; the last is that of the mid price.
    parity : ParityFit
        Where forward and discount factor come from; of American quotes an
        `rmot.market.AmericanParityFit`, and then prices and volatilities are those of the
        European intervals.
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
    parity: ParityFit

    @property
    def label(self) -> str:
        """Expiry and settlement, as in ``"2022-03-18 AM"``."""
        return _label(self.expiry, self.settlement)

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
        wanted = None if maturities is None else _dates(maturities)
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
            held = _listed(smile.label for smile in self.slices)
            raise DataError(f"expected a smile for {asked}{kind}; the surface has {held}")
        return OptionSurface(self.underlying, self.valuation, slices, self.report, self.source)

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
            rows = np.unique(np.linspace(0, len(smile) - 1, min(count, len(smile))).astype(int))
            slices.append(replace(smile, **{c: getattr(smile, c)[rows] for c in _SMILE_COLUMNS}))
        return replace(self, slices=tuple(slices))

    def __iter__(self) -> Iterator[Smile]:
        return iter(self.slices)

    def __len__(self) -> int:
        return len(self.slices)


def build_surface(
    underlying: str,
    snapshot: datetime,
    quotes: pd.DataFrame,
    source: DataSource,
    maturities: Iterable[date | str] | None = None,
    filters: Sequence[QuoteFilter] = (),
    valuation: datetime | None = None,
    spot: float = math.nan,
    carry: CarryRange | None = None,
) -> OptionSurface:
    """Build the surface of a chain, American where `carry` is given; see `OptionChain.surface`."""
    if carry is not None and not (spot > 0 and math.isfinite(spot)):
        raise DataError(f"{source.id}: expected a positive spot; got {spot!r}")
    if valuation is None:
        valuation = valuation_instant(snapshot)
    elif valuation.tzinfo is None:
        raise ParameterError(f"expected a valuation with a time zone; got {valuation.isoformat()}")
    valuation = valuation.astimezone(NEW_YORK)
    quotes = quotes.reset_index(drop=True)
    if not np.any(quotes["bid"].to_numpy() > 0):
        raise DataError(f"{source.id}: the chain has no bids, so no implied volatilities")
    fate = _Fates(len(quotes))
    for quote_filter in DEFAULT_FILTERS:
        fate.drop(np.flatnonzero(quote_filter.rejects(quotes)), quote_filter.reason)
    wanted = None if maturities is None else _dates(maturities)
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
            smile = _smile(part, quotes, fate, filters, spot, carry)
            smiles += [] if smile is None else [smile]
    report = FilterReport.of((part.label, fate.reasons(part.rows)) for part in slices)
    if not smiles:
        raise DataError(f"{source.id}: no quote is left; {_listed(report.reasons())}")
    return OptionSurface(underlying, valuation, tuple(smiles), report, source)


class _Fates:
    """Why each quote was dropped; the first reason stands."""

    def __init__(self, n_quotes: int) -> None:
        self._reason = np.full(n_quotes, KEPT, dtype=object)

    def alive(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        return rows[self._reason[rows] == KEPT]

    def drop(self, rows: NDArray[np.intp], reason: str) -> None:
        self._reason[self.alive(rows)] = reason

    def reasons(self, rows: NDArray[np.intp]) -> list[str]:
        return self._reason[rows].tolist()


@dataclass(frozen=True, eq=False)
class _Slice:
    expiry: date
    settlement: Settlement
    maturity: float
    rows: NDArray[np.intp]

    @property
    def label(self) -> str:
        return _label(self.expiry, self.settlement)


def _slices(quotes: pd.DataFrame, valuation: datetime) -> list[_Slice]:
    groups = quotes.groupby(["expiry", "settlement"], sort=True).indices
    parts = []
    for key, rows in groups.items():
        expiry, settlement = cast("tuple[date, Settlement]", key)
        settled = settlement_instant(expiry, settlement)
        parts.append(_Slice(expiry, settlement, year_fraction(valuation, settled), rows))
    return sorted(parts, key=lambda part: (part.maturity, part.settlement))


def _require_alive(wanted: set[date], slices: list[_Slice], valuation: datetime) -> None:
    for day in sorted(wanted):
        lives = [part.maturity for part in slices if part.expiry == day]
        if day < valuation.date() or (lives and max(lives) <= 0):
            raise DataError(
                f"expiry in the past: {day.isoformat()} is not after the valuation "
                f"{valuation.isoformat(sep=' ', timespec='minutes')}"
            )
        if not lives:
            held = _listed(sorted({part.expiry.isoformat() for part in slices}))
            raise DataError(f"expected quotes that expire on {day.isoformat()}; there are {held}")


def _smile(
    part: _Slice,
    quotes: pd.DataFrame,
    fate: _Fates,
    filters: Sequence[QuoteFilter],
    spot: float,
    carry: CarryRange | None,
) -> Smile | None:
    rows = fate.alive(part.rows)
    table = quotes.loc[rows, ["strike", "is_call", "bid", "ask"]].assign(row=rows)
    try:
        parity = _parity(table, part.maturity, spot, carry)
    except DataError as error:
        fate.drop(rows, f"no forward: {error}")
        return None
    table = _out_of_the_money(table, parity.forward, fate)
    if isinstance(parity, AmericanParityFit):
        table = _as_european(table, parity, part, fate)
    table = _in_units_of_the_forward(table, parity, part, fate)
    for quote_filter in filters:
        rejected = quote_filter.rejects(table)
        fate.drop(table["row"].to_numpy()[rejected], quote_filter.reason)
        table = table.loc[~rejected]
    if table.empty:
        return None
    columns = table[list(_SMILE_COLUMNS)].to_numpy(dtype=float).T
    return Smile(
        part.expiry,
        part.settlement,
        part.maturity,
        parity.forward,
        parity.discount_factor,
        **dict(zip(_SMILE_COLUMNS, map(_frozen, columns), strict=True)),
        parity=parity,
    )


_SMILE_COLUMNS = (
    "strike",
    "log_moneyness",
    "bid_price",
    "ask_price",
    "call_price",
    "bid_volatility",
    "ask_volatility",
    "implied_volatility",
)


def _parity(
    table: pd.DataFrame, maturity: float, spot: float, carry: CarryRange | None
) -> ParityFit:
    strike, is_call, bid, ask = (
        table[name].to_numpy() for name in ("strike", "is_call", "bid", "ask")
    )
    calls, puts = np.flatnonzero(is_call), np.flatnonzero(~is_call)
    both, i, j = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    call, put = calls[i], puts[j]
    pairs = both, bid[call], ask[call], bid[put], ask[put]
    if carry is not None:
        return fit_american_parity(*pairs, spot, maturity, carry)
    return fit_parity(*pairs, maturity)


def _out_of_the_money(table: pd.DataFrame, forward: float, fate: _Fates) -> pd.DataFrame:
    chosen = ((table["strike"] >= forward) == table["is_call"]).to_numpy()
    fate.drop(table["row"].to_numpy()[~chosen], IN_THE_MONEY)
    return table.loc[chosen].sort_values("strike")


def _as_european(
    table: pd.DataFrame, parity: AmericanParityFit, part: _Slice, fate: _Fates
) -> pd.DataFrame:
    strike, is_call, bid, ask = (
        table[name].to_numpy() for name in ("strike", "is_call", "bid", "ask")
    )
    bid, ask = european_quotes(strike, is_call, bid, ask, parity, part.maturity)
    lost = np.isnan(bid) | np.isnan(ask)
    fate.drop(table["row"].to_numpy()[lost], NO_EUROPEAN_PRICE)
    return table.assign(bid=bid, ask=ask).loc[~lost]


def _in_units_of_the_forward(
    table: pd.DataFrame, parity: ParityFit, part: _Slice, fate: _Fates
) -> pd.DataFrame:
    log_moneyness = np.log(table["strike"].to_numpy() / parity.forward)
    put_to_call = np.where(table["is_call"], 0.0, -np.expm1(log_moneyness))
    unit = parity.discount_factor * parity.forward
    bid, ask = table["bid"].to_numpy() / unit, table["ask"].to_numpy() / unit
    prices = np.stack([bid, ask, 0.5 * (bid + ask)])
    volatilities = implied_volatility_otm(prices, log_moneyness, part.maturity)
    table = table.assign(
        maturity=part.maturity,
        log_moneyness=log_moneyness,
        **dict(zip(("bid_price", "ask_price", "call_price"), prices + put_to_call, strict=True)),
        **dict(
            zip(
                ("bid_volatility", "ask_volatility", "implied_volatility"),
                volatilities,
                strict=True,
            )
        ),
    )
    outside = ~np.isfinite(volatilities).all(axis=0)
    fate.drop(table["row"].to_numpy()[outside], NO_IMPLIED_VOLATILITY)
    return table.loc[~outside]


def _frozen(column: Vector) -> Vector:
    values = column.copy()
    values.flags.writeable = False
    return values


def _dates(days: Iterable[date | str]) -> set[date]:
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


def _label(expiry: date, settlement: str) -> str:
    return f"{expiry.isoformat()} {settlement}"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) + more) or "none"
