"""The daily realised variances that the studies of roughness share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rmot.calibration import log_volatility
from rmot.calibration.roughness import Vector
from rmot.market.registry import DataSource, describe
from rmot.studies.study import Config

# Which columns of which input are read, under which name.
COLUMNS = {
    "indices": {"SPX": "SPX", "IXIC": "IXIC", "RUT": "RUT"},
    "library": {"SPX 5 min": "rv5", "SPX kernel": "rk_parzen", "SPX median": "medrv"},
    "spy": {"SPY 5 min": "RV5", "SPY 1 min": "RV1"},
}


@dataclass(frozen=True, eq=False)
class Series:
    """One series: its name, dates, log-volatilities and missing days."""

    name: str
    first: str
    last: str
    log_volatility: Vector
    missing: int
    source: DataSource


def realised_series(config: Config) -> list[Series]:
    """Read all columns of the inputs that are there."""
    found = []
    for key, path in config.inputs.items():
        for name, column in COLUMNS[key].items():
            values, source = _series(path, column)
            logarithm, missing = log_volatility(values)
            days = values.dropna().index
            found.append(Series(name, str(days[0]), str(days[-1]), logarithm, missing, source))
    return found


def _series(path: Path, column: str) -> tuple[pd.Series, DataSource]:
    source = describe(path)
    skipped = 1 if source.kind == "synthetic" else 0
    table = pd.read_csv(path, index_col=0, skiprows=skipped)
    return pd.Series(table[column]), source
