"""Counts what a calibration takes: evaluations of its surface with derivatives, as it says itself.

The floor is above the least: first trials look at fewer quotes, or without derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

from benchmarks.calibration_timing import STRIKES, Drawn, calibrated, surfaces
from benchmarks.operation_counts import WHOLE, Counted
from benchmarks.unit_costs import ROUNDS, least
from rmot.models import RoughHeston

EVALUATION = "evaluation"


def count(rounds: int = ROUNDS, strikes: int = STRIKES) -> Iterator[Counted]:
    """Count and time the first calibration that is timed elsewhere."""
    drawn = _drawn(strikes)
    evaluations = calibrated(drawn).evaluations
    kernel = f"calibration, {len(drawn.surface.slices)} smiles of {strikes} quotes"
    seconds = least(lambda: calibrated(drawn), rounds)
    yield Counted(kernel, WHOLE, drawn.name, {EVALUATION: float(evaluations)}, seconds)


def evaluation_seconds(rounds: int = ROUNDS, strikes: int = STRIKES) -> float:
    """Return seconds of the surface's volatilities with all derivatives, at the truth."""
    drawn = _drawn(strikes)
    model, slices = RoughHeston(**asdict(drawn.truth)), drawn.surface.slices

    def evaluate() -> None:
        for each in slices:
            model.sensitivities(each.log_moneyness, each.maturity)

    return least(evaluate, rounds)


@cache
def _drawn(strikes: int) -> Drawn:
    return next(surfaces(strikes))
