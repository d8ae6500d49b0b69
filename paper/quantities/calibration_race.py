"""Numbers of the race against surrogates: what was learned and found, but no time."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import pandas as pd

from paper.quantities.number import Number, Source
from rmot.artifact.formats import fixed, significant

# A search of weights carries last digits on: on another processor errors are of the same size.
_SIZE = 1.0

_DOMAINS = {"Inside": "inside", "Face": "near a face", "Outside": "beyond a face"}
_DISTANCES = {
    "Distance": ("network", "with errors"),
    "NoiselessDistance": ("network", "without errors"),
    "IndexDistance": ("network", "index"),
    "BeyondDistance": ("network", "beyond the box"),
    "ExtrapolatedDistance": ("network, extrapolating", "beyond the box"),
    "PolynomialDistance": ("polynomial", "with errors"),
    "PolynomialIndexDistance": ("polynomial", "index"),
}


def race(table: pd.DataFrame) -> Iterator[Number]:
    """Give errors in basis points of implied volatility, and distances in standard errors."""
    source = Source.of_table("Race", table)
    rows = table.to_dict("records")
    errors = {(row["method"], row["domain"]): row for row in rows if row["study"] == "error"}
    fits = [row for row in rows if row["study"] == "fit"]
    (smiles,) = (
        row["smiles"] for row in rows if row["study"] == "training" and row["method"] == "network"
    )

    def points(name: str, method: str, domain: str, column: str) -> Number:
        return source.measured(name, 1e4 * float(errors[method, domain][column]), _SIZE)

    def found(column: str, method: str, kind: str | None = None) -> list[float]:
        chosen = (row for row in fits if row["method"] == method)
        return [float(row[column]) for row in chosen if kind in (None, row["quotes_kind"])]

    yield source.count("Smiles", smiles)
    yield source.count("Surfaces", len(found("distance", "network", "with errors")))
    for name, domain in _DOMAINS.items():
        yield points(f"{name}Error", "network", domain, "median_error")
        yield points(f"{name}LargestError", "network", domain, "largest_error")
    yield points("HighError", "network", "inside", "high_error")
    yield points("PolynomialError", "polynomial", "inside", "median_error")
    yield points("PolynomialLargestError", "polynomial", "inside", "largest_error")
    yield points("GridError", "interpolated", "inside", "largest_error")
    for name, (method, kind) in _DISTANCES.items():
        yield source.measured(name, median(found("distance", method, kind)), _SIZE)
    beyond = found("reduced_chi_squared", "network", "beyond the box")
    yield source.measured("BeyondChiSquared", median(beyond), _SIZE)
    polished = max(found("distance", "network, then engine"))
    yield source.number("PolishedDistance", polished, significant(polished, 1), 1e-3)
    ratio = max(found("standard_error_ratio", "network", "with errors"))
    excess = 100.0 * (ratio - 1.0)
    yield source.number("ErrorExcess", excess, fixed(excess, 1), _SIZE * excess)
