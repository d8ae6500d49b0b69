"""Eigenvalues of information matrices and of correlation matrices: 002's Figure 15.

The information is that of whole surfaces on rough Heston's parameters, in the coordinates of
`rmot.calibration.coordinates`: of four (no mean reversion), five (its speed held) and all six. The
correlations are those of the portfolio's names.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.calibration import Fit
from rmot.studies.equal_weight.matrices import FACTORS, HISTORY
from rmot.studies.sources.unified_status import known_matrix
from rmot.studies.study import Config, main

MATRICES = "matrices"
INFORMATION, CORRELATIONS = "information", "correlations"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row for each eigenvalue, the largest first.

    Inputs are fits ``MODEL@CHAIN`` and ``matrices``, the table of `rmot.studies.equal_weight`.
    """
    rows = []
    for name, path in config.inputs.items():
        if name == MATRICES:
            continue
        fit = Fit.load(path)
        source = {"data": fit.source["kind"], "data_sha256": fit.source["sha256"]}
        rows += _rows(INFORMATION, name.split("@")[1], fit.fisher_information, source)
    table = read_csv(config.inputs[MATRICES])
    for said in (HISTORY, FACTORS):
        names, matrix = known_matrix(table, said)
        if names:
            own = table.loc[table["source"] == said].iloc[0]
            source = {"data": str(own["data"]), "data_sha256": str(own["data_sha256"])}
            rows += _rows(CORRELATIONS, said, matrix, source)
    return pd.DataFrame(rows)


def _rows(
    kind: str, name: str, matrix: np.ndarray, source: dict[str, str]
) -> list[dict[str, object]]:
    values = np.linalg.eigvalsh(matrix)[::-1]
    return [
        {
            "kind": kind,
            "name": name,
            "size": values.size,
            "rank": rank,
            "eigenvalue": float(value),
            "share": float(value / values[0]),
            **source,
        }
        for rank, value in enumerate(values, start=1)
    ]


if __name__ == "__main__":
    main(run)
