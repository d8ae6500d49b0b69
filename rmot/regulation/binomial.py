"""Counts of exceptions among independent observations, their probabilities as exact rationals.

X ~ Binomial(n, 1-c) with coverage c, read as the decimal that it prints as: 0.99 is 99/100.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from rmot.errors import ParameterError

_MOST_OBSERVATIONS = 100_000


def exact_decimal(number: float) -> Fraction:
    """Return the rational that a number prints as: 99/100 for 0.99."""
    return Fraction(repr(float(number)))


def cumulative(count: int, observations: int, coverage: float) -> Fraction:
    """Return P(X <= count); zero below none."""
    found = 0
    for number, total in _sums(observations, coverage):
        if number > count:
            break
        found = total
    return Fraction(found, exact_decimal(coverage).denominator ** observations)


@lru_cache(maxsize=1024)
def least_count(observations: int, coverage: float, level: Fraction) -> int:
    """Return the least k with P(X <= k) >= level, for a level of one at most."""
    whole = exact_decimal(coverage).denominator ** observations
    sums = _sums(observations, coverage)
    return next(k for k, total in sums if total * level.denominator >= level.numerator * whole)


def check_counts(exceptions: float, observations: float, coverage: float) -> None:
    """Raise unless these are a backtest's numbers.

    Raises
    ------
    ParameterError
        Numbers that are no whole numbers, no observation or more than 100 000, more exceptions than
        observations, or a coverage outside (0, 1).
    """
    if not float(observations).is_integer() or not 1 <= observations <= _MOST_OBSERVATIONS:
        raise ParameterError(
            f"expected a whole number of observations from 1 to {_MOST_OBSERVATIONS}; got "
            f"{observations}"
        )
    if not float(exceptions).is_integer() or not 0 <= exceptions <= observations:
        raise ParameterError(
            f"expected a whole number of exceptions from 0 to {observations}; got {exceptions}"
        )
    check_share(coverage, "coverage")


def check_share(value: float, what: str) -> None:
    """Raise unless a number lies between 0 and 1.

    Raises
    ------
    ParameterError
    """
    if not 0 < value < 1:
        raise ParameterError(f"expected a {what} in (0, 1); got {value}")


def _sums(observations: int, coverage: float) -> Iterator[tuple[int, int]]:
    """Yield k and the integer P(X <= k) d^n from k = 0 on, d being the coverage's denominator."""
    right = exact_decimal(coverage)
    wrong = right.denominator - right.numerator
    term, total = right.numerator**observations, 0
    for count in range(observations + 1):
        total += term
        yield count, total
        term = term * (observations - count) * wrong // ((count + 1) * right.numerator)
