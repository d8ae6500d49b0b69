"""Knows the trapezoidal sum on a contour for all strikes of a wing, and its error.

The rule's error is what changes between the steps h, 2h and 4h, or

    sum over two contours of 1/(2 pi) ∫ |e^{(1 - iu) k} phi(u) / (u (u + i))| |du| e^{-2 pi d / h},

d the distance in the bend, whichever is less. A pole between them adds its residue over
e^{2 pi d / h} - 1, which is taken off (L. N. Trefethen and J. A. C. Weideman, SIAM Review 56, 2014,
section 5).
"""

import math

import numpy as np

from rmot.numerics.compiled import kernel
from rmot.numerics.exponentials import cosine_and_sine, exponential

_SMALL_SHARE = 0.05
_SIDE_CAUTION = 5.0
_ROUNDING = 4e-16


@kernel
def _poles(shape, step):
    """Return (a, b): the poles at u = 0 and u = -i add a e^k + b to the trapezoidal sum.

    Those beyond the contours that bound the rule's error are within that bound already.
    """
    omega, width, theta, lower, upper = shape[0], shape[1], shape[2], shape[5], shape[6]
    found = np.zeros(2)
    for side in range(2):
        bend = math.asin(min(max((-side - omega) / width, -1.0), 1.0))
        if lower < bend < upper:
            exponent = min(2.0 * math.pi * abs(bend - theta) / step, 700.0)
            residue = 1.0 if side == 0 else -1.0
            found[side] += math.copysign(1.0, bend - theta) * residue / math.expm1(exponent)
    return found[0], found[1]


@kernel
def _discretisation(fine, coarse, peak):
    """Estimate the rule's error at step h from its changes between h and 2h and 2h and 4h.

    Halving the step squares the error in units of the peak, or does better; where the widest rule
    has not resolved the integrand the changes say nothing.
    """
    if not coarse < 1e-2 * peak:
        return np.inf
    # a change may be small by chance; that between wider rules says how small it can be
    fine = max(fine, peak * (coarse / peak) ** 1.8)
    return min(fine, 10.0 * peak * (fine / peak) ** 1.8)


@kernel
def _side_heights(shape, spacing, u, log_phi, log_phi_error):
    """Return logarithms of what the values on the sides add to the bound, but for strike and step.

    The nodes on the sides are `spacing` apart.
    """
    height = np.empty(u.size)
    for j in range(u.size):
        bend = shape[5 + j % 2]
        y = (j // 2) * spacing
        speed = shape[1] * math.hypot(math.cosh(y) * math.cos(bend), math.sinh(y) * math.sin(bend))
        height[j] = math.log(speed * spacing / (math.pi * abs(u[j] * (u[j] + 1j))))
        height[j] += log_phi[j].real + log_phi_error[j]
        if j < 2:
            height[j] += math.log(0.5)
    return height


@kernel
def _bound(shape, u, height, k):
    """Return the theorem's bound: the integral of |g| on either side times e^{-2 pi distance/h}."""
    bound = 0.0
    for j in range(u.size):
        distance = abs(shape[5 + j % 2] - shape[2])
        exponent = height[j] - 2.0 * math.pi * distance / shape[3] + (1.0 + u[j].imag) * k
        bound += math.exp(min(exponent, 600.0))
    bound *= _SIDE_CAUTION
    return bound if bound < 1e250 else np.inf


@kernel
def _sums(u, weighted, log_phi_error, k, sums):
    """Fill rows of `sums`, shape (6, m), over the nodes, as `wing_prices` names them.

    Strikes are the inner loop, so that one instruction serves several.
    """
    sums[:] = 0.0
    for j in range(u.size):
        row = 0 if j % 4 == 0 else 1 if j % 2 == 0 else 2
        real, imaginary = weighted[j].real, weighted[j].imag
        drift, turn = 1.0 + u[j].imag, -u[j].real
        modulus = abs(real) + abs(imaginary)
        uncertain = log_phi_error[j] + _ROUNDING
        for m in range(k.size):
            size = exponential(drift * k[m])
            cosine, sine = cosine_and_sine(turn * k[m])
            sums[row, m] += size * (real * cosine - imaginary * sine)
            size *= modulus
            sums[3, m] += size * uncertain
            sums[4, m] = max(sums[4, m], size)
            sums[5, m] = size
    return 0


@kernel
def wing_prices(
    shape,
    calls,
    u,
    weight,
    log_phi,
    log_phi_error,
    spacing,
    side_u,
    side_log_phi,
    side_error,
    k,
    tolerance,
    found,
):
    """Sum one wing, put the out-of-the-money price, and say what limits the accuracy.

    Fills the rows of `found`, shape (2, m), with prices and errors, and returns the largest ratios
    to the tolerance of the errors of the step, of the cut-off, and of log phi with rounding.
    """
    omega, width, theta, step = shape[:4]
    weighted = np.empty(u.size, dtype=np.complex128)
    for j in range(u.size):
        weighted[j] = weight[j] * np.exp(log_phi[j])
    sums = np.empty((6, k.size))
    _sums(u, weighted, log_phi_error, k, sums)
    heights = _side_heights(shape, spacing, side_u, side_log_phi, side_error)
    poles, wide, widest = _poles(shape, step), _poles(shape, 2 * step), _poles(shape, 4 * step)
    crossing = omega + width * math.sin(theta)
    worst_step, worst_end, worst_phi = 0.0, 0.0, 0.0
    for m in range(k.size):
        fourth, even, odd, noise, peak, last = sums[:, m]
        # finite, for poles that add nothing
        strike = math.exp(min(k[m], 690.0))
        fine = fourth + even + odd + (poles[0] * strike + poles[1])
        coarse = 2.0 * (fourth + even) + (wide[0] * strike + wide[1])
        coarsest = 4.0 * fourth + (widest[0] * strike + widest[1])
        spread = _discretisation(abs(fine - coarse), abs(coarse - coarsest), peak / step)
        if not spread < _SMALL_SHARE * tolerance[m]:
            spread = min(spread, _bound(shape, side_u, heights, k[m]))
        end = last / step
        error = spread + end + noise
        found[1, m] = error if error < np.inf else np.inf
        worst_step = max(worst_step, spread / tolerance[m])
        worst_end = max(worst_end, end / tolerance[m])
        worst_phi = max(worst_phi, noise / tolerance[m])
        # along the contour the integrand gives the call, the call less 1, or the put
        if crossing < -1.0:
            found[0, m] = fine if calls else fine + math.expm1(k[m])
        elif crossing < 0.0:
            found[0, m] = fine + (1.0 if calls else strike)
        else:
            found[0, m] = fine - math.expm1(k[m]) if calls else fine
    return worst_step, worst_end, worst_phi


@kernel
def wing_gradients(u, weight, log_phi, gradient, k, out):
    """Sum the derivatives of the prices in each parameter; out has shape (parameters, m)."""
    out[:] = 0.0
    cosine, sine = np.empty(k.size), np.empty(k.size)
    for j in range(u.size):
        phi = weight[j] * np.exp(log_phi[j])
        for m in range(k.size):
            size = exponential((1.0 + u[j].imag) * k[m])
            cosine[m], sine[m] = cosine_and_sine(-u[j].real * k[m])
            cosine[m] *= size
            sine[m] *= size
        for p in range(gradient.shape[0]):
            weighted = phi * gradient[p, j]
            for m in range(k.size):
                out[p, m] += weighted.real * cosine[m] - weighted.imag * sine[m]
    return 0
