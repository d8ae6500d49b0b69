"""Numbers of the engine's accuracy and of the claims checked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paper.quantities.number import DRAWN, PRINTED, Number, Source
from proofs_check.graph import FALSE_AS_WRITTEN


def engine(table: pd.DataFrame) -> Iterator[Number]:
    """Errors in implied volatility; rounding moves small ones, so a factor of two is let pass."""
    source = Source("Engine", str(table["data_sha256"].iloc[0]), DRAWN)
    drawn = table.query("family == 'drawn'")
    ours = drawn.query("method == 'rmot'")
    peers = drawn.query("method == 'Adams, default'")

    def error(name: str, value: np.float64) -> Number:
        return source.measured(name, float(value), 1.0)

    def column(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
        return rows[name].to_numpy(dtype=float)

    yield source.count("Sets", len(set(ours["name"])))
    yield source.count("Smiles", len(ours))
    yield source.count("Quotes", np.sum(column(ours, "quotes")))
    yield source.count("Raised", np.sum(column(ours, "raised")))
    yield source.count("PeerUnanswered", np.nansum(column(peers, "unanswered")))
    yield error("MedianError", np.nanmedian(column(ours, "largest_error")))
    yield error("WorstError", np.nanmax(column(ours, "largest_error")))
    yield error("TrueToEstimated", np.nanmax(column(ours, "true_to_estimated")))
    yield error("PeerMedianError", np.nanmedian(column(peers, "largest_error")))
    yield error("PeerWorstError", np.nanmax(column(peers, "largest_error")))
    yield error("ReferenceError", np.nanmax(column(table, "reference_error")))


def claims(table: pd.DataFrame) -> Iterator[Number]:
    """Count verdicts, and claims that rest on what is false as written."""
    source = Source("Claims", str(table["ledger_sha256"].iloc[0]), PRINTED)
    found = list(table["verdict"])
    yield source.count("Checked", len(table))
    for verdict in ("verified", "corrected", "refuted", "inconsistent", "untestable"):
        yield source.count(verdict.capitalize(), found.count(verdict))
    for name, number in (("Alpha", "004"), ("Neural", "003")):
        told = table.loc[table["source"].str.startswith(number), "verdict"]
        yield source.count(name, len(told))
        yield source.count(f"{name}False", int(told.isin(FALSE_AS_WRITTEN).sum()))
    groundless = table.loc[table["fallen"].notna(), "verdict"].tolist()
    yield source.count("Groundless", len(groundless))
    yield source.count("GroundlessVerified", groundless.count("verified"))
