r"""Rules for the radius of a divergence ball: quote noise, spread between priors, held-out quotes.

Each returns a `Radius` that says how it was chosen. All take an order statistic: with asked numbers
:math:`\eta_1, \dots, \eta_n`, the radius is the least that meets a share of them,

.. math:: \eta = \min\{\eta_i : \#\{j : \eta_j \le \eta_i\} \ge \text{level} \cdot n\}.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, InfeasibleQuotes, InfeasibleRadius, ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff, forward
from rmot.transport.bounds import price_bounds
from rmot.transport.coarse_divergence import coarse_divergence
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler
from rmot.transport.quotes import Quotes
from rmot.transport.radius import MultipleOfLeast, Radius

Vector = NDArray[np.float64]
AnyDivergence = ChiSquared | CressieRead | KullbackLeibler


def least_that_meets(asked: ArrayLike, level: float) -> tuple[float, bool]:
    """Return the least number that meets a share of what is asked, and whether there is one.

    Parameters
    ----------
    asked : array_like, shape (n,)
        What each item asks for; inf or nan where no number will do.
    level : float
        In (0, 1].

    Returns
    -------
    float
        Where the share is out of reach, the least that meets as many as can be.
    bool

    Raises
    ------
    ParameterError
        Nothing is asked, or the level is out of range.
    """
    numbers = np.asarray(asked, dtype=float)
    if not numbers.size:
        raise ParameterError("expected at least one number to choose from; got none")
    if not 0.0 < level <= 1.0:
        raise ParameterError(f"expected a level in (0, 1]; got {level}")
    ordered = np.sort(np.where(np.isnan(numbers), np.inf, numbers))
    row = max(math.ceil(level * ordered.size - 1e-9) - 1, 0)
    if np.isfinite(ordered[row]):
        return float(ordered[row]), True
    finite = ordered[np.isfinite(ordered)]
    return float(finite[-1]) if finite.size else np.nan, False


def least_radius(
    prior: Prior,
    quotes: Quotes | None,
    *,
    divergence: AnyDivergence,
    forwards: ArrayLike = 1.0,
) -> float:
    """Return the least divergence from the prior at which some law meets the quotes.

    Arguments and errors are those of `price_bounds`.
    """
    anything = forward() if prior.points.ndim == 1 else np.zeros(prior.weights.size)
    return price_bounds(
        anything,
        prior,
        quotes=quotes,
        forwards=forwards,
        divergence=divergence,
        radius=MultipleOfLeast(1.0),
    ).minimum_radius


def needed_radius(
    payoff: Payoff,
    bid: float,
    ask: float,
    prior: Prior,
    quotes: Quotes,
    *,
    divergence: AnyDivergence,
    forwards: ArrayLike = 1.0,
) -> float:
    """Return the radius from which a held-out quote is met: inf if none, nan if none is found.

    A quote is met by the interval of its payoff's price when some law in the ball that meets
    `quotes` prices it between bid and ask; so the radius is the least divergence that meets all.
    """
    try:
        return least_radius(
            prior, quotes.along(payoff, bid, ask), divergence=divergence, forwards=forwards
        )
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
    return _chosen(asked, level, f"the least that meets {level:g} of {asked.size} held-out quotes")


def quote_noise_radius(
    prior: Prior,
    quotes: Quotes,
    *,
    divergence: AnyDivergence,
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
        The level is out of reach.
    """
    _require_draws(n_draws)
    least = least_radius(prior, quotes, divergence=divergence, forwards=forwards)
    rng = np.random.default_rng(seed)
    asked: list[float] = []
    infeasible = 0
    for _ in range(n_draws):
        shifted = quotes.shifted(rng.uniform(-0.5, 0.5, len(quotes)))
        try:
            asked.append(least_radius(prior, shifted, divergence=divergence, forwards=forwards))
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
    chosen = _chosen(np.array(asked), level, said)
    if chosen.value < least:
        return Radius(least, f"{said}; raised to the least that meets the quotes as given")
    return chosen


def prior_spread_radius(
    prior: Prior,
    alternatives: Iterable[Prior] | Callable[[np.random.Generator], Prior],
    *,
    divergence: AnyDivergence,
    level: float,
    n_draws: int | None = None,
    seed: int | None = None,
    n_cells: int | None = None,
) -> Radius:
    """Return the quantile of the divergences of other priors from this one.

    Parameters
    ----------
    prior : Prior
        Of one asset: the centre of the ball.
    alternatives : iterable of Prior, or callable
        Other models' priors; or ``draw(rng) -> Prior``, such as the prior of a fit's parameters
        drawn from their errors (`rmot.calibration.Fit.draw`).
    divergence : ChiSquared, CressieRead or KullbackLeibler
    level : float
        In (0, 1]; 1 is the largest.
    n_draws, seed : int, optional
        With a callable only, and then needed.
    n_cells : int, optional
        As in `coarse_divergence`; for priors that are samples.

    Raises
    ------
    ParameterError
        A number is out of range, or does not go with the alternatives; a prior of several assets.

    Notes
    -----
    Divergences are those of `coarse_divergence`: lower bounds, for what laws do inside the cells of
    this prior, and the shape of its tail, are not seen.
    """
    if callable(alternatives):
        if n_draws is None or seed is None:
            raise ParameterError("expected n_draws and seed with a callable that draws priors")
        _require_draws(n_draws)
        rng = np.random.default_rng(seed)
        others: Iterable[Prior] = (alternatives(rng) for _ in range(n_draws))
        origin = f"drawn priors, seed {seed}"
    else:
        if n_draws is not None or seed is not None:
            raise ParameterError("expected no n_draws or seed with priors that are given")
        others, origin = alternatives, "given priors"
    found = np.array([coarse_divergence(other, prior, divergence, n_cells) for other in others])
    return _chosen(
        found,
        level,
        f"spread between priors: level {level:g} of the divergences of {found.size} {origin}, "
        f"bounded from below on the prior's cells",
    )


def _chosen(asked: Vector, level: float, said: str) -> Radius:
    number, attained = least_that_meets(asked, level)
    if not attained:
        met = int(np.isfinite(asked).sum())
        raise InfeasibleRadius(
            f"no radius will do for {said}: {met} of {asked.size} can be met at all"
        )
    return Radius(number, said)


def _require_draws(n_draws: int) -> None:
    if n_draws < 1:
        raise ParameterError(f"expected n_draws >= 1; got {n_draws}")
