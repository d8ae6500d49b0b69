"""A radius from noise in quotes: a quantile of the least divergence that meets them, moved."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import AccuracyError, InfeasibleQuotes, InfeasibleRadius
from rmot.numerics.discrete import Prior
from rmot.transport.divergences import Divergence
from rmot.transport.quotes import Quotes
from rmot.transport.radii.held_out import least_radius
from rmot.transport.radii.share import radius_of_share, require_draws
from rmot.transport.radius import Radius


def quote_noise_radius(
    prior: Prior,
    quotes: Quotes,
    *,
    divergence: Divergence,
    level: float,
    n_draws: int,
    seed: int,
    forwards: ArrayLike = 1.0,
) -> Radius:
    """Return the quantile, over noise in the quotes, of the least divergence that meets them.

    Each draw moves the middle of every quote to a place between bid and ask, uniformly and
    independently, and both sides with it. The middles as given lie within every draw: where some
    law meets them, some law meets all draws. Quotes with an open side stay where they are.

    Parameters
    ----------
    prior, quotes, divergence, forwards
        As in `price_bounds`.
    level : float
        In (0, 1]: the share of draws met, of those that some law meets; the rest are counted in
        the rule. A draw on which the solver falls short asks for more than any other.
    n_draws, seed : int

    Returns
    -------
    Radius
        At least what meets the quotes as given.

    Raises
    ------
    ParameterError
        A number is out of range.
    InfeasibleQuotes
        No law meets the quotes as given.
    InfeasibleRadius
        The level is out of reach, or no draw is met by any law.
    """
    require_draws(n_draws)
    least = least_radius(prior, quotes, divergence=divergence, forwards=forwards)
    rng = np.random.default_rng(seed)
    asked: list[float] = []
    infeasible = 0
    for _ in range(n_draws):
        shifted = quotes.shifted(rng.uniform(-0.5, 0.5, len(quotes)))
        try:
            asked.append(
                least_radius(
                    prior, shifted, divergence=divergence, forwards=forwards, explained=False
                )
            )
        except InfeasibleQuotes:
            infeasible += 1
        except AccuracyError:
            asked.append(math.inf)
    said = (
        f"quote noise: level {level:g} of the least that meets quotes moved within bid and ask, "
        f"{n_draws} draws, seed {seed}"
    )
    if infeasible:
        said += f", {infeasible} of them met by no law and left out"
    if not asked:
        raise InfeasibleRadius(f"no radius will do for {said}")
    chosen = radius_of_share(np.array(asked), level, said)
    if chosen.value < least:
        return Radius(least, f"{said}; raised to the least that meets the quotes as given")
    return chosen
