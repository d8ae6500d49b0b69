r"""Knows American options under Black and Scholes, and the European option of the same volatility.

A put above its exercise boundary is worth the European put and the early-exercise premium of
`rmot.numerics._exercise_boundary`; a call is the put with spot and strike, and rate and dividend
yield, exchanged: :math:`C(S, K, r, q) = P(K, S, q, r)`. The boundary does not depend on spot or
strike, so one serves all of an expiry's puts of one volatility; `european_equivalent` holds it at
Chebyshev points in :math:`\log\sigma` and interpolates.

A put has no premium if :math:`r \le 0` and :math:`q \ge r`. With :math:`q < r < 0` it is exercised
between two boundaries; that is refused.

References
----------
.. [1] L. Andersen, M. Lake, D. Offengenden, "High-performance American option pricing",
   *J. Computational Finance* 20 (2016) 39–87.
.. [2] R. McDonald, M. Schroder, "A parity result for American options", *J. Computational
   Finance* 1 (1998) 5–13.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics._exercise_boundary import (
    boundary_at_price_nodes,
    collocation,
    exercise_premium,
    log_limit,
    price_weights,
    solve_boundary,
)
from rmot.numerics.black import call_of_deviation
from rmot.numerics.compiled import kernel
from rmot.numerics.implied_volatility import implied_deviation

Vector = NDArray[np.float64]

_RULE = collocation(7, 8, 16)
_FINE_RULE = collocation(10, 14, 28)
_MOST_STEPS = 60
_NEGLIGIBLE = 1e-12
_RESOLVED = 1e-6
_POINTS_PER_E_FOLD = 3.0
_MOST_TABLE_POINTS = 24
_PRICE_TOLERANCE = 1e-9


class AmericanPrice(NamedTuple):
    """Prices of American options.

    Attributes
    ----------
    price : ndarray
    premium : ndarray
        American less European price, in the units of the spot.
    error : ndarray
        Estimate of the error of both: the change from a coarser rule.
    """

    price: Vector
    premium: Vector
    error: Vector


def american_option(
    spot: ArrayLike,
    strike: ArrayLike,
    volatility: ArrayLike,
    maturity: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    is_call: ArrayLike,
) -> AmericanPrice:
    """Price American calls and puts under Black and Scholes.

    Parameters
    ----------
    spot, strike, volatility, maturity : array_like, broadcastable
        Positive; volatility per square root of a year, maturity in years.
    rate, dividend_yield : array_like, broadcastable
        Continuously compounded, per year, of any sign.
    is_call : array_like of bool, broadcastable

    Returns
    -------
    AmericanPrice
        Arrays of the common shape. The error is some 1e-8 of the strike, and rarely above 1e-6.

    Raises
    ------
    ParameterError
        Spot, strike, volatility or maturity is not positive, a number is not finite, or a put
        has q < r < 0 (a call r < q < 0): two exercise boundaries.
    AccuracyError
        The boundary's iteration did not converge.

    Examples
    --------
    >>> round(float(american_option(100.0, 100.0, 0.2, 1.0, 0.05, 0.0, False).price), 4)
    6.0904
    """
    arguments = (spot, strike, volatility, maturity, rate, dividend_yield)
    call, *numbers = np.broadcast_arrays(
        np.asarray(is_call, dtype=bool), *(np.asarray(x, dtype=float) for x in arguments)
    )
    s, k, sigma, years, r, q = (np.ascontiguousarray(x).ravel() for x in numbers)
    shape, call = call.shape, call.ravel()
    names = ("spot", "strike", "volatility", "maturity")
    for name, values in zip(names, (s, k, sigma, years), strict=True):
        wrong = ~((values > 0.0) & np.isfinite(values))
        if wrong.any():
            raise ParameterError(f"expected a positive, finite {name}; got {values[wrong][0]:g}")
    if not (np.isfinite(r).all() and np.isfinite(q).all()):
        raise ParameterError("expected finite rates and dividend yields; one is not")
    rho, delta = np.where(call, q, r) * years, np.where(call, r, q) * years
    _refuse_two_boundaries(rho, delta)
    x = np.where(call, -1.0, 1.0) * np.log(s / k)
    unit = np.where(call, s, k)
    price, premium, error = np.empty((3, s.size))
    if not _prices(x, sigma * np.sqrt(years), rho, delta, _RULE, _FINE_RULE, price, premium, error):
        raise AccuracyError("the early-exercise boundary did not converge")
    return AmericanPrice(*((unit * column).reshape(shape) for column in (price, premium, error)))


def european_equivalent(
    price: ArrayLike,
    strike: ArrayLike,
    spot: float,
    maturity: float,
    rate: float,
    dividend_yield: float,
    is_call: bool,
) -> tuple[Vector, Vector]:
    r"""Return European prices at the volatilities that American prices imply.

    For each price :math:`\pi` it solves :math:`A(\sigma) = \pi`, A being the American price, and
    returns the European price :math:`E(\sigma)`: that is :math:`\pi` less the premium, and
    increases with :math:`\pi`.

    Parameters
    ----------
    price, strike : array_like, shape (n,)
        American prices of options of one expiry, all calls or all puts.
    spot, maturity : float
        Positive; maturity in years.
    rate, dividend_yield : float
        Continuously compounded, per year.
    is_call : bool

    Returns
    -------
    european, volatility : ndarray, shape (n,)
        European prices (discounted, as the American) to about 1e-6 of the strike, and the
        volatility; nan where the price tells none (it is not above the exercise value by 1e-6 of
        the strike, or of the spot for a call; it reaches its upper bound) or the input is nan.

    Raises
    ------
    ParameterError
        Spot or maturity is not positive, or there are two exercise boundaries (see
        `american_option`).
    AccuracyError
        The boundary's iteration did not converge.
    """
    if not (spot > 0.0 and maturity > 0.0 and math.isfinite(spot) and math.isfinite(maturity)):
        raise ParameterError(f"expected positive spot and maturity; got {spot!r}, {maturity!r}")
    if not (math.isfinite(rate) and math.isfinite(dividend_yield)):
        raise ParameterError(f"expected finite rate and yield; got {rate!r}, {dividend_yield!r}")
    prices, strikes = np.broadcast_arrays(
        np.asarray(price, dtype=float), np.asarray(strike, dtype=float)
    )
    rho, delta = (dividend_yield, rate) if is_call else (rate, dividend_yield)
    rho, delta = rho * maturity, delta * maturity
    _refuse_two_boundaries(np.array([rho]), np.array([delta]))
    unit = np.full(strikes.shape, spot) if is_call else strikes
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.log(strikes / spot if is_call else spot / strikes).ravel()
        exercise = np.maximum(spot - strikes if is_call else strikes - spot, 0.0)
        scaled = np.where(prices - exercise > _RESOLVED * unit, prices / unit, np.nan).ravel()
    european, deviation = np.empty((2, x.size))
    if not _equivalents(scaled, x, rho, delta, _RULE, european, deviation):
        raise AccuracyError("the early-exercise boundary did not converge")
    european, deviation = european.reshape(strikes.shape), deviation.reshape(strikes.shape)
    return european * unit, deviation / math.sqrt(maturity)


def _refuse_two_boundaries(rho: Vector, delta: Vector) -> None:
    if np.any((rho < 0.0) & (delta < rho)):
        raise ParameterError(
            "expected no put with q < r < 0 and no call with r < q < 0: such options have two "
            "exercise boundaries"
        )


@kernel
def _no_premium(rho, delta):
    # the premium is at most some rho - min(delta, 0) times the strike
    negligible = rho <= _NEGLIGIBLE and delta >= -_NEGLIGIBLE
    return negligible or (rho <= 0.0 and delta >= rho)


@kernel
def _european(x, v, rho, delta):
    """Return the European put with strike 1, log-spot x and total deviation v."""
    k = delta - rho - x
    if k <= 0.0:
        return math.exp(-rho) * call_of_deviation(-k, v)
    return math.exp(-rho) * (math.exp(-k) * call_of_deviation(k, v) - math.expm1(-k))


@kernel
def _deviation(price, x, rho, delta):
    """Invert `_european`; nan where there is no solution."""
    k = delta - rho - x
    forward_price = price * math.exp(rho)
    if k <= 0.0:
        return implied_deviation(-k, forward_price)
    return implied_deviation(k, (forward_price + math.expm1(-k)) * math.exp(k))


@kernel
def _prices(x, v, rho, delta, rule, fine, price, premium, error):
    coarse_g, fine_g = np.empty(rule.root_time.size), np.empty(fine.root_time.size)
    coarse_b, fine_b = np.empty(rule.price_sine.size), np.empty(fine.price_sine.size)
    coarse_w, fine_w = np.empty((2, coarse_b.size)), np.empty((2, fine_b.size))
    for i in range(x.size):
        european = _european(x[i], v[i], rho[i], delta[i])
        premium[i] = 0.0
        error[i] = 0.0
        if not _no_premium(rho[i], delta[i]):
            same = i > 0 and v[i] == v[i - 1] and rho[i] == rho[i - 1] and delta[i] == delta[i - 1]
            if not same:
                if not solve_boundary(v[i], rho[i], delta[i], rule, coarse_g):
                    return False
                if not solve_boundary(v[i], rho[i], delta[i], fine, fine_g):
                    return False
                coarse_w = price_weights(rho[i], delta[i], rule)
                fine_w = price_weights(rho[i], delta[i], fine)
                boundary_at_price_nodes(rule, coarse_g, coarse_b)
                boundary_at_price_nodes(fine, fine_g, fine_b)
            terms = x[i], v[i], rho[i], delta[i]
            coarse = _premium(*terms, rule, coarse_w, coarse_b, coarse_g[0], european)
            premium[i] = _premium(*terms, fine, fine_w, fine_b, fine_g[0], european)
            error[i] = abs(premium[i] - coarse)
        price[i] = european + premium[i]
    return True


@kernel
def _premium(x, v, rho, delta, rule, weights, boundary, now, european):
    if x <= log_limit(rho, delta) - now:
        return -math.expm1(x) - european
    # rounding and collocation errors may leave a premium of nothing below zero
    return max(exercise_premium(x, v, rho, delta, rule, weights, boundary), 0.0)


@kernel
def _european_deviations(price, x, rho, delta, out):
    for i in range(x.size):
        out[i] = math.nan
        if price[i] > max(-math.expm1(x[i]), 0.0) and price[i] < 1.0:
            deviation = _deviation(price[i], x[i], rho, delta)
            if deviation > 0.0 and math.isfinite(deviation):
                out[i] = deviation


@kernel
def _log_grid(deviations):
    """Return Chebyshev extrema in the logarithm over the deviations and a quarter below."""
    low, high = math.inf, 0.0
    for v in deviations:
        if v > 0.0:
            low, high = min(low, 0.8 * v), max(high, v)
    if high == 0.0:
        return np.empty(0)
    ratio = math.log(high / low)
    n = min(3 + math.ceil(_POINTS_PER_E_FOLD * ratio), _MOST_TABLE_POINTS)
    grid = np.empty(n)
    for a in range(n):
        grid[a] = math.log(high) - 0.5 * ratio * (1.0 + math.cos(math.pi * a / (n - 1)))
    return grid


@kernel
def _tabulate(logs, rho, delta, rule):
    """Return log(X/B)/v at the price's nodes, and at the full time in the last column."""
    table = np.empty((logs.size, rule.price_sine.size + 1))
    g = np.empty(rule.root_time.size)
    for a in range(logs.size):
        v = math.exp(logs[a])
        if not solve_boundary(v, rho, delta, rule, g):
            table[:, :] = math.nan
            break
        boundary_at_price_nodes(rule, g, table[a])
        table[a, -1] = g[0]
        table[a, :] /= v
    return table


@kernel
def _look_up(log_v, logs, table, boundary):
    n = logs.size
    total = 0.0
    boundary[:] = 0.0
    for a in range(n):
        away = log_v - logs[a]
        if away == 0.0:
            boundary[:] = table[a]
            total = 1.0
            break
        weight = (0.5 if a in (0, n - 1) else 1.0) * (1.0 if a % 2 == 0 else -1.0) / away
        total += weight
        for m in range(boundary.size):
            boundary[m] += weight * table[a, m]
    scale = math.exp(log_v) / total
    for m in range(boundary.size):
        boundary[m] *= scale


@kernel
def _equivalents(price, x, rho, delta, rule, european, deviation):
    """Solve A(v) = price from the deviation that neglects the premium, an upper bound."""
    upper = np.empty(x.size)
    _european_deviations(price, x, rho, delta, upper)
    if _no_premium(rho, delta):
        for i in range(x.size):
            deviation[i] = upper[i]
            european[i] = price[i] if upper[i] > 0.0 else math.nan
        return True
    logs = _log_grid(upper)
    table = _tabulate(logs, rho, delta, rule)
    if logs.size > 0 and math.isnan(table[0, 0]):
        return False
    weights = price_weights(rho, delta, rule)
    boundary = np.empty(rule.price_sine.size + 1)
    g = np.empty(rule.root_time.size)
    for i in range(x.size):
        european[i] = math.nan
        deviation[i] = math.nan
        if math.isnan(upper[i]):
            continue
        low, high = 0.0, upper[i]
        v = high
        premium = 0.0
        before, excess_before = math.nan, math.nan
        for _ in range(_MOST_STEPS):
            log_v = math.log(v)
            if log_v >= logs[0]:
                _look_up(min(log_v, logs[-1]), logs, table, boundary)
            else:
                if not solve_boundary(v, rho, delta, rule, g):
                    return False
                boundary_at_price_nodes(rule, g, boundary)
                boundary[-1] = g[0]
            plain = _european(x[i], v, rho, delta)
            premium = _premium(x[i], v, rho, delta, rule, weights, boundary, boundary[-1], plain)
            excess = plain + premium - price[i]
            if abs(excess) <= _PRICE_TOLERANCE:
                break
            if excess > 0.0:
                high = v
            else:
                low = v
            after = v - excess * (v - before) / (excess - excess_before)
            if math.isnan(before):
                # as if the premium did not change with the volatility
                after = _deviation(price[i] - premium, x[i], rho, delta)
            before, excess_before = v, excess
            if not low < after < high:
                after = 0.5 * (low + high)
            if after == v:
                break
            v = after
        european[i] = price[i] - premium
        deviation[i] = v
    return True
