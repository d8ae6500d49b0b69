"""Numbers of the equal-weight basket: exponents of widths, and correlations side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed
from rmot.studies.equal_weight.matrices import FACTORS, HISTORY, LEAST, MOST, summary
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


def matrices(table: pd.DataFrame) -> Iterator[Number]:
    """Give averages by source, and how far the factor model's matrix is from history's.

    The search ends within a hundredth of a standard error of an optimum; which optimum is best
    libraries may decide otherwise where two fit alike.
    """
    source = Source.of_table("EqualMatrix", table)
    rows = {row["source"]: row for row in summary(table).to_dict("records")}
    factors, history = rows[FACTORS], rows[HISTORY]
    yield source.count("Names", table["names"].iloc[0])
    yield source.count("Free", table["free"].iloc[0])
    yield source.count("Quotes", table["quotes"].iloc[0])
    optima = [row for name, row in rows.items() if name.startswith(FACTORS)]
    yield source.count("Optima", len(optima), 1)
    for name, value in (
        ("Factors", factors["average"]),
        ("FactorsLeast", factors["least"]),
        ("FactorsMost", factors["most"]),
        ("OptimaLeast", min(row["average"] for row in optima)),
        ("OptimaMost", max(row["average"] for row in optima)),
        ("Past", history["average"]),
        ("PastLeast", history["least"]),
        ("PastMost", history["most"]),
        ("Away", factors["from_history"]),
        ("Least", rows[LEAST]["average"]),
        ("Most", rows[MOST]["average"]),
    ):
        yield source.number(name, float(value), fixed(float(value), 2), 2e-2)
    for name, error in (
        ("FactorsPairError", factors["pair_error"]),
        ("PastPairError", history["pair_error"]),
        ("PastError", history["average_error"]),
    ):
        # a correlation that is known to no better than one is not known
        text = fixed(float(error), 2) if error <= 1.0 else r"\text{more than one}"
        yield source.number(name, min(float(error), 1.0), text, 2e-2)
    apart = 100.0 * float(factors["apart"])
    yield source.number("Apart", apart, fixed(apart, 0) + r"\,\%", 5.0)
    misfit = 100.0 * float(table["root_mean_square_error"].iloc[0])
    yield source.number("Misfit", misfit, fixed(misfit, 1), 0.1)
