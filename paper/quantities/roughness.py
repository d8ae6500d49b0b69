"""Numbers of H without a model of the surface, and of all the estimates of H side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant, with_error
from rmot.studies.roughness.realised_roughness import FREE, LEAST, PRINTED_BLOCK, VARIOGRAM
from rmot.studies.roughness.skew_laws import CORRELATED

# H of a skew's law is an optimum found to a small share of its own error.
OF_THE_ERROR = 0.05
NORMAL_95 = 1.96


def skew(table: pd.DataFrame) -> Iterator[Number]:
    """Power laws of the skew, and the weakest rejection of one law for all maturities."""
    laws = table.loc[table["scatter"] == CORRELATED]
    source = Source.of_table("Skew", laws)
    power = laws.query("law == 'power'")
    for name, row in (("LeastHurst", "idxmin"), ("LargestHurst", "idxmax")):
        chosen = power.loc[getattr(power["hurst"], row)()]
        hurst, error = chosen["hurst"], chosen["hurst_error"]
        yield source.number(name, hurst, with_error(hurst, error), OF_THE_ERROR * error)
    (spx,) = power.query("underlying == 'SPX' and range == 'all'").to_dict("records")
    hurst, error = spx["hurst"], spx["hurst_error"]
    text = with_error(hurst, error)
    yield source.number("SpxHurst", hurst, text, OF_THE_ERROR * error)
    everything = laws.query("range == 'all' and law != 'power'")
    yield source.count("Tests", len(everything))
    weakest = everything["p_of_power"].max()
    # logarithms of the likelihoods' ratios are found to a few tenths
    yield source.number("LargestP", weakest, significant(weakest, 1), weakest)


def realised(table: pd.DataFrame) -> Iterator[Number]:
    """Estimates over the series, of sums and one optimum each, at the printed block length."""
    short = table.loc[table["block"] == PRINTED_BLOCK]
    source = Source.of_table("Realised", short)
    yield source.count("Series", short["series"].nunique())
    for method, word in ((VARIOGRAM, "Variogram"), (FREE, "Noise")):
        hurst = short.loc[short["method"] == method, "hurst"]
        for name, value in (("Least", hurst.min()), ("Largest", hurst.max())):
            yield source.number(word + name, value, fixed(value, 2), 1e-3)
    noise = 100 * short.loc[short["method"] == FREE, "noise_share"].median()
    yield source.number("NoiseShare", noise, fixed(noise, 0), 1.0)
    least = short.loc[short["method"] == LEAST]
    # the end of the interval is met to the optimiser's tolerance
    yield source.count("AtLowerEnd", (least["at_bound"].astype(str) == "True").sum(), 1.0)


def comparison(table: pd.DataFrame) -> Iterator[Number]:
    """Differences beyond their errors: between indices by one estimate, and within an index.

    A difference near 1.96 of its error may fall to either side, so counts may change by one.
    """
    between = table.loc[table["z"].notna()]
    source = Source.of_table("Hurst", table)
    apart = between["z"].abs() > NORMAL_95
    yield source.count("Differences", len(between))
    yield source.count("DifferencesApart", apart.sum(), 1.0)
    pairs, beyond = 0, 0
    single = table.loc[~table["index"].str.contains(" less ")].copy()
    single["error"] = (single["high"] - single["low"]) / (2 * NORMAL_95)
    for _, group in single.loc[np.isfinite(single["error"])].groupby("index", sort=False):
        for first, second in combinations(group.to_dict("records"), 2):
            pairs += 1
            gap = abs(first["hurst"] - second["hurst"])
            beyond += gap > NORMAL_95 * np.hypot(first["error"], second["error"])
    yield source.count("Disagreements", beyond, 1.0)
    yield source.count("Comparisons", pairs)
