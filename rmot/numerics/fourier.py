"""Knows how to turn a characteristic function into out-of-the-money option prices.

With phi(u) = E exp(iuX) and strike e^k, the function -(e^k / 2 pi) e^{-iuk} phi(u) / (u (u + i))
integrates to the call along contours below -i and to the put along contours above 0. It is summed
by the trapezoidal rule in y on u = i omega + b sinh(i theta + y), which runs between the two
critical moments and bends towards the side where e^{-iuk} phi(u) decays without turning. Calls and
puts each have their contour. The rule's error is bounded by the integral of the modulus along a
contour on either side, of which a few values are looked at, or by what changes between the steps h,
2h and 4h, whichever is less; poles at 0 and -i between those contours enter it in closed form, and
that part is removed.

References: A. Lewis, "A simple option formula for general jump-diffusion and other exponential Levy
processes" (2001); L. N. Trefethen and J. A. C. Weideman, "The exponentially convergent trapezoidal
rule", SIAM Review 56 (2014), section 5 for the poles; the sinh contours are those of S. Boyarchenko
and S. Levendorskii, "Sinh-acceleration", Int. J. Theor. Appl. Finance 22 (2019).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.compiled import kernel
from rmot.numerics.contours import log_amplitude, log_growth, place_contour

LogCharacteristicFunction = Callable[
    [NDArray[np.complex128], NDArray[np.float64]],
    tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]],
]
"""(frequencies, admissible absolute errors) -> (log phi, its estimated errors, its derivatives).

Shapes (n,), (n,) -> (n,), (n,), (parameters, n); there may be no parameters.
"""

_MOST_NODES = 1600
_ROUNDS = 16
_CAUTION, _FEW_CAUTION, _FEW_STEPS = 0.9, 0.75, 24
_FINER = 0.6
_NARROWER = 0.7
_NARROW_FAN = 0.15 * math.pi
_SIDE_NODES = 12
_SIDE_CAUTION = 5.0
_NO_GRADIENT = np.empty((0, 0))
_ROUNDING = 4e-16
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
def _bearable_errors(log_size, u, weight, k, log_tolerance, admissible):
    """Fill the errors of log phi that the prices can bear, from the logarithm of |phi|."""
    for j in range(u.size):
        exponent = log_size[j] + log_amplitude(1.0 + u[j].imag, k, log_tolerance)
        size = u.size * abs(weight[j]) * math.exp(max(min(exponent, 600.0), -600.0))
        # sizes may be guesses: no value is left without its leading digit
        admissible[j] = min(_SHARE / size, _LEADING_DIGIT)
    return 0


@kernel
def _fill_nodes(shape, k, log_tolerance, growth, u, weight, admissible):
    """Fill frequencies, weights of phi, and the errors of log phi that the prices can bear."""
    omega, width, theta, step = shape[:4]
    cosine, sine = math.cos(theta), math.sin(theta)
    size = np.empty(u.size)
    for j in range(u.size):
        wide, high = math.sinh(j * step), math.cosh(j * step)
        u[j] = complex(width * wide * cosine, omega + width * high * sine)
        speed = complex(width * high * cosine, width * wide * sine)
        weight[j] = -step / math.pi * speed / (u[j] * (u[j] + 1j))
        if j == 0:
            weight[j] *= 0.5
        size[j] = log_growth(u[j], growth).real
    _bearable_errors(size, u, weight, k, log_tolerance, admissible)
    return 0


@kernel
def _poles(shape, step, strike):
    """Return what the poles at u = 0 and u = -i add to the trapezoidal sum.

    Those beyond the contours that bound the rule's error are within that bound already.
    """
    omega, width, theta, lower, upper = shape[0], shape[1], shape[2], shape[5], shape[6]
    total = 0.0
    for side in range(2):
        bend = math.asin(min(max((-side - omega) / width, -1.0), 1.0))
        if lower < bend < upper:
            exponent = min(2.0 * math.pi * abs(bend - theta) / step, 700.0)
            size = strike if side == 0 else -1.0
            total += math.copysign(1.0, bend - theta) * size / math.expm1(exponent)
    return total


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
def _fill_sides(shape, u, admissible):
    """Fill frequencies on the two contours that bound the rule's error; any accuracy will do."""
    half = u.size // 2
    reach = shape[4]
    for j in range(u.size):
        bend = shape[5 + j % 2]
        y = (j // 2) * reach / half
        u[j] = complex(
            shape[1] * math.sinh(y) * math.cos(bend),
            shape[0] + shape[1] * math.cosh(y) * math.sin(bend),
        )
        admissible[j] = np.inf
    return 0


@kernel
def _bound_error(shape, u, log_phi, log_phi_error, k, bound):
    """Fill the theorem's bound: the integral of |g| on either side times e^{-2 pi distance/h}."""
    spacing = shape[4] / (u.size // 2)
    height = np.empty(u.size)
    for j in range(u.size):
        bend = shape[5 + j % 2]
        y = (j // 2) * spacing
        speed = shape[1] * math.hypot(math.cosh(y) * math.cos(bend), math.sinh(y) * math.sin(bend))
        height[j] = math.log(speed * spacing / (math.pi * abs(u[j] * (u[j] + 1j))))
        height[j] += log_phi[j].real + log_phi_error[j]
        height[j] -= 2.0 * math.pi * abs(bend - shape[2]) / shape[3]
    for m in range(k.size):
        bound[m] = 0.0
        for j in range(u.size):
            size = math.exp(min(height[j] + (1.0 + u[j].imag) * k[m], 600.0))
            bound[m] += 0.5 * size if j < 2 else size
        bound[m] *= _SIDE_CAUTION
        if not bound[m] < 1e250:
            bound[m] = np.inf
    return 0


@kernel
def _sum_wing(shape, calls, u, weight, log_phi, log_phi_error, k, tolerance, bound, price, error):
    """Sum one wing, put the out-of-the-money price, and say what limits the accuracy.

    Returns the largest ratios to the tolerance of the errors of the step, of the cut-off, and of
    log phi with rounding.
    """
    omega, width, theta, step = shape[:4]
    count = u.size
    weighted = np.empty(count, dtype=np.complex128)
    for j in range(count):
        weighted[j] = weight[j] * np.exp(log_phi[j])
    crossing = omega + width * math.sin(theta)
    worst_step, worst_end, worst_phi = 0.0, 0.0, 0.0
    for m in range(k.size):
        fourth = 0.0
        even = 0.0
        odd = 0.0
        noise = 0.0
        peak = 0.0
        size = 0.0
        for j in range(count):
            size = math.exp((1.0 + u[j].imag) * k[m])
            angle = -u[j].real * k[m]
            term = size * (weighted[j].real * math.cos(angle) - weighted[j].imag * math.sin(angle))
            size *= abs(weighted[j].real) + abs(weighted[j].imag)
            noise += size * (log_phi_error[j] + _ROUNDING)
            peak = max(peak, size)
            if j % 4 == 0:
                fourth += term
            elif j % 2 == 0:
                even += term
            else:
                odd += term
        strike = math.exp(k[m])
        fine = fourth + even + odd + _poles(shape, step, strike)
        coarse = 2.0 * (fourth + even) + _poles(shape, 2.0 * step, strike)
        coarsest = 4.0 * fourth + _poles(shape, 4.0 * step, strike)
        spread = _discretisation(abs(fine - coarse), abs(coarse - coarsest), peak / step)
        spread = min(spread, bound[m])
        end = size / step
        error[m] = spread + end + noise
        if not error[m] < np.inf:
            error[m] = np.inf
        worst_step = max(worst_step, spread / tolerance[m])
        worst_end = max(worst_end, end / tolerance[m])
        worst_phi = max(worst_phi, noise / tolerance[m])
        # along the contour the integrand gives the call, the call less 1, or the put
        if crossing < -1.0:
            price[m] = fine if calls else fine + math.expm1(k[m])
        elif crossing < 0.0:
            price[m] = fine + (1.0 if calls else strike)
        else:
            price[m] = fine - math.expm1(k[m]) if calls else fine
    return worst_step, worst_end, worst_phi


@kernel
def _sum_gradient(u, weight, log_phi, gradient, k, out):
    """Sum the derivatives of the prices in each parameter; out has shape (parameters, m)."""
    out[:] = 0.0
    weighted = np.empty(gradient.shape[0], dtype=np.complex128)
    for j in range(u.size):
        phi = weight[j] * np.exp(log_phi[j])
        for p in range(gradient.shape[0]):
            weighted[p] = phi * gradient[p, j]
        for m in range(k.size):
            size = math.exp((1.0 + u[j].imag) * k[m])
            angle = -u[j].real * k[m]
            cosine, sine = size * math.cos(angle), size * math.sin(angle)
            for p in range(gradient.shape[0]):
                out[p, m] += weighted[p].real * cosine - weighted[p].imag * sine
    return 0


class _Wing:
    """The state of one wing's sum: its contour, its nodes and what was found there."""

    def __init__(
        self,
        strip: tuple[float, float],
        growth: NDArray[np.float64],
        k: NDArray[np.float64],
        tolerance: NDArray[np.float64],
        calls: bool,
    ) -> None:
        self.calls, self.k, self.tolerance = calls, k, tolerance
        self.some, self.log_tolerance = _representatives(k, tolerance)
        self.growth = growth
        self.price, self.error = np.full(k.size, np.nan), np.full(k.size, np.inf)
        self.bound = np.empty(k.size)
        self.gradient = _NO_GRADIENT
        self.rounds_left = _ROUNDS
        self.place(strip)

    def place(self, strip: tuple[float, float]) -> None:
        """Choose a contour within the strip and lay out its nodes."""
        self.strip = strip
        # near correlation -1 phi decays between few directions only
        for fan in (math.pi, _NARROW_FAN):
            self.shape = place_contour(
                -strip[1], strip[0], self.calls, self.some, self.log_tolerance, self.growth, fan
            )
            if self.shape[3] > 0.0:
                break
        if self.shape[3] > 0.0:
            few = self.shape[4] < _FEW_STEPS * self.shape[3]
            self.resize((_FEW_CAUTION if few else _CAUTION) * self.shape[3], self.shape[4])
        else:
            self.rounds_left = 0

    def resize(self, step: float, reach: float) -> None:
        """Lay out nodes, a multiple of four, then those that bound the error."""
        count = 4 * math.ceil(0.25 * (reach / step + 1.0))
        if count > _MOST_NODES:
            self.rounds_left = 0
            return
        self.shape = (*self.shape[:3], step, (count - 1) * step, *self.shape[5:])
        self.known_sizes = False
        self.count = count
        self.u = np.empty(count + _SIDE_NODES, np.complex128)
        self.weight, self.admissible = np.empty(count, np.complex128), np.empty(count + _SIDE_NODES)
        _fill_nodes(
            self.shape,
            self.some,
            self.log_tolerance,
            self.growth,
            self.u[:count],
            self.weight,
            self.admissible[:count],
        )
        _fill_sides(self.shape, self.u[count:], self.admissible[count:])

    def take(
        self,
        log_phi: NDArray[np.complex128],
        log_phi_error: NDArray[np.float64],
        gradient: NDArray[np.complex128],
    ) -> None:
        """Take log phi at the nodes laid out, sum, and lay out more nodes where that helps."""
        self.rounds_left -= 1
        count = self.count
        _bound_error(
            self.shape, self.u[count:], log_phi[count:], log_phi_error[count:], self.k, self.bound
        )
        step, end, noise = _sum_wing(
            self.shape,
            self.calls,
            self.u[:count],
            self.weight,
            log_phi[:count],
            log_phi_error[:count],
            self.k,
            self.tolerance,
            self.bound,
            self.price,
            self.error,
        )
        if gradient.size:
            self.gradient = np.empty((gradient.shape[0], self.k.size))
            _sum_gradient(
                self.u[:count],
                self.weight,
                log_phi[:count],
                np.ascontiguousarray(gradient[:, :count]),
                self.k,
                self.gradient,
            )
        if step + end + noise <= 1.0:
            self.rounds_left = 0
        elif end > 0.5:
            self.resize(self.shape[3], 1.1 * self.shape[4])
        elif step > 0.5:
            self.resize(_FINER * self.shape[3], self.shape[4])
        elif self.known_sizes:
            # the integrand cancels near the critical moments, where it is larger than was guessed
            below, above = self.strip
            self.place((_NARROWER * below, 1.0 + _NARROWER * (above - 1.0)))
        else:
            # the same nodes, with the sizes of phi that were guessed before
            self.known_sizes = True
            _bearable_errors(
                log_phi[:count].real,
                self.u[:count],
                self.weight,
                self.some,
                self.log_tolerance,
                self.admissible[:count],
            )


def otm_prices(
    log_phi: LogCharacteristicFunction,
    growth: NDArray[np.float64],
    strip: tuple[float, float],
    log_moneyness: NDArray[np.float64],
    tolerance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Price out-of-the-money options from a characteristic function, forward 1.

    Parameters
    ----------
    log_phi : callable
        Takes frequencies, shape (n,), and the admissible absolute error of each; returns
        log E exp(iuX) there, estimates of its errors, and derivatives in parameters if any.
    growth : ndarray, shape (factors, 5)
        What `contours.log_growth` knows of log phi, by which contours are placed. It affects the
        work and never the result.
    strip : tuple of float
        (p, q), p > 0 and q > 1: the contours cross the imaginary axis where E S^r, -p < r < q.
    log_moneyness : ndarray, shape (m,)
        k = log(strike / forward).
    tolerance : ndarray, shape (m,)
        Aimed at absolute error of each price.

    Returns
    -------
    price : ndarray, shape (m,)
        Puts where k < 0, calls elsewhere, undiscounted.
    error : ndarray, shape (m,)
        Estimated absolute error: of the step, the cut-off, log_phi and rounding together. It may
        exceed the tolerance; the caller decides.
    gradient : ndarray, shape (parameters, m)
        Derivatives of the prices.
    """
    k = np.asarray(log_moneyness, dtype=np.float64)
    upper = k >= 0.0
    sides = [upper] if upper.all() else [~upper] if not upper.any() else [~upper, upper]
    wings = [_Wing(strip, growth, k[side], tolerance[side], bool(upper[side][0])) for side in sides]
    while pending := [wing for wing in wings if wing.rounds_left > 0]:
        values, errors, gradients = log_phi(
            np.concatenate([wing.u for wing in pending]),
            np.concatenate([wing.admissible for wing in pending]),
        )
        start = 0
        for wing in pending:
            end = start + wing.u.size
            wing.take(values[start:end], errors[start:end], gradients[:, start:end])
            start = end
    price, error = np.empty(k.size), np.empty(k.size)
    gradient = np.full((wings[0].gradient.shape[0], k.size), np.nan)
    for side, wing in zip(sides, wings, strict=True):
        price[side], error[side] = wing.price, wing.error
        if wing.gradient.size:
            gradient[:, side] = wing.gradient
    return price, error, gradient
