"""Seconds that the sources print, beside those of this build: 002's Table 4.

Seconds differ from build to build, and so these lines stand apart from those that do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from rmot.studies.sources.lines import Line, Tables, main, matching, table_of

PARTS = {"hurst": "calibrate_seconds", "copula": "couple_seconds", "total": "total_seconds"}
MACHINE = "seconds of one processor of the build's machine"


def run(tables: Tables) -> pd.DataFrame:
    """Return the lines of Table 4, of what the text adds to it, and of ``"coupling_scaling"``."""
    said = tables["002_table_4_text"].set_index("quantity")["value"]
    scaling = tables["coupling_scaling"]
    return table_of(
        "002",
        [
            *_seconds(tables["002_table_4"], scaling),
            _line(30, "total", str(said["seconds_30_assets"]), scaling),
            *_exponents(str(said["exponent"]), scaling),
        ],
    )


def _seconds(printed: pd.DataFrame, scaling: pd.DataFrame) -> Iterator[Line]:
    for row in printed.to_dict("records"):
        for part in PARTS:
            yield _line(int(row["assets"]), part, row[part], scaling)


def _line(assets: int, part: str, seconds: str, scaling: pd.DataFrame) -> Line:
    found = matching(scaling, assets=assets)
    value = float(found[0][PARTS[part]]) if found else float("nan")
    told = MACHINE if found else "this profile does not run this number of assets"
    return Line("Table 4", f"{assets} assets", part, seconds, value, unit="s", remark=told)


def _exponents(said: str, scaling: pd.DataFrame) -> Iterator[Line]:
    """Set the exponent that the text states beside ours, and beside that of the printed totals."""
    for own in scaling.dropna(subset="published_exponent").to_dict("records")[:1]:
        for column, of in (("of our totals", "total"), ("of the printed totals", "published")):
            value, error = (float(own[f"{of}_exponent{name}"]) for name in ("", "_error"))
            told = (
                "fitted to logarithms" if math.isfinite(value) else "too few runs in this profile"
            )
            yield Line("Table 4", "exponent in assets", column, said, value, error, remark=told)


if __name__ == "__main__":
    main(run)
