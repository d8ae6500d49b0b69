"""Basel's zones for the exceptions of a backtest, from exact binomial probabilities (MAR32, MAR99).

Of n independent observations with coverage c, X ~ Binomial(n, 1-c) are exceptions. Amber begins at
the least number k with P(X <= k) >= 95%, red at the least with P(X <= k) >= 99.99% (MAR99.14 to
99.21). With 250 observations at 99% that is 5 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rmot.regulation.binomial import check_counts, cumulative, least_count

Zone = Literal["green", "amber", "red"]

AMBER_PROBABILITY = Fraction(95, 100)
RED_PROBABILITY = Fraction(9999, 10000)
_ADD_ONS = (0.0, 0.0, 0.0, 0.0, 0.0, 0.20, 0.26, 0.33, 0.38, 0.42, 0.50)
_BASELS = (250, 0.99)


@dataclass(frozen=True)
class TrafficLight:
    """A backtest's zone and what it rests on.

    Attributes
    ----------
    zone : str
        "green", "amber" (Basel's yellow) or "red".
    exceptions, observations : int
    coverage : float
    cumulative_probability : float
        Of as few exceptions or fewer, if coverage is right.
    probability_of_as_many : float
        Of as many exceptions or more: the exact one-sided p-value.
    amber_from, red_from : int
        Least numbers of exceptions in these zones; equal where amber is empty.
    add_on : float or None
        What the zone adds to the multiplier of 1.5 (MAR99, Table 2); None unless there are 250
        observations at 99%, for which alone Basel gives it.
    """

    zone: Zone
    exceptions: int
    observations: int
    coverage: float
    cumulative_probability: float
    probability_of_as_many: float
    amber_from: int
    red_from: int
    add_on: float | None

    def __str__(self) -> str:
        """Return the zone and its reasons in one line."""
        return (
            f"{self.zone}: {self.exceptions} exceptions in {self.observations} at "
            f"{self.coverage:.6g} coverage; amber from {self.amber_from}, red from {self.red_from}"
        )


def traffic_light(exceptions: int, observations: int = 250, coverage: float = 0.99) -> TrafficLight:
    """Return the zone of a number of exceptions.

    No exception at all is green however few the observations: by the letter of MAR99 amber would
    begin at none where (coverage)^n >= 95%, that is up to five observations at 99%.

    Parameters
    ----------
    exceptions : int
    observations : int
        At most 100 000.
    coverage : float
        The probability with which an observation should be no exception; in (0, 1).

    Raises
    ------
    ParameterError
        Numbers that are no whole numbers, more exceptions than observations, or a coverage
        outside (0, 1).

    Examples
    --------
    >>> print(traffic_light(5))
    amber: 5 exceptions in 250 at 0.99 coverage; amber from 5, red from 10
    """
    check_counts(exceptions, observations, coverage)
    count, days, share = int(exceptions), int(observations), float(coverage)
    amber_from, red_from = zone_starts(days, share)
    zone: Zone = "red" if count >= red_from else "amber" if count >= amber_from else "green"
    basels = (days, share) == _BASELS
    return TrafficLight(
        zone,
        count,
        days,
        share,
        float(cumulative(count, days, share)),
        float(1 - cumulative(count - 1, days, share)),
        amber_from,
        red_from,
        _ADD_ONS[min(count, len(_ADD_ONS) - 1)] if basels else None,
    )


def zone_starts(observations: int, coverage: float) -> tuple[int, int]:
    """Return the least numbers of exceptions that are amber and red.

    Raises
    ------
    ParameterError
        As in `traffic_light`.
    """
    check_counts(0, observations, coverage)
    amber, red = (
        max(least_count(int(observations), float(coverage), level), 1)
        for level in (AMBER_PROBABILITY, RED_PROBABILITY)
    )
    return amber, red
