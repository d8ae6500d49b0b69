"""Numbers of correlation as the sources estimate it, of their Newton steps and of couplings."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from paper.quantities.number import DRAWN, PRINTED, Number, Source
from rmot.artifact.formats import fixed, significant
from rmot.studies.correlation.recovered import summary

_SHOWN = {"right": "Right", "wrong": "Wrong", "absent": "Absent"}


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
    away = float(calibrated["from_historical"].abs().max())
    yield source.number("CalibratedAway", away, significant(away, 1), 1e-5)
    moves = float(calibrated["divergence_variation"].max())
    yield source.number("CalibratedMoves", moves, significant(moves, 1), 1e-9)
    printed = Source("Recovered", digest, PRINTED)
    rmse = float(table["published_rmse"].iloc[0])
    yield printed.number("PublishedRmse", rmse, fixed(rmse, 3), 0.0)


def block_steps(table: pd.DataFrame) -> Iterator[Number]:
    """Count steps; samples differ by profile, and a count with them by a step or two."""
    source = Source("BlockNewton", "", DRAWN)
    two = table.query("assets == 2 and correlation == 0.9").iloc[0]
    yield source.count("TwoSteps", two["block_steps"], 10.0)
    yield source.count("TrueSteps", table["true_steps"].max(), 1.0)
    lost = table.loc[~table["block_converged"].astype(bool)]
    yield source.count("Cases", len(table))
    yield source.count("Diverged", len(lost))
    least = float(lost["contraction"].min())
    yield source.number("LeastLost", least, fixed(least, 2), 0.1)
    most = float(table.loc[table["block_converged"].astype(bool), "contraction"].max())
    yield source.number("MostHeld", most, fixed(most, 2), 0.1)


def scaling(table: pd.DataFrame) -> Iterator[Number]:
    """Give sizes, errors and gaps of couplings, and the exponent of the source's own table."""
    source = Source("Coupling", str(table["published_sha256"].iloc[0]), DRAWN)
    yield source.count("Assets", table["assets"].max())
    yield source.count("Quotes", table["quotes"].max())
    yield source.count("Samples", table["samples"].max())
    error = 100 * float(table["error_to_width"].max())
    yield source.number("Error", error, fixed(error, 2), 0.1 * error)
    gap = float(table["gap"].max())
    yield source.number("Gap", gap, significant(gap, 1), 99 * gap)
    printed = Source("Coupling", source.data, PRINTED)
    row = table.iloc[0]
    slope, of_slope = row["published_exponent"], row["published_exponent_error"]
    yield printed.number("PublishedExponent", slope, fixed(slope, 2), 1e-9)
    yield printed.number("PublishedExponentError", of_slope, fixed(of_slope, 2), 1e-9)
