"""Bias of rough Heston's simulated paths in implied volatility, against Fourier prices."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from rmot.artifact.data_digest import data_digest
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.models import RoughHeston
from rmot.studies.paths.estimates import volatility_biases
from rmot.studies.study import Config, main

HURSTS = {"quick": (0.1, 0.5), "full": (0.05, 0.1, 0.2, 0.35, 0.5)}
MATURITIES = {"quick": (0.5,), "full": (1.0 / 12.0, 0.5, 2.0)}
PATHS = {"quick": 2**14, "full": 2**16, "deep": 2**20}
STEPS = (8, 16, 32)
INITIAL_VARIANCE, LONG_RUN_VARIANCE = 0.04, 0.06
# vol-of-vol, correlation and mean reversion
SETS = ((0.2, -0.5, 1.0), (0.4, -0.7, 0.3), (0.6, -0.9, 0.0))
LAW = ["hurst", "vol_of_vol", "correlation", "mean_reversion"]
for _profiled in (HURSTS, MATURITIES):
    _profiled["deep"] = _profiled["full"]


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a law, maturity, number of steps and strike; biases in basis points."""
    rows = []
    profile, paths = config.profile, PATHS[config.profile]
    for hurst, place in itertools.product(HURSTS[profile], range(len(SETS))):
        vol_of_vol, correlation, mean_reversion = SETS[place]
        model = law(hurst, vol_of_vol, correlation, mean_reversion)
        for maturity, steps in itertools.product(MATURITIES[profile], STEPS):
            made = model.variance_scheme([maturity], steps).simulate(paths, config.seed, threads=1)
            bias, error = volatility_biases(
                model, maturity, made.integrated[:, 0], made.along[:, 0]
            )
            rows += [
                {
                    "hurst": hurst,
                    "vol_of_vol": vol_of_vol,
                    "correlation": correlation,
                    "mean_reversion": mean_reversion,
                    "maturity": maturity,
                    "steps": steps,
                    "deviations": at,
                    "bias": 1e4 * one,
                    "standard_error": 1e4 * chance,
                }
                for at, one, chance in zip((-1, 0, 1), bias, error, strict=True)
            ]
    settings = repr(
        (
            HURSTS[profile],
            MATURITIES[profile],
            SETS,
            INITIAL_VARIANCE,
            LONG_RUN_VARIANCE,
            STEPS,
            paths,
        )
    )
    source = data_digest(settings)
    return pd.DataFrame(rows).assign(paths=paths, data="drawn", data_sha256=source)


def law(hurst: float, vol_of_vol: float, correlation: float, mean_reversion: float) -> RoughHeston:
    """Return the model of one set."""
    return RoughHeston(
        hurst=hurst,
        vol_of_vol=vol_of_vol,
        correlation=correlation,
        initial_variance=INITIAL_VARIANCE,
        mean_reversion=mean_reversion,
        long_run_variance=LONG_RUN_VARIANCE,
    )


def largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the largest absolute bias for each law and number of steps."""
    size = table.assign(size=table["bias"].abs())
    return table.loc[size.groupby([*LAW, "steps"])["size"].idxmax()]


def printed(table: pd.DataFrame) -> str:
    """Set a row a law: the largest bias over maturities and strikes, by number of steps."""
    wide = largest(table).pivot_table(index=LAW, columns="steps", values=["bias", "standard_error"])
    wide.columns = [f"{name} {steps}" for name, steps in wide.columns]
    columns = [
        Column("hurst", "$H$", lambda value: fixed(value, 2)),
        Column("vol_of_vol", r"$\nu$", lambda value: fixed(value, 1)),
        Column("correlation", r"$\rho$", lambda value: fixed(value, 1)),
        Column("mean_reversion", r"$\kappa$", lambda value: fixed(value, 1)),
    ]
    columns += [
        Column(f"bias {steps}", f"{steps} steps", error=f"standard_error {steps}")
        for steps in sorted(np.unique(table["steps"]))
    ]
    return latex_table(wide.reset_index(), columns)


if __name__ == "__main__":
    main(run, printed)
