r"""Bounds on calls and puts on the largest or least of several prices, from quotes of each alone.

With :math:`m = \min_i s_i`, :math:`F_i(z) = \inf_{s \ge z} f_i(s)` and a payoff c of m, a hedge
:math:`h + \sum_i f_i(s_i)` dominates if and only if for all :math:`z \ge 0`

.. math:: h + \textstyle\sum_i F_i(z) \ge c(z) \quad (c \text{ rising}), \qquad
          h + f_i(z) + \sum_{j \ne i} F_j(z) \ge c(z) \;\;\forall i \quad (c \text{ falling}),

and likewise for the largest price with :math:`\inf_{s \le z}` and the cases exchanged. Between
kinks of any asset the left sides are concave where the payoffs are continuous, so that kinks and
slopes at infinity decide: a linear program that grows with the square of the number of assets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from rmot.errors import AccuracyError, InfeasibleQuotes, ParameterError
from rmot.payoffs import PiecewiseLinear, call, put
from rmot.transport._classical import one_asset_payoffs
from rmot.transport._highs import HIGHS
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]
Extreme = Literal["largest", "least"]


@dataclass(frozen=True)
class ExtremeBounds:
    """Lower and upper bound, and the larger distance of a hedge's cost to the dual value.

    Attributes
    ----------
    lower, upper, gap : float
        In the unit of the prices, undiscounted.
    """

    lower: float
    upper: float
    gap: float


def extreme_bounds(
    kind: Literal["call", "put"],
    extreme: Extreme,
    strike: float,
    quotes: Sequence[Quotes],
    forwards: ArrayLike = 1.0,
) -> ExtremeBounds:
    """Return sharp bounds on an option on an extreme of the prices, over all joint laws.

    Parameters
    ----------
    kind, extreme : str
        ``call`` or ``put``; on the ``largest`` or the ``least`` price.
    strike : float
    quotes : sequence of Quotes, one for each asset
        Continuous payoff objects.
    forwards : float or array_like, shape (n_assets,) or (n_assets, 2)
        Means, met exactly, or their bids and asks.

    Raises
    ------
    ParameterError
        Names, shapes or numbers do not fit, or a quoted payoff jumps.
    InfeasibleQuotes
        No law meets the quotes of each asset.
    """
    if kind not in ("call", "put") or extreme not in get_args(Extreme):
        raise ParameterError(
            f"expected call or put on the largest or least price; got {kind!r} on {extreme!r}"
        )
    payoff = (call if kind == "call" else put)(strike)
    if not quotes:
        raise ParameterError("expected quotes of at least one asset")
    means = np.asarray(forwards, dtype=float)
    means = np.broadcast_to(means, (len(quotes),)) if means.ndim < 2 else means
    means = np.column_stack([means, means]) if means.ndim == 1 else means
    if means.shape != (len(quotes), 2) or not np.all((means >= 0) & np.isfinite(means)):
        raise ParameterError(
            f"expected {len(quotes)} forwards >= 0, or bids and asks of them; "
            f"got shape {np.shape(forwards)}"
        )
    if np.any(means[:, 0] > means[:, 1]):
        raise ParameterError("expected bids of forwards that do not exceed their asks")
    # One price is both; alone it may rise without the least one staying behind.
    extreme = "largest" if len(quotes) == 1 else extreme
    program = _Program(payoff, quotes, means)
    rises = kind == "call"
    upper, upper_gap = program.cheapest(1.0, extreme, rises)
    lower, lower_gap = program.cheapest(-1.0, extreme, not rises)
    return ExtremeBounds(-lower, upper, max(upper_gap, lower_gap))


class _Program:
    """Instruments of each asset on the grid of all kinks."""

    def __init__(self, target: PiecewiseLinear, quotes: Sequence[Quotes], means: Vector) -> None:
        payoffs = [one_asset_payoffs(one.payoffs) for one in quotes]
        kinks = [p.kinks for p in (target, *(p for own in payoffs for p in own))]
        self.grid = np.unique(np.concatenate([[0.0], *kinks]))
        for own in payoffs:
            for j, p in enumerate(own):
                if not np.allclose(p.value(self.grid)[1:], p.left_limit(self.grid)[1:], atol=1e-12):
                    raise ParameterError(f"expected continuous payoffs; quote {j} jumps: {p.label}")
        self.target, self.slope = target.value(self.grid), target.tail[0]
        self.worths = [
            np.column_stack([self.grid, *(p.value(self.grid) for p in own)]) for own in payoffs
        ]
        self.slopes = [np.array([1.0, *(p.tail[0] for p in own)]) for own in payoffs]
        pairs = list(zip(means, quotes, strict=True))
        self.bid = np.concatenate([np.append(mean[0], one.bid) for mean, one in pairs])
        self.ask = np.concatenate([np.append(mean[1], one.ask) for mean, one in pairs])

    def cheapest(self, sign: float, extreme: Extreme, rises: bool) -> tuple[float, float]:
        """Return the least cost above sign times the target, and the gap."""
        n, size = len(self.worths), self.grid.size
        counts = [worth.shape[1] for worth in self.worths]
        held = np.concatenate([[0], np.cumsum(counts)])
        count = int(held[-1])
        # Cash, longs, shorts, running infima of each asset, and their slopes at infinity.
        infima, ends = 1 + 2 * count, 1 + 2 * count + n * size
        rows: list[dict[int, float]] = []
        right: list[float] = []

        def instruments(i: int, values: Vector) -> dict[int, float]:
            row: dict[int, float] = {}
            for j, value in enumerate(values.tolist()):
                if value:
                    row[1 + int(held[i]) + j] = value
                    row[1 + count + int(held[i]) + j] = -value
            return row

        def rise(i: int) -> dict[int, float]:
            return instruments(i, self.slopes[i])

        towards = 1 if extreme == "least" else -1
        for i in range(n):
            for k in range(size):
                at = infima + i * size + k
                rows.append({**instruments(i, self.worths[i][k]), at: -1.0})
                right.append(0.0)
                if 0 <= k + towards < size:
                    rows.append({at + towards: 1.0, at: -1.0})
                    right.append(0.0)
            # The infimum beyond the grid falls with the slope, or not at all.
            rows.append({**rise(i), ends + i: -1.0})
            right.append(0.0)
        everyone = rises == (extreme == "least")
        for k in range(size):
            below = {infima + i * size + k: 1.0 for i in range(n)}
            for i in [None] if everyone else range(n):
                row = {0: 1.0, **below}
                if i is not None:
                    del row[infima + i * size + k]
                    row |= instruments(i, self.worths[i][k])
                rows.append(row)
                right.append(sign * float(self.target[k]))
        tail = sign * self.slope
        falling = {ends + i: 1.0 for i in range(n)}
        if extreme == "least":
            # Infima over ever higher prices: no asset may fall, and all rise together.
            rows += [{end: 1.0} for end in falling]
            right += [0.0] * n
            if everyone:
                rows.append({k: v for i in range(n) for k, v in rise(i).items()})
                right.append(tail)
        elif everyone:
            rows.append(falling)
            right.append(tail)
        else:
            for i in range(n):
                others = {end: 1.0 for end in falling if end != ends + i}
                rows.append({**others, **rise(i)})
                right.append(tail)
        left = lil_matrix((len(rows), ends + n))
        for r, row in enumerate(rows):
            for column, value in row.items():
                left[r, column] = value
        finite_ask, finite_bid = np.isfinite(self.ask), np.isfinite(self.bid)
        cost = np.zeros(ends + n)
        cost[0] = 1.0
        cost[1:infima] = np.concatenate(
            [np.where(finite_ask, self.ask, 0.0), -np.where(finite_bid, self.bid, 0.0)]
        )
        bounds: list[tuple[float | None, float | None]] = [(None, None)]
        bounds += [(0.0, None if side else 0.0) for side in (*finite_ask, *finite_bid)]
        bounds += [(None, None)] * (n * size) + [(None, 0.0)] * n
        found = linprog(
            cost,
            A_ub=-left.tocsr(),
            b_ub=-np.array(right),
            bounds=bounds,
            method="highs",
            options=HIGHS,
        )
        if found.status == 3:
            raise InfeasibleQuotes("no law meets the quotes and forwards of each asset")
        if found.status != 0:
            raise AccuracyError(f"the hedging program was not solved: {found.message}")
        attained = float(-found.ineqlin.marginals @ np.array(right))
        return float(found.fun), abs(float(found.fun) - attained)
