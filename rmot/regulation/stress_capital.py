"""Capital for the risk factors that may not be modelled, from their stresses (MAR33.17).

    SES = sqrt(sum_i ISES_i^2) + sqrt(sum_j ISES_j^2)
        + sqrt( (rho sum_k SES_k)^2 + (1 - rho^2) sum_k SES_k^2 ),    rho = 0.6,

with i over idiosyncratic credit spreads and j over idiosyncratic equities, each shown to the
supervisor to be uncorrelated, and k over all other factors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from rmot.regulation.amounts import amounts

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
    idiosyncratic_credit : array_like, shape () or (i,)
    idiosyncratic_equity : array_like, shape () or (j,)
    other : array_like, shape () or (k,)
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
    credit = math.hypot(*amounts(idiosyncratic_credit, "losses of idiosyncratic credit"))
    equity = math.hypot(*amounts(idiosyncratic_equity, "losses of idiosyncratic equity"))
    rest = amounts(other, "losses of other risk factors")
    alone = math.sqrt(1 - CORRELATION**2) * math.hypot(*rest)
    correlated = math.hypot(CORRELATION * math.fsum(rest), alone)
    return StressCapital(math.fsum((credit, equity, correlated)), credit, equity, correlated)
