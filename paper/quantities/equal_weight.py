"""Numbers of the equal-weight basket: exponents of widths, and correlations side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed
from rmot.studies.equal_weight.widths import MIDDLE

STRIKES = {1.0: "Atm", 1.05: "Otm"}
# Samples of one seed; solvers and libraries differ in the last digits.
_EXPONENT, _SHARE = 2e-2, 2e-2


def widths(table: pd.DataFrame) -> Iterator[Number]:
    """Give exponents in maturity, twice the least H, and widths of the largest basket."""
    source = Source.of_table("Equal", table)
    most = int(np.max(table["names"]))
    yield source.count("Names", most)
    roughness = 2.0 * float(table["least_hurst"].iloc[0])
    yield source.number("TwiceHurst", roughness, fixed(roughness, 2), 2e-2)
    for strike, word in STRIKES.items():
        rows = table.loc[(table["names"] == most) & (table["strike"] == strike)]
        time = np.log(rows["maturity"].to_numpy(dtype=float))
        for kind, name in (("", "Ball"), ("classical_", "Classical")):
            width = (rows[f"{kind}upper"] - rows[f"{kind}lower"]).to_numpy(dtype=float)
            exponent = float(np.polyfit(time, np.log(width), 1)[0])
            yield source.number(f"{name}{word}Exponent", exponent, fixed(exponent, 2), _EXPONENT)
            middle = width[np.isclose(rows["maturity"], MIDDLE)][0]
            yield source.measured(f"{name}{word}Width", 1e4 * middle, _SHARE)
    yield source.measured("Sampling", 1e4 * float(np.max(table["sampling_error"])), 0.2, digits=1)


def correlations(table: pd.DataFrame) -> Iterator[Number]:
    """Give history's average with its interval, and the ends that marginals leave."""
    source = Source.of_table("EqualCorrelation", table)
    history, marginals = (table.iloc[row] for row in (0, 1))
    for name, row, column in (
        ("Past", history, "average"),
        ("PastLower", history, "lower"),
        ("PastUpper", history, "upper"),
        ("Least", marginals, "lower"),
        ("Most", marginals, "upper"),
    ):
        value = float(row[column])
        yield source.number(name, value, fixed(value, 2), 1e-2)
