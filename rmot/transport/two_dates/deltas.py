r"""Deltas with which given static positions dominate a payoff.

Over x the deltas that leave at most :math:`\varepsilon` uncovered are an interval,

.. math:: \max_{y > x} \frac{c - \psi - \phi - \varepsilon}{y - x} \le \delta(x) \le
          \min_{y < x} \frac{\phi + \varepsilon + \psi - c}{x - y};

few pieces that are linear in x pass through these intervals at many x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.concave_envelope import slope_bands
from rmot.payoffs import TwoDatePayoff
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.fans import deltas_allowed, fan
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
    # Breaks where a quoted payoff jumps: each side has its own level.
    edges = np.concatenate([[0.0], first.jumps, [np.inf]])
    parts = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        own = at[(at >= low) & (at <= high)]
        if payoff.per_first and low == 0:
            own = own[own > 0]
        middle = (own[0] + own[-1]) / 2
        before = int(np.searchsorted(first.nodes[first.starts], middle, side="right")) - 1
        del before
        level = first.worth(phi, own)
        if np.isfinite(high):
            i = int(np.searchsorted(first.nodes, high, side="left"))
            level[-1] = phi[i]
        bottom, top = _intervals(payoff, second, psi, own, level + allowed)
        parts.append(stabbed(own, bottom, top))
    starts, values, slopes = (np.concatenate(column) for column in zip(*parts, strict=True))
    levels = values - slopes * starts
    inverses = np.zeros(starts.size)
    if payoff.per_first:
        starts, levels, slopes, inverses = (
            np.concatenate([[new], column])
            for new, column in zip(
                (0.0, 0.0, 0.0, values[0] * starts[0]),
                (starts, levels, slopes, inverses),
                strict=True,
            )
        )
    far = _far(payoff, float(phi[-1]), float(psi[-1]))
    last = fan(payoff, second, at[-1:])
    bottom, top = deltas_allowed(last, second, psi, first.worth(phi, at[-1:]) + allowed)
    tail = float(np.clip(np.clip((bottom[0] + min(top[0], bottom[0] + 1)) / 2, *far), -1e9, 1e9))
    return Deltas(
        np.append(starts, at[-1]),
        np.append(levels, tail),
        np.append(slopes, 0.0),
        np.append(inverses, 0.0),
    )


def _intervals(
    payoff: TwoDatePayoff, date: QuotedDate, psi: Vector, at: Vector, level: Vector
) -> tuple[Vector, Vector]:
    """Return finite intervals of deltas; a point in the middle where there are none."""
    low, high = deltas_allowed(fan(payoff, date, at), date, psi, level)
    # Slopes of psi and c bound what is ever needed.
    steps = np.diff(date.nodes)
    rises = np.diff(psi[:-1])[steps > 0] / steps[steps > 0]
    steepest = 1.0 + np.abs(np.append(rises, psi[-1])).max()
    own = np.abs(payoff.base[2]) + np.abs(payoff.bends).sum()
    steepest = steepest + (own / at if payoff.per_first else own)
    high = np.minimum(high, np.maximum(low, 0.0) + 2 * steepest)
    low = np.maximum(low, np.minimum(high, 0.0) - 2 * steepest)
    middle = (low + high) / 2
    crossed = low > high
    return np.where(crossed, middle, low), np.where(crossed, middle, high)


def _far(payoff: TwoDatePayoff, phi: float, psi: float) -> tuple[float, float]:
    """Return the interval of deltas at an infinite first price, from slopes alone."""
    _, b, s = payoff.base
    t = np.concatenate([np.zeros(1), np.maximum(payoff.multiples, 0.0)])
    paid = b + s * t + np.maximum(t[:, None] - payoff.multiples, 0.0) @ payoff.bends
    slope = s + payoff.bends.sum()
    if payoff.per_first:
        paid, slope = 0.0 * paid, 0.0
    low, high = slope_bands(
        np.ones(1), t[None], (paid - psi * t)[None], np.array([slope - psi]), np.array([phi])
    )
    if low[0] > high[0]:
        return (float(low[0] + high[0]) / 2,) * 2
    return float(low[0]), float(high[0])
