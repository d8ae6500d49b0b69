"""Errors of laws in implied volatility, of SPX and of VIX, in and out of sample.

Inputs are the tables of `rmot.studies.neural.smiles` and `published_smiles`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, fixed, latex_table
from rmot.neural.targets import ROLES
from rmot.studies.neural.competitors import LABELS
from rmot.studies.study import Config, main

KINDS = ("price", "index")


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a law: root mean square errors by kind and role, and that of the futures."""
    table = pd.concat([read_csv(path) for path in config.inputs.values()])
    rows = []
    for law, own in sorted(table.groupby("law"), key=lambda group: _rank(str(group[0]))):
        kind, _, seed = str(law).rpartition("_")
        label = LABELS["neural"] if kind == "neural" else LABELS.get(str(law), str(law))
        row: dict[str, object] = {
            "law": law,
            "label": label,
            "seed": seed if kind == "neural" else "",
        }
        gap = np.nan_to_num(own["model_volatility"]) - own["quoted_volatility"]
        for kind in KINDS:
            for role in ROLES:
                chosen = gap[(own["kind"] == kind) & (own["role"] == role)]
                row[f"{kind}_{role}"] = float(np.sqrt(np.mean(chosen**2))) if len(chosen) else None
        of_index = own[own["kind"] == "index"]
        ratio = of_index.groupby("maturity")["forward_ratio"].first()
        row["future"] = float(np.sqrt(np.mean((ratio - 1.0) ** 2))) if len(ratio) else None
        rows.append(row)
    first = table.iloc[0]
    return pd.DataFrame(rows).assign(data=first["data"], data_sha256=first["data_sha256"])


def _rank(law: str) -> tuple[int, str]:
    """Return the place among `LABELS`, seeds of one law in order."""
    name = law if law in LABELS else law.rpartition("_")[0]
    return list(LABELS).index(name), law


def printed(table: pd.DataFrame) -> str:
    """Set errors in percentage points of volatility, those of futures in per cent."""

    def points(value: float) -> str:
        return fixed(100.0 * value, 2)

    def tenths(value: float) -> str:
        return fixed(100.0 * value, 1)

    columns = [Column("label", "Law", align="l")]
    for kind, name, formatted in (("price", "SPX", points), ("index", "VIX", tenths)):
        heads = [f"{name}, {ROLES[0]}", *ROLES[1:]]
        columns += [
            Column(f"{kind}_{role}", head, formatted)
            for role, head in zip(ROLES, heads, strict=True)
        ]
    return latex_table(table, [*columns, Column("future", "futures, \\%", points)])


if __name__ == "__main__":
    main(run, printed)
