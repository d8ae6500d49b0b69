"""The source's backtest on quotes: v0 found on one day, its smiles held against the next day's.

Each day's expiries are calibrated at once. On the next, the model is priced with the v0 of the day
before, and flat Black-Scholes with its volatility; `refitted` is what the day's own would leave.
Inputs are chains named by date; without them days of a Heston model whose variance moves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.neural.published.initial_variance import (
    calibrate_initial_variance,
    flat_error,
    flat_volatility,
    volatility_error,
)
from rmot.neural.published.printed import MARKET
from rmot.studies.neural.published_data import load_model
from rmot.studies.neural.published_pricing import FLAT, MODELS, grid_of
from rmot.studies.neural.published_quotes import surface_of
from rmot.studies.study import Config, main

EXPIRIES = {"quick": 1, "full": 2, "deep": 8}
DAYS = {"quick": 3, "full": None, "deep": None}
MOVES = (1.0, 1.3, 0.9)
"""Of the known model's variance from day to day."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a model and day after the first."""
    count = EXPIRIES[config.profile]
    dated = sorted(name for name in config.inputs if name[:2] == "20")[: DAYS[config.profile]]
    surfaces = (
        {name: surface_of(config, name, count) for name in dated}
        if dated
        else {
            f"day {at}": surface_of(config, "", count, shift=move)
            for at, move in enumerate(MOVES, 1)
        }
    )
    grid, days = grid_of(config), list(surfaces)
    rows = []

    def row(name: str, at: int, carried: float, next_error: float, own_error: float) -> None:
        source = surfaces[days[at]].source
        rows.append(
            {
                "model": name,
                "calibrated": days[at - 1],
                "priced": days[at],
                "initial_volatility": carried,
                "error": next_error,
                "refitted_error": own_error,
                "quotes": sum(len(smile) for smile in surfaces[days[at]]),
                "data": source.kind,
                "data_sha256": source.sha256,
            }
        )

    for name in MODELS:
        model = load_model(config, name)
        found = [
            calibrate_initial_variance(model, MARKET.leverage, one.slices, grid)
            for one in surfaces.values()
        ]
        for at in range(1, len(days)):
            start, smiles = found[at - 1].initial_variance, surfaces[days[at]].slices
            error = volatility_error(model, start, MARKET.leverage, smiles, grid)
            row(name, at, float(np.sqrt(start)), error, found[at].error)
    levels = [flat_volatility(one.slices) for one in surfaces.values()]
    for at in range(1, len(days)):
        smiles = surfaces[days[at]].slices
        own = flat_error(levels[at], smiles)
        row(FLAT, at, levels[at - 1], flat_error(levels[at - 1], smiles), own)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
