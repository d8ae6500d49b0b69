"""Today's option chains from Yahoo by yfinance, kept in the format of `readers.yfinance`.

yfinance says neither when it asked nor for which level of the underlying in its tables, so both
are written beside every quote. The snapshot is taken when the last expiry has come in.
"""

from __future__ import annotations

import gzip
import io
import math
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmot.artifact.files import atomic_write
from rmot.errors import MissingData

if TYPE_CHECKING:
    import pandas as pd

_SIDES = {"calls": "call", "puts": "put"}


def fetch_live(
    ticker: str,
    folder: str | os.PathLike[str],
    make_ticker: Callable[[str], Any] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Path:
    """Write all expiries of one ticker to ``folder/TICKER_20260710T195959Z.csv.gz``.

    Parameters
    ----------
    ticker : str
        Yahoo's name, such as ``SPY`` or ``^SPX``.
    folder : path-like
        Made where it is missing.
    make_ticker : callable, optional
        ``make_ticker(name)`` gives an object like `yfinance.Ticker`, which is the default.
    clock : callable, optional
        Gives the present instant with its zone.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    MissingData
        yfinance is not installed, or Yahoo has no options or no level for the ticker.
    """
    import pandas as pd

    source = (make_ticker or _yfinance())(ticker)
    expiries = tuple(source.options)
    if not expiries:
        raise MissingData(f"expected options on {ticker}; Yahoo lists none")
    parts, level = [], math.nan
    for expiry in expiries:
        chain = source.option_chain(expiry)
        level = _level(chain, level)
        parts += [
            getattr(chain, name).assign(optionType=side, expirationDate=expiry)
            for name, side in _SIDES.items()
        ]
    if not level > 0:
        raise MissingData(f"expected a level of {ticker}; Yahoo gives none")
    now = (clock or (lambda: datetime.now(UTC)))().astimezone(UTC)
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table = table.assign(underlyingPrice=level, snapshot=now.isoformat())
    path = Path(folder) / f"{ticker.strip('^')}_{now:%Y%m%dT%H%M%SZ}.csv.gz"
    with atomic_write(path, "wb") as handle:
        handle.write(gzip.compress(_csv(table).encode(), mtime=0))
    return path


def _yfinance() -> Callable[[str], Any]:
    try:
        import yfinance  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError:
        raise MissingData(
            "expected yfinance for today's chains; install the extra: pip install 'rmot[live]'"
        ) from None
    return yfinance.Ticker


def _level(chain: Any, before: float) -> float:
    found = (getattr(chain, "underlying", None) or {}).get("regularMarketPrice")
    return before if found is None else float(found)


def _csv(table: pd.DataFrame) -> str:
    text = io.StringIO()
    table.to_csv(text, index=False)
    return text.getvalue()
