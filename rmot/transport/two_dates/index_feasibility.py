r"""How far from their mids quotes of a price and its volatility index have to be met.

.. math:: \min\{t \ge 0 :\ |E^Q g_j - m_j| \le t h_j \text{ for all } j\}

over laws Q on a prior's points that are consistent (`volatility_index.consistency`), m being mids
and h half-spreads: a linear program. At most 1 is a law within bid and ask, which is at hand; more
says that there is none on these points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse import csr_array

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.balls.design import Fibres
from rmot.transport.quotes import Quotes
from rmot.transport.two_dates.ball import merged_quotes
from rmot.transport.two_dates.volatility_index import consistency, scaled_points

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HalfSpreads:
    """What `least_half_spreads` found.

    Attributes
    ----------
    multiple : float
        The least t.
    law : Prior
        One that stays within t half-spreads of all mids.
    residual : float
        The largest miss of a condition that the law was to meet exactly.
    binding : tuple of str
        Quotes that keep t from being less, the most costly first.
    """

    multiple: float
    law: Prior
    residual: float
    binding: tuple[str, ...]


def least_half_spreads(
    prior: Prior, quotes: Sequence[Quotes | None], *, future: float | None, window: float
) -> HalfSpreads:
    """Return the least multiple of half-spreads around mids that a consistent law needs.

    Parameters
    ----------
    prior, quotes, future, window
        As for `index_bounds`; only the prior's points count.

    Raises
    ------
    ParameterError
        As `index_bounds`, or a quote whose ask is not above its bid.
    AccuracyError
        If the linear program is not solved.
    """
    points = scaled_points(prior, quotes, future, window)
    quoted = merged_quotes(quotes)
    if quoted is None:
        raise ParameterError("expected quotes of a price or of the index; got none")
    rows = np.concatenate(
        [
            np.stack([payoff.value(points[:, asset]) for payoff in held.payoffs])
            for asset, held in enumerate(quotes)
            if held is not None
        ]
    )
    middle, half = 0.5 * (quoted.bid + quoted.ask), 0.5 * (quoted.ask - quoted.bid)
    if not (half > 0).all():
        raise ParameterError(
            f"expected asks above bids; got equal ones for {quoted.name(int(np.argmin(half)))}"
        )
    heads = [np.ones(len(points)), points[:, 0]] + ([points[:, 1]] if future is not None else [])
    conditions = consistency(prior, window)
    equal = csr_array(sparse.vstack([csr_array(np.stack(heads)), *map(_by_fibre, conditions)]))
    level = np.zeros(len(heads) + sum(each.count for each in conditions))
    level[: len(heads)] = 1.0
    slack = csr_array(-np.ones((len(half), 1)))
    relative = csr_array(rows / half[:, None])
    found = linprog(
        np.append(np.zeros(len(points)), 1.0),
        A_ub=sparse.block_array([[relative, slack], [-relative, slack]], format="csr"),
        b_ub=np.concatenate([middle, -middle]) / np.tile(half, 2),
        A_eq=sparse.hstack([equal, csr_array((level.size, 1))], format="csr"),
        b_eq=level,
        method="highs-ipm",
    )
    if found.status != 0:
        raise AccuracyError(f"no least multiple of half-spreads was found: {found.message}")
    weights = np.maximum(found.x[:-1], 0.0)
    cost = found.ineqlin.marginals.reshape(2, -1).sum(axis=0)
    worst = [int(j) for j in np.argsort(cost) if cost[j] < -1e-6]
    held = weights > 0
    return HalfSpreads(
        float(found.x[-1]),
        Prior(prior.points[held], weights[held] / weights.sum()),
        float(np.abs(equal @ weights - level).max()),
        tuple(quoted.name(j) for j in worst),
    )


def _by_fibre(condition: Fibres) -> csr_array:
    labels, values = condition.labels, condition.values
    return csr_array(
        (values, (labels, np.arange(labels.size))), shape=(condition.count, labels.size)
    )
