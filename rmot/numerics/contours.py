"""Knows where to run a Fourier contour: which bend and which step need the fewest nodes.

The contours are u = i omega + b sinh(i theta + y), between two critical moments. What is known
beforehand is the growth of log phi, through a balance that is right for small and large u,

    log phi(u) ~ sum_f weight_f h_f(u),   0.9 T^{-alpha} h = c0 + c1 h + c2 h^2   in each factor f.

It affects the work and never the result. The trapezoidal rule of step s on the contour bent by
theta has an error exp(M(phi) - 2 pi |phi - theta| / s) for each bend phi on either side, where M is
the largest logarithm of the integrand there (Trefethen and Weideman 2014, theorem 5.1).
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.riccati_start import riccati_guess

_LARGEST_BEND = 0.6
_ANGLES = 16
_RUNG = 0.5
_RUNGS = 28
_WIDE, _HIGH = np.sinh(_RUNG * np.arange(_RUNGS)), np.cosh(_RUNG * np.arange(_RUNGS))
_NEAREST_TO_POLE = 0.12
_MARGIN = 3.0
_MOST_CANCELLATION = 32.0
_WIDTH = 0.475
_MOMENTS = 16
_LARGEST_LOG = 600.0


@kernel
def log_growth(u, growth):
    """Return an approximate log phi(u); growth has a row (c1/iu, c1 at 0, c2, T^alpha, weight)."""
    total = complex(0.0)
    c0 = -0.5 * (u * u + 1j * u)
    for f in range(growth.shape[0]):
        c1 = 1j * u * growth[f, 0] + growth[f, 1]
        total += growth[f, 4] * riccati_guess(c0, c1, growth[f, 2], growth[f, 3])
    return total


@kernel
def _height(place, omega, width):
    """Return the bend of the contour that runs through i place."""
    return math.asin(min(max((place - omega) / width, -1.0), 1.0))


@kernel
def log_amplitude(drift, k, log_tolerance):
    """Return the largest of drift k - log tolerance over the strikes."""
    largest = -np.inf
    for m in range(k.size):
        largest = max(largest, drift * k[m] - log_tolerance[m])
    return largest


@kernel
def log_density_bound(low, high, k, growth):
    """Return min over r of log E S^r + (1 - r) k, roughly, shape of k.

    Chernoff's exponent of the out-of-the-money price; in the Black-Scholes model it is the
    logarithm of vega (2 pi / T)^{1/2}. The moments r < 0 serve k < 0, those above 1 the others.
    """
    out = np.empty(k.size)
    moments = np.empty((2, _MOMENTS))
    logs = np.empty((2, _MOMENTS))
    for i in range(_MOMENTS):
        share = ((i + 1.0) / (_MOMENTS + 1.0)) ** 2
        for side in range(2):
            r = -share * high if side == 0 else 1.0 + share * (-low - 1.0)
            value = log_growth(complex(0.0, -r), growth)
            moments[side, i] = r
            # where the balance has no real root it says nothing
            logs[side, i] = value.real if value.imag == 0.0 else np.inf
    for m in range(k.size):
        side = 0 if k[m] < 0.0 else 1
        # r at 0 for puts and at 1 for calls
        best = min(k[m], 0.0)
        for i in range(_MOMENTS):
            best = min(best, logs[side, i] + (1.0 - moments[side, i]) * k[m])
        out[m] = best
    return out


@kernel
def fill_guessed_vegas(low, high, k, growth, caution, root, least, out):
    """Fill root exp(caution * `log_density_bound`), at least `least`, shape of k."""
    exponent = log_density_bound(low, high, k, growth)
    for m in range(k.size):
        out[m] = max(root * math.exp(caution * exponent[m]), least)
    return 0


@kernel
def place_contour(low, high, calls, k, log_tolerance, growth, fan):
    """Choose a contour for one wing.

    Parameters
    ----------
    low, high : float
        Im u of the two critical moments.
    calls : bool
        The wing.
    k, log_tolerance : ndarray, shape (m,)
        A few log-moneynesses that stand for all, and logarithms of admissible errors there.
    growth : ndarray, shape (factors, 5)
    fan : float
        Angle that the bends looked at are spread over, at most pi.

    Returns
    -------
    omega, width, theta, step, reach, lower, upper : float
        step is 0 where no contour was found; lower and upper are the bends on either side of theta
        that bound the rule's error best.
    """
    # the centre lies on the pay-off's side of -1/2, or on it
    if calls:
        high = min(high, -1.0 - low)
    else:
        low = max(low, -1.0 - high)
    omega = 0.5 * (low + high)
    width = _WIDTH * (high - low)
    first = _height(0.0, omega, width)
    second = _height(-1.0, omega, width)
    nearest = min(_NEAREST_TO_POLE, 0.5 * (first - second))
    angles = np.empty(_ANGLES)
    peaks = np.empty(_ANGLES)
    reaches = np.empty(_ANGLES)
    count = 0
    for a in range(_ANGLES):
        # the last one runs between the poles
        angle = 0.5 * (first + second)
        if a < _ANGLES - 1:
            angle = fan * ((a + 1.0) / _ANGLES - 0.5)
            if min(abs(angle - first), abs(angle - second)) < nearest:
                continue
        cosine, sine = math.cos(angle), math.sin(angle)
        peak = -np.inf
        reach = 0.0
        before = 0.0
        closed = False
        for r in range(_RUNGS):
            y = _RUNG * r
            across, along = width * _WIDE[r] * cosine, width * _HIGH[r] * sine
            u = complex(across, omega + along)
            # the squares of |u'|, |u| and |u + i|
            speed = (width * _HIGH[r] * cosine) ** 2 + (width * _WIDE[r] * sine) ** 2
            poles = (across**2 + u.imag**2) * (across**2 + (u.imag + 1.0) ** 2)
            size = log_growth(u, growth).real + 0.5 * math.log(speed / poles)
            size += log_amplitude(1.0 + u.imag, k, log_tolerance)
            if not size < _LARGEST_LOG:
                peak = np.inf
                closed = False
                break
            peak = max(peak, size)
            if size > -_MARGIN:
                reach = y
                closed = False
            elif not closed:
                # where the size crosses the margin, between two rungs
                reach = y if r == 0 else y - _RUNG * (-_MARGIN - size) / (before - size)
                closed = True
            elif size < -_MARGIN - 12.0:
                break
            before = size
        angles[count] = angle
        peaks[count] = peak
        reaches[count] = reach if closed else np.inf
        count += 1
    result = (omega, width, 0.0, 0.0, 0.0, 0.0, 0.0)
    # first without contours on which rounding alone would exceed the tolerance
    for limit in (_MOST_CANCELLATION, np.inf):
        best = np.inf
        for a in range(count):
            if abs(angles[a]) > _LARGEST_BEND or not (reaches[a] < np.inf and peaks[a] < limit):
                continue
            below, above = 0.0, 0.0
            lower, upper = 0.0, 0.0
            for other in range(count):
                if not peaks[other] < 1e3:
                    continue
                step = 2.0 * math.pi * abs(angles[other] - angles[a])
                step /= max(peaks[other] + _MARGIN, 1.0)
                if angles[other] < angles[a] and step > below:
                    below, lower = step, angles[other]
                elif angles[other] > angles[a] and step > above:
                    above, upper = step, angles[other]
            step = min(below, above)
            if step > 0.0 and reaches[a] / step < best:
                best = reaches[a] / step
                result = (omega, width, angles[a], step, reaches[a], lower, upper)
        if best < np.inf:
            break
    return result
