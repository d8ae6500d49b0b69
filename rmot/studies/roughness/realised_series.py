"""The daily realised variances that the studies of roughness share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rmot.calibration import log_volatility
from rmot.calibration.roughness import Vector
from rmot.market import DataSource, read_realised_variance
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
        read = read_realised_variance(path)
        for name, column in COLUMNS[key].items():
            values = read.table[column]
            logarithm, missing = log_volatility(values)
            days = pd.DatetimeIndex(values.dropna().index).strftime("%Y-%m-%d")
            found.append(Series(name, days[0], days[-1], logarithm, missing, read.source))
    return found
