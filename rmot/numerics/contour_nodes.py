"""Knows the nodes of the trapezoidal rule on a contour, and how exact log phi has to be there.

    u_j = i omega + b sinh(i theta + j h),   w_j = -(h / pi) u'_j / (u_j (u_j + i)),

the first with half its weight, so that a price is the real part of sum_j w_j e^{(1 - i u_j) k}
phi(u_j) and residues. An error d of log phi moves it by |w_j e^{(1 - i u_j) k} phi(u_j)| d. Beside
them stand nodes on the two contours that bound the rule's error (`contours`).
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.contours import log_amplitude, log_growth, place_contour

SIDE_NODES = 12
_NARROW_FAN = 0.15 * math.pi
_CAUTION, _FEW_CAUTION, _FEW_STEPS = 0.9, 0.75, 24
_LEADING_DIGIT = 0.1
_SHARE = 1.5
"""Part of the admissible error that errors of log phi may add up to, were each as large as it may
be; most are far smaller, since the number of nodes of h goes in steps."""


@kernel
def _representatives(k, tolerance):
    """Return a few strikes, both ends among them, that stand for all in magnitudes."""
    stride = max(1, k.size // 5)
    count = (k.size - 1) // stride + 3
    some = np.empty(count)
    log_tolerance = np.empty(count)
    for i in range(count):
        at = i * stride
        if i >= count - 2:
            at = np.argmin(k) if i == count - 2 else np.argmax(k)
        some[i], log_tolerance[i] = k[at], math.log(tolerance[at])
    return some, log_tolerance


@kernel
def _fill_bearable(log_size, u, weight, k, log_tolerance, admissible):
    for j in range(u.size):
        exponent = log_size[j] + log_amplitude(1.0 + u[j].imag, k, log_tolerance)
        size = u.size * abs(weight[j]) * math.exp(max(min(exponent, 600.0), -600.0))
        # sizes may be guesses: no value is left without its leading digit
        admissible[j] = min(_SHARE / size, _LEADING_DIGIT)
    return 0


@kernel
def bearable_errors(log_size, u, weight, k, tolerance, bearable):
    """Fill the errors of log phi that the prices can bear, from the logarithm of |phi|."""
    some, log_tolerance = _representatives(k, tolerance)
    _fill_bearable(log_size, u, weight, some, log_tolerance, bearable)
    return 0


@kernel
def _fill_nodes(shape, k, log_tolerance, growth, u, weight, bearable):
    omega, width, theta, step = shape[:4]
    cosine, sine = math.cos(theta), math.sin(theta)
    size = np.empty(u.size)
    for j in range(u.size):
        grow = math.exp(j * step)
        wide, high = 0.5 * (grow - 1.0 / grow), 0.5 * (grow + 1.0 / grow)
        u[j] = complex(width * wide * cosine, omega + width * high * sine)
        speed = complex(width * high * cosine, width * wide * sine)
        weight[j] = -step / math.pi * speed / (u[j] * (u[j] + 1j))
        if j == 0:
            weight[j] *= 0.5
        size[j] = log_growth(u[j], growth).real
    _fill_bearable(size, u, weight, k, log_tolerance, bearable)
    return 0


@kernel
def fill_nodes(shape, k, tolerance, growth, u, weight, bearable):
    """Fill frequencies, weights of phi, and the errors of log phi that the prices can bear."""
    some, log_tolerance = _representatives(k, tolerance)
    _fill_nodes(shape, some, log_tolerance, growth, u, weight, bearable)
    return 0


@kernel
def whole_fours(count):
    """Return the least multiple of four from `count` on."""
    return 4 * math.ceil(0.25 * count)


@kernel
def _sides(shape):
    """Return frequencies on the two contours that bound the rule's error, shape (12,)."""
    u = np.empty(SIDE_NODES, dtype=np.complex128)
    half = SIDE_NODES // 2
    for j in range(SIDE_NODES):
        bend = shape[5 + j % 2]
        y = (j // 2) * shape[4] / half
        u[j] = complex(
            shape[1] * math.sinh(y) * math.cos(bend),
            shape[0] + shape[1] * math.cosh(y) * math.sin(bend),
        )
    return u


@kernel
def contour_and_nodes(below, above, calls, k, tolerance, growth, most):
    """Place a contour where E S^r, -below < r < above, is finite, and lay out its nodes.

    Returns
    -------
    shape : tuple of float
        As `contours.place_contour` has it, with the step and the reach of the nodes; step 0 where
        there is no contour, or where it needs more than `most` nodes.
    rows : complex ndarray, shape (3, n + 12)
        n nodes, then those on the sides: frequencies, weights, and as real parts the errors that
        log phi may have, any on the sides. (An array takes a microsecond to be handed over.)
    """
    some, log_tolerance = _representatives(k, tolerance)
    shape = place_contour(-above, below, calls, some, log_tolerance, growth, math.pi)
    if not shape[3] > 0.0:
        # near correlation -1 phi decays between few directions only
        shape = place_contour(-above, below, calls, some, log_tolerance, growth, _NARROW_FAN)
    omega, width, theta, step, reach, lower, upper = shape
    count = 0
    if step > 0.0:
        step *= _FEW_CAUTION if reach < _FEW_STEPS * step else _CAUTION
        if reach < (most - 1) * step:
            count = whole_fours(reach / step + 1.0)
            reach = (count - 1) * step
    if count == 0:
        step = 0.0
    shape = (omega, width, theta, step, reach, lower, upper)
    rows = np.zeros((3, count + SIDE_NODES), dtype=np.complex128)
    bearable = np.empty(count)
    _fill_nodes(shape, some, log_tolerance, growth, rows[0, :count], rows[1, :count], bearable)
    rows[2, :count] = bearable
    rows[0, count:] = _sides(shape)
    rows[2, count:] = np.inf
    return shape, rows
