"""SPX and VIX smiles of laws in and out of sample: a row a quote and law.

Inputs are the config, weights (.json) by the name of their law, ``neural_0`` being that of seed 0,
and the chains SPX and VIX, or none.
"""

from __future__ import annotations

import pandas as pd

from rmot.models import Simulation
from rmot.models.price_paths import SimulatesIndex
from rmot.neural.audit import index_rows, price_rows
from rmot.neural.model_files import load_model
from rmot.studies.neural.competitors import fitted
from rmot.studies.neural.quotes import quoted, training_config
from rmot.studies.study import Config, main

FITTED = ("black_scholes", "heston", "ssvi", "rough_heston")
INDEX_PATHS = {"quick": 1 << 11, "full": 1 << 14, "deep": 1 << 16}
LOOKS = {"quick": 48, "full": 192, "deep": 192}
"""Fewer leave rough Heston's expected variance below zero on a path in some ten thousand."""

SIMULATION = {
    "quick": Simulation(paths=2**11, least_steps=16, steps_per_year=32),
    "full": Simulation(paths=2**14),
    "deep": Simulation(paths=2**16),
}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a law and quote."""
    quotes = quoted(config, training_config(config).quotes)
    models = {name: fitted(name, quotes.price, quotes.targets) for name in FITTED}
    models |= {
        name: load_model(path, SIMULATION[config.profile])[0]
        for name, path in config.inputs.items()
        if path.suffix == ".json"
    }
    rows = []
    for name, model in models.items():
        found = price_rows(model, quotes.targets)
        if isinstance(model, SimulatesIndex):
            found += index_rows(
                model, quotes.targets, INDEX_PATHS[config.profile], LOOKS[config.profile]
            )
        rows += [{"law": name, **row} for row in found]
    return pd.DataFrame(rows).assign(data=quotes.targets.data, data_sha256=quotes.targets.sha256)


if __name__ == "__main__":
    main(run)
