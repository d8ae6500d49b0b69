r"""Joint bounds on a price at two dates and the volatility index that looks from one to the other.

.. math:: E^Q[S_2 | S_1, I] = S_1, \qquad
          E^Q\Big[-\frac2\tau \log\frac{S_2}{S_1} \Big| S_1, I\Big] = I^2

on every fibre of equal (S_1, I), under quotes of all three (J. Guyon, "The joint S&P 500/VIX smile
calibration puzzle solved", *Risk* (April 2020)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import TwoDatePayoff
from rmot.transport._arguments import payoff_values, require_ball
from rmot.transport.balls.design import Fibres
from rmot.transport.balls.nearest import price_of
from rmot.transport.balls.problem import assemble
from rmot.transport.balls.solution import solve
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius
from rmot.transport.two_dates.ball import merged_quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndexBounds:
    """Bounds over joint laws of (S_1, I, S_2), and the law nearest to the prior.

    Attributes
    ----------
    lower, upper : float
        Of the payoff; dual values, safe up to `gap`.
    price, minimum_radius : float
        Of the payoff under the nearest law, and how far that is.
    radius : Radius
    gap, residual : float
        As those of `MartingaleBounds`.
    law : Prior
        The nearest, on the prior's points.
    positions : tuple of ndarray, shape (n_quotes,) each
        Quotes of the first date, the index and the second date held against the payoff sold at
        `upper`.
    """

    lower: float
    upper: float
    price: float
    minimum_radius: float
    radius: Radius
    gap: float
    residual: float
    law: Prior
    positions: tuple[Vector, Vector, Vector]


def index_bounds(
    payoff: TwoDatePayoff | ArrayLike,
    prior: Prior,
    quotes: Sequence[Quotes | None],
    *,
    future: float | None,
    window: float,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
    radius: float | Radius | MultipleOfLeast,
) -> IndexBounds:
    """Return bounds over all joint laws that are consistent and meet the quotes.

    Parameters
    ----------
    payoff : TwoDatePayoff or array_like, shape (n,)
        Of the two prices, or values on the prior's points.
    prior : Prior
        Points (S_1, I, S_2) of shape (n, 3) in fibres of equal (S_1, I), as
        `rmot.models.index_prior` makes them: prices per forward, the index a volatility.
    quotes : three of Quotes or None
        Of the first date, of the index and of the second date. Those of the index are per future.
    future : float or None
        Price of the index future, a volatility; None leaves the index's mean open, and then it
        can have no quotes.
    window : float
        Years that the index looks ahead, 30/365 for the VIX.
    divergence, radius
        As for `martingale_bounds`, as are errors.
    """
    item = payoff if isinstance(payoff, TwoDatePayoff) else payoff_values(payoff)
    require_ball(divergence)
    points = scaled_points(prior, quotes, future, window)
    conditions = consistency(prior, window)
    scaled = Prior(points, prior.weights)
    values = item.at(points[:, 0], points[:, 2]) if isinstance(item, TwoDatePayoff) else item
    means = np.ones(1 if future is None else 2)
    problem = assemble(values, scaled, merged_quotes(quotes), means, divergence, conditions)
    found = solve(problem, radius)
    weights = problem.program.weights * found.law.density
    kept = weights > 0
    ends = np.cumsum([0 if quoted is None else len(quoted) for quoted in quotes])
    first, index, second = np.split(found.upper.hedge.positions, ends[:2])
    return IndexBounds(
        found.lower.value,
        found.upper.value,
        price_of(problem, found.law),
        found.law.least,
        found.radius,
        found.gap,
        found.residual,
        Prior(prior.points[kept], weights[kept] / weights[kept].sum()),
        (first, index, second),
    )


def consistency(prior: Prior, window: float) -> list[Fibres]:
    """Return what has to have mean zero on each fibre: the price's gain, and the index's miss."""
    first, index, second = prior.points.T
    _, labels = np.unique(prior.points[:, :2], axis=0, return_inverse=True)
    labels = labels.astype(np.int32).ravel()
    variance = -2.0 / window * np.log(second / first)
    return [Fibres(labels, second - first), Fibres(labels, variance - index**2)]


def scaled_points(
    prior: Prior, quotes: Sequence[Quotes | None], future: float | None, window: float
) -> Vector:
    """Return (S_1, I per future, S_2) on the prior's points, after a look at the arguments."""
    if prior.points.ndim != 2 or prior.points.shape[1] != 3:
        raise ParameterError(
            f"expected a prior of (S_1, I, S_2), points of shape (n, 3); got {prior.points.shape}"
        )
    if len(quotes) != 3:
        raise ParameterError(f"expected quotes of S_1, of the index and of S_2; got {len(quotes)}")
    if not (np.isfinite(window) and window > 0):
        raise ParameterError(f"expected a window > 0 in years; got {window}")
    if future is None and quotes[1] is not None:
        raise ParameterError("expected a future with quotes of the index, which are per future")
    if future is not None and not (np.isfinite(future) and 0 < future < 10):
        raise ParameterError(f"expected a future as a volatility, such as 0.2; got {future}")
    return prior.points / np.array([1.0, 1.0 if future is None else future, 1.0])
