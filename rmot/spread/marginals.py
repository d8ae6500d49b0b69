r"""Knows the law of one price behind a smile; lognormal tails stand where a formula is no law.

With total variance w(k) the formula's law has

    P(S > F e^k) = N(d_2) - n(d_2) d sqrt(w)/dk,   d_2 = -k/sqrt(w) - sqrt(w)/2,

and its density has the sign of

    g = (1 - k w'/(2 w))^2 - w'^2 (1/w + 1/4)/4 + w''/2

(J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14
(2014)). Around the forward, where g > 0, the law is the formula's. Beyond the strikes where that
ends, x_L and x_U with normal scores z_L and z_U, it is S = x e^{s (Z - z)} of a standard normal Z,
and s is such that the put at x_L and the call at x_U cost what the formula says. So masses are
positive and add up to 1, the mean is the forward, and vanillas between x_L and x_U are untouched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline, make_interp_spline
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri

from rmot.errors import AccuracyError, ParameterError
from rmot.models.protocol import SmileModel
from rmot.numerics.black import black_otm

Vector = NDArray[np.float64]

_REACHES = (10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.0)
_CELLS_BY_DEVIATION = 24
_DEGREE = 5
_FARTHEST_SCORE = 8.5
_MOST_REPLACED = 0.05
_FEWEST_NODES = 16
# of log S in Z: steeper, a lower tail is all but a mass at 0, an upper one without a mean
_LARGEST_SLOPE = 50.0
_LARGEST_LOG = 600.0
_NEWTON_STEPS = 6
_DENSITY = math.sqrt(2.0 * math.pi)


class Marginal(Protocol):
    """A law of one positive price, by normal scores: S = quantile(Z), Z = score(S)."""

    @property
    def forward(self) -> float:
        """The mean."""
        ...

    @property
    def kinks(self) -> Vector:
        """Prices between which the score is smooth, increasing."""
        ...

    @property
    def upper_slope(self) -> float:
        """The slope d log S / dZ of the upper tail, which says how far the mean reaches."""
        ...

    def score(self, price: ArrayLike) -> Vector:
        """Return the Z of which P(Z' < Z) = P(S < price); -inf for prices of at most 0."""
        ...

    def quantile(self, score: ArrayLike) -> Vector:
        """Return the price of which the probability to be below is that of a normal score."""
        ...


@dataclass(frozen=True, eq=False)
class SmileMarginal:
    """The law of a price at one maturity, from a smile.

    Attributes
    ----------
    maturity, forward : float
    volatility : BSpline
        Of log-moneyness.
    log_moneyness, scores : ndarray, shape (n,)
        Nodes from the lowest to the highest strike at which the law is the formula's.
    slopes : tuple of float
        s below and above them.

    Examples
    --------
    >>> from rmot.models import SABR
    >>> law = smile_marginal(SABR(initial_volatility=0.2, lognormal_vol_of_vol=0.4,
    ...     correlation=-0.3), 1.0, forward=0.05)
    >>> bool(abs(float(law.quantile(law.score(0.06))) - 0.06) < 1e-14)
    True
    """

    maturity: float
    forward: float
    volatility: BSpline
    log_moneyness: Vector
    scores: Vector
    slopes: tuple[float, float]

    @property
    def kinks(self) -> Vector:
        """The prices at which tails begin."""
        return self.forward * np.exp(self.log_moneyness[[0, -1]])

    @property
    def replaced(self) -> tuple[float, float]:
        """Masses of the lower and of the upper tail, which are not the formula's."""
        return float(ndtr(self.scores[0])), float(ndtr(-self.scores[-1]))

    @property
    def upper_slope(self) -> float:
        """The slope d log S / dZ of the upper tail."""
        return self.slopes[1]

    def score(self, price: ArrayLike) -> Vector:
        """Return normal scores of prices, same shape; -inf for prices of at most 0."""
        x = np.asarray(price, dtype=np.float64) / self.forward
        k = np.log(np.where(x > 0.0, x, 1.0))
        low, high = self.log_moneyness[[0, -1]]
        inner = _scores(self.volatility, np.clip(k, low, high), self.maturity)
        below = np.minimum(k - low, 0.0) / self.slopes[0]
        above = np.maximum(k - high, 0.0) / self.slopes[1]
        return np.where(x > 0.0, inner + below + above, -np.inf)

    def quantile(self, score: ArrayLike) -> Vector:
        """Return prices of normal scores, same shape."""
        z = np.asarray(score, dtype=np.float64)
        low, high = self.scores[[0, -1]]
        inner = np.clip(z, low, high)
        k = np.interp(inner, self.scores, self.log_moneyness)
        cell = np.clip(np.searchsorted(self.scores, inner), 1, self.scores.size - 1)
        for _ in range(_NEWTON_STEPS):
            miss = _scores(self.volatility, k, self.maturity) - inner
            step = miss * _normal(inner) / _density(self.volatility, k, self.maturity)
            k = np.clip(k - step, self.log_moneyness[cell - 1], self.log_moneyness[cell])
        beyond = self.slopes[0] * np.minimum(z - low, 0.0)
        beyond += self.slopes[1] * np.maximum(z - high, 0.0)
        return self.forward * np.exp(k + beyond)


def smile_marginal(
    model: SmileModel,
    maturity: float,
    *,
    forward: float = 1.0,
    most_replaced: float = _MOST_REPLACED,
) -> SmileMarginal:
    """Return the law behind a smile, with tails of its own where the smile is no law's.

    Parameters
    ----------
    model : SmileModel
        Such as `rmot.models.SABR`.
    maturity : float
        T > 0 in years.
    forward : float
        Positive.
    most_replaced : float
        The mass, in (0, 1/2), that either tail may have.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If the formula's density turns negative where more mass than that lies beyond.
    """
    for name, value in (("maturity", maturity), ("forward", forward)):
        if not (value > 0.0 and math.isfinite(value)):
            raise ParameterError(f"{name} must be positive and finite; got {value!r}")
    if not 0.0 < most_replaced < 0.5:
        raise ParameterError(f"most_replaced must lie in (0, 0.5); got {most_replaced!r}")
    k, volatility = _smile(model, maturity)
    held = _law_around_forward(k, volatility, maturity)
    for side in (0, -1):
        mass = float(ndtr(-abs(_scores(volatility, k[held][[side]], maturity)[0])))
        if mass > most_replaced:
            raise AccuracyError(
                f"the smile is no law's beyond log-moneyness {k[held][side]:.4g} at maturity "
                f"{maturity:g}: {100.0 * mass:.2g}% of the mass would be replaced, "
                f"{100.0 * most_replaced:.2g}% was accepted"
            )
    k = k[held]
    scores = _scores(volatility, k, maturity)
    slopes = (
        _tail_slope(volatility, k[0], maturity, False),
        _tail_slope(volatility, k[-1], maturity, True),
    )
    return SmileMarginal(float(maturity), float(forward), volatility, k, scores, slopes)


def _smile(model: SmileModel, maturity: float) -> tuple[Vector, BSpline]:
    """Return nodes and a spline of volatilities, as far out as the model gives them."""
    deviation = float(model.implied_volatility(0.0, maturity)) * math.sqrt(maturity)
    if not deviation > 0.0:
        raise ParameterError(f"expected a law that is not one point; its deviation is {deviation}")
    sides = []
    for sign in (-1.0, 1.0):
        for reach in _REACHES:
            cells = np.arange(1, int(reach * _CELLS_BY_DEVIATION) + 1)
            k = sign * deviation / _CELLS_BY_DEVIATION * cells
            try:
                found = model.implied_volatility(k, maturity)
            except AccuracyError:
                continue
            usable = np.isfinite(found) & (found > 0.0)
            first = k.size if usable.all() else int(np.argmin(usable))
            sides.append((k[:first], found[:first]))
            break
        else:
            raise AccuracyError(
                f"expected a smile over {_REACHES[-1]:g} deviations of {deviation:.3g} around the "
                f"forward; the model has none at maturity {maturity:g}"
            )
    (below, low), (above, high) = sides
    k = np.concatenate([below[::-1], [0.0], above])
    if k.size < _FEWEST_NODES:
        raise AccuracyError(f"the model's smile at maturity {maturity:g} is known nowhere")
    middle = [deviation / math.sqrt(maturity)]
    return k, make_interp_spline(k, np.concatenate([low[::-1], middle, high]), k=_DEGREE)


def _law_around_forward(k: Vector, volatility: BSpline, maturity: float) -> NDArray[np.bool_]:
    """Tell at which nodes, one after the other around the forward, the smile is a law's."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = _scores(volatility, k, maturity)
        fine = (_density(volatility, k, maturity) > 0.0) & (np.abs(scores) < _FARTHEST_SCORE)
        fine[1:] &= np.diff(scores) > 0.0
        room = _tail_ratio(0.0, scores, k > 0.0) < (ratio := _option_ratio(volatility, k, maturity))
        room &= ratio < _tail_ratio(_LARGEST_SLOPE, scores, k > 0.0)
    forward = int(np.argmin(np.abs(k)))
    wrong = np.flatnonzero(~fine)
    low = int(wrong[wrong < forward].max(initial=-1)) + 1
    high = int(wrong[wrong > forward].min(initial=k.size)) - 1
    while low < forward and not room[low]:
        low += 1
    while high > forward and not room[high]:
        high -= 1
    held = np.zeros(k.size, dtype=bool)
    held[low : high + 1] = fine[forward]
    if np.count_nonzero(held) < _FEWEST_NODES:
        raise AccuracyError(
            f"the smile at maturity {maturity:g} is no law's even near the forward: its density is "
            "negative there"
        )
    return held


def _tail_slope(volatility: BSpline, k: float, maturity: float, upper: bool) -> float:
    """Return s at which a tail's mass and its option are those of the smile."""
    strike = np.array([k])
    score = _scores(volatility, strike, maturity)
    ratio = _option_ratio(volatility, strike, maturity)

    def excess(s: float) -> float:
        return float((_tail_ratio(s, score, np.array([upper])) - ratio)[0])

    return float(brentq(excess, 0.0, _LARGEST_SLOPE, xtol=1e-14, rtol=1e-14))  # pyright: ignore[reportArgumentType]


def _option_ratio(volatility: BSpline, k: Vector, maturity: float) -> Vector:
    """Return out-of-the-money options over what they would be if all mass beyond paid a strike."""
    mass = ndtr(-np.abs(_scores(volatility, k, maturity)))
    return black_otm(k, volatility(k), maturity) * np.exp(-k) / mass


def _tail_ratio(s: float, scores: Vector, upper: NDArray[np.bool_]) -> Vector:
    """Return that ratio for lognormal tails: E e^{s (Z - z)} - 1 over Z > z, or its mirror image.

    The lower tail is that of Z > z = |z_L| with -s in place of s, and the sign changed.
    """
    z, shift = np.abs(scores), np.where(upper, s, -s)
    log_mean = -shift * z + 0.5 * s * s + log_ndtr(shift - z) - log_ndtr(-z)
    return np.where(upper, 1.0, -1.0) * np.expm1(np.minimum(log_mean, _LARGEST_LOG))


def _normal(z: Vector) -> Vector:
    return np.exp(-0.5 * z * z) / _DENSITY


def _scores(volatility: BSpline, k: Vector, maturity: float) -> Vector:
    """Return normal scores of P(S < F e^k), from the smaller of the two masses."""
    root = math.sqrt(maturity)
    deviation, slope = root * volatility(k), root * volatility(k, 1)
    d = -k / deviation - 0.5 * deviation
    tilt = _normal(d) * slope
    below, above = ndtr(-d) + tilt, ndtr(d) - tilt
    return np.where(below < above, ndtri(below), -ndtri(above))


def _density(volatility: BSpline, k: Vector, maturity: float) -> Vector:
    """Return the density of log(S/F)."""
    sigma, slope, bend = (volatility(k, order) for order in range(3))
    w = sigma * sigma * maturity
    by_k, by_kk = 2.0 * maturity * sigma * slope, 2.0 * maturity * (slope * slope + sigma * bend)
    g = (1.0 - 0.5 * k * by_k / w) ** 2 - 0.25 * by_k**2 * (1.0 / w + 0.25) + 0.5 * by_kk
    return g * _normal(k / np.sqrt(w) + 0.5 * np.sqrt(w)) / np.sqrt(w)
