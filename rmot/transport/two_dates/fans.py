r"""What a payoff pays, beyond a portfolio at the second date, over each first price.

.. math:: \Phi(x) = \sup\{E[c(x, Y) - \psi(Y)] : E Y = x\},

the concave envelope of :math:`c(x, \cdot) - \psi` at x. Both are linear in y between the nodes of
the second date and the payoff's own kinks, so that finitely many prices and a slope at infinity
decide. Of a payoff of returns at :math:`x = 0` the limit is meant, where only the return counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.concave_envelope import concave_envelopes, slope_bands
from rmot.payoffs import TwoDatePayoff
from rmot.transport.two_dates.dates import QuotedDate

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Fan:
    """Second prices over first ones: those that matter, what is paid there, and slopes beyond.

    Columns are the nodes of the second date, then the payoff's kinks.
    """

    first: Vector
    second: Vector
    paid: Vector
    slopes: Vector


def fan(payoff: TwoDatePayoff, date: QuotedDate, first: Vector) -> Fan:
    """Return the fan over first prices, shape (m,)."""
    nodes = np.broadcast_to(date.nodes, (first.size, date.size))
    second = np.column_stack([nodes, np.maximum(payoff.kinks(first), 0.0)])
    paid = payoff.at(first[:, None], second)
    slopes = np.full(first.size, payoff.base[2] + payoff.bends.sum())
    if payoff.per_first:
        at_zero = first == 0
        slopes = slopes / np.where(at_zero, 1.0, first)
        paid[at_zero] = return_envelope(payoff)
        slopes[at_zero] = 0.0
    return Fan(first, second, paid, slopes)


def returns(payoff: TwoDatePayoff) -> tuple[Vector, Vector, float]:
    r"""Return kinks t of :math:`b + s t + \sum_i d_i (t - q_i)^+`, its values, and the last slope.

    That is a payoff of returns, and what any other tends to at scale.
    """
    _, b, s = payoff.base
    t = np.concatenate([np.zeros(1), payoff.multiples[payoff.multiples > 0]])
    paid = b + s * t + np.maximum(t[:, None] - payoff.multiples, 0.0) @ payoff.bends
    return t, paid, float(s + payoff.bends.sum())


def return_envelope(payoff: TwoDatePayoff) -> float:
    """Return the envelope at one of a payoff of returns, or of what any other tends to at scale."""
    t, paid, slope = returns(payoff)
    heights, *_ = concave_envelopes(np.ones(1), t[None], paid[None], np.array([slope]))
    return float(heights[0])


def at_scale(payoff: TwoDatePayoff) -> float:
    """Return what a unit of mean at an infinite first price is worth at most."""
    return 0.0 if payoff.per_first else return_envelope(payoff)


def beyond(fan: Fan, date: QuotedDate, portfolio: Vector) -> tuple[Vector, Vector]:
    """Return what is paid beyond a portfolio at the second date, and the slopes of that."""
    n = date.size
    over = fan.paid.copy()
    over[:, :n] -= portfolio[:n]
    over[:, n:] -= date.worth(portfolio, fan.second[:, n:])
    return over, fan.slopes - portfolio[n]


def envelope(fan: Fan, date: QuotedDate, portfolio: Vector) -> tuple[Vector, Indices, Indices]:
    """Return the envelope at each first price, and the columns that carry it (-1: the ray)."""
    over, slopes = beyond(fan, date, portfolio)
    heights, left, right = concave_envelopes(fan.first, fan.second, over, slopes)
    return heights, left, np.where(right == fan.second.shape[1], -1, right)


def deltas_allowed(
    fan: Fan, date: QuotedDate, portfolio: Vector, level: Vector
) -> tuple[Vector, Vector]:
    """Return the interval of deltas with which `level` and a portfolio dominate."""
    over, slopes = beyond(fan, date, portfolio)
    return slope_bands(fan.first, fan.second, over, slopes, level)
