"""A radius from priors that disagree: of other models, or of parameters within their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.divergences import Divergence
from rmot.transport.radii.coarse_graining import coarse_divergence
from rmot.transport.radii.share import radius_of_share, require_draws
from rmot.transport.radius import Radius


def prior_spread_radius(
    prior: Prior,
    alternatives: Iterable[Prior] | Callable[[np.random.Generator], Prior],
    *,
    divergence: Divergence,
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
        drawn from their errors (`rmot.calibration.draw_model`).
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
        require_draws(n_draws)
        rng = np.random.default_rng(seed)
        others: Iterable[Prior] = (alternatives(rng) for _ in range(n_draws))
        origin = f"drawn priors, seed {seed}"
    else:
        if n_draws is not None or seed is not None:
            raise ParameterError("expected no n_draws or seed with priors that are given")
        others, origin = alternatives, "given priors"
    found = np.array([coarse_divergence(other, prior, divergence, n_cells) for other in others])
    return radius_of_share(
        found,
        level,
        f"spread between priors: level {level:g} of the divergences of {found.size} {origin}, "
        f"bounded from below on the prior's cells",
    )
