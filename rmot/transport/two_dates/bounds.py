r"""Bounds on payoffs of two dates' prices, from quotes of both, the martingale, and a prior.

.. math:: \text{upper}(\eta) = \sup\{E^Q c(S_1, S_2) : E^Q[S_2 | S_1] = S_1,\; E^Q S_1 = 1,\;
          b_j \le E^Q g_j \le a_j,\; D(Q|P) \le \eta\}
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, TwoDatePayoff
from rmot.transport._arguments import payoff_values, require_ball
from rmot.transport.balls.calibrated import Calibrated
from rmot.transport.balls.nearest import price_of
from rmot.transport.balls.solution import solve
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler, Unrestricted
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius
from rmot.transport.two_dates.ball import assemble_two_dates, semi_static
from rmot.transport.two_dates.classical import ClassicalSide, classical_two_dates
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
        forward or the martingale (there, mass times what a fibre's mean misses by); nan where a
        bound is only approached, by laws that send mass to ever higher prices.
    support_limited : bool
        Whether laws were confined to the prior's nodes.
    price, minimum_radius, radius
        As those of `rmot.transport.Bounds`.
    law : ndarray, shape (n,), or None
        Weights, on the prior's points, of the law nearest to the prior.
    calibrated : Calibrated or None
        That law, for further bounds.
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
    calibrated: Calibrated | None = field(default=None, repr=False)


def martingale_bounds(
    payoff: TwoDatePayoff | ArrayLike,
    prior: Prior | None,
    quotes: tuple[Quotes | None, Quotes | None],
    *,
    divergence: ChiSquared | CressieRead | KullbackLeibler | Unrestricted,
    radius: float | Radius | MultipleOfLeast | None = None,
    calibrated: Calibrated | None = None,
) -> MartingaleBounds:
    """Return bounds over all martingales of two dates that meet the quotes.

    Parameters
    ----------
    payoff : TwoDatePayoff or array_like, shape (n,)
        An object, or, in a ball, values on the prior's points.
    prior : Prior or None
        Points of shape (n, 2, 1), as `rmot.models.two_date_law(...).prior` has them: prices per
        forward of their date, and several second prices to each first one. None only with
        `Unrestricted`, which does not use it.
    quotes : pair of Quotes or None
        Of the first date and of the second, undiscounted and per forward of their date.
    divergence : ChiSquared, CressieRead, KullbackLeibler or Unrestricted
        `Unrestricted`: all martingales on [0, inf)^2.
    radius : float, Radius or MultipleOfLeast
        The largest divergence, or a rule for it; needed with a divergence, refused with
        `Unrestricted`.
    calibrated : Calibrated, optional
        That of bounds found before, under the same prior, quotes and divergence: the law
        nearest to the prior is then taken from there, for any payoff and radius.

    Raises
    ------
    ParameterError
        Shapes, numbers, dates or the combination of arguments do not fit.
    InfeasibleQuotes
        No martingale meets the quotes; the message names them.
    InfeasibleRadius
        `radius` is below `minimum_radius`.
    AccuracyError
        The solver fell short of a gap of 1e-5 standard deviations of the payoff.

    Notes
    -----
    The classical problem and its semi-static hedges: Beiglböck, Henry-Labordère and Penkner (2013),
    "Model-independent bounds for option prices: a mass transport approach".

    Examples
    --------
    >>> from rmot.payoffs import call, forward_start_straddle
    >>> near, far = Quotes([call(1.0)], [0.04], [0.04]), Quotes([call(1.0)], [0.05], [0.05])
    >>> found = martingale_bounds(
    ...     forward_start_straddle(1.0), None, (near, far), divergence=Unrestricted()
    ... )
    >>> found.lower_hedge.dominates, found.upper_hedge.dominates
    (True, True)
    """
    item = _payoff(payoff)
    if not (isinstance(quotes, tuple) and len(quotes) == 2):
        raise ParameterError("expected a pair of quotes, of the first date and of the second")
    if isinstance(divergence, Unrestricted):
        if radius is not None or calibrated is not None:
            wrong = radius if calibrated is None else "a calibrated law"
            raise ParameterError(f"expected no radius with Unrestricted; got {wrong}")
        if not isinstance(item, TwoDatePayoff):
            raise ParameterError(
                "expected a payoff object with Unrestricted: it looks at all prices"
            )
        return _classical(item, quotes)
    require_ball(divergence)
    if prior is None or radius is None:
        raise ParameterError(f"expected a prior and a radius with {divergence}")
    problem = assemble_two_dates(item, prior, quotes, divergence)
    about = (prior, quotes, (1.0,), divergence)
    found = solve(problem, radius, None if calibrated is None else calibrated.of_same(*about))
    lower, upper = found.lower, found.upper
    starts = np.unique(prior.points[:, 0, 0])
    first, second = quotes
    sizes = (0 if first is None else len(first), 0 if second is None else len(second))
    return MartingaleBounds(
        lower.value,
        upper.value,
        semi_static(problem, lower, starts, sizes),
        semi_static(problem, upper, starts, sizes),
        found.gap,
        found.residual,
        True,
        price_of(problem, found.law),
        found.law.least,
        found.radius,
        problem.program.weights * found.law.density,
        Calibrated(*about, found.law),
    )


def _payoff(payoff: TwoDatePayoff | ArrayLike) -> TwoDatePayoff | Vector:
    if isinstance(payoff, TwoDatePayoff):
        return payoff
    if isinstance(payoff, Payoff):
        raise ParameterError(
            f"expected a payoff of two dates, such as forward_start_call; got {payoff.label}"
        )
    return payoff_values(payoff)


def _classical(
    payoff: TwoDatePayoff, quotes: tuple[Quotes | None, Quotes | None]
) -> MartingaleBounds:
    none = Quotes([], [], [])
    first, second = (none if quoted is None else quoted for quoted in quotes)
    return of_classical_sides(*classical_two_dates(payoff, first, second), (first, second))


def of_classical_sides(
    lower: ClassicalSide, upper: ClassicalSide, quotes: tuple[Quotes, Quotes]
) -> MartingaleBounds:
    """Return what `classical_two_dates` found for these quotes as bounds."""
    return MartingaleBounds(
        lower.value,
        upper.value,
        lower.hedge,
        upper.hedge,
        max(lower.gap, upper.gap),
        max(_missed(side, quotes) for side in (lower, upper)),
        False,
    )


def _missed(side: ClassicalSide, quotes: tuple[Quotes, Quotes]) -> float:
    """Return the largest amount by which a law misses a quote, its mean or the martingale."""
    if side.escaping.size:
        return math.nan
    law = side.law
    w, prices = law.weights, law.points[:, :, 0]
    _, fibre = np.unique(prices[:, 0], return_inverse=True)
    gains = np.bincount(fibre, w * (prices[:, 1] - prices[:, 0]))
    most = max(float(np.abs(gains).max()), abs(float(w @ prices[:, 0]) - 1.0))
    for date, quoted in enumerate(quotes):
        for payoff, bid, ask in zip(quoted.payoffs, quoted.bid, quoted.ask, strict=True):
            earned = float(w @ payoff.value(prices[:, date]))
            most = max(most, bid - earned, earned - ask)
    return most
