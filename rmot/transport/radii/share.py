r"""The least radius that meets a share of what is asked: an order statistic, as all rules take it.

.. math:: \eta = \min\{\eta_i : \#\{j : \eta_j \le \eta_i\} \ge \text{level} \cdot n\}.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import InfeasibleRadius, ParameterError
from rmot.transport.radius import Radius

Vector = NDArray[np.float64]


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


def radius_of_share(asked: Vector, level: float, said: str) -> Radius:
    """Return the least radius that meets a share of what is asked, or raise InfeasibleRadius."""
    number, attained = least_that_meets(asked, level)
    if not attained:
        met = int(np.isfinite(asked).sum())
        raise InfeasibleRadius(
            f"no radius will do for {said}: {met} of {asked.size} can be met at all"
        )
    return Radius(number, said)


def require_draws(n_draws: int) -> None:
    """Raise ParameterError for fewer draws than one."""
    if n_draws < 1:
        raise ParameterError(f"expected n_draws >= 1; got {n_draws}")
