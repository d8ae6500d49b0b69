"""Largest bias of rough Heston's paths, of `rmot` and of published schemes, against Fourier prices.

In basis points of implied volatility, over three laws and three strikes; the same to the bit from
run to run, so that what holds the machine for itself times alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.path_schemes import EULER, MARKOVIAN, ONE_END, OURS
from rmot.studies.paths.estimates import volatility_biases
from rmot.studies.paths.path_biases import law
from rmot.studies.study import Config, main

# Hurst index, vol-of-vol, correlation, mean reversion, maturity
CASES = ((0.1, 0.4, -0.7, 0.3, 0.5), (0.05, 0.6, -0.9, 0.0, 2.0), (0.3, 0.6, -0.9, 0.0, 1.0))
RUNS = (
    (OURS, 8),
    (OURS, 32),
    (OURS, 128),
    (OURS, 512),
    (ONE_END, 32),
    (ONE_END, 128),
    *((scheme, steps) for scheme in MARKOVIAN.values() for steps in (8, 32, 128, 512)),
    (EULER, 32),
    (EULER, 128),
    (EULER, 512),
)
PATHS = {"quick": 2**13, "full": 2**16, "deep": 2**19}
SEED = 5


def run(config: Config) -> pd.DataFrame:
    """Measure a row a scheme and number of steps."""
    paths = PATHS[config.profile]
    rows = []
    for scheme, steps in RUNS:
        found = []
        for hurst, vol_of_vol, correlation, mean_reversion, maturity in CASES:
            model = law(hurst, vol_of_vol, correlation, mean_reversion)
            integrated, along = scheme.simulate(model, maturity, steps, paths, SEED)
            found.append(
                volatility_biases(
                    model, maturity, integrated, along, exponentials=scheme.martingale
                )
            )
        bias, error = (1e4 * np.array(each).ravel() for each in zip(*found, strict=True))
        worst = int(np.argmax(np.abs(bias)))
        rows.append(
            {
                "method": scheme.name,
                "steps": steps,
                "largest_bias": bias[worst],
                "standard_error": error[worst],
            }
        )
    return pd.DataFrame(rows).assign(paths=paths, cases=len(CASES))


if __name__ == "__main__":
    main(run)
