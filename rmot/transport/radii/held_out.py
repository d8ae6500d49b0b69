"""A radius from held-out quotes: the least at which a share of them is met.

What one quote needs is the least divergence from the prior at which some law meets it and the
quotes that are kept.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import AccuracyError, InfeasibleQuotes
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, forward
from rmot.transport._arguments import forward_means, require_ball
from rmot.transport.balls.nearest import nearest
from rmot.transport.balls.problem import assemble
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes
from rmot.transport.radii.share import radius_of_share
from rmot.transport.radius import Radius


def least_radius(
    prior: Prior,
    quotes: Quotes | None,
    *,
    divergence: Divergence,
    forwards: ArrayLike = 1.0,
    explained: bool = True,
) -> float:
    """Return the least divergence from the prior at which some law meets the quotes.

    Arguments and errors are those of `price_bounds`.

    Parameters
    ----------
    prior, quotes, divergence, forwards
        As in `price_bounds`.
    explained : bool
        Whether quotes that clash are refused by the name of a smallest conflicting set, which
        takes longer than to see that they do.

    Returns
    -------
    float

    Raises
    ------
    ParameterError, InfeasibleQuotes, AccuracyError
        As there.
    """
    require_ball(divergence)
    anything = forward() if prior.points.ndim == 1 else np.zeros(prior.weights.size)
    means = forward_means(forwards, prior.points.shape[1:])
    problem = assemble(anything, prior, quotes, means, divergence)
    return nearest(problem, explained=explained).least


def needed_radius(
    payoff: Payoff,
    bid: float,
    ask: float,
    prior: Prior,
    quotes: Quotes,
    *,
    divergence: Divergence,
    forwards: ArrayLike = 1.0,
) -> float:
    """Return the radius from which a held-out quote is met: inf if none, nan if none is found.

    A quote is met by the interval of its payoff's price when some law in the ball that meets
    `quotes` prices it between bid and ask; so the radius is the least divergence that meets all.

    Parameters
    ----------
    payoff : Payoff
    bid, ask : float
        Of the held-out quote, undiscounted.
    prior, quotes, divergence, forwards
        As in `price_bounds`.

    Returns
    -------
    float
    """
    try:
        along = quotes.along(payoff, bid, ask)
        return least_radius(prior, along, divergence=divergence, forwards=forwards, explained=False)
    except InfeasibleQuotes:
        return math.inf
    except AccuracyError:
        return math.nan


def held_out_radius(needed: ArrayLike, level: float) -> Radius:
    """Return the least radius that meets a share of held-out quotes.

    Parameters
    ----------
    needed : array_like, shape (n,)
        As `needed_radius` gives them; inf and nan count as not met.
    level : float
        In (0, 1].

    Raises
    ------
    InfeasibleRadius
        The share is out of reach.

    Examples
    --------
    >>> held_out_radius([0.01, 0.03, 0.02, float("inf")], level=0.75)
    Radius(value=0.03, rule='the least that meets 0.75 of 4 held-out quotes')
    """
    asked = np.asarray(needed, dtype=float)
    return radius_of_share(
        asked, level, f"the least that meets {level:g} of {asked.size} held-out quotes"
    )
