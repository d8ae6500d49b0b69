"""Knows how to turn a characteristic function into out-of-the-money option prices.

With phi(u) = E exp(iuX) and strike e^k, the function -(e^k / 2 pi) e^{-iuk} phi(u) / (u (u + i))
integrates to the call along contours below -i and to the put along contours above 0. It is summed
by the trapezoidal rule in y on u = i omega + b sinh(i theta + y), which runs between the two
critical moments and bends towards the side where e^{-iuk} phi(u) decays without turning. Calls and
puts each have their contour. The poles at 0 and -i enter the rule's error in closed form, and that
part of the error is removed; the rest is estimated from the step 2h, whose nodes are every other
node.

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

LogCharacteristicFunction = Callable[
    [NDArray[np.complex128], NDArray[np.float64]],
    tuple[NDArray[np.complex128], NDArray[np.float64]],
]
"""(frequencies, admissible absolute errors) -> (values of log phi, their estimated errors)."""

_MOST_NODES = 1600
_LARGEST_BEND = 0.6
_HALVINGS = 8


@kernel
def contour(omega, width, theta, step, count):
    """Return nodes u_j = i omega + width sinh(i theta + j step), j = 0..count, and du/dy there."""
    nodes = np.empty(count + 1, dtype=np.complex128)
    speed = np.empty(count + 1, dtype=np.complex128)
    sine = math.sin(theta)
    cosine = math.cos(theta)
    for j in range(count + 1):
        y = j * step
        grow = math.sinh(y)
        high = math.cosh(y)
        nodes[j] = complex(width * grow * cosine, omega + width * high * sine)
        speed[j] = complex(width * high * cosine, width * grow * sine)
    return nodes, speed


@kernel
def _sums(nodes, weights, k, fine, coarse):
    """Sum Re weights e^{(1 - i u) k} over all nodes and over every other one."""
    for m in range(k.size):
        even = 0.0
        odd = 0.0
        for j in range(nodes.size):
            size = math.exp((1.0 + nodes[j].imag) * k[m])
            angle = -nodes[j].real * k[m]
            term = size * (weights[j].real * math.cos(angle) - weights[j].imag * math.sin(angle))
            if j == 0:
                term *= 0.5
            if j % 2 == 0:
                even += term
            else:
                odd += term
        fine[m] = even + odd
        coarse[m] = 2.0 * even


def _height(place: float, omega: float, width: float) -> float:
    """Return the angle of the contour that runs through i * place."""
    return math.asin(min(max((place - omega) / width, -1.0), 1.0))


def _pole_terms(
    omega: float, width: float, theta: float, step: float, k: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what the poles at u = 0 and u = -i add to the trapezoidal sum of step `step`."""
    total = np.zeros(k.size)
    for place, size, sign in ((0.0, np.exp(k), 1.0), (-1.0, np.ones(k.size), -1.0)):
        height = _height(place, omega, width) - theta
        exponent = min(2.0 * math.pi * abs(height) / step, 700.0)
        total += sign * math.copysign(1.0, height) * size / math.expm1(exponent)
    return total


_ANGLES = np.linspace(-0.5 * math.pi, 0.5 * math.pi, 32)[1:-1]
_LADDER = np.arange(0.0, 12.0, 0.2)


@kernel
def _cheapest(size, angles, ladder, log_tolerance):
    """Choose the bend and step that need the fewest nodes.

    size[i, j] bounds the logarithm of the integrand on the contour bent by angles[i] at ladder[j].
    A contour bent by theta has an error exp(M(phi) - 2 pi |phi - theta| / step) for each phi on
    either side, where M(phi) is the largest size along phi.
    """
    count = angles.size
    peak = np.empty(count)
    for i in range(count):
        peak[i] = np.max(size[i])
    best = (np.inf, 0.0, 0.1, 1.0)
    for i in range(count):
        if abs(angles[i]) > _LARGEST_BEND:
            continue
        last = 0
        for j in range(ladder.size):
            if size[i, j] > log_tolerance:
                last = j
        if last + 1 >= ladder.size:
            continue
        below = 0.0
        above = 0.0
        for other in range(count):
            if not peak[other] < 1e3:
                continue
            step = 2.0 * math.pi * abs(angles[other] - angles[i])
            step /= max(peak[other] - log_tolerance, 1.0)
            if other < i:
                below = max(below, step)
            elif other > i:
                above = max(above, step)
        step = min(below, above)
        if step > 0.0 and ladder[last + 1] / step < best[0]:
            best = (ladder[last + 1] / step, angles[i], step, ladder[last + 1])
    return best


class _Contour:
    """Geometry of one wing: centre, width, bend, step and reach of the sinh contour."""

    def __init__(
        self,
        guess: Callable[[NDArray[np.complex128]], NDArray[np.complex128]],
        strip: tuple[float, float],
        k: NDArray[np.float64],
        calls: bool,
        tolerance: float,
    ) -> None:
        low, high = -strip[1], strip[0]  # Im u of the two critical moments
        # the centre lies on the pay-off's side of -1/2, or on it
        if calls:
            high = min(high, -1.0 - low)
        else:
            low = max(low, -1.0 - high)
        self.omega = 0.5 * (low + high)
        self.width = 0.475 * (high - low)
        poles = [_height(place, self.omega, self.width) for place in (0.0, -1.0)]
        angles = np.append(_ANGLES, 0.5 * (poles[0] + poles[1]))
        # off the poles
        distance = np.min(np.abs(angles[:, None] - np.array(poles)), axis=1)
        angles = np.sort(angles[(distance >= min(0.12, 0.5 * (poles[0] - poles[1])))])
        lines = angles[:, None] * 1j + _LADDER[None, :]
        nodes = 1j * self.omega + self.width * np.sinh(lines)
        with np.errstate(all="ignore"):
            size = np.real(guess(nodes.ravel().astype(np.complex128))).reshape(nodes.shape)
            size += np.log(np.abs(self.width * np.cosh(lines) / (nodes * (nodes + 1j))))
            drift = 1.0 + nodes.imag
            size += np.maximum(drift * k.min(), drift * k.max())
        size[~(size < 1e300)] = np.inf
        _, self.theta, self.step, self.reach = _cheapest(
            size, angles, _LADDER, math.log(tolerance) - 1.0
        )
        self.step *= 0.75
        crossing = self.omega + self.width * math.sin(self.theta)
        # along the contour the integrand gives the call, the call less 1, or the put
        self.payoff = 0 if crossing < -1.0 else 1 if crossing < 0.0 else 2


def _interleave(even: NDArray, odd: NDArray) -> NDArray:
    both = np.empty(even.size + odd.size, dtype=even.dtype)
    both[::2], both[1::2] = even, odd
    return both


def _to_otm(
    price: NDArray[np.float64], k: NDArray[np.float64], calls: bool, payoff: int
) -> NDArray[np.float64]:
    """Turn what a contour gives (0: call, 1: call less 1, 2: put) into the wing's own option."""
    if payoff == 1:
        return price + (1.0 if calls else np.exp(k))
    if payoff == 2 and calls:
        return price - np.expm1(k)
    if payoff == 0 and not calls:
        return price + np.expm1(k)
    return price


def _wing(
    log_phi: LogCharacteristicFunction,
    guess: Callable[[NDArray[np.complex128]], NDArray[np.complex128]],
    strip: tuple[float, float],
    k: NDArray[np.float64],
    calls: bool,
    tolerance: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Price one wing; the error is infinite where no contour within the limits gives a price."""
    at = _Contour(guess, strip, k, calls, tolerance)
    step = at.step
    count = 2 * math.ceil(0.5 * at.reach / step)
    price = np.full(k.size, np.nan)
    estimate = np.full(k.size, np.inf)
    fine, coarse = np.empty(k.size), np.empty(k.size)
    known: tuple[NDArray[np.complex128], NDArray[np.float64]] | None = None
    for _ in range(_HALVINGS):
        if count > _MOST_NODES:
            break
        nodes, speed = contour(at.omega, at.width, at.theta, step, count)
        weights = -step / math.pi * speed / (nodes * (nodes + 1j))
        drift = 1.0 + nodes.imag
        amplitude = np.exp(np.maximum(drift * k.min(), drift * k.max()))
        size = np.exp(np.minimum(np.real(guess(nodes)), 500.0))
        admissible = 0.3 * tolerance / (count * np.abs(weights) * amplitude * size + 1e-300)
        if known is None:
            known = log_phi(nodes, admissible)
        else:
            # the nodes of the wider step are every other node of this one
            odd = log_phi(nodes[1::2], admissible[1::2])
            known = _interleave(known[0], odd[0]), _interleave(known[1], odd[1])
        values, errors = known
        weighted = weights * np.exp(values)
        _sums(nodes, weighted, k, fine, coarse)
        price = fine + _pole_terms(at.omega, at.width, at.theta, step, k)
        spread = np.abs(price - coarse - _pole_terms(at.omega, at.width, at.theta, 2 * step, k))
        magnitude = np.abs(weighted) * amplitude
        # the rule converges geometrically: halving the step squares the relative error
        peak = max(float(np.max(magnitude)) / step, 1e-300)
        discretisation = np.minimum(spread, 10.0 * spread**2 / peak)
        solver = float(np.sum(magnitude * errors))
        truncation = float(magnitude[-1]) / step
        estimate = discretisation + (solver + truncation + 4e-16 * float(np.sum(magnitude)))
        estimate[~np.isfinite(estimate)] = np.inf
        if np.all(estimate <= tolerance):
            break
        if truncation > 0.5 * tolerance:
            count += 2 * math.ceil(0.1 * count)
            known = None
        elif solver > 3.0 * tolerance or np.all(discretisation <= 0.5 * tolerance):
            # the characteristic function limits the accuracy, a smaller step would not
            break
        else:
            step *= 0.5
            count *= 2
    return _to_otm(price, k, calls, at.payoff), estimate


def otm_prices(
    log_phi: LogCharacteristicFunction,
    guess: Callable[[NDArray[np.complex128]], NDArray[np.complex128]],
    strip: tuple[float, float],
    log_moneyness: NDArray[np.float64],
    tolerance: float = 1e-12,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Price out-of-the-money options from a characteristic function, forward 1.

    Parameters
    ----------
    log_phi : callable
        Takes frequencies, shape (n,), and the admissible absolute error of each; returns
        log E exp(iuX) there and estimates of its errors.
    guess : callable
        A cheap approximation of log phi, by which contours are placed. It affects the work and
        never the result.
    strip : tuple of float
        (p, q), p > 0 and q > 1: the contours cross the imaginary axis where E S^r, -p < r < q.
    log_moneyness : ndarray, shape (m,)
        k = log(strike / forward).
    tolerance : float
        Aimed at absolute error of prices.

    Returns
    -------
    price : ndarray, shape (m,)
        Puts where k < 0, calls elsewhere, undiscounted.
    error : ndarray, shape (m,)
        Estimated absolute error: of the step, the cut-off, log_phi and rounding together. It may
        exceed the tolerance; the caller decides.
    """
    k = np.asarray(log_moneyness, dtype=np.float64)
    price = np.empty(k.size)
    error = np.empty(k.size)
    with np.errstate(over="ignore", invalid="ignore"):
        for calls in (False, True):
            wing = (k >= 0.0) == calls
            if wing.any():
                price[wing], error[wing] = _wing(log_phi, guess, strip, k[wing], calls, tolerance)
    return price, error
