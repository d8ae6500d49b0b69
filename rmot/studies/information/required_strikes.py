"""How many strikes each maturity needs for H to +-0.05 with 95% confidence.

002 (Theorem 3.1 (iii)) says 50, at a noise of 0.2% and log-moneyness within 0.2. Beside the number
found stands the half-width of the interval that 50 strikes give.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rmot.artifact.formats import Column, latex_table, significant
from rmot.calibration.design import (
    NORMAL_95,
    Design,
    designed_smiles,
    required_strikes,
    standard_errors,
)
from rmot.models import RoughHeston
from rmot.studies.information.points import (
    FREE,
    HALF_WIDTH,
    MATURITIES,
    NOISES,
    PRECISION,
    STRIKES,
    studied,
)
from rmot.studies.study import Config, main

MOST = {"quick": 1000, "full": 10_000, "deep": 10_000}
# As wide as 002's at one month, and wider in proportion to sqrt(T) beyond.
RANGES = {
    "fixed": {"half_width": HALF_WIDTH},
    "root T": {"half_width": HALF_WIDTH * 12**0.5, "per_root_year": True},
}
PRINTED_POINT, PRINTED_RANGE = "index", "fixed"


def run(config: Config) -> pd.DataFrame:
    """Tabulate the profile's points, all ranges, noises, maturities and free parameters."""
    most = MOST[config.profile]
    rows = []
    for name, point in studied(config).items():
        for reach, arguments in RANGES.items():
            for noise, law in NOISES.items():
                for count, maturities in MATURITIES.items():
                    design = Design(strikes=STRIKES, maturities=maturities, noise=law, **arguments)
                    rows += [
                        {
                            "point": name,
                            "range": reach,
                            "noise": noise,
                            "maturities": count,
                            "free": free,
                            **_needed(point.model, design, names, most),
                            **point.columns,
                        }
                        for free, names in FREE.items()
                    ]
    return pd.DataFrame(rows)


def _needed(
    model: RoughHeston, design: Design, names: tuple[str, ...], most: int
) -> dict[str, object]:
    """Return the number of strikes, missing beyond `most`, where it is extrapolated as m^-1/2."""
    found = required_strikes(model, design, names, PRECISION, most=most)
    error = standard_errors(model, designed_smiles(model, design), names)["hurst"]
    reached = {"extrapolated_strikes": float("nan")}
    if found is None:
        smiles = designed_smiles(model, replace(design, strikes=most))
        last = standard_errors(model, smiles, names)["hurst"]
        reached = {"extrapolated_strikes": most * (NORMAL_95 * last / PRECISION) ** 2}
    return {
        "half_width_95": NORMAL_95 * error,
        "required_strikes": float("nan") if found is None else found,
        "most_tried": most,
        **reached,
    }


def printed(table: pd.DataFrame) -> str:
    """Set one row a noise, maturities and free parameters at 002's point and range."""
    chosen = table.query("point == @PRINTED_POINT and range == @PRINTED_RANGE")
    rows, columns = [], [Column("noise", "Noise", align="l"), Column("free", "Free", str)]
    for count in MATURITIES:
        columns += [
            Column(f"{count} width", rf"{count}~$T$: $\pm$", str),
            Column(f"{count} strikes", "strikes", str),
        ]
    for _, group in chosen.groupby(["noise", "free"], sort=False):
        first = group.iloc[0]
        row = {"noise": first["noise"], "free": str(first["free"])}
        for entry in group.to_dict("records"):
            count, needed = entry["maturities"], entry["required_strikes"]
            row[f"{count} width"] = significant(entry["half_width_95"], 2)
            row[f"{count} strikes"] = (
                f"> {entry['most_tried']}" if pd.isna(needed) else str(int(needed))
            )
        rows.append(row)
    return latex_table(pd.DataFrame(rows), columns)


if __name__ == "__main__":
    main(run, printed)
