"""Correlation of two assets by horizon, expected and drawn: it is stochastic where factors are.

Correlations of returns and of log-prices over [0, T] are exact, as is that of returns at T with
each factor's variance as expected now. What is realised over [0, T], and the instantaneous
correlation at T, have laws, which paths are drawn from.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.factors.assets import source, two_assets
from rmot.studies.study import Config, main

HORIZONS = {"1 week": 1 / 52, "1 month": 1 / 12, "3 months": 0.25, "1 year": 1.0, "2 years": 2.0}
_BETWEEN = {"quick": 5, "full": 17, "deep": 17}
_PATHS = {"quick": 2**12, "full": 2**15, "deep": 2**18}
LEVELS = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a horizon; ``q05`` and so on are quantiles."""
    assets = two_assets()
    named = list(HORIZONS.values())
    between = np.geomspace(min(named), max(named), _BETWEEN[config.profile])
    times = np.unique(np.concatenate([named, between[1:-1]]))
    n_paths = _PATHS[config.profile]
    rows = []
    for time in times.tolist():
        paths = assets.simulate_factors([time], n_paths, config.seed, sampling="sobol")
        drawn = {}
        for name, variance in (("realised", paths.integrated), ("instant", paths.variance)):
            values = assets.instantaneous_correlation(variance[:, 0])[:, 0, 1]
            drawn[f"{name}_mean"] = values.mean()
            # that of independent paths; Sobol points are better
            drawn[f"{name}_mean_error"] = values.std() / math.sqrt(n_paths)
            levels = np.quantile(values, list(LEVELS.values())).tolist()
            drawn.update({f"{name}_{q}": x for q, x in zip(LEVELS, levels, strict=True)})
        rows.append(
            {
                "horizon": time,
                "returns": assets.correlation(time)[0, 1],
                "log_prices": assets.log_price_correlation(time)[0, 1],
                "forward": assets.forward_correlation(time)[0, 1],
                **drawn,
                "paths": n_paths,
            }
        )
    return pd.DataFrame(rows).assign(**source())


def printed(table: pd.DataFrame) -> str:
    """Set the horizons that have a name."""

    def three(value: float) -> str:
        return fixed(value, 3)

    names = {value: name for name, value in HORIZONS.items()}
    here = table.loc[table["horizon"].isin(list(names))]
    here = here.assign(name=here["horizon"].map(names))
    return latex_table(
        here,
        (
            Column("name", "Horizon", align="l"),
            Column("returns", "Returns", three),
            Column("log_prices", "Log-prices", three),
            Column("forward", "Forward", three),
            Column("realised_q05", r"5\%", three),
            Column("realised_mean", "Mean", three),
            Column("realised_q95", r"95\%", three),
            Column("instant_q05", r"5\%", three),
            Column("instant_mean", "Mean", three),
            Column("instant_q95", r"95\%", three),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
