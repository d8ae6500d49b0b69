r"""A delta hedge of one payoff at daily closes, in forwards: the gain of the shares alone.

.. math:: G = \sum_i \Delta(F_{t_i}, T - t_i)\,(F_{t_{i+1}} - F_{t_i}),

with Black's delta at one volatility. A payoff with one kink at K is a slope, calls and a digital:
its delta adds :math:`N(d_1)` for the change of slope and :math:`n(d_2) / (F \sigma \sqrt\tau)` for
the jump.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rmot.errors import ParameterError
from rmot.payoffs import PiecewiseLinear

Vector = NDArray[np.float64]


def black_delta(
    payoff: PiecewiseLinear, forward: Vector, volatility: float, left: Vector
) -> Vector:
    """Return the derivative of a payoff's price to the forward.

    Parameters
    ----------
    payoff : PiecewiseLinear
    forward, left : ndarray, shape (n,)
        Forwards, and years to the expiry, positive.
    volatility : float

    Raises
    ------
    ParameterError
        Time or volatility is not positive.
    """
    deviation = volatility * np.sqrt(left)
    if not np.all(deviation > 0):
        raise ParameterError(f"expected positive volatility and times; got {volatility}, {left}")
    delta = np.full(forward.shape, payoff.slopes[0])
    for at, kink in enumerate(payoff.kinks):
        slope = payoff.slopes[at + 1] - payoff.slopes[at]
        jump = payoff.intercepts[at + 1] - payoff.intercepts[at] + slope * kink
        score = np.log(forward / kink) / deviation
        density = np.exp(-0.5 * (score - 0.5 * deviation) ** 2) / np.sqrt(2.0 * np.pi)
        delta = (
            delta + slope * ndtr(score + 0.5 * deviation) + jump * density / (forward * deviation)
        )
    return delta


def delta_gain(payoff: PiecewiseLinear, times: Vector, path: Vector, volatility: float) -> float:
    """Return what shares held by Black's delta have gained at settlement, undiscounted.

    Parameters
    ----------
    payoff : PiecewiseLinear
    times, path : ndarray, shape (n,)
        Increasing years and the forwards then; the last is the settlement.
    volatility : float
    """
    held = black_delta(payoff, path[:-1], volatility, times[-1] - times[:-1])
    return float(held @ np.diff(path))
