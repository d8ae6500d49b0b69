"""Numbers of the correlation that marginals imply once assets are assumed to share factors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed

# Cramer-Rao errors are quotients of nearly parallel gradients.
_RELATIVE = 1e-2
# Optima are found to a hundredth of a standard error, which is as large as the error itself says.
_CORRELATION = 5e-3
COUNTS = {1: "One", 2: "Two"}


def errors_by_gap(table: pd.DataFrame) -> Iterator[Number]:
    """Errors at the least gap and at none, and the exponent between the two smallest gaps."""
    source = Source.of_table("Gap", table)
    yield source.count("Quotes", table["quotes"].iloc[0])
    least = float(np.min(table.loc[table["gap"] > 0, "gap"]))
    yield source.number("Least", least, f"{least:g}", 0.0)
    for known in ("known", "estimated"):
        here = table[table["factors"] == known]
        generic = here.query("loadings == 'generic' and gap == 0")["error"].iloc[0]
        yield source.measured(f"Generic{known.capitalize()}", generic, _RELATIVE)
        rows = here.query("loadings == 'symmetric' and gap > 0").sort_values("gap")
        gap, error = (rows[name].to_numpy(dtype=float)[:2] for name in ("gap", "error"))
        exponent = np.log(error[1] / error[0]) / np.log(gap[1] / gap[0])
        word = f"Symmetric{known.capitalize()}"
        yield source.number(f"{word}Exponent", exponent, fixed(exponent, 2), 2e-2)
        yield source.measured(word, error[0], _RELATIVE)
    none = table.query("loadings == 'symmetric' and gap == 0")["error"]
    yield source.count("SymmetricInfinite", int(np.sum(np.isinf(none))))


def index_fit(table: pd.DataFrame) -> Iterator[Number]:
    """Correlations of the best optima and of all, with the bound that the quotes' noise gives."""
    source = Source.of_table("IndexFactors", table)
    for count, word in COUNTS.items():
        rows = table[table["factors"] == count]
        best = rows.iloc[0]
        value = float(best["fitted_correlation"])
        yield source.number(f"{word}Correlation", value, fixed(value, 2), _CORRELATION)
        for name in ("spx", "ndx"):
            error = 1e4 * float(best[f"rms_{name}"])
            yield source.measured(f"{word}{name.capitalize()}", error, 5e-2)
    two = table.query("factors == 2")
    yield source.measured("Bound", two["error"].iloc[0], 0.2, digits=1)
    yield source.measured("Misfit", two["reduced_chi_squared"].iloc[0], 5e-2)
    yield source.count("Optima", len(two), 2)
    correlations = two["correlation"].to_numpy(dtype=float)
    for word, value in (("Least", correlations.min()), ("Largest", correlations.max())):
        yield source.number(word, value, fixed(value, 2), _CORRELATION)
