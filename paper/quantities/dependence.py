"""Numbers of correlation as the sources estimate it, of their Newton steps and of couplings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from paper.quantities.number import DRAWN, PRINTED, Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.correlation.recovered import summary

_SHOWN = {"right": "Right", "wrong": "Wrong", "absent": "Absent"}


def offered(table: pd.DataFrame) -> Iterator[Number]:
    """Give the ends of what the marginals of SPX and NDX leave; fits move them by a hundredth."""
    rows = table.query("input == 'marginals'")
    source = Source.of_table("Offered", rows)
    prices = rows.to_dict("records")[0]
    for name in ("lower", "upper"):
        yield source.number(name.capitalize(), prices[name], fixed(prices[name], 2), 0.01)


def recovered(table: pd.DataFrame) -> Iterator[Number]:
    """Give mean errors by history, and how far calibrated estimates are from the historical one.

    Searches end within 1e-6; what they return without a penalty follows the quotes' misfits.
    """
    digest = str(table["published_sha256"].iloc[0])
    means = summary(table)
    fitted = means.query("experiment == 'pairs' and marginals == 'fitted'")
    source = Source("Recovered", digest, DRAWN)
    for row in fitted.to_dict("records"):
        text = fixed(row["error"], 3)
        yield source.number(f"Pairs{_SHOWN[row['history']]}", row["error"], text, 2e-3)
    yield source.count("Pairs", fitted["count"].iloc[0])
    three = means.query("experiment == 'three assets' and history != 'absent'")
    for row in three.to_dict("records"):
        text = fixed(row["error"], 3)
        yield source.number(f"Three{_SHOWN[row['history']]}", row["error"], text, 1e-2)
    calibrated = table.query("marginals == 'calibrated'")
    away = float(np.nanmax(np.abs(calibrated["from_historical"].to_numpy(dtype=float))))
    yield source.number("CalibratedAway", away, significant(away, 1), 1e-5)
    moves = float(calibrated["divergence_variation"].to_numpy(dtype=float).max())
    yield source.number("CalibratedMoves", moves, significant(moves, 1), 1e-9)
    printed = Source("Recovered", digest, PRINTED)
    rmse = float(table["published_rmse"].iloc[0])
    yield printed.number("PublishedRmse", rmse, fixed(rmse, 3), 0.0)


def block_steps(table: pd.DataFrame) -> Iterator[Number]:
    """Count steps; samples differ by profile, and a count with them by a step or two."""
    source = Source("BlockNewton", "", DRAWN)
    rows = table.to_dict("records")
    (two,) = (row for row in rows if row["assets"] == 2 and row["correlation"] == 0.9)
    yield source.count("TwoSteps", two["block_steps"], 10.0)
    yield source.count("TrueSteps", max(row["true_steps"] for row in rows), 1.0)
    held, lost = (
        [row["contraction"] for row in rows if bool(row["block_converged"]) is converged]
        for converged in (True, False)
    )
    yield source.count("Cases", len(rows))
    yield source.count("Diverged", len(lost))
    yield source.number("LeastLost", min(lost), fixed(min(lost), 2), 0.1)
    yield source.number("MostHeld", max(held), fixed(max(held), 2), 0.1)


def scaling(table: pd.DataFrame) -> Iterator[Number]:
    """Give sizes, errors and gaps of couplings, and the exponent of the source's own table."""
    source = Source("Coupling", str(table["published_sha256"].iloc[0]), DRAWN)
    largest = {
        name: float(table[name].to_numpy(dtype=float).max())
        for name in ("assets", "quotes", "samples", "error_to_width", "gap")
    }
    for name in ("assets", "quotes", "samples"):
        yield source.count(name.capitalize(), largest[name])
    error, gap = 100 * largest["error_to_width"], largest["gap"]
    yield source.number("Error", error, fixed(error, 2), 0.1 * error)
    yield source.number("Gap", gap, significant(gap, 1), 99 * gap)
    printed = Source("Coupling", source.data, PRINTED)
    row = table.to_dict("records")[0]
    slope, of_slope = row["published_exponent"], row["published_exponent_error"]
    yield printed.number("PublishedExponent", slope, fixed(slope, 2), 1e-9)
    yield printed.number("PublishedExponentError", of_slope, fixed(of_slope, 2), 1e-9)
