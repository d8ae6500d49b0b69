"""The source's model, mended, on bars of several lengths: trained on each, or carried from hours.

Steps have the length that stamps give them; where a session has too few bars for a segment, nights
or weekends are steps too. A diffusion trained on hours knows no other clock: what it gives at other
steps says how far one model serves all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rmot.artifact.formats import Column, fixed, latex_table
from rmot.calibration.block_bootstrap import percentile_interval
from rmot.market import read_history
from rmot.neural.published.printed import MODEL
from rmot.neural.published.segments import DAY, HOUR, Segments, coarser, cut_segments
from rmot.neural.published.statistics import block_bootstrap, statistics
from rmot.neural.published.training import generate, train
from rmot.studies.neural.published_data import (
    LENGTH,
    VARIANTS,
    about,
    load_model,
    read_bars,
    training_of,
)
from rmot.studies.study import Config, main

DRAWS = {"quick": 60, "full": 300, "deep": 1000}
SHARE = 0.5
"""Of the steps that the model of hours is trained for."""
LEAST_TRAINED = 60
"""Segments: with fewer nothing is trained."""
NIGHT, WEEKEND = 18 * HOUR, 4.6 * DAY
MEASURED = ("vol_of_variance", "pooled_hurst", "clustering")


@dataclass(frozen=True)
class Frequency:
    """Bars of one length: how many of the file's are one, and what a segment may span."""

    label: str
    bars: int | None
    spacing: float
    length: int
    longest_step: float | None
    in_quick: bool = False


FREQUENCIES = {
    "hour": Frequency("1 h, in a session", 1, HOUR, LENGTH, None, True),
    "hour_nights": Frequency("1 h, over nights", 1, HOUR, MODEL.segment_length, NIGHT),
    "two_hours": Frequency("2 h, over nights", 2, 2 * HOUR, MODEL.segment_length, NIGHT),
    "four_hours": Frequency("4 h, over weekends", 4, 4 * HOUR, MODEL.segment_length, WEEKEND),
    "day": Frequency("1 day", None, 20 * HOUR, MODEL.segment_length, WEEKEND, True),
}
FINE = "fine"


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a frequency: real statistics with their bands, and those of two models."""
    hourly, rows = load_model(config, "mended"), []
    for name, segments in _segments(config).items():
        fitted, held_out, _ = segments.split()
        trained = None
        if len(fitted) >= LEAST_TRAINED and name != "hour":
            training = training_of(VARIANTS["mended"], config.profile, config.seed, SHARE)
            trained = train(training, fitted, held_out).module
        real = statistics(segments.log_variance, segments.steps)
        band = _band(segments, config)
        own = hourly if name == "hour" else trained
        row = {
            "frequency": name,
            "label": "15 min, a sample" if name == FINE else FREQUENCIES[name].label,
            "segments": len(segments),
            "length": segments.variance.shape[1],
            "mean_step_hours": float(segments.steps.mean() * 8766),
        }
        carried = _generated(hourly, segments, config)
        found = {} if own is None else _generated(own, segments, config)
        for at, what in enumerate(MEASURED):
            row |= {
                what: real[what],
                f"{what}_low": band[0][at],
                f"{what}_high": band[1][at],
                f"{what}_carried": carried[what],
                f"{what}_trained": found.get(what, np.nan),
            }
        rows.append(row | about(segments.source))
    return pd.DataFrame(rows)


def _segments(config: Config) -> dict[str, Segments]:
    bars = read_bars(config)
    found = {}
    for name, one in FREQUENCIES.items():
        if one.in_quick or config.profile != "quick":
            found[name] = cut_segments(
                coarser(bars, one.bars),
                length=one.length,
                spacing=one.spacing,
                longest_step=one.longest_step,
                least=20,
            )
    if FINE in config.inputs:
        found[FINE] = cut_segments(
            read_history(config.inputs[FINE]),
            length=MODEL.segment_length,
            spacing=HOUR / 4,
            least=20,
        )
    return found


def _band(segments: Segments, config: Config) -> tuple[np.ndarray, np.ndarray]:
    def measure(rows: np.ndarray) -> np.ndarray:
        found = statistics(segments.log_variance[rows], segments.steps[rows])
        return np.array([found[name] for name in MEASURED])

    draws, generator = DRAWS[config.profile], np.random.default_rng(config.seed)
    sampled = block_bootstrap(measure, len(segments), draws, generator, block=5)
    ends = np.array([percentile_interval(column) for column in sampled.T])
    return ends[:, 0], ends[:, 1]


def _generated(model, segments: Segments, config: Config) -> dict[str, float]:
    return statistics(generate(model, segments, config.seed), segments.steps)


def printed(table: pd.DataFrame) -> str:
    """Set a row a frequency."""
    shown = table.assign(
        volatility=[_banded(row, "vol_of_variance", 1) for row in table.to_dict("records")],
        hurst=[_banded(row, "pooled_hurst", 2) for row in table.to_dict("records")],
    )
    return latex_table(
        shown,
        (
            Column("label", "bars", align="l"),
            Column("segments", "segments", str),
            Column("volatility", r"vol of $\log V$", str),
            Column("vol_of_variance_trained", "trained", lambda value: fixed(value, 1)),
            Column("vol_of_variance_carried", "of hours", lambda value: fixed(value, 1)),
            Column("hurst", "$H$", str),
            Column("pooled_hurst_trained", "trained", lambda value: fixed(value, 2)),
            Column("pooled_hurst_carried", "of hours", lambda value: fixed(value, 2)),
        ),
    )


def _banded(row: dict, name: str, digits: int) -> str:
    value, low, high = (fixed(row[one], digits) for one in (name, f"{name}_low", f"{name}_high"))
    return rf"{value}\;[{low}, {high}]"


if __name__ == "__main__":
    main(run, printed)
