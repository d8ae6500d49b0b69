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

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_POINTS = 400
_STEP = 0.05
_REFINEMENTS = 2
_MOST_MINIMA = 6
_FARTHEST = 300.0
_TINY = 1e-300


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
    """Return the infimum of g over all real k, to about 1e-9 of itself.

    With k = m + s sinh(tau + tau_0), where w is least at tau = 0, g is analytic in tau but for
    w = 0 and (k - m)^2 = -s^2: at least min(sqrt(w_*/(b s sqrt(1 - rho^2))), pi/2) or so off the
    real line. Steps well below that distance miss no minimum. The limits of g are
    (4 - slope^2)/16, by the slope of each wing; a flat smile has g = 1.
    """
    b, rho, s = part.slope, part.correlation, part.smoothness
    if b == 0.0:
        return 1.0
    start = -math.atanh(rho)
    scale = max(b * s * math.sqrt(1.0 - rho * rho), _TINY)
    # beyond this the limits are reached to rounding
    far = 35.0 + abs(start) + math.log(max(1.0, (part.minimum + 1.0) / scale))
    far = min(far + math.log(max(1.0, abs(part.translation) / s)), _FARTHEST)
    width = min(1.0, math.sqrt(part.minimum / scale))
    near = width * np.sinh(np.linspace(0.0, math.asinh(1.0 / width), _POINTS))
    half = np.append(near, np.arange(1.0, far, _STEP)[1:])
    tau = np.append(-half[:0:-1], half)

    def g(tau: Vector) -> Vector:
        return durrleman_function(part.translation + s * np.sinh(tau + start), part)

    values = g(tau)
    least = float(values.min())
    inner = values[1:-1]
    # g' vanishes with a polynomial of degree 13: at most six minima, below any noise of the wings
    minima = np.flatnonzero((inner <= values[:-2]) & (inner <= values[2:]))
    for place in minima[np.argsort(inner[minima])][:_MOST_MINIMA]:
        near = tau[place : place + 3]
        for _ in range(_REFINEMENTS):
            near = np.linspace(near[0], near[-1], _POINTS)
            closer = g(near)
            least = min(least, float(closer.min()))
            lowest = int(closer.argmin())
            near = near[max(lowest - 1, 0) : lowest + 2]
    return min(least, *((4.0 - (b * (1.0 + sign * rho)) ** 2) / 16.0 for sign in (-1.0, 1.0)))
