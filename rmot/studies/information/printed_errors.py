"""002's Table 5 (errors of SPY's parameters) beside the Cramér-Rao bounds of several designs.

002 does not print how many strikes, maturities or parameters are behind its table. Ratios of the
bounds do not depend on the number of strikes or, for one noise, on its size.
"""

from __future__ import annotations

import pandas as pd

from rmot.artifact.files import read_csv
from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration.design import Design, designed_smiles, standard_errors
from rmot.market.registry import sha256
from rmot.studies.information.points import (
    FREE,
    HALF_WIDTH,
    MATURITIES,
    NOISES,
    PUBLISHED,
    STRIKES,
)
from rmot.studies.rough_heston_parameters import SYMBOLS
from rmot.studies.study import Config, main

PRINTED = {"point": "index", "noise": "0.2% in volatility"}


def run(config: Config) -> pd.DataFrame:
    """Tabulate all designs at 002's point; the input is ``published``."""
    path = config.inputs["published"]
    published = read_csv(path).to_dict("records")
    first = published[0]
    free_sets = {3: tuple(line["parameter"] for line in published), **FREE}
    rows = []
    for name in ("index", "relative"):
        point = PUBLISHED[name]
        for noise, law in NOISES.items():
            for count, maturities in MATURITIES.items():
                smiles = designed_smiles(point.model, Design(STRIKES, HALF_WIDTH, maturities, law))
                for free, names in free_sets.items():
                    errors = standard_errors(point.model, smiles, names)
                    for line in published:
                        parameter = line["parameter"]
                        # relative vol-of-vol is printed; its error shrinks with it
                        scale = line["estimate"] / getattr(point.model, parameter)
                        error = errors[parameter] * scale
                        rows.append(
                            {
                                "point": name,
                                "noise": noise,
                                "maturities": count,
                                "free": free,
                                "parameter": parameter,
                                "estimate": line["estimate"],
                                "published_standard_error": line["standard_error"],
                                "published_bound": line["bound"],
                                "cramer_rao": error,
                                "published_to_cramer_rao": line["bound"] / error,
                                "ratio_to_hurst": error / errors[first["parameter"]],
                                "published_ratio_to_hurst": line["bound"] / first["bound"],
                                "published_sha256": sha256(path),
                                **point.columns,
                            }
                        )
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Set one row a parameter, with the bounds of each design at 002's noise."""
    chosen = table.query("point == @PRINTED['point'] and noise == @PRINTED['noise']")
    rows = []
    columns = [
        Column("symbol", "", str, align="c"),
        Column("estimate", "Estimate", significant),
        Column("error", "s.e.", lambda value: significant(value, 2)),
        Column("bound", "bound", lambda value: significant(value, 2)),
    ]
    for free in chosen["free"].unique():
        columns += [
            Column(
                f"{free} {count}",
                rf"{free} free, {count}~$T$",
                lambda value: significant(value, 2),
            )
            for count in (1, 3)
        ]
    for parameter, group in chosen.groupby("parameter", sort=False):
        line = group.iloc[0]
        row: dict[str, object] = {
            "symbol": SYMBOLS[str(parameter)].strip("$"),
            "estimate": line["estimate"],
            "error": line["published_standard_error"],
            "bound": line["published_bound"],
        }
        for entry in group.to_dict("records"):
            row[f"{entry['free']} {entry['maturities']}"] = entry["cramer_rao"]
        rows.append(row)
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
