"""Which registered chains are asset-days: the asset and the day of each, from the registry alone.

No file is read, as the DAG is made of this. Of several chains of one asset and day the last counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from rmot.market.registry import Dataset

LAST_PRICES = "chains/daily_last_2026/spy_qqq_iwm_tlt_1m_last"
"""A table of many days: its asset-days are known when it is read."""

_READERS = {"cboe", "cboe_json", "options_desk", "volatility_table", "yfinance"}
_NOT_AN_ASSET = {"VIX"}
"""Its options have a forward a date, and rough Heston is no law of an index of variance."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class AssetDay(NamedTuple):
    """One asset on one day, and the dataset that holds its quotes."""

    asset: str
    day: str
    dataset: str


def chain_days(
    datasets: Iterable[Dataset], locate: Callable[[str], Path | None]
) -> dict[AssetDay, Path]:
    """Return the asset-days of the chains that lie here, with their files, in a random order.

    The order is that of a hash, so that any first few are a sample of all, and the chains of one
    day, or of one large index, do not meet in one job.
    """
    latest: dict[tuple[str, str], tuple[str, str]] = {}
    for dataset in datasets:
        asset = dataset.underlying or Path(dataset.id).name.split("_")[0].upper()
        found = _DAY.search(dataset.range)
        if dataset.reader in _READERS and asset not in _NOT_AN_ASSET and found:
            seen = (dataset.range, dataset.id)
            latest[asset, found[0]] = max(seen, latest.get((asset, found[0]), seen))
    days = [AssetDay(asset, day, name) for (asset, day), (_, name) in latest.items()]
    files = {day: locate(day.dataset) for day in shuffled(days)}
    return {day: path for day, path in files.items() if path is not None}


def shuffled(days: Iterable[AssetDay]) -> list[AssetDay]:
    """Return asset-days in the order of the hashes of asset and day."""
    return sorted(
        days, key=lambda each: hashlib.sha256(f"{each.asset} {each.day}".encode()).digest()
    )


def batch_of(place: int, jobs: int) -> int:
    """Return which of `jobs` jobs has the asset-day at a place of the list."""
    return place % jobs
