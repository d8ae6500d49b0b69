"""Classical bounds at two dates, written so that anyone can check them.

Quotes, payoff and hedge are written as rationals, the doubles that they are. Cash, the forward and
deltas are raised by what rounding may have left, and the cost is then exact.
`proofs_check/verify_two_dates.py`, of the standard library alone, decides in rationals whether the
hedge dominates at all prices.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from rmot.artifact.files import write_json
from rmot.errors import ParameterError
from rmot.payoffs import TwoDatePayoff
from rmot.transport.exact.elementary import kind_of
from rmot.transport.quotes import Quotes
from rmot.transport.two_dates.classical import ClassicalSide

_MARGIN = Fraction(1, 10**12)


def two_date_certificate(
    side: ClassicalSide,
    payoff: TwoDatePayoff,
    quotes: tuple[Quotes, Quotes],
    which: Literal["upper", "lower"],
) -> dict[str, Any]:
    """Return the statement that a side's hedge dominates its payoff, at its exact cost.

    The cost exceeds that of the hedge by less than 1e-11.

    Parameters
    ----------
    side : ClassicalSide
    payoff : TwoDatePayoff
    quotes : (Quotes, Quotes)
        Of the first and of the second date.
    which : {"upper", "lower"}

    Returns
    -------
    dict
        What `save_two_date_certificates` writes.

    Raises
    ------
    ParameterError
        A quote is no call, put, digital, straddle or forward, or the side is not named.
    """
    if which not in ("upper", "lower"):
        raise ParameterError(f"expected 'upper' or 'lower'; got {which!r}")
    sign = 1 if which == "upper" else -1
    hedge = side.hedge
    # A delta more and a forward more are a unit of the second price: slopes at infinity then
    # leave room, and another forward leaves room along the first.
    cash = Fraction(hedge.cash) + sign * 4 * _MARGIN
    forward = Fraction(hedge.forward) + sign * 2 * _MARGIN
    cost, listed, positions = cash + forward, [], []
    for date, held in zip(quotes, (hedge.first, hedge.second), strict=True):
        rows = []
        for quoted, bid, ask in zip(date.payoffs, date.bid, date.ask, strict=True):
            kind, _ = kind_of(quoted)
            strike = quoted.kinks[0] if quoted.kinks.size else 0.0
            rows.append([kind, *(_written(number) for number in (strike, bid, ask))])
        own = [(j, Fraction(float(units))) for j, units in enumerate(held) if units]
        for j, units in own:
            cost += units * Fraction(rows[j][3 if sign * units > 0 else 2])
        listed.append(rows)
        positions.append([[j, str(units)] for j, units in own])
    deltas = hedge.deltas
    columns = (deltas.starts, deltas.levels, deltas.slopes, deltas.inverses)
    pieces = [[Fraction(float(x)) for x in row] for row in zip(*columns, strict=True)]
    return {
        "name": f"{which} bound of {payoff.label}",
        "side": which,
        "quotes": listed,
        "payoff": {
            "base": [_written(x) for x in payoff.base],
            "kinks": [
                [_written(x) for x in row]
                for row in zip(payoff.offsets, payoff.multiples, payoff.bends, strict=True)
            ],
            "per_first": payoff.per_first,
        },
        "hedge": {
            "cash": str(cash),
            "forward": str(forward),
            "first": positions[0],
            "second": positions[1],
            "deltas": [
                [str(start), str(level + sign * _MARGIN), str(slope), str(inverse)]
                for start, level, slope, inverse in pieces
            ],
        },
        "cost": str(cost),
        "floating_point": {"value": side.value, "attained": side.attained},
    }


def _written(number: float) -> str:
    """Return a double as a rational; an open side is not traded and says so."""
    return str(Fraction(float(number))) if np.isfinite(number) else "none"


def save_two_date_certificates(
    path: str | os.PathLike[str], items: Sequence[dict[str, Any]]
) -> None:
    """Write certificates, whole or not at all, for `proofs_check/verify_two_dates.py`.

    Parameters
    ----------
    path : path-like
    items : sequence of dict
        As `two_date_certificate` returns them.
    """
    write_json(path, {"two_dates": list(items)})
