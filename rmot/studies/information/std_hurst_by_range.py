"""Standard error of H against the range of strikes, and the exponents that it follows.

Strikes fill [-delta, delta]. Up to the narrowest smile's own width the gradients are expanded at
the money; beyond, they are summed at Gauss-Legendre nodes. Each error is found twice, at different
nodes; the difference bounds the local slope's error. 002 (Theorem 3.1) claims the exponent
-1 + 2 H, 001 (3.1) the same for a correlation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.formats import Column, fixed, latex_table, significant, with_error
from rmot.calibration.narrow_ranges import (
    filled_range_errors,
    generic_order,
    narrow_range_errors,
    taylor_gradient,
)
from rmot.models import RoughHeston
from rmot.studies.information.points import (
    FREE,
    HALF_WIDTH,
    MATURITIES,
    NOISE,
    PUBLISHED,
    STRIKES,
)
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

HURST = {"quick": (0.12,), "full": (0.05, 0.12, 0.3), "deep": (0.05, 0.12, 0.3)}
# Expansions reach one standard deviation of the shortest smile at most.
EXPANDED = np.geomspace(1e-12, 0.05, 65)
SUMMED = np.geomspace(0.05, 0.5, 11)
DEVIATION = PUBLISHED["index"].model.expected_variance(0.0).item() ** 0.5
# Two ways to the same number: width of the interpolation in standard deviations, and degree.
EXPANSIONS = ((1.0, 24), (0.8, 28))
NODES = (160, 200)


def run(config: Config) -> pd.DataFrame:
    """Tabulate 002's point with three roughnesses, for 50 strikes and 002's noise."""
    point = PUBLISHED["index"]
    parts = []
    for hurst in HURST[config.profile]:
        model = replace(point.model, hurst=hurst)
        for count, maturities in MATURITIES.items():
            for free, names in FREE.items():
                for method, part in _curves(model, maturities, names):
                    parts.append(
                        part.assign(
                            hurst=hurst,
                            maturities=count,
                            free=free,
                            method=method,
                            generic_exponent=-generic_order(free, count),
                            claimed_exponent=-1.0 + 2.0 * hurst,
                            **point.columns,
                        )
                    )
    return pd.concat(parts, ignore_index=True)


def _curves(
    model: RoughHeston, maturities: Sequence[float], free: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the curve near the money and the one beyond."""
    near = []
    for reach, degree in EXPANSIONS:
        expansions = [
            taylor_gradient(model, maturity, free, reach * DEVIATION * maturity**0.5, degree)
            for maturity in maturities
        ]
        near.append([narrow_range_errors(expansions, delta)[0] for delta in EXPANDED])
    yield "expanded", _curve(EXPANDED, near)
    far = [
        [filled_range_errors(model, maturities, free, delta, nodes)[0] for delta in SUMMED]
        for nodes in NODES
    ]
    yield "summed", _curve(SUMMED, far)


def _curve(ranges: Vector, found: Sequence[Sequence[float]]) -> pd.DataFrame:
    first, second = np.array(found)
    error = np.abs(first / second - 1.0)
    step = np.diff(np.log(ranges), prepend=np.nan)
    return pd.DataFrame(
        {
            "half_width": ranges,
            "std_hurst": second * NOISE / STRIKES**0.5,
            "relative_error": error,
            "local_slope": np.diff(np.log(second), prepend=np.nan) / step,
            "slope_error": (error + np.roll(error, 1)) / step,
        }
    )


def printed(table: pd.DataFrame) -> str:
    """Set exponents: measured at the smallest range and at 002's, with the two others beside."""
    rows = []
    sloped = table.dropna(subset="local_slope")
    for _, curve in sloped.groupby(["free", "maturities", "hurst"]):
        least = curve.loc[curve["half_width"].idxmin()]
        usual = curve.loc[(curve["half_width"] / HALF_WIDTH - 1.0).abs().idxmin()]
        rows.append(
            {
                "free": str(least["free"]),
                "maturities": str(least["maturities"]),
                "hurst": str(least["hurst"]),
                "least": with_error(least["local_slope"], least["slope_error"]),
                "generic": str(int(least["generic_exponent"])),
                "usual": fixed(usual["local_slope"], 2),
                "claimed": fixed(least["claimed_exponent"], 2),
            }
        )
    columns = (
        Column("free", "Free", str),
        Column("maturities", "Maturities", str),
        Column("hurst", "$H$", str),
        Column("least", rf"Slope, $\delta={significant(EXPANDED[0])}$", str),
        Column("generic", "count", str),
        Column("usual", rf"Slope, $\delta={HALF_WIDTH}$", str),
        Column("claimed", "claimed", str),
    )
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
