r"""Knows options on a variable X that takes both signs, from its moment generating function.

.. math:: E (X - k)^+ = \frac{1}{2\pi i} \int \frac{E e^{s(X - k)}}{s^2}\,ds, \qquad
          P(X > k) = \frac{1}{2\pi i} \int \frac{E e^{s(X - k)}}{s}\,ds,

along Re s > 0; along Re s < 0 the first is E (k - X)^+ and the second -P(X < k). Each strike takes
the side on which its option is out of the money. On s = w + i b sinh y, between 0 and the critical
exponent, the trapezoidal rule converges geometrically; its step is halved until the last change,
which is larger than the error, is below the tolerance for all strikes of a side.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
LogTransform = Callable[[NDArray[np.complex128]], tuple[NDArray[np.complex128], Vector]]
"""s -> log E e^{sX} and its error, shapes (n,)."""

_WIDTH = 0.475
_FIRST_STEP = 0.2
_LEVELS = 9
_CHUNK = 12
_MOST_CHUNKS = 8
_NEGLIGIBLE = 1e-3
_ROUNDING = 4e-16
_BISECTIONS = 40

WIDEST = 4.0
"""Exponents beyond this many over the standard deviation gain nothing."""


def finite_strip(is_finite: Callable[[float], bool], widest: float) -> tuple[float, float]:
    """Return (p, q), at most `widest`, such that E e^{rX} is finite for -p <= r <= q.

    Parameters
    ----------
    is_finite : callable
        Whether that of order r is.
    widest : float
    """
    ends = []
    for sign in (-1.0, 1.0):
        low, high = 0.0, widest
        if is_finite(sign * high):
            low = high
        else:
            for _ in range(_BISECTIONS):
                middle = 0.5 * (low + high)
                if is_finite(sign * middle):
                    low = middle
                else:
                    high = middle
        ends.append(low)
    return ends[0], ends[1]


def line_options(
    log_transform: LogTransform,
    strip: tuple[float, float],
    k: Vector,
    tolerance: float,
) -> tuple[Vector, Vector, Vector, Vector]:
    """Return out-of-the-money prices and probabilities beyond the strikes, and errors of both.

    X has mean 0 and variance 1.

    Parameters
    ----------
    log_transform : callable
    strip : (float, float)
        (p, q): E e^{sX} is finite for -p < Re s < q.
    k : ndarray, shape (m,)
    tolerance : float
        Admissible absolute error.

    Returns
    -------
    price, price_error, beyond, beyond_error : ndarray, shape (m,)
        E (X - k)^+ and P(X > k) for k >= 0; E (k - X)^+ and P(X < k) for k < 0. Errors that were
        not brought below the tolerance are larger.
    """
    found = np.full((4, k.size), np.nan)
    for sign in (1.0, -1.0):
        own = k >= 0.0 if sign > 0.0 else k < 0.0
        if np.any(own):
            reach = strip[1] if sign > 0.0 else strip[0]
            found[:, own] = _side(log_transform, sign, reach, np.abs(k[own]), tolerance)
    return found[0], found[1], found[2], found[3]


def _side(
    log_transform: LogTransform,
    sign: float,
    reach: float,
    k: Vector,
    tolerance: float,
) -> NDArray[np.float64]:
    """Return prices, errors, probabilities and errors of sign X beyond k >= 0; shape (4, m)."""
    centre, width = 0.5 * reach, _WIDTH * reach

    def terms(y: Vector) -> tuple[NDArray[np.complex128], Vector, NDArray[np.complex128], Vector]:
        """Nodes s, speeds, log E e^{sX} and its errors."""
        s = centre + 1j * width * np.sinh(y)
        value, error = log_transform(sign * s)
        return s, width * np.cosh(y), value, error

    pieces: list[tuple[NDArray[np.complex128], Vector, NDArray[np.complex128], Vector]] = []
    log_least = np.log(_NEGLIGIBLE * tolerance)
    for chunk in range(_MOST_CHUNKS):
        first = float(chunk * _CHUNK)
        pieces.append(terms(_FIRST_STEP * np.arange(first, first + _CHUNK)))
        s, speed, value, _ = pieces[-1]
        height = value.real + np.log(speed / np.abs(s) * np.maximum(1.0 / np.abs(s), 1.0))
        if height[-1] - centre * k.min() < log_least:
            break
    s, speed, value, error = (np.concatenate([each[i] for each in pieces]) for i in range(4))
    height = value.real + np.log(speed / np.abs(s) * np.maximum(1.0 / np.abs(s), 1.0))
    large = np.flatnonzero(height - centre * k.min() >= log_least)
    used = min(int(large[-1]) + 2 if large.size else 2, s.size)
    s, speed, value, error = s[:used], speed[:used], value[:used], error[:used]
    step, last = _FIRST_STEP, used - 1
    sums = np.zeros((3, 2, k.size))
    previous = np.full((2, k.size), np.inf)
    result = np.full((4, k.size), np.inf)
    for level in range(_LEVELS):
        if level:
            step *= 0.5
            odd = step * (2 * np.arange(last * 2 ** (level - 1)) + 1)
            s, speed, value, error = terms(odd)
        weight = speed / np.pi
        if level == 0:
            # conjugate nodes count by their real parts; the first has no conjugate
            weight[0] *= 0.5
        with np.errstate(under="ignore"):
            phase = np.exp(value[:, None] - s[:, None] * k)
        noise = error[:, None] + _ROUNDING * (1.0 + np.abs(s)[:, None] * k)
        for row, power in enumerate((2, 1)):
            each = phase * (weight / s**power)[:, None]
            size = np.abs(each)
            sums[0, row] += each.real.sum(axis=0)
            sums[1, row] += (size * noise).sum(axis=0)
            if level == 0:
                sums[2, row] = size[-1]
        now = step * sums[0]
        change = np.abs(now - previous)
        previous = now
        # what lies beyond the last node falls off at least as fast as over the last unit of y
        total = change + step * sums[1] + sums[2]
        result = np.array([now[0], total[0], now[1], total[1]])
        if np.all(total <= tolerance):
            break
    return result
