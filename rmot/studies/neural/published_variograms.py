"""Mean square changes of log V over lags: real with a bootstrap's band, and generated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.calibration.block_bootstrap import percentile_interval
from rmot.neural.published.statistics import block_bootstrap, hurst_of, mean_square_changes
from rmot.studies.neural.published_data import LENGTH, about, read_segments
from rmot.studies.neural.published_statistics import DRAWS, REPEATS, generators
from rmot.studies.study import Config, main

LARGEST_LAG = LENGTH - 2
REAL = "real"
SHOWN = ("printed", "mended", "rough", "random_walk")


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a series and lag, in hours; the real band is of resampled blocks of days."""
    fitted, _, test = read_segments(config)

    def squares(paths: np.ndarray) -> np.ndarray:
        return mean_square_changes(paths, LARGEST_LAG)

    sampled = block_bootstrap(
        lambda rows: squares(test.log_variance[rows]),
        len(test),
        DRAWS[config.profile],
        np.random.default_rng(config.seed),
    )
    curves = {REAL: (squares(test.log_variance), sampled)}
    for name, draw in generators(config, fitted, test).items():
        if name in SHOWN:
            repeats = range(REPEATS[config.profile])
            each = np.array([squares(draw(config.seed + at)) for at in repeats])
            curves[name] = (each.mean(axis=0), each)
    rows = []
    for name, (curve, draws) in curves.items():
        hurst = hurst_of(curve[None])[0]
        low, high = percentile_interval(hurst_of(draws))
        for lag in range(1, LARGEST_LAG + 1):
            ends = percentile_interval(draws[:, lag - 1])
            rows.append(
                {
                    "series": name,
                    "lag": lag,
                    "mean_square_change": curve[lag - 1],
                    "low": ends[0],
                    "high": ends[1],
                    "hurst": hurst,
                    "hurst_low": low,
                    "hurst_high": high,
                    **about(test.source),
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
