"""Knows Kirk's approximation of a spread option on lognormal prices.

S_2 + K is taken for lognormal with the volatility of S_2 times F_2 / (F_2 + K) (E. Kirk,
"Correlation in the energy markets", in Managing Energy Price Risk, Risk Publications, 1995).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.black import black_call


def kirk_spread_call(
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: tuple[float, float],
    volatilities: tuple[float, float],
    correlation: float,
) -> NDArray[np.float64]:
    """Return Kirk's E (S_1 - S_2 - K)^+, undiscounted, shape of strike.

    Parameters
    ----------
    strike : array_like
        K of either sign; below 0 the assets change places and parity gives the price.
    maturity : float
        T > 0 in years.
    forwards, volatilities : (float, float)
        Positive.
    correlation : float
        In [-1, 1].

    Returns
    -------
    ndarray, shape of strike
        In the unit of the forwards.

    Raises
    ------
    ParameterError
        If a number is outside its domain.
    """
    if not (maturity > 0.0 and min(forwards) > 0.0 and min(volatilities) > 0.0):
        raise ParameterError("maturity, forwards and volatilities must be positive")
    if not -1.0 <= correlation <= 1.0:
        raise ParameterError(f"correlation must lie in [-1, 1]; got {correlation!r}")
    k = np.asarray(strike, dtype=np.float64)
    found = [
        _call(each, maturity, forwards, volatilities, correlation)
        if each >= 0.0
        else _call(-each, maturity, forwards[::-1], volatilities[::-1], correlation)
        + (forwards[0] - forwards[1] - each)
        for each in k.ravel().tolist()
    ]
    return np.array(found).reshape(k.shape)


def _call(
    strike: float,
    maturity: float,
    forwards: tuple[float, ...],
    volatilities: tuple[float, ...],
    correlation: float,
) -> float:
    given = forwards[1] + strike
    second = volatilities[1] * forwards[1] / given
    both = 2.0 * correlation * volatilities[0] * second
    volatility = math.sqrt(max(volatilities[0] ** 2 - both + second**2, 0.0))
    call = black_call(math.log(given / forwards[0]), volatility, maturity)
    return forwards[0] * float(call)
