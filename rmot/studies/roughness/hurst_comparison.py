"""H side by side: of each index's skews, of its variogram, and of its volatility without noise.

Options on the Nasdaq are on the 100, realised variances are of the Composite.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.studies.roughness.realised_roughness import FREE, PRINTED_BLOCK, VARIOGRAM
from rmot.studies.roughness.skew_laws import CORRELATED
from rmot.studies.study import Config, main

# Names of the chain and of the realised series.
INDICES = {"S&P 500": ("SPX", "SPX"), "Nasdaq": ("NDX", "IXIC"), "Russell 2000": ("RUT", "RUT")}
SKEW_RANGES = ("to 30 days", "all")
METHODS = (VARIOGRAM, FREE)


def run(config: Config) -> pd.DataFrame:
    """Tabulate one row an index and source of H; inputs are the tables `skew` and `realised`."""
    laws, realised = (pd.read_csv(config.inputs[name]) for name in ("skew", "realised"))
    power = (laws["law"] == "power") & (laws["scatter"] == CORRELATED)
    short = realised["block"] == PRINTED_BLOCK
    parts = []
    for index, (chain, series) in INDICES.items():
        for label in SKEW_RANGES:
            rows = power & (laws["underlying"] == chain) & (laws["range"] == label)
            parts.append(laws.loc[rows].assign(index=index, estimate=f"skew {label}"))
        for method in METHODS:
            rows = short & (realised["series"] == series) & (realised["method"] == method)
            parts.append(realised.loc[rows].assign(index=index, estimate=method))
    columns = ["index", "estimate", "hurst", "low", "high", "data", "data_sha256"]
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def printed(table: pd.DataFrame) -> str:
    """Set one row an index and one column an estimate, with its interval."""
    rows = []
    for index, group in table.groupby("index", sort=False):
        row: dict[str, Any] = {"index": index}
        for entry in group.to_dict("records"):
            ends = f"{fixed(entry['low'], 2)}, {fixed(entry['high'], 2)}"
            row[entry["estimate"]] = f"{fixed(entry['hurst'], 2)}\\;[{ends}]"
        rows.append(row)
    heads = {f"skew {label}": f"skew, {label}" for label in SKEW_RANGES}
    heads |= {VARIOGRAM: "variogram", FREE: "noise allowed for"}
    return latex_table(
        pd.DataFrame(rows, columns=["index", *heads]),
        (
            Column("index", "", align="l"),
            *(Column(source, head, str) for source, head in heads.items()),
        ),
    )


if __name__ == "__main__":
    main(run, printed)
