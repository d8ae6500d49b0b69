"""SPX and VIX smiles of laws in and out of sample: a row a quote and law.

Inputs are the config, weights by the name of their law, and the chains SPX and VIX, or none.
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
TRAINED = ("rough_bergomi", "neural")
INDEX_PATHS = {"quick": 1 << 11, "full": 1 << 14, "deep": 1 << 16}
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
        name: load_model(config.inputs[name], SIMULATION[config.profile])[0] for name in TRAINED
    }
    rows = []
    for name, model in models.items():
        found = price_rows(model, quotes.targets)
        if isinstance(model, SimulatesIndex):
            found += index_rows(model, quotes.targets, INDEX_PATHS[config.profile])
        rows += [{"law": name, **row} for row in found]
    return pd.DataFrame(rows).assign(data=quotes.targets.data, data_sha256=quotes.targets.sha256)


if __name__ == "__main__":
    main(run)
