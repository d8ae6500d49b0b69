r"""What a hedge leaves of a payoff, on a prior's nodes and along its tail, in balls.

.. math:: x(s) = c(s) - h - \nu \cdot s - \lambda \cdot g(s), \qquad
          x(s) = x_0 + x_1 (s - s^*) \quad (s > s^*).

Doubles count as the exact numbers that they are; payoffs that are linear between kinks are evaluated
exactly, all others are what their values on the nodes say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, PiecewiseLinear
from rmot.transport import Quotes, StaticHedge

if TYPE_CHECKING:
    from flint import arb

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Unhedged:
    """What the hedge costs and leaves.

    Attributes
    ----------
    cost : arb
    left : list of arb
        On the prior's nodes.
    tail : tuple of arb, or None
        Value at the tail's start, as its limit from above, and slope.
    size : float
        Sum of the absolute values behind cost and leftover: what rounding is measured by.
    """

    cost: arb
    left: list[arb]
    tail: tuple[arb, arb] | None
    size: float


def unhedged(
    ball: Any,
    payoff: Payoff | Vector,
    prior: Prior,
    quotes: Quotes | None,
    forwards: Vector,
    hedge: StaticHedge,
    sign: int,
) -> Unhedged:
    """Return cost and leftover of an upper hedge of `sign` times the payoff.

    Raises
    ------
    ParameterError
        Shapes do not fit, a position uses an open side, or a payoff is not linear on the tail.
    """
    bid, ask = (quotes.bid, quotes.ask) if quotes else (np.empty(0), np.empty(0))
    _require_fit(hedge, forwards, bid)
    used = np.where(hedge.positions > 0, ask, bid)
    if not np.all(np.isfinite(used[hedge.positions != 0])):
        raise ParameterError("expected positions in quotes whose side is open to be zero")
    ones = np.ones(prior.weights.size)
    prices = prior.points.reshape(prior.weights.size, -1).T
    held: list[tuple[float, float, Payoff | Vector, tuple[float, float] | None]] = [
        (hedge.cash, 1.0, ones, (0.0, 1.0)),
        *[
            (units, at, own, (1.0, 0.0))
            for units, at, own in zip(hedge.forwards.tolist(), forwards.tolist(), prices, strict=True)
        ],
        *[
            (units, at, instrument, None)
            for units, at, instrument in zip(
                hedge.positions.tolist(), used.tolist(), quotes.payoffs if quotes else (), strict=True
            )
        ],
    ]
    left = [ball(0)] * prior.weights.size
    height = slope = cost = ball(0)
    start = ball(prior.tail.start) if prior.tail else None
    size = 0.0
    for units, at, instrument, line in [(-float(sign), 0.0, payoff, None), *held]:
        if units == 0.0:
            continue
        exact = ball(float(units))
        cost += exact * ball(float(at))
        mean = 0.0
        for i, value in _on_nodes(ball, instrument, prior):
            left[i] -= exact * value
            mean += float(prior.weights[i]) * abs(float(value))
        size += abs(units) * (abs(at) + mean)
        if start is not None:
            b, a = line or _on_tail(instrument, prior)
            height -= exact * (ball(a) + ball(b) * start)
            slope -= exact * ball(b)
    return Unhedged(cost, left, (height, slope) if prior.tail else None, size)


def flattened(ball: Any, given: Unhedged, prior: Prior, forwards: Vector) -> Unhedged:
    """Buy forwards until what is left does not grow along the tail, and pay for them.

    The units are the upper end of a ball, so that the slope is at most zero whatever was rounded.
    """
    if given.tail is None or prior.tail is None:
        return given
    height, slope = given.tail
    units = slope.upper()
    if not units > 0:
        return given
    return replace(
        given,
        cost=given.cost + units * ball(float(forwards[0])),
        left=[x - units * ball(s) for x, s in zip(given.left, prior.points.tolist(), strict=True)],
        tail=(height - units * ball(prior.tail.start), slope - units),
    )


def _on_nodes(ball: Any, instrument: Payoff | Vector, prior: Prior) -> Iterator[tuple[int, arb]]:
    """Give the nodes on which an instrument is worth something, and what."""
    if isinstance(instrument, PiecewiseLinear) and prior.points.ndim == 1:
        piece = np.searchsorted(instrument.kinks, prior.points, side="right")
        a, b = instrument.intercepts[piece], instrument.slopes[piece]
        for i in np.flatnonzero((a != 0) | (b != 0)).tolist():
            yield i, ball(float(a[i])) + ball(float(b[i])) * ball(float(prior.points[i]))
        return
    values = instrument.value(prior.points) if isinstance(instrument, Payoff) else instrument
    if values.shape != prior.weights.shape or not np.all(np.isfinite(values)):
        raise ParameterError(
            f"expected finite values on the prior's points, shape {prior.weights.shape}; got shape "
            f"{values.shape}"
        )
    for i in np.flatnonzero(values).tolist():
        yield i, ball(float(values[i]))


def _on_tail(instrument: Payoff | Vector, prior: Prior) -> tuple[float, float]:
    if not isinstance(instrument, Payoff):
        raise ParameterError("expected payoff objects: values on the nodes do not reach the tail")
    return prior.tail_of(instrument)


def _require_fit(hedge: StaticHedge, forwards: Vector, bid: Vector) -> None:
    if hedge.forwards.shape != forwards.shape or hedge.positions.shape != bid.shape:
        raise ParameterError(
            f"expected a hedge in {forwards.size} forwards and {bid.size} quotes; got "
            f"{hedge.forwards.size} and {hedge.positions.size}"
        )
    numbers = np.concatenate([[hedge.cash], hedge.forwards, hedge.positions, forwards])
    if not np.all(np.isfinite(numbers)):
        raise ParameterError("expected finite forwards and a hedge of finite positions")
