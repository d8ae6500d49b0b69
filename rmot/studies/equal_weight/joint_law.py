"""The portfolio's fitted marginals under a Gaussian copula with the past year's correlations.

That correlation is the real world's. Where there are no histories returns with one correlation are
drawn in their place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.dependence import HistoricalCorrelation, aligned_returns, historical_correlation
from rmot.errors import DataError
from rmot.market import read_history
from rmot.models import RoughHeston
from rmot.studies.study import Config
from rmot.studies.surfaces.portfolio import FIXED, FREE

CLOSE = "2026-07-10"
DAYS = 252
SYNTHETIC_CORRELATION = 0.4
PREFIX = "history_"


def fitted(config: Config) -> dict[str, RoughHeston]:
    """Return the models of the names that were fitted, in the table's order.

    Raises
    ------
    DataError
        Fewer than two names were.
    """
    found: dict[str, RoughHeston] = {}
    for row in read_csv(config.inputs["portfolio"]).to_dict("records"):
        if pd.isna(row["failure"]):
            given: dict[str, Any] = {**FIXED, **{name: float(row[name]) for name in FREE}}
            found[str(row["name"])] = RoughHeston(**given)
    if len(found) < 2:
        raise DataError(f"expected two fitted names or more; got {len(found)}")
    return found


def past(config: Config, names: list[str]) -> HistoricalCorrelation:
    """Return the correlation of the names' daily returns over the year before the close.

    Raises
    ------
    DataError
        Some names have a history and others none.
    """
    missing = [name for name in names if PREFIX + name not in config.inputs]
    if len(missing) == len(names):
        generator = np.random.default_rng(config.seed)
        common = generator.standard_normal((DAYS, 1)) * np.sqrt(SYNTHETIC_CORRELATION)
        own = generator.standard_normal((DAYS, len(names)))
        drawn = common + own * np.sqrt(1.0 - SYNTHETIC_CORRELATION)
        return replace(historical_correlation(drawn, seed=config.seed), source="drawn returns")
    if missing:
        raise DataError(f"expected a history of each name or of none; got none of {missing}")
    histories = {name: read_history(config.inputs[PREFIX + name]) for name in names}
    returns = aligned_returns(histories, names, end=CLOSE).to_numpy()
    return historical_correlation(returns[-DAYS:], seed=config.seed)
