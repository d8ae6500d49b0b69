r"""The forward in American quotes, over a stated range of rates, and the European quotes it gives.

U is the undiscounted European price in an American one, and an interval of it holds over rates and
forwards (`rmot.market.european_intervals`).

**Forward.** Parity holds for the European prices of a call and a put, not for the American: with
:math:`q \ge 0` these obey only :math:`S e^{-qT} - K \le C - P \le S - K e^{-rT}`. So F solves
:math:`F = \operatorname{median}_K [K + U_C(F) - U_P(F)]` over the pairs nearest the money, weighted
by precision, at either end of the rates. Bid and ask give each pair an interval; the median of its
ends holds the forward as long as the intervals of pairs with half the weight do.

**Beyond the model.** Under Heston's model the premium differs from that at the option's implied
volatility by less than a basis point of the spot out of the money within three months, which the
tests check by finite differences, and by up to three at the money after six with a yield of 6%.

Reference: J. Hull, *Options, Futures, and Other Derivatives*, 10th ed., section 11.4 (bounds).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.european_intervals import (
    DividendTiming,
    european_at_yield,
    european_interval,
    largest_european,
    least_european,
    require_interval,
)
from rmot.market.parity import MINIMUM_STRIKES, RATE_INTERVAL, ForwardFit, quote_precision

Vector = NDArray[np.float64]

_PAIRS: Final = 12
_STEPS = 30
_FORWARD_TOLERANCE = 1e-6
_SHARE_OF_WIDTH = 0.01
_STEEPEST = 0.9
_DEVIATION_TO_ERROR = 1.4826 * math.sqrt(0.5 * math.pi)  # of a median, from the median deviation


@dataclass(frozen=True)
class CarryRange:
    """What is known of rates and dividends before the options are looked at.

    Attributes
    ----------
    rates : tuple of float
        Least and largest continuously compounded rate to any expiry, per year. The default holds
        the target of federal funds since February 2001; what is known better narrows the
        intervals.
    dividend_yields : tuple of float, optional
        The same for the effective dividend yield, fees of borrowing included. By default the
        forward's interval decides alone.
    dividend_timing : {"continuous", "unknown"}
        Whether dividends are paid as a yield or may fall at any times before the expiry.

    Raises
    ------
    ParameterError
        An interval is reversed or not finite, a rate is negative (American options with negative
        rates can have two exercise boundaries) or above 25% (rates are fractions, not per cent),
        a yield is beyond 1 in absolute value, or the timing is neither of the two.
    """

    rates: tuple[float, float] = (0.0, 0.06)
    dividend_yields: tuple[float, float] | None = None
    dividend_timing: DividendTiming = "continuous"

    def __post_init__(self) -> None:
        require_interval("rates", self.rates, 0.0, RATE_INTERVAL[1])
        if self.dividend_yields is not None:
            require_interval("dividend yields", self.dividend_yields, -1.0, 1.0)
        if self.dividend_timing not in get_args(DividendTiming):
            raise ParameterError(
                f"expected dividend_timing 'unknown' or 'continuous'; got {self.dividend_timing!r}"
            )


@dataclass(frozen=True, eq=False)
class AmericanParityFit(ForwardFit):
    """Parity of the European prices in American quotes, at a stated range of rates.

    See `ForwardFit`. The discount factor is stated and not fitted: that of the middle rate, its
    error half the range. `forward_interval` is the hull over the rates of the intervals that half
    of the pairs allow.

    Attributes
    ----------
    spot : float
    rates : tuple of float
        As stated.
    dividend_yield_interval : tuple of float
        Hull of the effective yields, over the rates and their forwards.
    dividend_timing : {"continuous", "unknown"}
        As stated.
    """

    spot: float
    rates: tuple[float, float]
    dividend_yield_interval: tuple[float, float]
    dividend_timing: DividendTiming


def fit_american_parity(
    strike: ArrayLike,
    call_bid: ArrayLike,
    call_ask: ArrayLike,
    put_bid: ArrayLike,
    put_ask: ArrayLike,
    spot: float,
    maturity: float,
    carry: CarryRange,
) -> AmericanParityFit:
    """Find the forward of an expiry from American calls and puts near the money.

    Parameters
    ----------
    strike, call_bid, call_ask, put_bid, put_ask : array_like, shape (n,)
        Strikes, distinct, at which call and put both have a two-sided quote.
    spot, maturity : float
    carry : CarryRange

    Returns
    -------
    AmericanParityFit

    Raises
    ------
    DataError
        Fewer than four pairs have a European price, the forward's equation has no solution, or the
        stated yields exclude the forward.
    """
    columns = tuple(
        np.asarray(column, dtype=float) for column in (strike, call_bid, call_ask, put_bid, put_ask)
    )
    strikes, *prices = columns
    if strikes.size < MINIMUM_STRIKES:
        raise DataError(
            f"expected at least {MINIMUM_STRIKES} strikes with a two-sided call and put; "
            f"got {strikes.size}"
        )
    call, put = prices[0] + prices[1], prices[2] + prices[3]
    informative = np.flatnonzero(
        (0.5 * call > np.maximum(spot - strikes, 0.0))
        & (0.5 * put > np.maximum(strikes - spot, 0.0))
    )
    distance = np.abs(np.log(strikes[informative] / spot))
    rows = np.sort(informative[np.argsort(distance, kind="stable")[:_PAIRS]])
    strikes, *prices = (column[rows] for column in columns)
    pairs = _Pairs(strikes, (prices[0], prices[1]), (prices[2], prices[3]))
    found: list[_Solution] = []
    for rate in dict.fromkeys(carry.rates):
        found.append(
            _solve(pairs, spot, maturity, rate, carry.dividend_timing, found[-1] if found else None)
        )
    allowed = [(s.rate, *_allowed(s, spot, maturity, carry)) for s in found]
    allowed = [(rate, low, high) for rate, low, high in allowed if low <= high]
    if not allowed:
        seen = [s.rate - math.log(s.forward / spot) / maturity for s in found]
        raise DataError(
            f"expected a forward with a dividend yield in {carry.dividend_yields}; parity gives "
            f"yields around {min(seen):.4g} to {max(seen):.4g}"
        )
    low, high = min(end[1] for end in allowed), max(end[2] for end in allowed)
    middle = np.mean([s.middle for s in found], axis=0)
    used = np.isfinite(middle)
    forward = min(max(float(np.mean([s.forward for s in found])), low), high)
    discount = math.exp(-0.5 * (carry.rates[0] + carry.rates[1]) * maturity)
    weight = quote_precision(pairs.width)[used]
    deviation = float(np.median(np.abs(middle[used] - pairs.median(middle))))
    return AmericanParityFit(
        forward=forward,
        discount_factor=discount,
        forward_error=_DEVIATION_TO_ERROR
        * deviation
        * float(np.linalg.norm(weight) / weight.sum()),
        discount_factor_error=discount * 0.5 * (carry.rates[1] - carry.rates[0]) * maturity,
        forward_interval=(low, high),
        strike=strikes[used],
        residual=discount * (middle[used] - forward),
        width=discount * pairs.width[used],
        weight=np.ones_like(weight),
        spot=spot,
        rates=carry.rates,
        dividend_yield_interval=(
            min(rate - math.log(end / spot) / maturity for rate, _, end in allowed),
            max(rate - math.log(end / spot) / maturity for rate, end, _ in allowed),
        ),
        dividend_timing=carry.dividend_timing,
    )


def european_quotes(
    strike: Vector,
    is_call: NDArray[np.bool_],
    bid: Vector,
    ask: Vector,
    parity: AmericanParityFit,
    maturity: float,
) -> tuple[Vector, Vector]:
    """Return European bids and asks of the out-of-the-money quotes of an expiry.

    They are discounted with the fit's discount factor; nan where a quote has none (see
    `european_interval`), and for quotes in the money.
    """
    european_bid, european_ask = np.full((2, strike.size), math.nan)
    for side in (False, True):
        rows = np.flatnonzero((is_call == side) & ((strike >= parity.forward) == side))
        lower, upper = european_interval(
            bid[rows],
            ask[rows],
            strike[rows],
            side,
            parity.spot,
            maturity,
            parity.rates,
            parity.forward_interval,
            parity.dividend_timing,
        )
        european_bid[rows] = parity.discount_factor * lower
        european_ask[rows] = parity.discount_factor * upper
    return european_bid, european_ask


@dataclass(frozen=True, eq=False)
class _Solution:
    rate: float
    forward: float
    slope: float
    interval: tuple[float, float]
    middle: Vector


def _solve(
    pairs: _Pairs,
    spot: float,
    maturity: float,
    rate: float,
    timing: DividendTiming,
    start: _Solution | None,
) -> _Solution:
    strike = pairs.strike
    call, put = (0.5 * (bid + ask) for bid, ask in (pairs.call, pairs.put))
    least, largest = (
        (least_european, largest_european)
        if timing == "unknown"
        else (european_at_yield, european_at_yield)
    )

    def middle(forward: float) -> Vector:
        at = spot, maturity, rate, forward
        return (
            strike
            + european_at_yield(call, strike, True, *at)
            - european_at_yield(put, strike, False, *at)
        )

    def lower(forward: float) -> Vector:
        at = spot, maturity, rate, forward
        calls = least(pairs.call[0], strike, True, *at)
        # A bid that is no more than the exercise value says only that the price is not negative.
        calls = np.where(np.isnan(calls), np.maximum(forward - strike, 0.0), calls)
        return strike + calls - largest(pairs.put[1], strike, False, *at)

    def upper(forward: float) -> Vector:
        at = spot, maturity, rate, forward
        puts = least(pairs.put[0], strike, False, *at)
        puts = np.where(np.isnan(puts), np.maximum(strike - forward, 0.0), puts)
        return strike + largest(pairs.call[1], strike, True, *at) - puts

    finest = max(_FORWARD_TOLERANCE * spot, _SHARE_OF_WIDTH * float(np.min(pairs.width)))
    if start is None:
        guess = pairs.median(strike + math.exp(rate * maturity) * (call - put))
        start = _Solution(rate, guess, 0.0, (math.nan, math.nan), call)
    forward, slope, values = _settle(middle, pairs.median, start.forward, start.slope, finest)
    # With a yield the ends move with the forward as the middle does, so that one step finds them.
    tolerance = finest if timing == "unknown" else math.inf
    low, high = (_settle(end, pairs.median, forward, slope, tolerance)[0] for end in (lower, upper))
    return _Solution(rate, forward, slope, (min(low, forward), max(high, forward)), values)


def _settle(
    values: Callable[[float], Vector],
    median: Callable[[Vector], float],
    forward: float,
    slope: float,
    tolerance: float,
) -> tuple[float, float, Vector]:
    """Solve F = median(values(F)) by secants; return it, the slope (below 1) and the values."""
    before, image_before = math.nan, math.nan
    for step in range(_STEPS):
        found = values(forward)
        image = median(found)
        if step > 0 and forward != before:
            slope = min(max((image - image_before) / (forward - before), 0.0), _STEEPEST)
        if step > _STEPS // 2:
            slope = 0.0  # secants that go round in circles at a corner of the median
        before, image_before = forward, image
        forward += (image - forward) / (1.0 - slope)
        if abs(forward - before) <= tolerance:
            return forward, slope, found
    raise DataError("expected a forward from parity; its equation did not settle")


@dataclass(frozen=True, eq=False)
class _Pairs:
    strike: Vector
    call: tuple[Vector, Vector]
    put: tuple[Vector, Vector]

    @property
    def width(self) -> Vector:
        return self.call[1] - self.call[0] + self.put[1] - self.put[0]

    def median(self, values: Vector) -> float:
        """Return the median by precision; that of a locked pair is bounded by the tightest."""
        known = np.isfinite(values)
        if np.count_nonzero(known) < MINIMUM_STRIKES:
            raise DataError(
                f"expected at least {MINIMUM_STRIKES} pairs near the money above their exercise "
                f"value; got {np.count_nonzero(known)}"
            )
        order = np.argsort(values[known], kind="stable")
        weight = np.cumsum(quote_precision(self.width)[known][order])
        middle = values[known][order][np.searchsorted(weight, 0.5 * weight[-1])]
        if not middle > 0.0:
            raise DataError(f"expected a positive forward; parity gives {middle:.6g}")
        return float(middle)


def _allowed(
    solution: _Solution, spot: float, maturity: float, carry: CarryRange
) -> tuple[float, float]:
    low, high = solution.interval
    if carry.dividend_yields is None:
        return low, high
    least, most = carry.dividend_yields
    return (
        max(low, spot * math.exp((solution.rate - most) * maturity)),
        min(high, spot * math.exp((solution.rate - least) * maturity)),
    )
