r"""Laws that checks try claims on: three models, and Pareto's in cells of exact mass and mean.

.. math:: P(S > s) = (s/x)^{-a}, \quad s \ge x = (a - 1)/a.
"""

from __future__ import annotations

import numpy as np

from rmot.models import BlackScholes, Heston, RoughHeston
from rmot.models.protocol import TerminalLaw
from rmot.transport import Prior

MODELS: dict[str, TerminalLaw] = {
    "Black-Scholes": BlackScholes(volatility=0.2),
    "rough Heston": RoughHeston(
        hurst=0.12,
        vol_of_vol=0.3,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    ),
    "Heston": Heston(
        vol_of_vol=0.3,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    ),
}


def pareto(exponent: float, end: float, kink: float, ratio: float) -> Prior:
    """Return the law conditioned on S <= end.

    Parameters
    ----------
    exponent : float
        a > 1.
    end, kink : float
        The last price, and one that is to be a boundary of cells.
    ratio : float
        Largest quotient of a cell's boundaries.
    """
    least = (exponent - 1) / exponent
    edges = np.concatenate([_steps(least, kink, ratio), _steps(kink, end, ratio)[1:]])
    # Differences of powers through expm1: cells far out have a tiny mass, known to all digits.
    width = np.diff(np.log(edges))
    left = np.log(edges[:-1] / least)
    mass = -np.exp(-exponent * left) * np.expm1(-exponent * width)
    first = -np.exp((1 - exponent) * left) * np.expm1((1 - exponent) * width)
    return Prior(first / mass, mass / mass.sum())


def _steps(left: float, right: float, ratio: float) -> np.ndarray:
    return np.geomspace(left, right, 2 + int(np.log(right / left) / np.log(ratio)))
