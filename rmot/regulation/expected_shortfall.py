"""Expected shortfall of a discrete law, exactly, and how Basel scales it with liquidity.

    ES_a(L) = 1/(1-a) int_a^1 VaR_u(L) du
            = ( sum over the worst losses of w_i l_i, the atom at the level split ) / (1-a)

(C. Acerbi and D. Tasche, On the coherence of expected shortfall, J. Banking Finance 26, 2002,
1487-1503, Definition 2.6.) Over liquidity horizons (MAR33.5), with base horizon T of ten days and
ES(P, j) that of the risk factors whose horizon is LH_j or longer,

    ES = sqrt( ES(P)^2 + sum_{j>=2} ES(P, j)^2 (LH_j - LH_{j-1}) / T ).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.regulation.amounts import amounts

LEVEL = 0.975
BASE_HORIZON = 10
LIQUIDITY_HORIZONS = (10, 20, 40, 60, 120)
LEAST_STRESS_HORIZON = 20
_SUM_TOLERANCE = 1e-9


def expected_shortfall(
    losses: ArrayLike, weights: ArrayLike | None = None, level: float = LEVEL
) -> float:
    """Return the mean of the worst share 1 - `level` of losses.

    Parameters
    ----------
    losses : array_like, shape (n,)
        Losses are positive, gains negative; in any order.
    weights : array_like, shape (n,), optional
        Probabilities; equal unless given.
    level : float
        In [0, 1); 0 gives the mean.

    Returns
    -------
    float
        In the unit of the losses.

    Raises
    ------
    ParameterError
        No loss, a number that is not finite, a negative weight, weights that do not sum to one
        within 1e-9, or a level outside [0, 1).

    Examples
    --------
    A third of the tail of five per cent is the loss of 100, the rest of it lies in the next atom.

    >>> round(expected_shortfall([100.0, 10.0, 0.0], [1 / 60, 0.5, 29 / 60], level=0.95), 12)
    40.0
    """
    found = np.asarray(losses, dtype=float)
    if found.ndim != 1 or not found.size or not np.all(np.isfinite(found)):
        raise ParameterError(
            f"expected finite losses of shape (n,), n >= 1; got shape {found.shape}"
            + ("" if np.all(np.isfinite(found)) else " with NaN or infinity")
        )
    shares = _probabilities(weights, found.size)
    if not 0 <= level < 1:
        raise ParameterError(f"expected a level in [0, 1); got {level}")
    worst_first = np.argsort(-found, kind="stable")
    ordered, shares = found[worst_first], shares[worst_first]
    before = np.concatenate(([0.0], np.cumsum(shares)[:-1]))
    taken = np.clip((1 - level) - before, 0.0, shares)
    return math.fsum(taken * ordered) / math.fsum(taken)


def is_prudent(
    stress_loss: float,
    losses: ArrayLike,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
) -> bool:
    """Return whether a stress is at least as prudent as an expected shortfall (MAR33.16).

    Parameters
    ----------
    stress_loss : float
        The loss under the stress, over the same horizon as `losses`.
    losses, weights, level
        As in `expected_shortfall`.

    Returns
    -------
    bool

    Raises
    ------
    ParameterError
        As there, or the stress is not finite.
    """
    if not math.isfinite(stress_loss):
        raise ParameterError(f"expected a finite loss under the stress; got {stress_loss}")
    return bool(stress_loss >= expected_shortfall(losses, weights, level))


def liquidity_adjusted_shortfall(shortfalls: ArrayLike) -> float:
    """Return the expected shortfall over liquidity horizons of 10, 20, 40, 60 and 120 days.

    Parameters
    ----------
    shortfalls : array_like, shape (5,)
        ES over ten days of all risk factors, then of those whose liquidity horizon is at least
        20, 40, 60 and 120 days, the others held fixed (MAR33.4, 33.5).

    Returns
    -------
    float
        In the unit of `shortfalls`.

    Raises
    ------
    ParameterError
        Not five numbers, or one that is negative or not finite.

    Examples
    --------
    All factors at 40 days scale as the root of time: from ten days, by two.

    >>> liquidity_adjusted_shortfall([3.0, 3.0, 3.0, 0.0, 0.0])
    6.0
    """
    found = amounts(shortfalls, "shortfalls")
    if found.size != len(LIQUIDITY_HORIZONS):
        raise ParameterError(
            f"expected a shortfall for each of the horizons {LIQUIDITY_HORIZONS}; got {found.size}"
        )
    steps = [BASE_HORIZON, *(later - sooner for sooner, later in pairwise(LIQUIDITY_HORIZONS))]
    return math.hypot(*(found * np.sqrt(np.array(steps) / BASE_HORIZON)))


def stress_horizon(liquidity_horizon: float) -> float:
    """Return the horizon in days of a stress: the liquidity horizon, 20 at least (MAR33.16(1)).

    Parameters
    ----------
    liquidity_horizon : float
        One of `LIQUIDITY_HORIZONS` by MAR33.12, or what a maturity caps it to.

    Returns
    -------
    float
        Days.

    Raises
    ------
    ParameterError
        A number of days that is not positive and finite.
    """
    if not 0 < liquidity_horizon < math.inf:
        raise ParameterError(f"expected a positive number of days; got {liquidity_horizon}")
    return max(liquidity_horizon, LEAST_STRESS_HORIZON)


@overload
def scale_to_horizon(loss: float, days: float, horizon: float) -> float: ...
@overload
def scale_to_horizon(
    loss: NDArray[np.float64], days: float, horizon: float
) -> NDArray[np.float64]: ...
def scale_to_horizon(
    loss: float | NDArray[np.float64], days: float, horizon: float
) -> float | NDArray[np.float64]:
    """Return a loss over `days` scaled to `horizon` days by the root of time.

    Parameters
    ----------
    loss : float or ndarray
    days, horizon : float
        Days, positive.

    Returns
    -------
    float or ndarray
        Shape and unit of `loss`.

    Raises
    ------
    ParameterError
        A number of days that is not positive and finite.
    """
    if not (0 < days < math.inf and 0 < horizon < math.inf):
        raise ParameterError(f"expected positive numbers of days; got {days} and {horizon}")
    return loss * math.sqrt(horizon / days)


def _probabilities(weights: ArrayLike | None, size: int) -> NDArray[np.float64]:
    if weights is None:
        return np.full(size, 1 / size)
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (size,):
        raise ParameterError(f"expected weights of shape ({size},); got {shares.shape}")
    if not np.all(np.isfinite(shares)) or np.any(shares < 0):
        raise ParameterError("expected finite weights, none negative")
    total = math.fsum(shares)
    if abs(total - 1) > _SUM_TOLERANCE:
        raise ParameterError(f"expected weights that sum to 1; they sum to {total:.12g}")
    return shares / total
