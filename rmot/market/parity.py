r"""Forward and discount factor from put–call parity, :math:`C - P = D\,(F - K)`.

European quotes of one expiry give a straight line in the strike: its slope is :math:`-D`, its
root is :math:`F`. The line is fitted to differences of mid prices by Huber's M-estimator, each
strike weighted by the inverse square of its combined bid–ask width; the start is the Theil–Sen
line and the scale the median absolute deviation from it. Bid and ask bound the forward as well:

.. math:: C_\text{bid} - P_\text{ask} \le D\,(F - K) \le C_\text{ask} - P_\text{bid}.

Where D is known from elsewhere (`rmot.market.pool_discounts`), only the root is fitted.

References
----------
.. [1] P. J. Huber, E. M. Ronchetti, *Robust Statistics*, 2nd ed., Wiley 2009, sections 7.4–7.8.
.. [2] P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", *JASA* 63
   (1968) 1379–1389.
.. [3] W. K. Newey, K. D. West, "A simple, positive semi-definite, heteroskedasticity and
   autocorrelation consistent covariance matrix", *Econometrica* 55 (1987) 703–708.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import DataError, ParameterError
from rmot.market.parity_region import ParityRegion, parity_region

Vector = NDArray[np.float64]

MINIMUM_STRIKES: Final = 4
RATE_INTERVAL: Final = (-0.05, 0.25)
"""Continuously compounded rates (per year) beyond which a discount factor is not believed."""

_HUBER = 1.345  # 95% efficiency under normal errors
_MAD_TO_DEVIATION = 1.4826
_STANDARD_ERRORS = 4.0
_ITERATIONS = 200
_PAIRS = 1 << 18


@dataclass(frozen=True, eq=False)
class ForwardFit:
    """Forward and discount factor of one expiry, and how well they are known.

    Attributes
    ----------
    forward, discount_factor : float
    forward_error, discount_factor_error : float
        Standard errors.
    forward_interval : tuple of float
        Forwards that bid and ask allow.
    strike, residual, width, weight : ndarray, shape (n_strikes,)
        Strikes used; mid call − mid put − D (F − K) and the combined bid–ask width, in units of
        price; the weight in (0, 1], where less than 1 marks an outlier.
    """

    forward: float
    discount_factor: float
    forward_error: float
    discount_factor_error: float
    forward_interval: tuple[float, float]
    strike: Vector = field(repr=False)
    residual: Vector = field(repr=False)
    width: Vector = field(repr=False)
    weight: Vector = field(repr=False)

    @property
    def n_strikes(self) -> int:
        """Number of strikes with a call and a put."""
        return self.strike.size


@dataclass(frozen=True, eq=False)
class ParityFit(ForwardFit):
    """The fitted line and how well it is known; see `ForwardFit`.

    Attributes
    ----------
    forward_error, discount_factor_error : float
        Robust to errors that are correlated between neighbouring strikes (as
        market makers' are: 0.5 at lag one on SPX), but not to an error common to all strikes. Of a
        discount factor that was given: as given, and the forward's error contains it.
    forward_interval : tuple of float
        Forwards that bid and ask allow at every strike with this discount factor; its ends are
        in the wrong order when some strikes contradict each other.
    weight : ndarray, shape (n_strikes,)
        Huber's.
    region : ParityRegion
        All pairs of discount factor and forward that bid and ask allow, whatever was fitted.
    discount_factor_given : bool
        Whether the discount factor was given rather than fitted.
    """

    region: ParityRegion = field(repr=False)
    discount_factor_given: bool = False

    @property
    def discount_factor_interval(self) -> tuple[float, float]:
        """Discount factors that bid and ask allow at every strike; NaN when some contradict."""
        return self.region.discount_factor_interval

    @property
    def joint_forward_interval(self) -> tuple[float, float]:
        """Forwards that bid and ask allow with any of those discount factors; NaN likewise."""
        return self.region.forward_interval

    @property
    def slope_resolution(self) -> float:
        """What tilts the line by half the median bid–ask width at its ends, in units of D."""
        return _slope_resolution(self.width, self.strike)

    @property
    def n_violations(self) -> int:
        """Number of strikes whose bid and ask exclude the fitted line."""
        return int(np.count_nonzero(np.abs(self.residual) > 0.5 * self.width))


def fit_parity(
    strike: ArrayLike,
    call_bid: ArrayLike,
    call_ask: ArrayLike,
    put_bid: ArrayLike,
    put_ask: ArrayLike,
    maturity: float,
    rate_interval: tuple[float, float] = RATE_INTERVAL,
    discount_factor: float | None = None,
    discount_factor_error: float = 0.0,
) -> ParityFit:
    r"""Fit forward and discount factor to the calls and puts of one expiry.

    Parameters
    ----------
    strike, call_bid, call_ask, put_bid, put_ask : array_like, shape (n,)
        Strikes, distinct, at which call and put both have a two-sided quote; prices in the units
        of the strike.
    maturity : float
        In years.
    rate_interval : tuple of float
        The continuously compounded rate :math:`-\log(D)/T` must lie in this interval, up to four
        standard errors of :math:`D` or to what tilts the line by half the median bid–ask width at
        its ends, whichever is more (over three days 1e-3 in :math:`D` is a rate of 12%).
    discount_factor : float, optional
        Known from elsewhere; then only the forward is fitted.
    discount_factor_error : float
        The standard error of a known discount factor.

    Returns
    -------
    ParityFit

    Raises
    ------
    DataError
        Fewer than four strikes, or a forward or discount factor that is not believable.
    ParameterError
        A known discount factor that is not positive, or a negative error.
    """
    given = discount_factor is not None
    if given and not (discount_factor > 0 and discount_factor_error >= 0):
        raise ParameterError(
            "expected a positive discount factor and a standard error of at least 0; got "
            f"{discount_factor!r} and {discount_factor_error!r}"
        )
    order = np.argsort(np.asarray(strike, dtype=float))
    strikes, bid_call, ask_call, bid_put, ask_put = (
        np.asarray(column, dtype=float)[order]
        for column in (strike, call_bid, call_ask, put_bid, put_ask)
    )
    lower, upper = bid_call - ask_put, ask_call - bid_put
    if strikes.size < MINIMUM_STRIKES:
        raise DataError(
            f"expected at least {MINIMUM_STRIKES} strikes with a two-sided call and put; "
            f"got {strikes.size}"
        )
    if np.any(np.diff(strikes) == 0):
        raise DataError("expected distinct strikes; some are equal")
    difference, width = 0.5 * (lower + upper), upper - lower
    precision = quote_precision(width)
    centre = float(np.average(strikes, weights=precision))
    line = _huber_line(
        strikes - centre,
        difference,
        precision,
        None if discount_factor is None else -discount_factor,
    )
    discount = -line.slope
    discount_error = discount_factor_error if given else line.slope_error
    if not discount > 0:
        raise DataError(f"expected a positive discount factor; parity gives {discount:.6g}")
    forward = centre + line.intercept / discount
    slack = max(_STANDARD_ERRORS * discount_error, _slope_resolution(width, strikes))
    least, most = (math.exp(-rate * maturity) for rate in reversed(rate_interval))
    if not (forward > 0 and least - slack <= discount <= most + slack):
        raise DataError(
            f"expected a positive forward and a discount factor in [{least:.5f}, {most:.5f}]; "
            f"parity gives {forward:.6g} and {discount:.5f} ± {discount_error:.1e}"
        )
    # The line turns about its centre of weight: there its height does not depend on the slope.
    pivot = float(np.average(strikes, weights=precision * line.weight)) if given else centre
    return ParityFit(
        forward=forward,
        discount_factor=discount,
        forward_error=math.hypot(line.intercept_error, (forward - pivot) * discount_error)
        / discount,
        discount_factor_error=discount_error,
        forward_interval=(
            float(np.max(strikes + lower / discount)),
            float(np.min(strikes + upper / discount)),
        ),
        strike=strikes,
        residual=difference - discount * (forward - strikes),
        width=width,
        weight=line.weight,
        region=parity_region(strikes, lower, upper),
        discount_factor_given=given,
    )


def _slope_resolution(width: Vector, strike: Vector) -> float:
    return float(np.median(width) / np.ptp(strike))


@dataclass(frozen=True, eq=False)
class _Line:
    intercept: float
    slope: float
    intercept_error: float
    slope_error: float
    weight: Vector


def quote_precision(width: Vector) -> Vector:
    """Return 1/width²; a locked quote counts as the tightest open one, all locked as equal."""
    positive = width[width > 0]
    return np.maximum(width, positive.min() if positive.size else 1.0) ** -2


def _huber_line(x: Vector, y: Vector, precision: Vector, known_slope: float | None) -> _Line:
    root = np.sqrt(precision)
    slope = _theil_sen_slope(x, y) if known_slope is None else known_slope
    intercept = float(np.median(y - slope * x))
    standardised = root * (y - intercept - slope * x)
    # A floor at rounding error keeps noiseless quotes exact and outliers at weight nearly zero.
    rounding = np.finfo(float).eps * float(np.max(root * (np.abs(y) + np.abs(slope * x))))
    scale = max(_MAD_TO_DEVIATION * float(np.median(np.abs(standardised))), rounding)
    weight = np.ones_like(x)
    if scale > 0:
        for _ in range(_ITERATIONS):
            residual = np.abs(root * (y - intercept - slope * x))
            weight = np.minimum(1.0, _HUBER * scale / np.maximum(residual, _HUBER * scale))
            previous = intercept, slope
            intercept, slope = _weighted_line(x, y, precision * weight, known_slope)
            change = root * (intercept - previous[0] + (slope - previous[1]) * x)
            if np.max(np.abs(change)) <= 1e-10 * scale:
                break
    # A known slope that is off tilts the residuals; its own error counts that, scatter does not.
    level, tilt = _weighted_line(x, y, precision * weight, None)
    powers = [np.ones_like(x)] if known_slope is not None else [np.ones_like(x), x]
    errors = _standard_errors(
        np.column_stack(powers), root * (y - level - tilt * x), precision, _HUBER * scale
    )
    return _Line(intercept, slope, errors[0], errors[-1], weight)


def _theil_sen_slope(x: Vector, y: Vector) -> float:
    first, second = np.triu_indices(x.size, k=1)
    step = -(-first.size // _PAIRS)
    first, second = first[::step], second[::step]
    return float(np.median((y[second] - y[first]) / (x[second] - x[first])))


def _weighted_line(
    x: Vector, y: Vector, weight: Vector, known_slope: float | None
) -> tuple[float, float]:
    mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
    away = x - mean_x
    if known_slope is None:
        slope = float(np.sum(weight * away * (y - mean_y)) / np.sum(weight * away**2))
    else:
        slope = known_slope
    return float(mean_y - slope * mean_x), slope


def _standard_errors(
    design: Vector, residual: Vector, precision: Vector, cutoff: float
) -> list[float]:
    r"""Return the coefficients': Huber's sandwich [1], its middle by Newey and West [3].

    With :math:`s_i = \sqrt{p_i}\,\psi(z_i)\,d_i`, d the rows of the design in the order of
    strikes, the middle is
    :math:`\sum_{|i-j| \le L} (1 - |i-j|/(L+1))\, s_i s_j^T` with :math:`L = \lceil\sqrt n\rceil`.
    """
    n, n_coefficients = design.shape
    inside = max(float(np.mean(np.abs(residual) <= cutoff)), 1.0 / n)
    columns = design * np.sqrt(precision)[:, None]
    bread = np.linalg.inv(inside * columns.T @ columns)
    scores = columns * np.clip(residual, -cutoff, cutoff)[:, None]
    middle = scores.T @ scores
    lags = min(math.ceil(math.sqrt(n)), n - 1)
    for lag in range(1, lags + 1):
        product = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (product + product.T)
    covariance = bread @ middle @ bread * n / (n - n_coefficients)
    return np.sqrt(np.maximum(np.diag(covariance), 0.0)).tolist()
