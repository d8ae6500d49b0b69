"""Speed of rough Heston's paths, of `rmot` and of published schemes, beside their bias.

A path-step is one time step of one path, its random numbers included. Times are not reproducible
to the bit; the biases of `benchmarks.path_errors`, which are the input, are.
"""

from __future__ import annotations

import time

import pandas as pd

from benchmarks.path_errors import CASES, RUNS
from benchmarks.path_schemes import CHUNK, Scheme
from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, latex_table, significant
from rmot.studies.paths.path_biases import law
from rmot.studies.study import Config, main

TURNS = {"quick": 3, "full": 3, "deep": 15}
TIMED_STEPS = {"quick": 2**18, "full": 2**20, "deep": 2**20}


def run(config: Config) -> pd.DataFrame:
    """Time a row a scheme and number of steps; the input is `errors`."""
    table = read_csv(config.inputs["errors"]).drop(columns="profile")
    profile = config.profile
    seconds = [
        seconds_per_step(scheme, steps, TURNS[profile], TIMED_STEPS[profile])
        for scheme, steps in RUNS
    ]
    speed = 1.0 / pd.Series(seconds)
    return table.assign(steps_per_second=speed, paths_per_second=speed / table["steps"])


def seconds_per_step(scheme: Scheme, steps: int, turns: int, path_steps: int) -> float:
    """Return the least seconds of a path-step of the first case over some turns of so many."""
    hurst, vol_of_vol, correlation, mean_reversion, maturity = CASES[0]
    make = scheme.prepare(law(hurst, vol_of_vol, correlation, mean_reversion), maturity, steps)
    rounds = max(path_steps // (steps * CHUNK), 1)
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
