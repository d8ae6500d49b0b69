"""Standard error of H, condition and effective dimension against the number of strikes.

Beside them stands 002's bound on the effective dimension, min(5, floor(log2 m) + 2) (Theorem 3.1),
and the slope of log Std(H) in log m, which 002 and 001 (3.1) put at -1/2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import linregress

from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration.design import (
    NORMAL_95,
    Design,
    designed_smiles,
    standard_errors,
    standardised_jacobian,
)
from rmot.calibration.information import effective_dimension, fisher_information
from rmot.errors import CalibrationError
from rmot.models import RoughHeston
from rmot.studies.information.points import FREE, HALF_WIDTH, MATURITIES, NOISES, studied
from rmot.studies.study import Config, main

STRIKES = (5, 7, 10, 14, 20, 28, 35, 50, 70, 100, 140, 200)
# a straight line holds where the ends of the range weigh little
FITTED_FROM = 20
PRINTED = {"point": "index", "noise": "0.2% in volatility", "strikes": (5, 10, 20, 50, 100, 200)}


def claimed_dimension(strikes: int) -> int:
    """002, Theorem 3.1 (i)."""
    return min(5, (strikes.bit_length() - 1) + 2)


def run(config: Config) -> pd.DataFrame:
    """Tabulate the profile's points, all noises, sets of maturities and of free parameters."""
    tables = []
    for name, point in studied(config).items():
        for noise, law in NOISES.items():
            for count, maturities in MATURITIES.items():
                rows = [
                    row
                    for strikes in STRIKES
                    for row in _measured(point.model, Design(strikes, HALF_WIDTH, maturities, law))
                ]
                tables += [
                    _sloped(line).assign(point=name, noise=noise, maturities=count, **point.columns)
                    for _, line in pd.DataFrame(rows).groupby("free")
                ]
    return pd.concat(tables, ignore_index=True)


def _sloped(line: pd.DataFrame) -> pd.DataFrame:
    """Add slopes in logarithms: from row to row, and of the straight line from 20 strikes on."""
    x, y = np.log(line["strikes"].to_numpy()), np.log(line["std_hurst"].to_numpy())
    chosen = line["strikes"].to_numpy() >= FITTED_FROM
    fit: Any = linregress(x[chosen], y[chosen])
    return line.assign(
        local_slope=np.diff(y, prepend=np.nan) / np.diff(x, prepend=np.nan),
        fitted_slope=fit.slope,
        fitted_slope_error=fit.stderr,
    )


def _measured(model: RoughHeston, design: Design) -> list[dict[str, object]]:
    """Describe a design, one row a set of free parameters; what is undetermined has no error."""
    smiles = designed_smiles(model, design)
    rows = []
    for free, names in FREE.items():
        jacobian = standardised_jacobian(model, smiles, names)
        try:
            error = standard_errors(model, smiles, names)["hurst"]
        except CalibrationError:
            error = float("nan")
        singular = np.linalg.svd(jacobian, compute_uv=False)
        rows.append(
            {
                "free": free,
                "strikes": design.strikes,
                "quotes": len(jacobian),
                "std_hurst": error,
                "half_width_95": NORMAL_95 * error,
                "condition_number": np.nan
                if np.isnan(error)
                else (singular[0] / singular[-1]) ** 2,
                "effective_dimension": effective_dimension(fisher_information(jacobian)),
                "claimed_dimension": claimed_dimension(design.strikes),
            }
        )
    return rows


def printed(table: pd.DataFrame) -> str:
    """Set one row a number of strikes: errors of H, and in brackets effective dimensions."""
    chosen = table.query("point == @PRINTED['point'] and noise == @PRINTED['noise']")
    rows, columns = [], [Column("strikes", "$m$", str)]
    for free in FREE:
        columns += [
            Column(f"{free} {count}", rf"{free} free, {count}~$T$", str) for count in MATURITIES
        ]
    columns.append(Column("claimed", "claimed", lambda dimension: f"[{dimension}]"))
    for strikes in PRINTED["strikes"]:
        row: dict[str, object] = {"strikes": strikes, "claimed": claimed_dimension(strikes)}
        for entry in chosen.query("strikes == @strikes").to_dict("records"):
            error, dimension = entry["std_hurst"], entry["effective_dimension"]
            text = r"\text{--}" if np.isnan(error) else significant(error, 2)
            row[f"{entry['free']} {entry['maturities']}"] = rf"{text}\;[{dimension}]"
        rows.append(row)
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
