"""H of several series by two methods, each beside what series without any roughness give.

The source reads H = 0.05 off SPX returns by a variogram, H = 0.51 by R/S, and takes the first for
roughness. Shuffled, a series has no memory left: what it then gives is the method's own answer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.calibration.block_bootstrap import percentile_interval
from rmot.market import read_history
from rmot.neural.published.printed import HURST
from rmot.neural.published.statistics import rescaled_range_hurst, variogram_hurst
from rmot.studies.neural.published_data import about, read_bars
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

SHUFFLES = {"quick": 10, "full": 100, "deep": 1000}
PATHS = "changes shuffled"
RETURNS = "shuffled"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a series and method, with the 95% interval of shuffled ones."""
    generator = np.random.default_rng(config.seed)
    rows = []
    for name, kind, series, printed, source in _series(config):
        # the variogram is of paths; R/S of a path is that of its changes
        for method, measure in (("variogram", _variogram), ("rescaled range", _rescaled)):
            of_null = [
                measure(_shuffled(series, kind, generator), kind)
                for _ in range(SHUFFLES[config.profile])
            ]
            low, high = percentile_interval(np.array(of_null))
            value = measure(series, kind)
            rows.append(
                {
                    "series": name,
                    "kind": kind,
                    "method": method,
                    "hurst": value,
                    "null": PATHS if kind == "path" else RETURNS,
                    "null_hurst": float(np.mean(of_null)),
                    "null_low": low,
                    "null_high": high,
                    "apart": not low <= value <= high,
                    "printed": HURST.get((printed, method), np.nan),
                    "length": series.size,
                    **source,
                }
            )
    return pd.DataFrame(rows)


def _series(config: Config) -> Iterator[tuple[str, str, Vector, str, dict[str, str]]]:
    price, bars = read_bars(config, "price"), read_bars(config)
    daily = read_history(config.inputs["index"])
    returns = np.diff(np.log(price.table["close"].to_numpy(float)))
    sizes = np.log(np.abs(returns[returns != 0]))
    levels = np.log(bars.table["close"].to_numpy(float))
    closes = np.log(daily.table["close"].to_numpy(float))
    yield "SPX returns, hourly", "returns", returns, "SPX", about(price.source)
    yield "log size of SPX returns", "returns", sizes, "", about(price.source)
    yield "log VIX, hourly", "path", levels, "VIX", about(bars.source)
    yield "log VIX, daily", "path", closes, "", about(daily.source)


def _variogram(series: Vector, _: str) -> float:
    return variogram_hurst(series)


def _rescaled(series: Vector, kind: str) -> float:
    return rescaled_range_hurst(np.diff(series) if kind == "path" else series)


def _shuffled(series: Vector, kind: str, generator: np.random.Generator) -> Vector:
    if kind == "path":
        return series[0] + np.append(0.0, np.cumsum(generator.permutation(np.diff(series))))
    return generator.permutation(series)


def printed(table: pd.DataFrame) -> str:
    """Set a row a series and method."""
    shown = table.assign(
        series=table["series"].where(~table["series"].duplicated(), ""),
        shuffled=[
            rf"{fixed(mean, 2)}\;[{fixed(low, 2)}, {fixed(high, 2)}]"
            for mean, low, high in zip(
                table["null_hurst"], table["null_low"], table["null_high"], strict=True
            )
        ],
    )
    return latex_table(
        shown,
        (
            Column("series", "", align="l"),
            Column("method", "", align="l"),
            Column("hurst", "$H$", lambda value: fixed(value, 2)),
            Column("shuffled", "shuffled", str),
            Column("printed", "printed", lambda value: fixed(value, 2)),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
