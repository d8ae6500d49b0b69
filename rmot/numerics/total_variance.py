r"""Knows Gatheral's hyperbola of total implied variance w(k) = sigma(k)^2 T, and when g(k) >= 0.

The slice SVI, with its least value :math:`w_*` in place of the raw
:math:`a = w_* - b s \sqrt{1 - \rho^2}`, is

.. math:: w(k) = w_* + b \Big(\rho (k - m) + \sqrt{(k - m)^2 + s^2} - s \sqrt{1 - \rho^2}\Big).

SSVI at the money :math:`\theta = w(0)` is the slice :math:`w_* = \theta (1 - \rho^2)`,
:math:`b = \theta \varphi / 2`, :math:`m = -\rho / \varphi`,
:math:`s = \sqrt{1 - \rho^2} / \varphi`.

The density of log(S/F) is :math:`g(k) \exp(-d_-^2/2) / \sqrt{2 \pi w}` with Durrleman's function

.. math:: g = \Big(1 - \frac{k w'}{2 w}\Big)^2 - \frac{w'^2}{4} \Big(\frac1w + \frac14\Big)
          + \frac{w''}{2}.

Reference: J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", *Quantitative
Finance* 14 (2014) 59–71: equations (3.1), (4.1), (4.5) and (2.1).
"""

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class SliceSVI(NamedTuple):
    """The numbers w_*, b, rho, m and s above."""

    minimum: float
    slope: float
    correlation: float
    translation: float
    smoothness: float


def ssvi_slice(at_the_money: float, phi: float, correlation: float) -> SliceSVI:
    """Return the slice of SSVI with total variance theta at the money and curvature phi."""
    sine_squared = 1.0 - correlation**2
    return SliceSVI(
        at_the_money * sine_squared,
        0.5 * at_the_money * phi,
        correlation,
        -correlation / phi,
        sine_squared**0.5 / phi,
    )


def power_law(at_the_money: float, curvature: float, decay: float) -> float:
    """Return phi(theta) = eta theta^-gamma (1 + theta)^(gamma - 1)."""
    return curvature * at_the_money**-decay * (1.0 + at_the_money) ** (decay - 1.0)


def total_variance(k: Vector, part: SliceSVI) -> Vector:
    """Return w(k), never below w_* also when rounded; same shape as k."""
    return part.minimum + part.slope * _above_minimum(k, part)


def _above_minimum(k: Vector, part: SliceSVI) -> Vector:
    # (w - w_*)/b is a square over a sum, which cancels nowhere
    y, rho, s = k - part.translation, part.correlation, part.smoothness
    sine = (1.0 - rho * rho) ** 0.5
    height = np.hypot(y, s)
    tilt = rho * y
    upper = height + np.abs(tilt)
    difference = np.where(tilt > 0.0, ((sine * y) ** 2 + s * s) / upper, upper)
    return (sine * y + rho * s) ** 2 / (difference + s * sine)


def total_variance_gradient(k: Vector, part: SliceSVI) -> Vector:
    """Return the derivatives of w in (w_*, b, rho, m, s), shape (5, n) for k of shape (n,)."""
    y, rho, s = k - part.translation, part.correlation, part.smoothness
    sine = (1.0 - rho * rho) ** 0.5
    height = np.hypot(y, s)
    return np.array(
        [
            np.ones_like(y),
            _above_minimum(k, part),
            part.slope * (y + s * rho / sine),
            -part.slope * (rho + y / height),
            part.slope * (s / height - sine),
        ]
    )


def durrleman_function(k: Vector, part: SliceSVI) -> Vector:
    """Return g(k), whose sign is that of the density; same shape as k."""
    w = total_variance(k, part)
    y, s = k - part.translation, part.smoothness
    height = np.hypot(y, s)
    first = part.slope * (part.correlation + y / height)
    second = part.slope * (s / height) ** 2 / height
    return (1.0 - 0.5 * k * first / w) ** 2 - 0.25 * first**2 * (1.0 / w + 0.25) + 0.5 * second


def least_durrleman(part: SliceSVI) -> float:
    """Return the infimum of g over all real k.

    With :math:`k = m + s (u - 1/u)/2` everything is rational in u > 0, and g is stationary where a
    polynomial of degree 13 vanishes; its limits are (4 - slope^2)/16, by the slope of each wing.
    A flat smile has g = 1.
    """
    b, rho, s = part.slope, part.correlation, part.smoothness
    if b == 0.0:
        return 1.0
    u = Polynomial([0.0, 1.0])
    raw_level = part.minimum - b * s * (1.0 - rho * rho) ** 0.5
    # u w, u k, (u^2 + 1) w' and u^2 + 1
    w = Polynomial([0.5 * b * s * (1.0 - rho), raw_level, 0.5 * b * s * (1.0 + rho)])
    k = Polynomial([-0.5 * s, part.translation, 0.5 * s])
    first = Polynomial([-b * (1.0 - rho), 0.0, b * (1.0 + rho)])
    e = Polynomial([1.0, 0.0, 1.0])
    # g times w^2 e^3
    numerator = e * (w * e - 0.5 * k * first) ** 2 - 0.25 * first**2 * e * w * (u + 0.25 * w)
    numerator += (4.0 * b / s) * u**3 * w**2
    stationary = numerator.deriv() * w * e - numerator * (2.0 * w.deriv() * e + 6.0 * u * w)
    # points that are not stationary do no harm, so that real parts of complex roots may stay
    place = np.real(stationary.roots())
    place = np.append(place[place > 0.0], 1.0)
    # roots of leading coefficients that are rounding lie beyond floating point: nan there
    with np.errstate(over="ignore", invalid="ignore"):
        values = durrleman_function(part.translation + 0.5 * s * (place - 1.0 / place), part)
    limits = [(4.0 - (b * (1.0 + sign * rho)) ** 2) / 16.0 for sign in (-1.0, 1.0)]
    return float(min(np.nanmin(values), *limits))
