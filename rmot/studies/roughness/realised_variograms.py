"""Mean square changes of log-volatility by lag, and the noisy rough law fitted to each series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.calibration import estimate_roughness, variogram
from rmot.studies.roughness.realised_series import COLUMNS, realised_series
from rmot.studies.study import Config, main

# The curves alone are wanted: their errors stand in the table of H.
DRAWS = 1


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row an index and lag: measured, fitted, and what the fit has without noise."""
    rows = []
    for series in realised_series(config):
        if series.name not in COLUMNS["indices"]:
            continue
        generator = np.random.default_rng(0)
        curve = variogram(series.log_volatility, generator=generator, draws=DRAWS)
        fit = estimate_roughness(series.log_volatility, generator=generator, draws=DRAWS)
        second = curve.moments[list(curve.orders).index(2.0)]
        fitted = fit.mean_square_change(curve.lags)
        for lag, moment, value in zip(curve.lags, second, fitted, strict=True):
            rows.append(
                {
                    "series": series.name,
                    "lag": int(lag),
                    "mean_square_change": moment,
                    "fitted": value,
                    "fitted_without_noise": value - 2 * fit.noise_variance,
                    "variogram_hurst": curve.hurst,
                    "hurst": fit.hurst,
                    "data": series.source.kind,
                    "data_sha256": series.source.sha256,
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main(run)
