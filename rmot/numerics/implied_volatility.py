"""Knows how to invert Black's formula: implied volatilities to near machine precision.

With x = |log-moneyness|, s the total deviation and c(x, s) the call with forward 1 and strike e^x,
it solves log c(x, s) = log p for p <= 1/2 and log(1 - c(x, s)) = log(1 - p) above. Both c and 1 - c
are log-concave in s, because the vega is; so Newton's iteration converges from one side, and
Householder's third-order iteration, kept within a bracket, takes two or three steps. (The idea of
iterating on the logarithm is P. Jaeckel's, "Let's be rational", Wilmott 2015.)
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.black import (
    _LOG_SQRT_2PI,
    call_shortfall,
    log_call_and_slope,
)
from rmot.numerics.compiled import kernel

_SQRT_2PI = math.sqrt(2.0 * math.pi)
_MOST_STEPS = 60


@kernel
def _first_guess(x, p):
    """Return a starting deviation for c(x, s) = p, good near and far from the money."""
    if p > 0.5:
        # c is near 1 - 2 N(-s/2) for small x
        return max(2.0 * math.sqrt(max(-2.0 * math.log1p(-p), 0.0)), math.sqrt(2.0 * x))
    at_the_money = _SQRT_2PI * (p + 0.5 * math.expm1(x))
    if x <= 0.25 * at_the_money:
        return _SQRT_2PI * (p + 0.5 * x)
    # c ~ exp(-d^2/2) b g(a), with g(a) ~ (2/sqrt pi)/(1 + sqrt(pi) a + 2 a^2); Newton in log s
    target = math.log(p)
    s = x / math.sqrt(x - 2.0 * target)
    for _ in range(4):
        a = x / (s * math.sqrt(2.0))
        denominator = 1.0 + math.sqrt(math.pi) * a + 2.0 * a * a
        d = x / s - 0.5 * s
        value = -0.5 * d * d + math.log(s / (_SQRT_2PI * denominator))
        slope = (
            x * x / (s * s)
            - 0.25 * s * s
            + 1.0
            + (math.sqrt(math.pi) * a + 4.0 * a * a) / denominator
        )
        step = (target - value) / max(slope, 0.5)
        s *= math.exp(min(max(step, -1.0), 1.0))
        # what Newton leaves is of the step's square, and the formula's own error larger
        if abs(step) < 0.03:
            break
    return s


@kernel
def implied_deviation(x, p):
    """Return s with c(x, s) = p for x >= 0: 0 at p = 0, inf at p = 1, nan outside [0, 1]."""
    if not (p >= 0.0 and p <= 1.0 and x >= 0.0) or math.isinf(x):
        return math.nan
    if p == 0.0:
        return 0.0
    if p == 1.0:
        return math.inf
    s = _first_guess(x, p)
    low = 0.0
    high = math.inf
    below_half = p <= 0.5
    target = math.log(p) if below_half else math.log1p(-p)
    for _ in range(_MOST_STEPS):
        if below_half:
            log_price, ratio = log_call_and_slope(x, s)
            residual = log_price - target
            slope = ratio
        else:
            d = x / s - 0.5 * s
            shortfall = call_shortfall(x, s)
            ratio = -math.exp(-0.5 * d * d - _LOG_SQRT_2PI) / shortfall
            residual = target - math.log(shortfall)
            slope = -ratio
        if residual < 0.0:
            low = s
        else:
            high = s
        # vega'/vega and its derivative; `ratio` is vega/c or -vega/(1 - c)
        bend = (x / s) * (x / s) / s - 0.25 * s
        bend_slope = -3.0 * (x / s) * (x / s) / (s * s) - 0.25
        second = bend - ratio
        third = second * second + bend_slope - ratio * second
        newton = -residual / slope
        denominator = 1.0 + newton * (second + third * newton / 6.0)
        factor = (1.0 + 0.5 * second * newton) / denominator
        step = newton * factor if 0.25 < factor < 4.0 else newton
        after = s + step
        if not low < after < high:
            if after == s or abs(step) <= 4e-16 * s:
                return s
            after = 0.5 * (low + high) if math.isfinite(high) else 2.0 * s
        # the error after the step is of fourth order
        if abs(after - s) <= 1e-13 * s or abs(newton) <= 3e-5 * s:
            return after
        s = after
    return s


@kernel
def rough_vega(price, k, root_maturity):
    """Return the Black vega of an out-of-the-money price within a few per cent.

    It rests on the starting value of the inversion alone; 0 where the price has no volatility.
    """
    x = abs(k)
    p = price * math.exp(max(-k, 0.0))
    if not 0.0 < p < 1.0:
        return 0.0
    s = _first_guess(x, p)
    # far from the money the start is not good enough
    if p < 0.5 and x > 2.0 * s:
        log_price, slope = log_call_and_slope(x, s)
        s += min(max((math.log(p) - log_price) / slope, -0.5 * s), s)
    d = 0.5 * s - k / s
    return root_maturity * math.exp(-0.5 * d * d) / _SQRT_2PI


@kernel
def fill_price_errors(price, k, root_maturity, volatility_error, smallest, out):
    """Fill errors of out-of-the-money prices that amount to one of their volatilities.

    Parameters
    ----------
    price, k : ndarray, shape (m,)
        In units of the forward; log-moneyness.
    root_maturity, volatility_error : float
    smallest : float
        Prices up to it are given it as their error.
    out : ndarray, shape (m,)
        Filled within a few per cent, as `rough_vega`.
    """
    for i in range(k.size):
        out[i] = smallest
        if price[i] > smallest:
            out[i] = volatility_error * rough_vega(price[i], k[i], root_maturity)
    return 0


@kernel
def _from_otm(prices, k, root_maturity, out):
    for i in range(k.size):
        out[i] = implied_deviation(abs(k[i]), prices[i] * math.exp(max(-k[i], 0.0)))
        out[i] /= root_maturity[i]


@kernel
def _from_call(prices, k, root_maturity, out):
    for i in range(k.size):
        p = prices[i]
        if k[i] < 0.0:
            # put-call parity: the put is p - (1 - e^k)
            p = (p + math.expm1(k[i])) * math.exp(-k[i])
        out[i] = implied_deviation(abs(k[i]), p) / root_maturity[i]


def _flat(
    price: ArrayLike, log_moneyness: ArrayLike, maturity: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]:
    price = np.asarray(price, dtype=np.float64)
    k = np.asarray(log_moneyness, dtype=np.float64)
    if isinstance(maturity, float) and maturity > 0.0 and price.shape == k.shape:
        # a smile, without what broadcasting takes
        return price.ravel(), k.ravel(), np.full(k.size, math.sqrt(maturity)), k.shape
    price, k, maturity = np.broadcast_arrays(price, k, np.asarray(maturity, dtype=np.float64))
    if not np.all(maturity > 0.0):
        raise ParameterError(f"maturity must be > 0; got {maturity[~(maturity > 0.0)].flat[0]}")
    return price.ravel(), k.ravel(), np.sqrt(maturity).ravel(), k.shape


def implied_volatility(
    call_price: ArrayLike, log_moneyness: ArrayLike, maturity: ArrayLike
) -> NDArray[np.float64]:
    """Return Black volatilities of undiscounted calls with forward 1.

    Parameters
    ----------
    call_price : array_like, broadcastable
        Undiscounted, in units of the forward.
    log_moneyness : array_like, broadcastable
        k = log(strike / forward).
    maturity : array_like, broadcastable
        Years, > 0.

    Returns
    -------
    ndarray
        The volatility; nan where the price lies outside [(1 - e^k)^+, 1] or an input is nan; 0 at
        the lower end of that interval and inf at the upper. In the money (k < 0) the price itself
        carries few digits of the time value; use `implied_volatility_otm` there.

    Raises
    ------
    ParameterError
        If a maturity is not positive.

    Examples
    --------
    >>> round(float(implied_volatility(0.07965567455405798, 0.0, 1.0)), 12)
    0.2
    """
    price, k, root, shape = _flat(call_price, log_moneyness, maturity)
    out = np.empty(k.size)
    _from_call(price, k, root, out)
    return out.reshape(shape)


def implied_volatility_otm(
    otm_price: ArrayLike, log_moneyness: ArrayLike, maturity: ArrayLike
) -> NDArray[np.float64]:
    """Return Black volatilities of out-of-the-money options: calls where k >= 0, puts where k < 0.

    As `implied_volatility`, with prices in [0, min(1, e^k)].

    Parameters
    ----------
    otm_price, log_moneyness, maturity : array_like
        Broadcast together; prices undiscounted, in units of the forward.

    Returns
    -------
    ndarray
        Volatilities per square root of a year, of the broadcast shape.
    """
    price, k, root, shape = _flat(otm_price, log_moneyness, maturity)
    out = np.empty(k.size)
    _from_otm(price, k, root, out)
    return out.reshape(shape)
