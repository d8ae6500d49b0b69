"""Knows Black's formula with forward 1, to near machine precision, also deep out of the money.

For x = |log-moneyness| and s = volatility * sqrt(maturity) the out-of-the-money price is

    e^{min(k,0)} c(x, s),   c = (1/2) exp(-d^2/2) [erfcx(a - b) - erfcx(a + b)],
    d = x/s - s/2,   a = x/(s sqrt 2),   b = s/(2 sqrt 2).

The bracket cancels for small s. As -erfcx'(y) = g(y) = 2/sqrt(pi) - 2 y erfcx(y) > 0, it equals
the integral of g over (a - b, a + b), which Gauss-Legendre sums without cancellation. (The erfcx
form is P. Jaeckel's, "Let's be rational", Wilmott 2015; the integral replaces its case table.)
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.compiled import kernel

_SQRT2 = math.sqrt(2.0)
_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)

# Chebyshev coefficients of (1 + y)^2 g(y) in (y - 4)/(y + 4), y >= 0, from 40-digit arithmetic.
_SLOPE_SERIES = np.array(
    [
        0.8505034787220818,
        -0.3258009657744884,
        0.019811496457542304,
        0.03604940011247209,
        -0.022702322318108408,
        0.007741571372092211,
        -0.0014749703908867554,
        -3.0289844891815816e-05,
        0.0001349295100821031,
        -5.322084051205218e-05,
        1.184178767020209e-05,
        -1.3400873619610077e-06,
        -7.238022625847142e-08,
        5.414399422627203e-08,
        -6.370689409186624e-09,
        -8.516998469618617e-10,
        3.144319599681368e-10,
        -4.4183547489083215e-12,
        -1.0577196046952885e-11,
        9.88363688490548e-13,
        3.238780753277829e-13,
        -5.500469555719318e-14,
        -1.0099782644802363e-14,
        2.516157428876532e-15,
        3.476047820263472e-16,
        -1.0915032166809415e-16,
        -1.396907327068363e-17,
        4.666607139402196e-18,
    ]
)
_NODES_5, _WEIGHTS_5 = np.polynomial.legendre.leggauss(5)
_NODES_8, _WEIGHTS_8 = np.polynomial.legendre.leggauss(8)


@kernel
def scaled_erfc_slope(y):
    """Return g(y) = -erfcx'(y) = 2/sqrt(pi) - 2 y erfcx(y), to a few units in the last place."""
    p = abs(y)
    t = (p - 4.0) / (p + 4.0)
    upper = 0.0
    lower = 0.0
    for m in range(_SLOPE_SERIES.shape[0] - 1, 0, -1):
        upper, lower = _SLOPE_SERIES[m] + 2.0 * t * upper - lower, upper
    slope = (_SLOPE_SERIES[0] + t * upper - lower) / ((1.0 + p) * (1.0 + p))
    if y < 0.0:
        # erfcx(y) = 2 exp(y^2) - erfcx(-y)
        slope += 4.0 * p * math.exp(p * p)
    return slope


@kernel
def _bracket(a, b):
    """Return erfcx(a - b) - erfcx(a + b) for a >= 0 and 0 < b <= 0.4."""
    total = 0.0
    if b < 0.1:
        for m in range(5):
            total += _WEIGHTS_5[m] * scaled_erfc_slope(a + b * _NODES_5[m])
    else:
        for m in range(8):
            total += _WEIGHTS_8[m] * scaled_erfc_slope(a + b * _NODES_8[m])
    return b * total


@kernel
def log_call_and_slope(x, s):
    """Return log c(x, s) and d log c / ds for x >= 0 and s > 0.

    c(x, s) is the undiscounted call with forward 1, strike e^x and total deviation s.
    """
    d = x / s - 0.5 * s
    b = s / (2.0 * _SQRT2)
    if b <= 0.4:
        bracket = _bracket(x / (s * _SQRT2), b)
        return -0.5 * d * d + math.log(0.5 * bracket), 0.5 * _SQRT2 * _TWO_OVER_SQRT_PI / bracket
    price = call_of_deviation(x, s)
    return math.log(price), math.exp(-0.5 * d * d - _LOG_SQRT_2PI) / price


@kernel
def call_of_deviation(x, s):
    """Return c(x, s), the call with forward 1, strike e^x (x >= 0) and total deviation s >= 0."""
    if s <= 0.0:
        return 0.0
    if math.isinf(s):
        return 1.0
    d = x / s - 0.5 * s
    b = s / (2.0 * _SQRT2)
    if b <= 0.4:
        return 0.5 * math.exp(-0.5 * d * d) * _bracket(x / (s * _SQRT2), b)
    return 0.5 * (math.erfc(d / _SQRT2) - math.exp(x) * math.erfc((d + s) / _SQRT2))


@kernel
def call_shortfall(x, s):
    """Return 1 - c(x, s) for x >= 0 and s > 0, without cancellation where c is near 1."""
    d = x / s - 0.5 * s
    return 0.5 * (math.erfc(-d / _SQRT2) + math.exp(x) * math.erfc((d + s) / _SQRT2))


@kernel
def _otm_prices(k, s, out):
    for i in range(k.size):
        out[i] = math.exp(min(k[i], 0.0)) * call_of_deviation(abs(k[i]), s[i])


@kernel
def _call_prices(k, s, out):
    for i in range(k.size):
        out[i] = call_of_deviation(abs(k[i]), s[i])
        if k[i] < 0.0:
            out[i] = math.exp(k[i]) * out[i] - math.expm1(k[i])


@kernel
def _vegas(k, s, root_maturity, out):
    for i in range(k.size):
        if s[i] > 0.0:
            d = -k[i] / s[i] + 0.5 * s[i]
            out[i] = root_maturity[i] * math.exp(-0.5 * d * d - _LOG_SQRT_2PI)
        else:
            out[i] = root_maturity[i] * math.exp(-_LOG_SQRT_2PI) if k[i] == 0.0 else 0.0


def _checked(
    log_moneyness: ArrayLike, volatility: ArrayLike, maturity: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]:
    k, volatility, maturity = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64),
        np.asarray(volatility, dtype=np.float64),
        np.asarray(maturity, dtype=np.float64),
    )
    for name, values in (("volatility", volatility), ("maturity", maturity)):
        if np.any(values < 0.0):
            raise ParameterError(f"{name} must be >= 0; got {values[values < 0.0].flat[0]}")
    root = np.sqrt(maturity).ravel()
    return np.ascontiguousarray(k).ravel(), volatility.ravel() * root, root, k.shape


def black_call(
    log_moneyness: ArrayLike, volatility: ArrayLike, maturity: ArrayLike
) -> NDArray[np.float64]:
    """Price calls by Black's formula, undiscounted, with forward 1.

    Parameters
    ----------
    log_moneyness : array_like, broadcastable
        k = log(strike / forward).
    volatility : array_like, broadcastable
        Annualised, >= 0.
    maturity : array_like, broadcastable
        Years, >= 0.

    Returns
    -------
    ndarray
        E (S - e^k)^+ where log S is normal with variance volatility^2 * maturity and E S = 1; nan
        where an input is nan.

    Raises
    ------
    ParameterError
        If a volatility or a maturity is negative.

    References
    ----------
    F. Black, "The pricing of commodity contracts", J. Financial Economics 3 (1976).

    Examples
    --------
    >>> round(float(black_call(0.0, 0.2, 1.0)), 12)
    0.079655674554
    """
    k, s, _, shape = _checked(log_moneyness, volatility, maturity)
    out = np.empty(k.size)
    _call_prices(k, s, out)
    return out.reshape(shape)


def black_otm(
    log_moneyness: ArrayLike, volatility: ArrayLike, maturity: ArrayLike
) -> NDArray[np.float64]:
    """Price out-of-the-money options: calls where k >= 0, puts where k < 0.

    The relative error is a few units in the last place times the conditioning d^2 of exp(-d^2/2).
    Parameters, shapes and errors are those of `black_call`.

    Parameters
    ----------
    log_moneyness, volatility, maturity : array_like
        Broadcast together.

    Returns
    -------
    ndarray
        Undiscounted prices in units of the forward, of the broadcast shape.

    Examples
    --------
    >>> float(black_otm(-1.0, 0.05, 1.0)) > 1e-100
    True
    """
    k, s, _, shape = _checked(log_moneyness, volatility, maturity)
    out = np.empty(k.size)
    _otm_prices(k, s, out)
    return out.reshape(shape)


def black_vega(
    log_moneyness: ArrayLike, volatility: ArrayLike, maturity: ArrayLike
) -> NDArray[np.float64]:
    """Return the derivative of `black_call` in the volatility, per unit of volatility.

    Parameters, shapes and errors are those of `black_call`.

    Parameters
    ----------
    log_moneyness, volatility, maturity : array_like
        Broadcast together.

    Returns
    -------
    ndarray
        In units of the forward, of the broadcast shape.
    """
    k, s, root, shape = _checked(log_moneyness, volatility, maturity)
    out = np.empty(k.size)
    _vegas(k, s, root, out)
    return out.reshape(shape)
