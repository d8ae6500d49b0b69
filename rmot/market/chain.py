"""A chain: all quotes on one underlying seen at one instant, as its file gave them."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rmot.errors import DataError, MissingData, ParameterError
from rmot.market.readers import Exercise, readers
from rmot.market.registry import DataSource, describe

if TYPE_CHECKING:
    import pandas as pd

    from rmot.market.american import CarryRange
    from rmot.market.filters import QuoteFilter
    from rmot.market.surface import OptionSurface

_HEAD_CHARACTERS = 4096
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, eq=False)
class OptionChain:
    """Quotes as read; nothing is filtered yet.

    Attributes
    ----------
    underlying : str
    spot : float
        The underlying's last level in the file, in the units of the strikes.
    snapshot : datetime
        When the file was made, with a time zone.
    exercise : {"european", "american"}
    quotes : DataFrame
        One row per quote: `expiry` (date), `root`, `settlement` (``"AM"`` or ``"PM"``), `strike`,
        `is_call`, `bid`, `ask`, and `last`, `volume`, `open_interest` where the file has them.
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
            With a time zone. By default the snapshot, or the last regular close before it.
        carry : CarryRange, optional
            For American quotes: the rates and dividend yields over which each becomes a European
            interval (`rmot.market.european_intervals`); `CarryRange()` by default.

        Returns
        -------
        OptionSurface

        Raises
        ------
        DataError
            The chain has no bids; an expiry asked for is absent or in the past; no quote is left.
        ParameterError
            `valuation` has no time zone, or `carry` is given for European quotes.
        """
        from rmot.market.american import CarryRange
        from rmot.market.surface import build_surface

        if self.exercise == "american":
            carry = CarryRange() if carry is None else carry
        elif carry is not None:
            raise ParameterError("expected no carry range: European quotes show their forward")

        return build_surface(
            self.underlying,
            self.snapshot,
            self.quotes,
            self.source,
            maturities=maturities,
            filters=filters,
            valuation=valuation,
            spot=self.spot,
            carry=carry,
        )


def read_chain(path: str | os.PathLike[str]) -> OptionChain:
    """Read an option chain, gzipped or plain, in any format that a reader recognises.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty, cut off or of no known format, or its reader finds a fault; the
        message names the file and the fault.
    """
    path = Path(path)
    text = _text(path)
    where = path.name
    for reader in readers():
        if reader.recognises(text[:_HEAD_CHARACTERS]):
            raw = reader.parse(text, where)
            return OptionChain(
                raw.underlying,
                raw.spot,
                raw.snapshot,
                raw.exercise,
                raw.quotes,
                source=describe(path),
            )
    known = ", ".join(reader.name for reader in readers())
    raise DataError(f"{where}: expected an option chain in a known format ({known})")


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise MissingData(f"expected an option chain at {path}; there is no such file") from None
    except OSError as error:
        raise DataError(f"{path}: expected a readable file; {error.strerror}") from None
    try:
        content = gzip.decompress(raw) if raw.startswith(_GZIP_MAGIC) else raw
        text = content.decode("utf-8-sig")
    except EOFError:
        raise DataError(f"{path.name}: the gzip stream is cut off") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path.name}: the gzip stream is damaged; {error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: expected UTF-8 text; {error.reason}") from None
    if not text.strip():
        raise DataError(f"{path.name}: the file is empty")
    return text
