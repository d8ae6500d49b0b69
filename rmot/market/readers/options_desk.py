"""The JSON chains of options-desk: Yahoo's quotes with an OCC symbol each, stamped with a zone.

    {"symbol": "SPY", "updated": "2026-07-12T06:26:58.861412-04:00", "underlyingPrice": 754.95,
     "quotes": [{"symbol": "SPY260713C00590000", "expiration": "2026-07-13", "side": "call",
                 "strike": 590.0, "bid": 163.67, "ask": 166.48, "last": ..., "volume": ...,
                 "openInterest": ..., ...}, ...]}

`updated` is when the file was made, not when the market quoted: on a weekend the quotes are those
of the close before, which is what `rmot.market.clock.valuation_instant` takes. Implied
volatilities and greeks in the file are not read: the surface makes its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.readers import RawChain, Reader
from rmot.market.readers.contracts import exercise_of, faults_of, quote_columns, roots_of
from rmot.market.readers.tables import (
    iso_dates,
    json_choice,
    json_columns,
    json_numbers,
    json_object,
    positive_level,
    zoned_instant,
)

_SIDES = {"call": True, "put": False}
_PRICES = {"bid": "bid", "ask": "ask", "last": "last"}
_COUNTS = {"volume": "volume", "openInterest": "open_interest"}


def recognises(head: str) -> bool:
    """Return whether the head is that of an object with this format's stamp or level."""
    return head.lstrip().startswith("{") and ('"underlyingPrice"' in head or '"updated"' in head)


def parse(text: str, where: str) -> RawChain:
    """Read a chain; a null price or count is NaN.

    An option whose root is not the underlying's (a contract adjusted after a merger) carries a
    `fault` by which the surface drops it.

    Raises
    ------
    DataError
        The JSON is cut off, a key is missing, a number is a text, a symbol contradicts its row,
        the stamp has no zone, or most options are on something else than `symbol`.
    """
    whole = json_object(text, where, ("symbol", "updated", "underlyingPrice", "quotes"))
    underlying = whole["symbol"]
    if not isinstance(underlying, str) or not underlying.strip("^"):
        raise DataError(f"{where}: expected a ticker for 'symbol'; got {underlying!r}")
    underlying = underlying.strip("^")
    columns = json_columns(
        whole["quotes"],
        ("symbol", "expiration", "side", "strike", "bid", "ask"),
        where,
        optional=("last", *_COUNTS),
    )
    expiries = iso_dates(columns["expiration"], "expiration", where)
    is_call = json_choice(columns, "side", _SIDES, where)
    strikes = json_numbers(columns, "strike", where)
    roots = roots_of(columns["symbol"], expiries, strikes, is_call, where)
    values: dict[str, np.ndarray] = {
        ours: json_numbers(columns, theirs, where) for theirs, ours in (_PRICES | _COUNTS).items()
    }
    quotes = pd.DataFrame(
        quote_columns(expiries, roots, strikes, is_call)
        | values
        | {"fault": faults_of(roots, underlying, where)}
    )
    return RawChain(
        underlying,
        positive_level(whole["underlyingPrice"], "underlyingPrice", where),
        zoned_instant(whole["updated"], "updated", where),
        exercise_of(underlying),
        quotes,
    )


READER: Final = Reader("options_desk", recognises, parse)
