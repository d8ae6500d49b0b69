"""H side by side: of each index's surface, of its skews, and of its realised variance.

The surface's is that of rough Heston, its interval that of the profile likelihood with the misfit
found. Options on the Nasdaq are on the 100 and realised variances of the Composite; options on the
Russell 2000 are those of the fund IWM.

The last rows hold the indices against each other: the difference of two H's by one estimate, and
its z, with normal errors of a quarter of the intervals' widths. That the H's differ is what 002's
correlation theorem assumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.roughness.realised_roughness import FREE, PRINTED_BLOCK, VARIOGRAM
from rmot.studies.roughness.skew_laws import CORRELATED
from rmot.studies.study import Config, main

# Names of the chain and of the realised series.
INDICES = {"S&P 500": ("SPX", "SPX"), "Nasdaq": ("NDX", "IXIC"), "Russell 2000": ("IWM", "RUT")}
SKEW_RANGES = ("to 30 days", "all")
METHODS = (VARIOGRAM, FREE)
SURFACE, SURFACE_MODEL = "surface", "rough_heston_5"


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row an index and source of H, then one a pair of indices and source.

    Inputs are the tables `skew`, `realised`, `surfaces` and `portfolio`.
    """
    laws, realised, surfaces, portfolio = (
        read_csv(config.inputs[name]) for name in ("skew", "realised", "surfaces", "portfolio")
    )
    surfaces = surfaces.loc[surfaces["model"] == SURFACE_MODEL].rename(columns={"chain": "name"})
    fitted = pd.concat([surfaces, portfolio], ignore_index=True).rename(
        columns={"hurst_lower": "low", "hurst_upper": "high"}
    )
    power = (laws["law"] == "power") & (laws["scatter"] == CORRELATED)
    short = realised["block"] == PRINTED_BLOCK
    parts = []
    for index, (chain, series) in INDICES.items():
        rows = (fitted["name"] == chain) & fitted["hurst"].notna()
        parts.append(fitted.loc[rows].assign(index=index, estimate=SURFACE))
        for label in SKEW_RANGES:
            rows = power & (laws["underlying"] == chain) & (laws["range"] == label)
            parts.append(laws.loc[rows].assign(index=index, estimate=f"skew {label}"))
        for method in METHODS:
            rows = short & (realised["series"] == series) & (realised["method"] == method)
            parts.append(realised.loc[rows].assign(index=index, estimate=method))
    columns = ["index", "estimate", "hurst", "low", "high", "data", "data_sha256"]
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    differences = [_difference(*pair) for pair in _pairs(table)]
    return pd.concat([table, pd.DataFrame(differences)], ignore_index=True)


def _pairs(table: pd.DataFrame) -> Iterator[tuple[dict[Any, Any], dict[Any, Any]]]:
    for _, group in table.groupby("estimate", sort=False):
        yield from combinations(group.to_dict("records"), 2)


def _difference(first: dict[Any, Any], second: dict[Any, Any]) -> dict[str, Any]:
    error = np.hypot(*((entry["high"] - entry["low"]) / 3.92 for entry in (first, second)))
    gap = first["hurst"] - second["hurst"]
    return {
        "index": f"{first['index']} less {second['index']}",
        "estimate": first["estimate"],
        "hurst": gap,
        "low": gap - 1.96 * error,
        "high": gap + 1.96 * error,
        "z": gap / error if np.isfinite(error) and error > 0 else np.nan,
        "data": first["data"],
        "data_sha256": first["data_sha256"],
    }


def printed(table: pd.DataFrame) -> str:
    """Set one row an index and one column an estimate, with its interval."""
    rows = []
    for index, group in table.groupby("index", sort=False):
        row: dict[str, Any] = {"index": index}
        for entry in group.to_dict("records"):
            ends = ", ".join(_end(entry[side]) for side in ("low", "high"))
            row[entry["estimate"]] = f"{fixed(entry['hurst'], 2)}\\;[{ends}]"
        rows.append(row)
    heads = {SURFACE: "surface"} | {f"skew {label}": f"skew, {label}" for label in SKEW_RANGES}
    heads |= {VARIOGRAM: "variogram", FREE: "noise allowed for"}
    return latex_table(
        pd.DataFrame(rows, columns=["index", *heads]),
        (
            Column("index", "", align="l"),
            *(Column(source, head, str) for source, head in heads.items()),
        ),
    )


def _end(value: float) -> str:
    # a profile that does not reach the level ends where the search does
    return fixed(value, 2) if np.isfinite(value) else r"\cdot"


if __name__ == "__main__":
    main(run, printed)
