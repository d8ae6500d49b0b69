"""What the filters of section 5.1 of the paper on rough martingale transport throw away.

Each filter is counted alone and after those before it, on the out-of-the-money quotes of all
expiries that have a forward. The wings are the quotes beyond two standard deviations at the money.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, escape, fixed, latex_table
from rmot.market import ROUGH_MARTINGALE_TRANSPORT_FILTERS, OptionChain, QuoteFilter, read_chain
from rmot.studies.study import Config, main

WING: Final = 2.0
"""Standard deviations at the money beyond which a quote lies in a wing."""


def run(config: Config) -> pd.DataFrame:
    """Count each filter on each chain: one row a filter, in the order of the text."""
    tables = []
    for underlying, path in config.inputs.items():
        chain = read_chain(path)
        counts = counted(finished_quotes(chain), ROUGH_MARTINGALE_TRANSPORT_FILTERS)
        counts.insert(0, "underlying", underlying)
        tables.append(counts.assign(data=chain.source.kind, data_sha256=chain.source.sha256))
    return pd.concat(tables, ignore_index=True)


class _Recorder:
    """A filter that rejects nothing and keeps what it was shown, a table a slice."""

    reason = "recorded"

    def __init__(self) -> None:
        self.tables: list[pd.DataFrame] = []

    def rejects(self, quotes: pd.DataFrame) -> np.ndarray:
        self.tables.append(quotes)
        return np.zeros(len(quotes), dtype=bool)


def finished_quotes(chain: OptionChain) -> list[pd.DataFrame]:
    """Return what a user's filter sees: the out-of-the-money quotes, one table a slice."""
    recorder = _Recorder()
    chain.surface(filters=(recorder,))
    return recorder.tables


def counted(tables: Sequence[pd.DataFrame], filters: Sequence[QuoteFilter]) -> pd.DataFrame:
    """Count what each filter removes, alone and after those before it, wings apart."""
    wings = [_in_a_wing(table) for table in tables]
    left = [np.ones(len(table), dtype=bool) for table in tables]
    rows = []
    for each in filters:
        alone = [each.rejects(table) for table in tables]
        before = sum(int(kept.sum()) for kept in left)
        for kept, table in zip(left, tables, strict=True):
            kept[kept] = ~each.rejects(table.loc[kept])
        after = sum(int(kept.sum()) for kept in left)
        reach = np.concatenate(
            [table["log_moneyness"][kept] for table, kept in zip(tables, left, strict=True)]
        )
        rows.append(
            {
                "filter": each.reason,
                "quotes": sum(map(len, tables)),
                "wing_quotes": _total(wings),
                "removed_alone": _total(alone),
                "wing_removed_alone": _total(a & w for a, w in zip(alone, wings, strict=True)),
                "removed_in_order": before - after,
                "left": after,
                "wing_left": _total(k & w for k, w in zip(left, wings, strict=True)),
                "slices_left": sum(bool(kept.any()) for kept in left),
                "lowest_log_moneyness": float(reach.min()) if reach.size else np.nan,
                "highest_log_moneyness": float(reach.max()) if reach.size else np.nan,
            }
        )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a filter and index."""

    def whole(count: float) -> str:
        return str(int(count))

    columns = (
        Column("underlying", "Index", align="l"),
        Column("filter", "Removes", _words, align="l"),
        Column("removed_alone", "Alone", whole),
        Column("wing_removed_alone", "in wings", whole),
        Column("removed_in_order", "In turn", whole),
        Column("left", "Left", whole),
        Column("wing_left", "in wings", whole),
        Column("lowest_log_moneyness", "$k$ from", lambda k: fixed(k, 2)),
        Column("highest_log_moneyness", "to", lambda k: fixed(k, 2)),
    )
    return latex_table(table, columns)


def _in_a_wing(table: pd.DataFrame) -> np.ndarray:
    k = table["log_moneyness"].to_numpy()
    volatility = table["implied_volatility"].to_numpy()[np.argmin(np.abs(k))]
    return np.abs(k) > WING * volatility * np.sqrt(table["maturity"].to_numpy())


def _total(masks) -> int:
    return sum(int(mask.sum()) for mask in masks)


def _words(reason: str) -> str:
    return rf"\text{{{escape(reason).replace('|log-moneyness|', '$|k|$')}}}"


if __name__ == "__main__":
    main(run, printed)
