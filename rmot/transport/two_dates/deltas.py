r"""Deltas with which given static positions dominate a payoff.

Over x the deltas that leave at most :math:`\varepsilon` uncovered are an interval,

.. math:: \max_{y > x} \frac{c - \psi - \phi - \varepsilon}{y - x} \le \delta(x) \le
          \min_{y < x} \frac{\phi + \varepsilon + \psi - c}{x - y};

few pieces that are linear in x pass through these intervals at many x. For a payoff of returns it
is :math:`x \delta(x)` that is linear: the money held, not the units. So it is beyond all
kinks for any payoff.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.concave_envelope import slope_bands
from rmot.payoffs import TwoDatePayoff
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.domination import breaks
from rmot.transport.two_dates.fans import deltas_allowed, fan, returns
from rmot.transport.two_dates.hedge import Deltas
from rmot.transport.two_dates.stabbing import stabbed

Vector = NDArray[np.float64]


def fitted(
    payoff: TwoDatePayoff,
    dates: tuple[QuotedDate, QuotedDate],
    phi: Vector,
    psi: Vector,
    at: Vector,
    allowed: float,
) -> Deltas:
    """Return deltas through the intervals at first prices `at`, that leave `allowed` uncovered."""
    first, second = dates
    last = breaks(payoff, dates)[-1]
    # Breaks where a quoted payoff jumps: each side has its own level.
    edges = np.unique(np.concatenate([[0.0], first.jumps, [last, at[-1]]]))
    found = []
    for low, high in pairwise(edges):
        own = at[(at >= low) & (at <= high)]
        level = first.worth(phi, own) + allowed
        if high in first.jumps:
            level[-1] = phi[np.searchsorted(first.nodes, high)] + allowed
        bottom, top = _intervals(payoff, second, psi, own, level)
        as_money = payoff.per_first or low >= last
        if as_money and not payoff.per_first:
            bottom, top = bottom * own, top * own
        starts, values, slopes = stabbed(own, bottom, top)
        rest = values - slopes * starts
        none = np.zeros(starts.size)
        found.append((starts, *((slopes, none, rest) if as_money else (rest, slopes, none))))
    starts, levels, slopes, inverses = (np.concatenate(each) for each in zip(*found, strict=True))
    tail = float(np.clip(levels[-1], *_far(payoff, float(phi[-1]), float(psi[-1]))))
    # The last piece goes on, as far as slopes at infinity let it.
    money = inverses[-1] + (levels[-1] - tail) * at[-1]
    return Deltas(
        np.append(starts, at[-1]),
        np.append(levels, tail),
        np.append(slopes, 0.0),
        np.append(inverses, money),
    )


def _intervals(
    payoff: TwoDatePayoff, date: QuotedDate, psi: Vector, at: Vector, level: Vector
) -> tuple[Vector, Vector]:
    """Return finite intervals of deltas; a point in the middle where there are none.

    For a payoff of returns they are intervals of deltas times x, with their limit at zero.
    """
    low, high = deltas_allowed(fan(payoff, date, at), date, psi, level)
    # Slopes of psi and c bound what is ever needed.
    steps = np.diff(date.nodes)
    rises = np.diff(psi[:-1])[steps > 0] / steps[steps > 0]
    steepest = 1.0 + np.abs(np.append(rises, psi[-1])).max()
    own = np.abs(payoff.base[2]) + np.abs(payoff.bends).sum()
    if payoff.per_first:
        steepest = steepest * at + own
        low, high = low * at, np.where(at > 0, high, 1.0) * at
        at_zero = at == 0
        low[at_zero], high[at_zero] = _near(payoff, float(level[0] + psi[0]))
    else:
        steepest = steepest + own
    high = np.minimum(high, np.maximum(low, 0.0) + 2 * steepest)
    low = np.maximum(low, np.minimum(high, 0.0) - 2 * steepest)
    middle = (low + high) / 2
    crossed = low > high
    return np.where(crossed, middle, low), np.where(crossed, middle, high)


def _near(payoff: TwoDatePayoff, level: float) -> tuple[float, float]:
    """Return the interval of deltas times x as x falls to zero, for a payoff of returns."""
    return _of_returns(payoff, level, 0.0, 1.0)


def _far(payoff: TwoDatePayoff, phi: float, psi: float) -> tuple[float, float]:
    """Return the interval of deltas at an infinite first price, from slopes alone."""
    return _of_returns(payoff, phi, psi, 0.0 if payoff.per_first else 1.0)


def _of_returns(
    payoff: TwoDatePayoff, level: float, psi: float, share: float
) -> tuple[float, float]:
    """Return slopes of lines through (1, level) above a share of the payoff less psi t."""
    t, paid, slope = returns(payoff)
    low, high = slope_bands(
        np.ones(1),
        t[None],
        (share * paid - psi * t)[None],
        np.array([share * slope - psi]),
        np.array([level]),
    )
    if low[0] > high[0]:
        middle = float(low[0] + high[0]) / 2
        return middle, middle
    return float(low[0]), float(high[0])
