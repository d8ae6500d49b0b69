r"""Realised variances: daily sums of squared intraday returns, and what stands in for them.

In whatever unit a file has them, they are returned as the variance of one day as the square of a
fraction: :math:`10^{-4}` is a daily volatility of 1%. The formats are known by their column lines:

    date,symbol,...,rv5,...      one index, Oxford-Man library (Heber et al. 2009)
    DT,RV1,RV5,BPV1,...          SPY, as in the R package HARModel
    DATE,AEX,...,SPX,...         one measure, an index to a column, Oxford-Man library
    Date,RV,...                  in squares of percent: Bollerslev, Patton, Quaedvlieg (2016)

Quarticities, counts, clock times and prices of the files are not read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from rmot.errors import DataError
from rmot.market.files import read_text
from rmot.market.readers.tables import csv_header, csv_table
from rmot.market.registry import DataSource, describe, without_marker

UNITS: Final = "variance of one day, as the square of a fraction"
ABSENT = "empty (no measure on that date), kept as NaN"
ZERO = "zero variance, kept"
DUPLICATE = "same date again"

_LIBRARY = (
    "rv5",
    "rv10",
    "rv5_ss",
    "rv10_ss",
    "rsv",
    "rsv_ss",
    "bv",
    "bv_ss",
    "medrv",
    "rk_twoscale",
    "rk_th2",
    "rk_parzen",
)
_SPY = ("RV1", "RV5", "BPV1", "BPV5", "medRV1", "medRV5", "RK1", "RK5")
_PERCENT = ("RV", "RVn", "RVp", "BPV", "SS_RV", "TS_RV", "RK", "PA_RV")
_PERCENT_SQUARED = 1e-4
_PLAUSIBLE = (1e-7, 1e-2)


@dataclass(frozen=True, eq=False)
class RealisedVariance:
    """Realised variances by date, oldest first.

    Attributes
    ----------
    name : str
        Of the registered dataset, or of the file.
    table : DataFrame
        One column to a measure (`rv5`, `bv`, ...) or, in a table of many indices, to an index;
        indexed by `date`. Daily variance as the square of a fraction; NaN where there is none.
    units_in_file : str
        What the file had before conversion.
    source : DataSource
    dropped, noted : mapping of str to int
        How many rows were dropped, and how many cells kept in spite of a fault, by reason.
    """

    name: str
    table: pd.DataFrame
    units_in_file: str
    source: DataSource
    dropped: Mapping[str, int]
    noted: Mapping[str, int]


def read_realised_variance(path: str | os.PathLike[str]) -> RealisedVariance:
    """Read realised variances, gzipped or plain CSV, in any of the formats above.

    Parameters
    ----------
    path : path-like
        CSV, gzipped or not.

    Raises
    ------
    MissingData
        No such file.
    DataError
        The file is empty, cut off or of no known format, a cell is no number or no date, a
        variance is negative, or the median shows another unit than the format's.
    """
    path = Path(path)
    where = path.name
    text = without_marker(read_text(path, "realised variances"))
    header = csv_header(text)
    scale, form, columns = 1.0, None, [name for name in header[1:] if name]
    if header[0] == "date" and "symbol" in header:
        columns = [name for name in _LIBRARY if name in header]
    elif header[0] == "DT":
        columns = [name for name in _SPY if name in header]
    elif header[0] == "Date" and "RV" in header:
        columns = [name for name in _PERCENT if name in header]
        scale, form = _PERCENT_SQUARED, "%Y%m%d"
    elif header[0] != "DATE" or {"CLOSE", "OPEN"} & set(header):
        columns = []
    if not columns:
        raise DataError(
            f"{where}: expected realised variances (date,symbol,...; DT,...; DATE,... or Date,RV,"
            f"...); got {','.join(header)[:80]!r}"
        )
    cells = csv_table(text, where, header)
    if "symbol" in header and len(set(cells.columns["symbol"])) > 1:
        raise DataError(f"{where}: expected one index; got {sorted(set(cells.columns['symbol']))}")
    table = pd.DataFrame(
        {name: scale * cells.numbers(name) for name in columns},
        index=pd.DatetimeIndex(cells.dates(header[0], form), name="date"),
    )
    _require_variances(table, scale, where)
    again = table.index.duplicated()
    dropped = {DUPLICATE: int(again.sum())} if again.any() else {}
    table = table.loc[~again].sort_index()
    values = table.to_numpy(float)
    noted = {ABSENT: int(np.isnan(values).sum()), ZERO: int((values == 0).sum())}
    source = describe(path)
    return RealisedVariance(
        Path(source.id).name.split(".")[0],
        table,
        UNITS if scale == 1 else "variance of one day, as the square of percent",
        source,
        MappingProxyType(dropped),
        MappingProxyType({why: count for why, count in noted.items() if count}),
    )


def _require_variances(table: pd.DataFrame, scale: float, where: str) -> None:
    values = table.to_numpy(float)
    if np.any(values < 0) or np.any(np.isinf(values)) or np.isnan(values).all():
        raise DataError(f"{where}: expected finite variances, none negative")
    median = float(np.nanmedian(values))
    low, high = _PLAUSIBLE
    if not low < median < high:
        unit = "squares of percent" if scale != 1 else "squares of fractions"
        raise DataError(
            f"{where}: expected daily variances as {unit}; as such their median would be "
            f"{median:.3g}, outside {low:g} to {high:g}"
        )
