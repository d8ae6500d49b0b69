"""The formats of option chains: each knows its own head, and turns text into a table of quotes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Exercise = Literal["european", "american"]


@dataclass(frozen=True, eq=False)
class RawChain:
    """What a file says: `quotes` has the columns that `rmot.market.OptionChain` lists.

    `underlying` is empty where the file names none, `spot` NaN where it has none.
    """

    underlying: str
    spot: float
    snapshot: datetime
    exercise: Exercise
    quotes: pd.DataFrame


@dataclass(frozen=True)
class Reader:
    """One format.

    Attributes
    ----------
    name : str
        As the registry of datasets calls it.
    recognises : callable
        ``recognises(head) -> bool``: whether a file that begins with `head` is of this format.
    parse : callable
        ``parse(text, where) -> RawChain``: read the whole file; `where` names it in the
        `rmot.errors.DataError` that a faulty file raises.
    """

    name: str
    recognises: Callable[[str], bool]
    parse: Callable[[str, str], RawChain]


def readers() -> tuple[Reader, ...]:
    """Return all readers, in the order in which they are asked."""
    from rmot.market.readers import (
        cboe,
        cboe_json,
        last_prices,
        options_desk,
        volatility_table,
        yfinance,
    )

    modules = (cboe, options_desk, cboe_json, yfinance, volatility_table, last_prices)
    return tuple(module.READER for module in modules)
