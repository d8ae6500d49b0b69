r"""European prices in American quotes: intervals that hold them over stated rates and forwards.

Rate r and carry :math:`b = \log(F/S)/T` are known to lie in intervals. For each pair, and with it
the dividend yield :math:`q = r - b`, an American price :math:`\pi` has a volatility
:math:`\sigma^*`, :math:`A(\sigma^*; r, b) = \pi`, and a European price, in units of the maturity,

.. math:: U(r, b; \pi) = e^{rT} E(\sigma^*; r, b)
          = e^{rT}\,\big(\pi - \text{premium}(\sigma^*; r, b)\big).

The interval of a quote is :math:`[\min U(\text{bid}), \max U(\text{ask})]` over the box: bid less
the largest premium, ask less the smallest, each premium at the volatility of the price it is taken
from. U increases with :math:`\pi`, so the interval holds the European price whenever the truth is
Black and Scholes with a carry in the box. It also carries what the rate leaves open in the
discounting; how the forward moves log(K/F) it does not carry.

**Corners suffice.** At fixed b the spot's law is fixed, :math:`e^{-r\tau}` falls in r and so does
:math:`A = \sup_\tau E[e^{-r\tau} h(S_\tau)]`; hence :math:`\sigma^*` and with it
:math:`U = \text{Black}(F, \sigma^*)` rise with r. At fixed r, U rises with b for calls and falls
for puts; this half is not proved, the tests search for exceptions.

**Times of dividends.** A yield stands for dividends paid at dates, and for fees of borrowing. A
premium depends on the dates: a call's is largest when all is paid just before expiry, which a yield
misses by up to a third of the dividend. With ``dividend_timing="unknown"`` the spot's forwards F(t)
may take any path between "all paid now" and "all paid at T", that is between
:math:`F e^{-r(T-t)}` and :math:`S e^{rt}`, with :math:`S_t = F(t) M_t`. A rises with F(t) for calls
and falls for puts, so the extreme paths bound it: for each, the volatility is that of an option
without dividends on the larger or smaller of S and :math:`F e^{-rT}`, and A is no less than E. The
interval then holds the European price whenever dividends were paid.

Reference: P. Carr, R. Jarrow, R. Myneni, "Alternative characterizations of American put options",
*Mathematical Finance* 2 (1992) 87–106, for the premium.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.market.parity import RATE_INTERVAL
from rmot.numerics import black_otm
from rmot.numerics.american import european_equivalent

Vector = NDArray[np.float64]
DividendTiming = Literal["continuous", "unknown"]


def european_interval(
    bid: ArrayLike,
    ask: ArrayLike,
    strike: ArrayLike,
    is_call: bool,
    spot: float,
    maturity: float,
    rates: tuple[float, float],
    forwards: tuple[float, float],
    dividend_timing: DividendTiming = "continuous",
) -> tuple[Vector, Vector]:
    """Return the undiscounted European interval of American quotes of one side and expiry.

    Parameters
    ----------
    bid, ask, strike : array_like, shape (n,)
    is_call : bool
    spot, maturity : float
    rates, forwards : tuple of float
        Ends of the box.
    dividend_timing : {"continuous", "unknown"}

    Returns
    -------
    lower, upper : ndarray, shape (n,)
        In the units of the strike at maturity; nan where the bid is no more than the option's
        least value, exercised now or kept, at the carry that decides the lower end.

    Raises
    ------
    ParameterError
        An interval is reversed, or a rate negative; spot, forward or maturity not positive.
    """
    require_interval("rates", rates, 0.0, RATE_INTERVAL[1])
    require_interval("forwards", forwards, math.ulp(0.0), float(np.finfo(float).max))
    quotes = np.asarray(bid, dtype=float), np.asarray(ask, dtype=float)
    strikes = np.asarray(strike, dtype=float)
    terms = spot, maturity
    if dividend_timing == "continuous":
        low, high = forwards if is_call else forwards[::-1]
        least = european_at_yield(quotes[0], strikes, is_call, *terms, rates[0], low)
        largest = european_at_yield(quotes[1], strikes, is_call, *terms, rates[1], high)
        # An ask that a far forward excludes is still no less than the European price.
        bound = _without_premium(quotes[1], strikes, is_call, *terms, rates[1])
        return least, np.where(np.isnan(largest), bound, largest)
    corners = [(rate, forward) for rate in set(rates) for forward in set(forwards)]
    return (
        np.min([least_european(quotes[0], strikes, is_call, *terms, *c) for c in corners], axis=0),
        np.max(
            [largest_european(quotes[1], strikes, is_call, *terms, *c) for c in corners], axis=0
        ),
    )


def european_at_yield(
    price: Vector,
    strike: Vector,
    is_call: bool,
    spot: float,
    maturity: float,
    rate: float,
    forward: float,
) -> Vector:
    """Return U where dividends are a yield."""
    dividend_yield = rate - math.log(forward / spot) / maturity
    european, _ = european_equivalent(price, strike, spot, maturity, rate, dividend_yield, is_call)
    return math.exp(rate * maturity) * european


def least_european(
    price: Vector,
    strike: Vector,
    is_call: bool,
    spot: float,
    maturity: float,
    rate: float,
    forward: float,
) -> Vector:
    """Return the least U over the times of dividends: those that make exercise worth most."""
    escrowed = forward * math.exp(-rate * maturity)
    start = max(spot, escrowed) if is_call else min(spot, escrowed)
    _, volatility = european_equivalent(price, strike, start, maturity, rate, 0.0, is_call)
    return _black(strike, is_call, forward, volatility, maturity)


def largest_european(
    price: Vector,
    strike: Vector,
    is_call: bool,
    spot: float,
    maturity: float,
    rate: float,
    forward: float,
) -> Vector:
    """Return a bound of U from above over the times of dividends: exercise is worth least."""
    kept = _without_premium(price, strike, is_call, spot, maturity, rate)
    if is_call:
        return kept
    start = max(spot, forward * math.exp(-rate * maturity))
    _, volatility = european_equivalent(price, strike, start, maturity, rate, 0.0, False)
    other = _black(strike, False, forward, volatility, maturity)
    return np.fmin(kept, np.where(np.isnan(kept), math.nan, other))


def _without_premium(
    price: Vector, strike: Vector, is_call: bool, spot: float, maturity: float, rate: float
) -> Vector:
    exercise = np.maximum(spot - strike if is_call else strike - spot, 0.0)
    return np.where(price > exercise, math.exp(rate * maturity) * price, math.nan)


def _black(
    strike: Vector, is_call: bool, forward: float, volatility: Vector, maturity: float
) -> Vector:
    log_moneyness = np.log(strike / forward)
    price = forward * black_otm(log_moneyness, volatility, maturity)
    return price + np.maximum(forward - strike if is_call else strike - forward, 0.0)


def require_interval(name: str, interval: tuple[float, float], least: float, most: float) -> None:
    """Raise `ParameterError` unless least <= low <= high <= most; `name` says of what."""
    low, high = interval
    if not (least <= low <= high <= most):
        raise ParameterError(
            f"expected {name} as (low, high) with {least:g} <= low <= high <= {most:g}; "
            f"got {interval!r}"
        )
