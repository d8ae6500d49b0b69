"""A few paths of price, variance and index under the learned law, drawn at random.

Inputs are the config and the weights ``neural``, and the chains or none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.neural.model_files import load_model
from rmot.studies.study import Config, main

PATHS = 3
LOOKS = 120
YEARS = 0.5


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a path and time."""
    model, about = load_model(config.inputs["neural"])
    times = YEARS * np.arange(1, LOOKS + 1) / LOOKS
    paths = model.simulate_paths(times, PATHS, config.seed, steps=1)
    return pd.concat(
        pd.DataFrame(
            {
                "path": path,
                "time": times,
                "price": paths.price[path],
                "variance": paths.variance[path],
                "integrated_variance": paths.integrated_variance[path],
                "expected_variance": model.expected_variance(times),
            }
        )
        for path in range(PATHS)
    ).assign(data=about.data["kind"], data_sha256=about.data["sha256"])


if __name__ == "__main__":
    main(run)
