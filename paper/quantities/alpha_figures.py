"""Numbers of what source 004's figures show: bent smiles, and numbers that smiles do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.spread_smiles.shapes import VOLS_OF_VOL, shape

_CORRELATIONS = {
    "price_correlation": ("Level", "middle"),
    "first_price_second_volatility": ("FirstSlope", "slope"),
    "second_price_first_volatility": ("SecondSlope", "slope"),
    "volatility_correlation": ("Convexity", "convexity"),
}


def shapes(table: pd.DataFrame) -> Iterator[Number]:
    """Give convexities under copulas, and what each of the BiSABR's correlations adds."""
    source = Source.of_table("Shape", table)
    found: Any = shape(table).set_index(["case", "value"])
    known = found["convexity"]
    copulas = {
        "Lognormal": known["lognormal"].iloc[0],
        "Still": known["sabr", VOLS_OF_VOL[0]],
        "Lively": known["sabr", VOLS_OF_VOL[-1]],
        "Fewest": known["student"].iloc[0],
        "Gaussian": known["student"].iloc[-1],
    }
    for word, value in copulas.items():
        yield source.number(word, value, fixed(value, 1), 0.1)
    base = found.loc["as matched"].iloc[0]
    for case, (word, column) in _CORRELATIONS.items():
        own = found.loc[case].iloc[0]
        added = float(own[column]) - float(base[column])
        yield source.number(word, added, fixed(added, 1), 0.05)
    changed: Any = table.dropna(subset=["simulated_error"])
    off = np.abs(changed["change"] - changed["simulated_change"])
    yield source.number("Drawn", float(off.max()), fixed(float(off.max()), 1), 0.5)
    error = float(changed["simulated_error"].max())
    yield source.number("DrawnError", error, fixed(error, 1), 0.5 * error)


def typical(table: pd.DataFrame) -> Iterator[Number]:
    """Give how many of twelve numbers smiles tell, and the errors of the first and last loading."""
    source = Source.of_table("Typical", table)
    yield source.count("Quotes", table["quotes"].iloc[0])
    yield source.count("Dimension", table["effective_dimension"].iloc[0])
    by_name: Any = table.set_index("name")
    for word, name in (("First", "alpha1"), ("Last", "alpha4"), ("LastVol", "kappa4")):
        error = float(by_name.loc[name, "standard_error"])
        yield source.measured(word, error, 1e-3, digits=1 if error < 1.0 else 2)


def forty_numbers(table: pd.DataFrame) -> Iterator[Number]:
    """Give how many optima are no worse than print, and ranges of two numbers over them."""
    source = Source.of_table("FortyNumber", table)
    # rounding leads searches along flat valleys to other ends
    yield source.count("Good", table["good"].iloc[0], 0.5 * float(table["starts"].iloc[0]))
    yield source.count("Starts", table["starts"].iloc[0])
    by_name: Any = table.set_index("name")
    for word, name, digits, open_ in (
        ("Loading", "alpha_11", 3, 0.03),
        ("Correlation", "rho_2", 2, 1.0),
    ):
        for end, column in (("Least", "lowest_mended"), ("Most", "highest_mended")):
            value = float(by_name.loc[name, column])
            yield source.number(word + end, value, fixed(value, digits), open_)
    free = table.loc[table["free"]]
    steepest = float(free["derivative"].abs().max())
    yield source.number("Steepest", steepest, significant(steepest, 1), 10.0 * steepest)
