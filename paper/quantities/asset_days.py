"""Numbers of the asset-days: how many were fitted, and what fifty thousand would take."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import PRINTED, Number, Source
from rmot.artifact.formats import fixed
from rmot.studies.asset_days.plan import CORES, OVERHEAD
from rmot.studies.asset_days.quotes import WHOLE

# A measurement on another processor is to be told in the text, not passed over.
_SAME = 1e-9


def plan(table: pd.DataFrame) -> Iterator[Number]:
    """Give jobs, core hours and hours of real whole chains, by the committed measurement."""
    rows = table.loc[(table["kind"] == WHOLE) & (table["data"] == "real")]
    one = rows.iloc[0]
    # Measured once and kept: no data of this run.
    source = Source("AssetDays", str(one["data_sha256"]), PRINTED)
    yield source.number("Planned", one["asset_days"], rf"{one['asset_days']:,}", 0.0)
    yield source.count("AJob", one["asset_days_a_job"])
    yield source.count("Jobs", one["jobs"])
    yield source.count("Overhead", 100 * OVERHEAD)
    for name, column in (("CoreHours", "core_hours"), ("Error", "core_hours_standard_error")):
        yield source.number(name, one[column], fixed(one[column], 1), _SAME)
    for cores, word in zip(CORES, ("Here", "Node", "Cluster"), strict=True):
        hours = float(rows.loc[rows["cores"] == cores, "hours"].iloc[0])
        yield source.count(f"{word}Cores", cores)
        yield source.number(f"{word}Minutes", 60 * hours, fixed(60 * hours, 0), _SAME)
