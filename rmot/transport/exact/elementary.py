r"""Payoffs of one asset in exact rationals: sums of calls, puts, digitals, straddles and the price.

.. math:: f(s) = \textstyle\sum_j u_j\, g_j(s)

is linear between strikes, so that its least value over all :math:`s \ge 0` is found at 0, at both
one-sided limits of every strike, and in its slope at infinity. Numbers are read as the shortest
decimals that stand for them (0.1 is 1/10), and nothing is rounded after that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from rmot.errors import ParameterError
from rmot.payoffs import PiecewiseLinear, call, digital, forward, put, straddle

SLOPES = {"price": 1, "call": 1, "put": 0, "digital": 0, "straddle": 1}
"""What each kind gains for a unit of price at infinity."""

_MAKERS = {"call": call, "put": put, "digital": digital, "straddle": straddle}


class Term(NamedTuple):
    """Units of an elementary payoff; the strike of "price" is zero."""

    units: Fraction
    kind: str
    strike: Fraction


def exact(number: float | str | Fraction) -> Fraction:
    """Read a number as the decimal that it is printed as.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    if isinstance(number, Fraction):
        return number
    try:
        return Fraction(number if isinstance(number, str) else repr(float(number)))
    except (ValueError, OverflowError):
        raise ParameterError(f"expected a finite number; got {number!r}") from None


def worth(kind: str, strike: Fraction, price: Fraction, below: bool = False) -> Fraction:
    """Return an elementary payoff at a price, or its limit from below there."""
    if kind == "price":
        return price
    if kind == "digital":
        return Fraction(price > strike or (price == strike and not below))
    gain = price - strike
    return {"call": max(gain, Fraction(0)), "put": max(-gain, Fraction(0)), "straddle": abs(gain)}[
        kind
    ]


def value(terms: Iterable[Term], price: Fraction, below: bool = False) -> Fraction:
    """Return a sum of elementary payoffs at a price, or its limit from below there."""
    return sum(
        (term.units * worth(term.kind, term.strike, price, below) for term in terms), Fraction(0)
    )


def slope(terms: Iterable[Term]) -> Fraction:
    """Return the slope of a sum of elementary payoffs at infinity."""
    return sum((term.units * SLOPES[term.kind] for term in terms), Fraction(0))


def places(terms: Iterable[Term]) -> list[tuple[Fraction, bool]]:
    """Return the prices to examine, each with whether the limit from below is meant.

    That limit is another number at the strikes of digitals alone.
    """
    found = {(Fraction(0), False)}
    for term in terms:
        found.add((term.strike, False))
        if term.kind == "digital" and term.strike > 0:
            found.add((term.strike, True))
    return sorted(found)


def least(terms: Sequence[Term]) -> Fraction | float:
    """Return the infimum over all prices >= 0; -inf where the slope at infinity is negative."""
    if slope(terms) < 0:
        return -math.inf
    return min(value(terms, *place) for place in places(terms))


def scaled(terms: Iterable[Term], factor: Fraction | int) -> list[Term]:
    """Return a multiple."""
    return [Term(term.units * factor, term.kind, term.strike) for term in terms]


def kind_of(payoff: object) -> tuple[str, Fraction]:
    """Return kind and strike of a quoted payoff.

    Raises
    ------
    ParameterError
        It is no call, put, digital, straddle or forward.
    """
    if isinstance(payoff, PiecewiseLinear):
        if not payoff.kinks.size and _alike(payoff, forward()):
            return "price", Fraction(0)
        if payoff.kinks.size == 1:
            strike = float(payoff.kinks[0])
            for kind, maker in _MAKERS.items():
                if _alike(payoff, maker(strike)):
                    return kind, exact(strike)
    raise ParameterError(
        f"expected quotes of calls, puts, digitals, straddles or forwards; got {payoff!r}"
    )


def _alike(one: PiecewiseLinear, other: PiecewiseLinear) -> bool:
    pairs = ((one.intercepts, other.intercepts), (one.slopes, other.slopes))
    return all(np.array_equal(first, second) for first, second in pairs)


def decomposed(payoff: PiecewiseLinear) -> tuple[Fraction, list[Term]]:
    """Return cash and elementary payoffs that add up to a payoff of one asset."""
    try:
        kind, strike = kind_of(payoff)
        return Fraction(0), [Term(Fraction(1), kind, strike)]
    except ParameterError:
        pass
    columns = (payoff.intercepts, payoff.slopes)
    intercepts, slopes = ([exact(x) for x in column] for column in columns)
    terms = [Term(slopes[0], "price", Fraction(0))]
    for i, kink in enumerate(map(exact, payoff.kinks)):
        steeper = slopes[i + 1] - slopes[i]
        jump = intercepts[i + 1] - intercepts[i] + steeper * kink
        terms += [Term(steeper, "call", kink), Term(jump, "digital", kink)]
    return intercepts[0], [term for term in terms if term.units]
