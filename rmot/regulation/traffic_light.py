"""Basel's zones for the exceptions of a backtest, from exact binomial probabilities (MAR32, MAR99).

Of n independent observations with coverage c, X ~ Binomial(n, 1-c) are exceptions. Amber begins at
the least number k with P(X <= k) >= 95%, red at the least with P(X <= k) >= 99.99% (MAR99.14 to
99.21). With 250 observations at 99% that is 5 and 10. Probabilities are exact rationals, `coverage`
being read as the decimal that it prints as.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from rmot.errors import ParameterError

Zone = Literal["green", "amber", "red"]

AMBER_PROBABILITY = Fraction(95, 100)
RED_PROBABILITY = Fraction(9999, 10000)
BASE_MULTIPLIER = 1.5
_ADD_ONS = (0.0, 0.0, 0.0, 0.0, 0.0, 0.20, 0.26, 0.33, 0.38, 0.42, 0.50)
_MOST_OBSERVATIONS = 100_000


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
    amber_from, red_from = zone_starts(int(observations), float(coverage))
    zone: Zone = (
        "red" if exceptions >= red_from else "amber" if exceptions >= amber_from else "green"
    )
    below = _cumulative(int(exceptions) - 1, int(observations), exact_decimal(coverage))
    up_to = _cumulative(int(exceptions), int(observations), exact_decimal(coverage))
    basels = observations == 250 and float(coverage) == 0.99
    return TrafficLight(
        zone,
        int(exceptions),
        int(observations),
        float(coverage),
        float(up_to),
        float(1 - below),
        amber_from,
        red_from,
        _ADD_ONS[min(int(exceptions), len(_ADD_ONS) - 1)] if basels else None,
    )


@lru_cache(maxsize=256)
def zone_starts(observations: int, coverage: float) -> tuple[int, int]:
    """Return the least numbers of exceptions that are amber and red.

    Raises
    ------
    ParameterError
        As in `traffic_light`.
    """
    check_counts(0, observations, coverage)
    right = exact_decimal(coverage)
    term, total, starts = right.numerator**observations, 0, []
    wrong = right.denominator - right.numerator
    whole = right.denominator**observations
    wanted = [AMBER_PROBABILITY, RED_PROBABILITY]
    for count in range(observations + 1):
        total += term
        while wanted and total * wanted[0].denominator >= wanted[0].numerator * whole:
            starts.append(max(count, 1))
            del wanted[0]
        if not wanted:
            break
        term = term * (observations - count) * wrong // ((count + 1) * right.numerator)
    return starts[0], starts[1]


def exact_decimal(coverage: float) -> Fraction:
    """Return the rational that a number prints as: 99/100 for 0.99."""
    return Fraction(repr(float(coverage)))


def check_counts(exceptions: int, observations: int, coverage: float) -> None:
    """Raise unless these are a backtest's numbers.

    Raises
    ------
    ParameterError
    """
    if int(observations) != observations or not 1 <= observations <= _MOST_OBSERVATIONS:
        raise ParameterError(
            f"expected a whole number of observations from 1 to {_MOST_OBSERVATIONS}; got "
            f"{observations}"
        )
    if int(exceptions) != exceptions or not 0 <= exceptions <= observations:
        raise ParameterError(
            f"expected a whole number of exceptions from 0 to {observations}; got {exceptions}"
        )
    if not 0 < coverage < 1:
        raise ParameterError(f"expected a coverage in (0, 1); got {coverage}")


def _cumulative(count: int, observations: int, right: Fraction) -> Fraction:
    """Return P(X <= count), exactly."""
    if count < 0:
        return Fraction(0)
    wrong = right.denominator - right.numerator
    term, total = right.numerator**observations, 0
    for k in range(count + 1):
        total += term
        term = term * (observations - k) * wrong // ((k + 1) * right.numerator)
    return Fraction(total, right.denominator**observations)
