"""H of log-volatility from realised variances: by variogram, and allowing for noise.

The noise is free, or held at the least that five-minute returns can have. Intervals (95%) resample
blocks; for the printed block, those of `model_low` and `model_high` draw whole series from the
fitted model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table, significant
from rmot.calibration import Roughness, estimate_roughness, variogram
from rmot.calibration.block_bootstrap import percentile_interval
from rmot.calibration.roughness import sampling_noise
from rmot.studies.roughness.realised_series import Series, realised_series
from rmot.studies.study import Config, main

DRAWS = {"quick": 100, "full": 500, "deep": 5000}
SIMULATED = {"quick": 40, "full": 100, "deep": 2000}
BLOCKS = {"quick": (64,), "full": (64, 128, 256), "deep": (64, 128, 256)}
PRINTED_BLOCK = 64
# Five-minute returns in a New York session.
RETURNS_PER_DAY = 78
SEED = 20180711
VARIOGRAM, FREE, LEAST = "variogram", "free noise", "least noise"


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row a series, method and block length."""
    rows = []
    for series in realised_series(config):
        about = {"series": series.name, "first": series.first, "last": series.last}
        about |= {"days": series.log_volatility.size, "missing": series.missing}
        source = {"data": series.source.kind, "data_sha256": series.source.sha256}
        for estimate in _estimates(series, config.profile):
            rows.append({**about, **estimate, **source})
    return pd.DataFrame(rows)


def _estimates(series: Series, profile: str) -> list[dict[str, Any]]:
    generator = np.random.default_rng(SEED)
    draws = DRAWS[profile]
    curve = variogram(series.log_volatility, generator=generator, block=PRINTED_BLOCK, draws=draws)
    low, high = curve.interval()
    least, most = curve.hurst_range
    rows: list[dict[str, Any]] = [
        {
            "method": VARIOGRAM,
            "block": PRINTED_BLOCK,
            "hurst": curve.hurst,
            "low": low,
            "high": high,
            "least_exponent_ratio": least,
            "largest_exponent_ratio": most,
        }
    ]
    for block in BLOCKS[profile]:
        fit = estimate_roughness(
            series.log_volatility, generator=generator, block=block, draws=draws
        )
        rows.append(_row(FREE, fit, SIMULATED[profile], generator))
    fit = estimate_roughness(
        series.log_volatility,
        generator=generator,
        noise_variance=sampling_noise(RETURNS_PER_DAY),
        block=PRINTED_BLOCK,
        draws=draws,
    )
    return [*rows, _row(LEAST, fit, SIMULATED[profile], generator)]


def _row(
    method: str, fit: Roughness, simulated: int, generator: np.random.Generator
) -> dict[str, Any]:
    low, high = fit.interval()
    model_low, model_high = float("nan"), float("nan")
    if fit.block == PRINTED_BLOCK:
        model_low, model_high = percentile_interval(fit.simulated_draws(simulated, generator))
    noise_low, noise_high = percentile_interval(fit.noise_draws)
    return {
        "method": method,
        "block": fit.block,
        "hurst": fit.hurst,
        "low": low,
        "high": high,
        "model_low": model_low,
        "model_high": model_high,
        "vol_of_vol": fit.vol_of_vol,
        "noise_variance": fit.noise_variance,
        "noise_low": noise_low,
        "noise_high": noise_high,
        "noise_share": fit.noise_share,
        "at_bound": fit.at_bound,
    }


def printed(table: pd.DataFrame) -> str:
    """Set one row a series: H by each method with its interval, noise and vol of vol."""
    rows = []
    for name, group in table[table["block"] == PRINTED_BLOCK].groupby("series", sort=False):
        by_method = group.set_index("method").to_dict("index")
        free = by_method[FREE]
        row = {"series": name, "days": free["days"], "years": _years(free)}
        for method in (VARIOGRAM, FREE, LEAST):
            row[method] = _with_interval(by_method[method])
        row["vol_of_vol"], row["noise_share"] = free["vol_of_vol"], free["noise_share"]
        rows.append(row)
    return latex_table(
        pd.DataFrame(rows),
        (
            Column("series", "", align="l"),
            Column("years", "sample", str, align="l"),
            Column("days", "days", str),
            Column(VARIOGRAM, "$H$, variogram", str),
            Column(FREE, "$H$, noise free", str),
            Column(LEAST, "$H$, least noise", str),
            Column("vol_of_vol", r"$\nu$", lambda value: significant(value, 2)),
            Column("noise_share", "noise share", lambda value: fixed(value, 2)),
        ),
    )


def _years(row: dict[str, Any]) -> str:
    return rf"\text{{{row['first'][:4]}--{row['last'][:4]}}}"


def _with_interval(row: dict[str, Any]) -> str:
    if row["at_bound"] is True:
        return rf"< {fixed(row['high'], 3)}"
    return f"{fixed(row['hurst'], 3)}\\;[{fixed(row['low'], 3)}, {fixed(row['high'], 3)}]"


if __name__ == "__main__":
    main(run, printed)
