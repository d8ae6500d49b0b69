"""Bias and speed of rough Heston's paths, of `rmot` and of published schemes, on one core.

A path-step is one time step of one path, its random numbers included. Times are not reproducible
to the bit; biases, in basis points of implied volatility against Fourier prices, are.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.path_schemes import CHUNK, EULER, MARKOVIAN, ONE_END, OURS, Scheme
from rmot.artifact.formats import Column, latex_table, significant
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
PATHS = {"quick": 2**14, "full": 2**16, "deep": 2**19}
TURNS = {"quick": 3, "full": 7, "deep": 15}
TIMED_STEPS = 2**20
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
        seconds = seconds_per_step(scheme, steps, TURNS[config.profile])
        rows.append(
            {
                "method": scheme.name,
                "steps": steps,
                "largest_bias": bias[worst],
                "standard_error": error[worst],
                "steps_per_second": 1.0 / seconds,
                "paths_per_second": 1.0 / (seconds * steps),
            }
        )
    return pd.DataFrame(rows).assign(paths=paths, cases=len(CASES))


def seconds_per_step(scheme: Scheme, steps: int, turns: int) -> float:
    """Return the least seconds of a path-step of the first case over some turns."""
    hurst, vol_of_vol, correlation, mean_reversion, maturity = CASES[0]
    make = scheme.prepare(law(hurst, vol_of_vol, correlation, mean_reversion), maturity, steps)
    rounds = max(TIMED_STEPS // (steps * CHUNK), 1)
    make(CHUNK, 0)
    seconds = []
    for turn in range(turns):
        # of the processor, on one thread: what else runs does not count
        start = time.process_time()
        for part in range(rounds):
            make(CHUNK, turn * rounds + part)
        seconds.append(time.process_time() - start)
    return min(seconds) / (rounds * CHUNK * steps)


def printed(table: pd.DataFrame) -> str:
    """Set one row a scheme and number of steps."""
    return latex_table(
        table,
        (
            Column("method", "Scheme", align="l"),
            Column("steps", "Steps", str),
            Column("largest_bias", "Largest bias, bp", error="standard_error"),
            Column("steps_per_second", "Path-steps/s", lambda value: significant(value, 2)),
            Column("paths_per_second", "Paths/s", lambda value: significant(value, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
