"""Capital for the risk factors that may not be modelled, from their stresses (MAR33.17).

    SES = sqrt(sum_i ISES_i^2) + sqrt(sum_j ISES_j^2)
        + sqrt( (rho sum_k SES_k)^2 + (1 - rho^2) sum_k SES_k^2 ),    rho = 0.6,

with i over idiosyncratic credit spreads and j over idiosyncratic equities, each shown to the
supervisor to be uncorrelated, and k over all other factors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

CORRELATION = 0.6


@dataclass(frozen=True)
class StressCapital:
    """Stress capital and its three parts, in the losses' own unit.

    Attributes
    ----------
    total : float
        The sum of the parts.
    idiosyncratic_credit, idiosyncratic_equity, other : float
    """

    total: float
    idiosyncratic_credit: float
    idiosyncratic_equity: float
    other: float


def stress_capital(
    idiosyncratic_credit: ArrayLike, idiosyncratic_equity: ArrayLike, other: ArrayLike
) -> StressCapital:
    """Return the aggregate stress capital of losses under stress, one a risk factor.

    Parameters
    ----------
    idiosyncratic_credit : array_like, shape (i,)
    idiosyncratic_equity : array_like, shape (j,)
    other : array_like, shape (k,)
        Losses over each factor's `stress_horizon`, in one currency; none negative. Each may be
        empty.

    Raises
    ------
    ParameterError
        A loss that is negative or not finite, or losses that are not a list.

    Examples
    --------
    >>> stress_capital([3.0, 4.0], [], [10.0])
    StressCapital(total=15.0, idiosyncratic_credit=5.0, idiosyncratic_equity=0.0, other=10.0)
    """
    credit = math.hypot(*_losses(idiosyncratic_credit, "idiosyncratic credit"))
    equity = math.hypot(*_losses(idiosyncratic_equity, "idiosyncratic equity"))
    rest = _losses(other, "other risk factors")
    alone = math.sqrt(1 - CORRELATION**2) * math.hypot(*rest)
    correlated = math.hypot(CORRELATION * math.fsum(rest), alone)
    return StressCapital(math.fsum((credit, equity, correlated)), credit, equity, correlated)


def _losses(values: ArrayLike, what: str) -> NDArray[np.float64]:
    losses = np.asarray(values, dtype=float)
    if losses.ndim != 1:
        raise ParameterError(f"expected a list of losses of {what}; got shape {losses.shape}")
    bad = np.flatnonzero(~(np.isfinite(losses) & (losses >= 0)))
    if bad.size:
        raise ParameterError(
            f"expected finite losses of {what}, none negative; number {bad[0] + 1} is "
            f"{losses[bad[0]]}"
        )
    return losses
