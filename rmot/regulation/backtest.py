"""A backtest of intervals: which outcomes fell outside, and what Basel and two tests say of them.

The zone is that of the exact binomial law for the number of observations that there are
(`rmot.regulation.traffic_light`), so the backtest may be shorter or longer than 250 days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import DataError
from rmot.regulation.coverage import Kupiec, exception_rate_interval, kupiec
from rmot.regulation.independence import Christoffersen, christoffersen
from rmot.regulation.traffic_light import TrafficLight, traffic_light, zone_starts


@dataclass(frozen=True, eq=False)
class Backtest:
    """What came of intervals.

    Attributes
    ----------
    is_exception : ndarray of bool, shape (n,)
        Oldest first.
    below, above : int
        Exceptions on either side.
    light : TrafficLight
        Zone, and the exact probabilities behind it.
    kupiec : Kupiec
        Whether the rate is right.
    christoffersen : Christoffersen or None
        Whether exceptions are independent; None of a single observation.
    rate_interval : (float, float)
        Clopper and Pearson's interval of the rate of exceptions, at 95%.
    mean_width : float
        Of the intervals, in the units of the outcomes.
    """

    is_exception: NDArray[np.bool_]
    below: int
    above: int
    light: TrafficLight
    kupiec: Kupiec
    christoffersen: Christoffersen | None
    rate_interval: tuple[float, float]
    mean_width: float

    @property
    def observations(self) -> int:
        """How many outcomes there are."""
        return self.is_exception.size

    @property
    def exceptions(self) -> int:
        """How many of them fell outside."""
        return self.below + self.above

    def __str__(self) -> str:
        """Return the zone and its reasons in one line."""
        return str(self.light)


def backtest(
    outcomes: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, coverage: float = 0.99
) -> Backtest:
    """Hold outcomes against the intervals that were stated for them beforehand.

    Parameters
    ----------
    outcomes, lower, upper : array_like, shape (n,)
        Oldest first. An outcome on an end is no exception.
    coverage : float
        The probability that each interval claims.

    Raises
    ------
    DataError
        Shapes differ, nothing is there, a number is not finite, or an interval is reversed.
    ParameterError
        A coverage outside (0, 1).

    Examples
    --------
    >>> found = backtest([0.0, 3.0, -0.5], [-1.0] * 3, [1.0] * 3)
    >>> found.exceptions, found.above, found.light.zone
    (1, 1, 'amber')
    """
    seen, low, high = (np.asarray(each, dtype=float) for each in (outcomes, lower, upper))
    if seen.ndim != 1 or not seen.size or not seen.shape == low.shape == high.shape:
        raise DataError(
            "expected outcomes and ends of one shape (n,); got "
            f"{seen.shape}, {low.shape} and {high.shape}"
        )
    bad = np.flatnonzero(~(np.isfinite(seen) & (low <= high)))
    if bad.size:
        raise DataError(
            "expected finite outcomes and lower <= upper; observation "
            f"{bad[0] + 1} is {seen[bad[0]]:g} in [{low[bad[0]]:g}, {high[bad[0]]:g}]"
        )
    below, above = seen < low, seen > high
    outside = below | above
    count, n = int(outside.sum()), outside.size
    return Backtest(
        outside,
        int(below.sum()),
        int(above.sum()),
        traffic_light(count, n, coverage),
        kupiec(count, n, coverage),
        christoffersen(outside, coverage) if n > 1 else None,
        exception_rate_interval(count, n),
        float(np.mean(high - low)),
    )


def rolling_exceptions(is_exception: ArrayLike, window: int = 250) -> NDArray[np.int64]:
    """Return the number of exceptions in each full window, shape (n - window + 1,).

    Parameters
    ----------
    is_exception : array_like, shape (n,)
        Of bool, a day each, in order.
    window : int
        Days.

    Returns
    -------
    ndarray of int, shape (n - window + 1,)

    Raises
    ------
    DataError
        A window of none, or longer than what there is.
    """
    hits = np.asarray(is_exception, dtype=np.int64)
    if not 1 <= window <= hits.size:
        raise DataError(f"expected a window from 1 to {hits.size}; got {window}")
    total = np.concatenate([[0], np.cumsum(hits)])
    return total[window:] - total[:-window]


def zones(
    exceptions: ArrayLike, observations: int = 250, coverage: float = 0.99
) -> NDArray[np.str_]:
    """Return Basel's zone of each number of exceptions, as `traffic_light` does for one.

    Parameters
    ----------
    exceptions : array_like of int, shape (n,)
    observations, coverage
        As in `traffic_light`.

    Returns
    -------
    ndarray of str, shape (n,)
        green, amber or red.

    Raises
    ------
    ParameterError
        As in `traffic_light`.
    """
    starts = zone_starts(observations, coverage)
    counts = np.asarray(exceptions)
    return np.array(["green", "amber", "red"])[np.searchsorted(starts, counts, side="right")]
