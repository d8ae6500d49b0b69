"""The residual risk add-on of the standardised approach (MAR23.8).

RRAO = 1% of gross notional with an exotic underlying + 0.1% of it with other residual risks
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from rmot.regulation.amounts import amounts

EXOTIC_WEIGHT = 0.01
OTHER_WEIGHT = 0.001


@dataclass(frozen=True)
class ResidualRiskAddOn:
    """The add-on and its two parts, in the notionals' own unit.

    Attributes
    ----------
    total, exotic, other : float
    """

    total: float
    exotic: float
    other: float


def residual_risk_add_on(*, exotic: ArrayLike = (), other: ArrayLike = ()) -> ResidualRiskAddOn:
    """Return the add-on of instruments, long or short, without netting.

    Parameters
    ----------
    exotic : array_like, shape () or (n,)
        Gross notionals of instruments whose underlying no risk class of the standardised approach
        has: longevity, weather, natural disasters, future realised volatility (MAR23.3).
    other : array_like, shape () or (m,)
        Gross notionals of instruments with other residual risks, such as a basket option's
        correlation risk or a barrier's gap risk (MAR23.4).

    Raises
    ------
    ParameterError
        A notional that is negative (a gross notional has no sign) or not finite.

    Examples
    --------
    >>> residual_risk_add_on(exotic=50e6, other=[100e6, 200e6])
    ResidualRiskAddOn(total=800000.0, exotic=500000.0, other=300000.0)
    """
    first = EXOTIC_WEIGHT * math.fsum(amounts(exotic, "gross notionals of exotic underlyings"))
    second = OTHER_WEIGHT * math.fsum(amounts(other, "gross notionals of other residual risks"))
    return ResidualRiskAddOn(first + second, first, second)
