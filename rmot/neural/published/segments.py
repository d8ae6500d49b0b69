"""Knows how bars of a volatility index become paths of its square that never span a gap.

Bars are consecutive where their stamps lie one spacing apart. A longer step is a gap and parts two
runs, unless it is at most `longest_step`: so a night may be a step of its own length. Segments are
cut from each run, one after the other, and times are years between the stamps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError
from rmot.market import DataSource, History

Vector = NDArray[np.float64]

HOUR = 3600.0
DAY = 24 * HOUR
YEAR = 365.25 * DAY
"""Seconds."""

IN_SESSION = "within a day"
OVER_NIGHT = "to the next day"
OVER_DAYS = "over more days"


@dataclass(frozen=True, eq=False)
class Segments:
    """Paths of an index's square.

    Attributes
    ----------
    variance : ndarray, shape (n, length)
        Annualised: the square of the index as a fraction.
    times : ndarray, shape (n, length)
        Years since the segment's first bar.
    starts : ndarray of datetime64, shape (n,)
        UTC, increasing.
    bars : int
        That were cut.
    gaps : mapping of str to int
        Steps that no segment spans, by kind.
    longest_run : int
        Bars.
    source : DataSource
    """

    variance: Vector
    times: Vector
    starts: NDArray[np.datetime64]
    bars: int
    gaps: Mapping[str, int]
    longest_run: int
    source: DataSource

    @property
    def log_variance(self) -> Vector:
        """Shape (n, length)."""
        return np.log(self.variance)

    @property
    def steps(self) -> Vector:
        """Years between bars, shape (n, length - 1)."""
        return np.diff(self.times, axis=1)

    def __len__(self) -> int:
        return len(self.variance)

    def chosen(self, rows: slice | NDArray[np.intp]) -> Segments:
        """Return some of the segments, by index."""
        return Segments(
            self.variance[rows],
            self.times[rows],
            self.starts[rows],
            self.bars,
            self.gaps,
            self.longest_run,
            self.source,
        )

    def split(self, validation: float = 0.15, test: float = 0.15) -> tuple[Segments, ...]:
        """Return training, validation and test segments, in order of time.

        Raises
        ------
        ParameterError
            Shares that are not positive or leave nothing to one of the three.
        """
        count = len(self)
        first, second = count - round((validation + test) * count), count - round(test * count)
        if not 0 < first < second < count:
            raise ParameterError(
                f"expected shares that leave some of {count} segments to training, validation and "
                f"test; got {validation:g} and {test:g}"
            )
        return tuple(
            self.chosen(slice(*ends)) for ends in ((0, first), (first, second), (second, count))
        )


def cut_segments(
    history: History,
    *,
    length: int,
    spacing: float = HOUR,
    longest_step: float | None = None,
    least: int = 64,
) -> Segments:
    """Cut bars of an index into segments.

    Parameters
    ----------
    history : History
        Bars; `close` in index points.
    length : int
        Bars of a segment.
    spacing : float
        Seconds between consecutive bars.
    longest_step : float, optional
        Seconds; steps between `spacing` and this one are spanned. By default none is.
    least : int
        Fewer segments are refused.

    Raises
    ------
    ParameterError
        Segments of less than three bars, or a longest step below the spacing.
    DataError
        No bars; too few segments, naming the longest run and the gaps.
    """
    reach = spacing if longest_step is None else longest_step
    if length < 3 or not 0 < spacing <= reach:
        raise ParameterError(
            "expected segments of three bars or more and 0 < spacing <= longest_step; got "
            f"{length}, {spacing:g} and {reach:g}"
        )
    if history.format != "bars":
        raise DataError(f"{history.name}: expected bars within the day; got {history.format}")
    stamps = pd.DatetimeIndex(history.table.index)
    seconds = stamps.as_unit("ns").asi8 / 1e9
    step = np.diff(seconds)
    parted = (step < spacing) | (step > reach)
    ends = np.flatnonzero(np.append(parted, True)) + 1
    runs = np.diff(ends, prepend=0)
    first = np.concatenate(
        [end - run + length * np.arange(run // length) for end, run in zip(ends, runs, strict=True)]
    ).astype(int)
    gaps = _gaps(stamps, parted)
    if first.size < least:
        raise DataError(
            f"{history.name}: expected at least {least} segments of {length} bars "
            f"{spacing / HOUR:g} hours apart; got {first.size} of {len(stamps)} bars: the longest "
            f"run has {runs.max()}, parted by {dict(gaps)}"
        )
    rows = first[:, None] + np.arange(length)
    index = history.table["close"].to_numpy(float)[rows]
    return Segments(
        (index / 100.0) ** 2,
        (seconds[rows] - seconds[first][:, None]) / YEAR,
        stamps.tz_convert("UTC").tz_localize(None).to_numpy()[first],
        len(stamps),
        gaps,
        int(runs.max()),
        history.source,
    )


def coarser(history: History, bars: int | None) -> History:
    """Return every so many bars of each day as one, or each day's last with None.

    A day's last bars are left out where they do not fill one; the stamp is that of the last.

    Raises
    ------
    ParameterError
        Less than one bar.
    """
    if bars is not None and bars < 1:
        raise ParameterError(f"expected one bar or more; got {bars}")
    day = pd.DatetimeIndex(history.table.index).normalize()
    place = history.table.groupby(day).cumcount().to_numpy()
    last = np.append(day[1:] != day[:-1], True)
    chosen = last if bars is None else place % bars == bars - 1
    return History(
        history.name,
        history.format,
        history.table.loc[chosen],
        history.units,
        history.stamps,
        history.source,
        history.dropped,
        history.noted,
    )


def _gaps(stamps: pd.DatetimeIndex, parted: NDArray[np.bool_]) -> Mapping[str, int]:
    days = stamps.tz_localize(None).normalize()
    apart = (np.diff(days.to_numpy()) // np.timedelta64(1, "D"))[parted]
    counts = {
        IN_SESSION: int((apart == 0).sum()),
        OVER_NIGHT: int((apart == 1).sum()),
        OVER_DAYS: int((apart > 1).sum()),
    }
    return MappingProxyType({name: count for name, count in counts.items() if count})
