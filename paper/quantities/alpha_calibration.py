"""Numbers of alpha models calibrated to observables: source 004's problem, and funds' smiles."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.alpha.forty_parameters import CASES, PRINTED
from rmot.studies.alpha.observable_smiles import WHOLE

# Exact but for rounding.
_EXACT = 1e-6
# Objectives of searches that are cut: what they came to, by orders.
_CUT = 10.0


def forty(table: pd.DataFrame) -> Iterator[Number]:
    """Give what agrees with print at its optimum, and the objectives of the searches."""
    source = Source.of_table("Forty", table)
    own = table.loc[table["case"] == PRINTED]
    within = own.loc[own["units"] <= 1.0]
    first = own.iloc[0]
    yield source.count("Within", len(within))
    yield source.count("Observables", len(own))
    yield source.measured("Units", within["units"].max(), 1e-2)
    worst = own.loc[own["units"].idxmax()]
    yield source.number(
        "Missed", 100 * worst["deviation"], fixed(-100 * worst["deviation"], 1), 0.1
    )
    for name in ("unmoved", "free", "rank", "determined", "weighed"):
        yield source.count(name.capitalize(), first[name])
    yield source.count("Still", first["still_at_start"])
    yield source.count("Repeated", first["repeated"])
    for name in ("implied_variance", "implied_correlation"):
        word = name.removeprefix("implied_").capitalize()
        yield source.measured(word, first[name], _EXACT)
    forwards = [first[f"forward_{asset}"] for asset in range(1, 5)]
    for name, value in (("Lowest", min(forwards)), ("Highest", max(forwards))):
        yield source.number(f"{name}Forward", 100 * value, fixed(100 * value, 2), 1e-3)
    cases = ("Given", "Second", "GivenDrawn", "Mended", "MendedDrawn")
    found = {
        word: table.loc[table["case"] == case] for word, case in zip(cases, CASES, strict=True)
    }
    for word in ("Given", "Second", "Mended", "MendedDrawn"):
        value = found[word]["objective"].iloc[0]
        yield source.measured(f"{word}Objective", value, _CUT)
    yield source.measured("GivenPrinted", found["Given"]["at_printed"].iloc[0], _EXACT)
    yield source.measured("MendedPrinted", found["Mended"]["at_printed"].iloc[0], _EXACT)
    last = found["MendedDrawn"]
    yield source.measured("Largest", last["deviation"].abs().max(), _CUT)
    yield source.count("Starts", last["starts"].iloc[0])
    yield source.count("MendedRank", last["rank"].iloc[0])


def smiles(table: pd.DataFrame) -> Iterator[Number]:
    """Give errors in points of volatility, with spreads' levels and with their whole smiles."""
    whole = table["case"] == WHOLE
    funds = table["kind"] == "fund"
    source = Source.of_table("Funds", table.loc[funds])
    for word, case in (("Level", ~whole), ("Whole", whole)):
        rows = table.loc[funds & case]
        for name, column in (("Error", "joint_error"), ("Equivalent", "equivalent_gap")):
            value = 100 * rows[column].max()
            yield source.number(f"{word}{name}", value, fixed(value, 1), 0.2)
    own = 100 * table.loc[funds, "own_error"].max()
    yield source.number("Own", own, fixed(own, 1), 0.1)
    months = 12 * table["maturity"].iloc[0]
    yield source.number("Months", months, fixed(months, 1), 0.1)
    both = Source.of_table("Spreads", table.loc[~funds])
    for word, case in (("Level", ~whole), ("Whole", whole)):
        value = table.loc[~funds & case, "joint_error"].max()
        yield both.measured(f"{word}Error", value, 0.2)
    missed = 100 * table.loc[whole, "worst_observable"].max()
    yield both.number("Missed", missed, significant(missed, 2), 2.0)
