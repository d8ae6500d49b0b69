r"""Bounds on payoffs of two dates' prices, from quotes of both dates, fair game, and a prior.

.. math:: \text{upper}(\eta) = \sup\{E^Q c(S_1, S_2) : E^Q[S_2 | S_1] = S_1,\; E^Q S_1 = 1,\;
          b_j \le E^Q g_j \le a_j,\; D(Q|P) \le \eta\}
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import TwoDatePayoff
from rmot.transport._arguments import payoff_values, require_ball
from rmot.transport.balls.nearest import nearest, price_of, resolve
from rmot.transport.balls.sides import lower_side, upper_side
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius
from rmot.transport.two_dates.ball import assemble_two_dates, semi_static
from rmot.transport.two_dates.hedge import SemiStaticHedge

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MartingaleBounds:
    """Lower and upper bounds on a payoff of two dates, and the hedges behind them.

    Attributes
    ----------
    lower, upper : float
        Undiscounted, prices being per forward of their date. Dual values: safe up to `gap`.
    lower_hedge, upper_hedge : SemiStaticHedge
    gap : float
        The larger distance between dual and primal value of the two sides.
    residual : float
        The largest amount by which the laws behind `price`, `lower` and `upper` miss a quote, the
        forward or the fair game (there, mass times what the mean misses by).
    support_limited : bool
        Whether laws were confined to the prior's nodes.
    price, minimum_radius, radius
        As those of `rmot.transport.Bounds`.
    law : ndarray, shape (n,), or None
        Weights, on the prior's points, of the law nearest to the prior.
    """

    lower: float
    upper: float
    lower_hedge: SemiStaticHedge
    upper_hedge: SemiStaticHedge
    gap: float
    residual: float
    support_limited: bool
    price: float = math.nan
    minimum_radius: float = 0.0
    radius: Radius | None = None
    law: Vector | None = None


def martingale_bounds(
    payoff: TwoDatePayoff | ArrayLike,
    prior: Prior | None,
    quotes: tuple[Quotes | None, Quotes | None],
    *,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
    radius: float | Radius | MultipleOfLeast | None = None,
) -> MartingaleBounds:
    """Return bounds over all laws of two dates' prices that are a fair game and meet the quotes.

    Parameters
    ----------
    payoff : TwoDatePayoff or array_like, shape (n,)
        An object, or values on the prior's points.
    prior : Prior
        Points of shape (n, 2, 1), as `rmot.models.two_date_prior` makes them: prices per forward
        of their date, and several second prices to each first one.
    quotes : pair of Quotes or None
        Of the first date and of the second, undiscounted and per forward of their date.
    divergence : ChiSquared, CressieRead or KullbackLeibler
    radius : float, Radius or MultipleOfLeast

    Raises
    ------
    ParameterError
        Shapes, numbers, dates or the combination of arguments do not fit.
    InfeasibleQuotes
        No fair game meets the quotes.
    InfeasibleRadius
        `radius` is below `minimum_radius`.
    AccuracyError
        The solver fell short of a gap of 1e-5 standard deviations of the payoff.

    Notes
    -----
    The classical problem and its semi-static hedges: Beiglböck, Henry-Labordère and Penkner (2013),
    "Model-independent bounds for option prices: a mass transport approach".
    """
    item = payoff if isinstance(payoff, TwoDatePayoff) else payoff_values(payoff)
    if not (isinstance(quotes, tuple) and len(quotes) == 2):
        raise ParameterError("expected a pair of quotes, of the first date and of the second")
    require_ball(divergence)
    if prior is None or radius is None:
        raise ParameterError(f"expected a prior and a radius with {divergence}")
    problem = assemble_two_dates(item, prior, quotes, divergence)
    law = nearest(problem)
    rule = radius if isinstance(radius, Radius | MultipleOfLeast) else Radius(radius)
    chosen = resolve(problem, rule, law.least)
    upper = upper_side(problem, problem.payoff, chosen.value, law)
    lower = lower_side(problem, chosen.value, law)
    starts = np.unique(prior.points[:, 0, 0])
    first, second = quotes
    sizes = (0 if first is None else len(first), 0 if second is None else len(second))
    densities = (law.density, lower.density, upper.density)
    return MartingaleBounds(
        lower.value,
        upper.value,
        semi_static(problem, lower, starts, sizes),
        semi_static(problem, upper, starts, sizes),
        max(upper.gap, lower.gap),
        max(problem.missed(density) for density in densities),
        True,
        price_of(problem, law),
        law.least,
        chosen,
        problem.program.weights * law.density,
    )
