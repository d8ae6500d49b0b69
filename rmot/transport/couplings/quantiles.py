"""Quantile functions of the laws that smiles and models say, by their calls."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.quantiles import Quantile, quantile_of_calls

Vector = NDArray[np.float64]

_STRIKES = 400
_REACH = 8.0
_FEWEST = 8


class Smile(Protocol):
    """A law of S_T / F known through its calls, such as the models of `rmot.models`."""

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return undiscounted calls with forward 1."""
        ...

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return Black volatilities."""
        ...


def smile_quantile(model: Smile, maturity: float, n_strikes: int = _STRIKES) -> Quantile:
    """Return the quantile function of S_T / F: probabilities (n,) in (0, 1) to prices (n,).

    Parameters
    ----------
    model : Smile
    maturity : float
        In years.
    n_strikes : int
        Of the grid, spread over eight deviations at the money to either side.

    Returns
    -------
    callable
        ``quantile(probabilities)``, prices in units of the forward.

    Raises
    ------
    ParameterError
        The maturity is not positive, or there are too few strikes.
    AccuracyError
        Calls do not fall and bend as those of a law do, where they are resolved.

    Examples
    --------
    >>> from rmot.models import BlackScholes
    >>> median = smile_quantile(BlackScholes(volatility=0.2), 0.25)(np.array([0.5]))
    >>> round(float(median[0]), 4)
    0.995
    """
    if not maturity > 0 or n_strikes < _FEWEST:
        raise ParameterError(
            f"expected a maturity > 0 and {_FEWEST} strikes or more; got {maturity} and {n_strikes}"
        )
    at_the_money = float(model.implied_volatility(np.zeros(1), maturity)[0])
    reach = _REACH * at_the_money * np.sqrt(maturity)
    k = np.linspace(-reach, reach, n_strikes)
    return quantile_of_calls(k, np.asarray(model.call_price(k, maturity), dtype=float))
