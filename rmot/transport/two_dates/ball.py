r"""Laws of two dates' prices in a divergence ball: the rows of a fair game and their hedge.

.. math:: E^Q[(S_2 - S_1)\, 1\{S_1 = x_i\}] = 0 \quad \text{for every first price } x_i
          \text{ of the prior},

one row a fibre, whose multiplier is the delta held there. The rows are one more "asset" of the
ball's design, so that Newton's matrix costs no more than that of two assets.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import OnAsset, PiecewiseLinear, TwoDatePayoff
from rmot.transport.balls.design import Fibres
from rmot.transport.balls.problem import BallProblem, assemble
from rmot.transport.balls.sides import Side
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes
from rmot.transport.two_dates.hedge import Deltas, SemiStaticHedge

Vector = NDArray[np.float64]

_NAMED = 3


def fair_game(prior: Prior) -> Fibres:
    """Return what a second price gains on the first, by first price.

    Raises
    ------
    ParameterError
        The points are not those of one asset at two dates, or from some first price no second
        price is higher, or none is lower.
    """
    points = prior.points
    if points.shape[1:] != (2, 1):
        raise ParameterError(
            "expected a prior of one asset at two dates, points of shape (n, 2, 1); got "
            f"{points.shape}"
        )
    starts, labels = np.unique(points[:, 0, 0], return_inverse=True)
    gains = points[:, 1, 0] - points[:, 0, 0]
    least, most = np.full(starts.size, np.inf), np.full(starts.size, -np.inf)
    np.minimum.at(least, labels, gains)
    np.maximum.at(most, labels, gains)
    stuck = np.flatnonzero((least > 0) | (most < 0))
    if stuck.size:
        listed = ", ".join(f"{price:g}" for price in starts[stuck[:_NAMED]])
        more = f" and {stuck.size - _NAMED} more" if stuck.size > _NAMED else ""
        raise ParameterError(
            f"expected second prices on both sides of each of the prior's {starts.size} first "
            f"prices, so that a mean can meet it; from {listed}{more} all lie on one side (a "
            "sample of paths has one second price each: group its first prices)"
        )
    return Fibres(labels.astype(np.int32), gains)


def assemble_two_dates(
    payoff: TwoDatePayoff | Vector,
    prior: Prior,
    quotes: tuple[Quotes | None, Quotes | None],
    divergence: Divergence,
) -> BallProblem:
    """Put the ball's nodes and rows together: cash, the forward, both dates' quotes, fair game."""
    merged = merged_quotes(quotes)
    return assemble(payoff, prior, merged, np.ones(1), divergence, [fair_game(prior)])


def merged_quotes(quotes: Sequence[Quotes | None]) -> Quotes | None:
    """Return the quotes of several prices, in order, as quotes of one point; None for none."""
    own, bids, asks = [], [np.empty(0)], [np.empty(0)]
    for place, quoted in enumerate(quotes):
        if quoted is None:
            continue
        own += [_Quoted(item, place) for item in simple_payoffs(quoted, place)]
        bids.append(quoted.bid)
        asks.append(quoted.ask)
    return Quotes(own, np.concatenate(bids), np.concatenate(asks)) if own else None


def simple_payoffs(quotes: Quotes, place: int) -> list[PiecewiseLinear]:
    """Return the payoffs that one price's quotes hold, or raise ParameterError."""
    found = [item for item in quotes.payoffs if isinstance(item, PiecewiseLinear)]
    if len(found) != len(quotes):
        raise ParameterError(
            f"expected payoffs of one price, such as calls, as quotes of price {place + 1}"
        )
    return found


def semi_static(
    problem: BallProblem, side: Side, starts: Vector, sizes: tuple[int, int]
) -> SemiStaticHedge:
    """Return a side's hedge with its deltas; `starts` are the prior's first prices."""
    held = side.hedge
    levels, nothing = np.zeros(starts.size), np.zeros(starts.size)
    if side.multipliers is not None:
        levels = side.multipliers[problem.program.n_hard + sum(sizes) :]
    # Each first price keeps its delta up to half-way to the next.
    edges = np.concatenate([[0.0], 0.5 * (starts[1:] + starts[:-1])])
    return SemiStaticHedge(
        held.cash,
        float(held.forwards[0]),
        held.positions[: sizes[0]],
        held.positions[sizes[0] :],
        Deltas(edges, levels, nothing, nothing),
        held.cost,
        held.shortfall,
        held.charge,
        held.theta,
        held.deviation,
    )


class _Quoted(OnAsset):
    """A quoted payoff of one of a point's prices."""

    @property
    def label(self) -> str:
        return f"{self.payoff.label} of price {self.asset + 1}"
