r"""Knows the price of a spread option on two correlated lognormal prices, the bilog of source 004.

Given the normal number that drives S_2, S_1 is lognormal. With S_1 as the numeraire

    E (S_1 - S_2 - K)^+ = F_1 ∫ phi(y) E[(1 - (K + S_2(y)) / S_1)^+ | y] dy,   K >= 0,

a Black price, whose bend sharpens as |rho| grows to 1: the integral is split where the strike is at
the money, at most twice, as log(S_2 + K) is convex in y. K < 0 is K > 0 with the assets swapped.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.optimize import brentq

from rmot.errors import ParameterError
from rmot.numerics.black import call_of_deviation

Vector = NDArray[np.float64]

_REACH = 9.0
"""In standard deviations: beyond, the integrand holds less than 1e-18 of the forward."""
_ABSOLUTE, _RELATIVE = 1e-14, 1e-12
_MOST_PANELS = 400


class BilogPrice(NamedTuple):
    """Undiscounted prices and estimates of their absolute errors, of the strikes' shape.

    Attributes
    ----------
    price, error : ndarray
        In the unit of the forward.
    """

    price: Vector
    error: Vector


def bilog_spread_call(
    forwards: ArrayLike,
    volatilities: ArrayLike,
    correlation: float,
    strikes: ArrayLike,
    maturity: float,
) -> BilogPrice:
    """Return E (S_1 - S_2 - K)^+ for lognormal prices, undiscounted.

    Parameters
    ----------
    forwards : array_like, shape (2,)
        Positive.
    volatilities : array_like, shape (2,)
        Annualised, at least 0.
    correlation : float
        Of the two logarithms, in [-1, 1].
    strikes : array_like
        K, of either sign.
    maturity : float
        T > 0 in years.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.

    Examples
    --------
    >>> found = bilog_spread_call([1.1, 0.9], [0.3, 0.2], 0.5, [0.0, 0.2], 1.0)
    >>> found.price.round(6).tolist()
    [0.233855, 0.113863]
    """
    f, sigma = np.asarray(forwards, np.float64), np.asarray(volatilities, np.float64)
    for name, values, low in (("forwards", f, f > 0.0), ("volatilities", sigma, sigma >= 0.0)):
        if values.shape != (2,) or not np.all(np.isfinite(values) & low):
            sign = "positive" if name == "forwards" else "non-negative"
            raise ParameterError(f"expected two {sign} {name}; got {values.tolist()}")
    if not -1.0 <= correlation <= 1.0:
        raise ParameterError(f"correlation must be in [-1, 1]; got {correlation!r}")
    k, maturity = check_spread_option(strikes, maturity)
    s = sigma * math.sqrt(maturity)
    given = (float(f[0]), float(f[1]), float(s[0]), float(s[1]), float(correlation))
    found = [_one(*given, at) for at in k.ravel().tolist()]
    price, error = np.array(found).reshape(-1, 2).T
    return BilogPrice(price.reshape(k.shape), error.reshape(k.shape))


def check_spread_option(strikes: ArrayLike, maturity: float) -> tuple[Vector, float]:
    """Return strikes of either sign and the maturity in years; ParameterError if they are none."""
    k = np.asarray(strikes, dtype=np.float64)
    if k.size == 0 or not np.all(np.isfinite(k)):
        raise ParameterError(f"expected finite strikes, at least one; got {k.tolist()}")
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity!r}")
    return k, float(maturity)


def _one(
    f1: float, f2: float, s1: float, s2: float, correlation: float, strike: float
) -> tuple[float, float]:
    """Return price and error for deviations s at maturity."""
    if strike < 0.0:
        price, error = _one(f2, f1, s2, s1, correlation, -strike)
        return price + (f1 - f2 - strike), error
    common = correlation * s1
    left = s1 * math.sqrt((1.0 - correlation) * (1.0 + correlation))
    # under the measure of S_1 what drives S_2 has mean rho s_1
    log_first = math.log(f1) + 0.5 * common * common
    log_second = math.log(f2) + s2 * common - 0.5 * s2 * s2

    def moneyness(y: float) -> float:
        return log_first + common * y - math.log(math.exp(log_second + s2 * y) + strike)

    def integrand(y: float) -> float:
        x = moneyness(y)
        ratio = math.exp(-x)
        out = call_of_deviation(abs(x), left)
        call = 1.0 - ratio + ratio * out if x > 0.0 else out
        return math.exp(-0.5 * y * y) / math.sqrt(2.0 * math.pi) * call

    ends = [-_REACH, *_bends(moneyness, common, s2, log_second, strike), _REACH]
    total, error = 0.0, 0.0
    for low, high in pairwise(ends):
        # refused accuracy is in the estimate, which is returned: no warning
        part, missed, *_ = quad(
            integrand,
            low,
            high,
            epsabs=_ABSOLUTE,
            epsrel=_RELATIVE,
            limit=_MOST_PANELS,
            full_output=1,
        )
        total += part
        error += missed
    return f1 * total, f1 * error


def _bends(
    moneyness: Callable[[float], float], common: float, s2: float, log_second: float, strike: float
) -> list[float]:
    """Return where the moneyness, a concave function, is 0."""
    marks = [-_REACH, _REACH]
    share = common / s2 if s2 > 0.0 else math.inf
    if strike > 0.0 and 0.0 < share < 1.0:
        top = (math.log(strike * share / (1.0 - share)) - log_second) / s2
        if -_REACH < top < _REACH:
            marks.insert(1, top)
    found = []
    for low, high in pairwise(marks):
        if moneyness(low) * moneyness(high) < 0.0:
            root: Any = brentq(moneyness, low, high, xtol=1e-14)
            found.append(float(root))
    return found
