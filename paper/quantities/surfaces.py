"""Numbers of the models fitted to whole surfaces, and of the portfolio of names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant, with_error
from rmot.calibration.maximum_likelihood import LARGEST_DISTANCE
from rmot.studies.surfaces.candidates import CANDIDATES

# A macro's name has no digits.
CHAINS = {"SPX": "Spx", "NDX": "Ndx", "SPX23": "SpxLater"}
ROUGH, CLASSICAL = "rough_heston_5", "heston"
FITTED, FORETOLD = "root_mean_square_error", "foretold_root_mean_square_error"
# An optimum is found to a hundredth of the errors that quote noise makes, which are smaller
# than those that the misfit makes; errors move in the square.
OF_THE_ERROR = 0.01
# Of the interval (0, 1/2] in which H is searched.
MIDDLE = 0.25


def comparison(table: pd.DataFrame) -> Iterator[Number]:
    """Best models by chain, how far rough Heston is from them, and H.

    A model's name counts as its rank in the list. Errors of fit move in the square of what an
    optimum is missed by.
    """
    everything = Source.of_table("Surface", table)
    yield everything.count("Candidates", len(set(table["model"])))
    yield everything.count("Chains", len(set(table["chain"])))
    unfinished = (table["distance_to_optimum"] > LARGEST_DISTANCE).to_numpy()
    # a search that gives up does so near where its steps stop to help
    yield everything.count("Unfinished", int(np.sum(unfinished)), 1.0)
    for column, name in ((FITTED, ""), (FORETOLD, "Foretold")):
        errors = table.pivot_table(index="chain", columns="model", values=column)
        rough, classical = (errors[model].to_numpy() for model in (ROUGH, CLASSICAL))
        yield everything.count(f"{name}BeatsHeston", int(np.sum(rough < classical)))
        excess = float(np.max(rough / np.nanmin(errors.to_numpy(), axis=1)))
        yield everything.number(f"{name}Excess", excess, fixed(excess, 1), 1e-2 * excess)
    for chain, word in CHAINS.items():
        here = table.loc[table["chain"] == chain]
        rows, source = here.set_index("model"), Source.of_table(word, here)
        for column, name in ((FITTED, "Best"), (FORETOLD, "Foretold")):
            best = str(rows[column].idxmin())
            rank, error = list(CANDIDATES).index(best), 100 * float(rows[column].min())
            yield source.number(f"{name}Model", rank, rf"\text{{{CANDIDATES[best].label}}}", 0.0)
            yield source.number(f"{name}Error", error, fixed(error, 2), 1e-2 * error)
        hurst, error = (rows[name][ROUGH] for name in ("hurst", "hurst_misfit_standard_error"))
        tolerance = OF_THE_ERROR * error
        yield source.number("SurfaceHurst", hurst, with_error(hurst, error), tolerance)
    here = table.loc[table["chain"] == "SPX"]
    source = Source.of_table("Spx", here)
    hurst = here["hurst"].dropna()
    for name, value in (("LeastSurfaceHurst", hurst.min()), ("LargestSurfaceHurst", hurst.max())):
        yield source.number(name, value, fixed(value, 2), 1e-3)


def portfolio(table: pd.DataFrame) -> Iterator[Number]:
    """Names whose H stops at an end, the test that the others share one, and pairs apart."""
    source = Source.of_table("Portfolio", table)
    fitted = table.loc[table["hurst"].notna()]
    stopped = fitted["at_bound"].fillna("").str.contains("hurst")
    low = stopped & (fitted["hurst"] < MIDDLE)
    (q,), (p,), (compared,) = (
        table[column].unique() for column in ("cochran_q", "p_value", "names_compared")
    )
    yield source.count("Names", len(table))
    yield source.count("Unfitted", len(table) - len(fitted))
    # an optimum near the end of the interval may come to stop there, or not
    yield source.count("AtLowerEnd", low.sum(), 1.0)
    yield source.count("Compared", compared, 1.0)
    median = float(fitted["hurst"].median())
    yield source.number("MedianHurst", median, fixed(median, 2), 5e-3)
    # Q is a sum of squares of distances in units of errors: each moves by some hundredths
    change = 0.05 * max(q, 1.0)
    yield source.number("HeterogeneityQ", q, significant(q, 3), change)
    freedom = max(compared - 1, 1)
    tails = [float(chdtrc(freedom, max(q + step, 0.0))) for step in (-change, change)]
    tolerance = max(abs(p - tail) for tail in tails)
    yield source.number("HeterogeneityP", p, significant(p, 1), tolerance)
    share = 100 * float(np.nan_to_num(table["pairs_apart"].iloc[0]))
    # one name that comes or goes takes its pairs with it
    yield source.number("PairsApart", share, fixed(share, 0), 200 / max(compared, 1))
    errors = 100 * fitted["root_mean_square_error"]
    for name, error in (("MedianError", errors.median()), ("LargestError", errors.max())):
        yield source.measured(name, float(error), 1e-2, digits=3)
