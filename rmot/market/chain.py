"""A chain: all quotes on one underlying seen at one instant, as its file gave them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rmot.errors import DataError, ParameterError
from rmot.market.files import read_text
from rmot.market.readers import Exercise, readers
from rmot.market.registry import DataSource, datasets, describe

if TYPE_CHECKING:
    import pandas as pd

    from rmot.market.american import CarryRange
    from rmot.market.discount import DiscountCurve
    from rmot.market.filters import QuoteFilter
    from rmot.market.surface import OptionSurface

_HEAD_CHARACTERS = 4096


@dataclass(frozen=True, eq=False)
class OptionChain:
    """Quotes as read; nothing is filtered yet.

    Attributes
    ----------
    underlying : str
        ``"unknown"`` where neither the file, nor the registry, nor the caller names it.
    spot : float
        The underlying's last level in the file, in the units of the strikes; NaN if it has none.
    snapshot : datetime
        When the quotes were seen or the file was made, with a time zone.
    exercise : {"european", "american"}
    quotes : DataFrame
        One row per quote: `expiry` (date), `root`, `settlement` (``"AM"`` or ``"PM"``), `strike`,
        `is_call`, `bid`, `ask`, and `last`, `volume`, `open_interest`, `last_trade` where the
        file has them. `fault`, where there is one, says why the reader finds a quote unusable
        (empty if it does not); the surface drops it with that reason. A table of implied
        volatilities has more columns: see `rmot.market.readers.volatility_table`.
    source : DataSource
        Which data this is.
    """

    underlying: str
    spot: float
    snapshot: datetime
    exercise: Exercise
    quotes: pd.DataFrame
    source: DataSource

    def surface(
        self,
        maturities: Iterable[date | str] | None = None,
        filters: Sequence[QuoteFilter] = (),
        valuation: datetime | None = None,
        discount: DiscountCurve | None = None,
        carry: CarryRange | None = None,
    ) -> OptionSurface:
        """Turn the quotes into smiles of implied volatility.

        Parameters
        ----------
        maturities : iterable of date or ISO string, optional
            Expiries to use; all by default.
        filters : sequence of QuoteFilter
            Applied after the default ones (`rmot.market.DEFAULT_FILTERS`), to the finished
            quotes; forwards do not depend on them.
        valuation : datetime, optional
            With a time zone. By default the snapshot, or the last regular close before it. A
            table of implied volatilities has maturities of its own and takes none.
        discount : DiscountCurve, optional
            Discount factors, pooled from several slices (`rmot.market.pool_discounts`). By
            default each slice's put–call parity gives its own.
        carry : CarryRange, optional
            For American quotes: the rates and dividend yields over which each becomes a European
            interval (`rmot.market.american`); `CarryRange()` by default.

        Returns
        -------
        OptionSurface

        Raises
        ------
        DataError
            The chain has no bids; an expiry asked for is absent or in the past; no quote is left.
        ParameterError
            `valuation` has no time zone, or maturities are given; `discount` is of another
            valuation; or `discount`, `carry` are not of use for quotes of this kind.
        """
        from rmot.market.american import CarryRange
        from rmot.market.assembly import build_surface
        from rmot.market.clock import valuation_instant
        from rmot.market.quoted_prices import smile_of_american_prices, smile_of_prices
        from rmot.market.quoted_volatilities import smile_of_volatilities

        if "bid_volatility" in self.quotes:
            own = "maturities and forwards are the table's own"
            self._require_none(own, valuation=valuation, discount=discount, carry=carry)
            make_smile = smile_of_volatilities
        elif self.exercise == "american":
            self._require_none("American quotes have a range of carries", discount=discount)
            if not (self.spot > 0 and math.isfinite(self.spot)):
                raise DataError(f"{self.source.id}: expected a positive spot; got {self.spot!r}")
            make_smile = smile_of_american_prices(self.spot, carry or CarryRange())
        else:
            self._require_none("European quotes show their forward", carry=carry)
            instant = valuation_instant(self.snapshot) if valuation is None else valuation
            if discount is not None and discount.valuation != instant:
                raise ParameterError(
                    f"expected a discount curve of {instant.isoformat()}; "
                    f"got one of {discount.valuation.isoformat()}"
                )
            make_smile = smile_of_prices(discount)
        return build_surface(
            self.underlying,
            self.snapshot,
            self.quotes,
            self.source,
            make_smile,
            maturities=maturities,
            filters=filters,
            valuation=valuation,
        )

    def _require_none(self, reason: str, **given: object) -> None:
        for name, value in given.items():
            if value is not None:
                raise ParameterError(f"{self.source.id}: expected no {name}: {reason}")


def read_chain(path: str | os.PathLike[str], underlying: str | None = None) -> OptionChain:
    """Read an option chain, gzipped or plain, in any format that a reader recognises.

    Parameters
    ----------
    path : path-like
    underlying : str, optional
        What the options are on, for a file that does not say it (a table of implied
        volatilities). Without it the registry is asked.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty, cut off or of no known format, or its reader finds a fault; the
        message names the file and the fault. Or it is on something else than `underlying`.
    """
    path = Path(path)
    text = read_text(path, "an option chain")
    where = path.name
    from rmot.market.readers.units import require_one_unit

    for reader in readers():
        if reader.recognises(text[:_HEAD_CHARACTERS]):
            raw = reader.parse(text, where)
            require_one_unit(raw, where)
            if underlying and raw.underlying not in ("", underlying):
                raise DataError(f"{where}: expected options on {underlying}; got {raw.underlying}")
            source = describe(path)
            return OptionChain(
                raw.underlying or underlying or _registered_underlying(source) or "unknown",
                raw.spot,
                raw.snapshot,
                raw.exercise,
                raw.quotes,
                source,
            )
    known = ", ".join(reader.name for reader in readers())
    raise DataError(f"{where}: expected an option chain in a known format ({known})")


def _registered_underlying(source: DataSource) -> str | None:
    return datasets()[source.id].underlying if source.kind == "real" else None
