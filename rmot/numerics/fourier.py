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

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.contour_nodes import (
    SIDE_NODES,
    bearable_errors,
    contour_and_nodes,
    fill_nodes,
    whole_fours,
)
from rmot.numerics.contour_sums import wing_gradients, wing_prices

LogCharacteristicFunction = Callable[
    [NDArray[np.complex128], NDArray[np.float64]],
    tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]],
]
"""(frequencies, admissible absolute errors) -> (log phi, its estimated errors, its derivatives).

Shapes (n,), (n,) -> (n,), (n,), (parameters, n); there may be no parameters.
"""

_MOST_NODES = 1600
_ROUNDS = 16
_NARROWER = 0.7
_NO_GRADIENT = np.empty((0, 0))


class _Wing:
    """The state of one wing's sum: its contour, its nodes and what was found there.

    Log phi is asked for at the frequencies `wanted`, with the errors `bearable`; their places among
    the nodes are `fresh`, None for the first nodes of a contour, and what is known of others stays.
    """

    def __init__(
        self,
        strip: tuple[float, float],
        growth: NDArray[np.float64],
        k: NDArray[np.float64],
        tolerance: NDArray[np.float64],
        calls: bool,
    ) -> None:
        self.calls, self.k, self.tolerance = calls, k, tolerance
        self.growth = growth
        self.found = np.empty((2, k.size))
        self.gradient = _NO_GRADIENT
        self.rounds_left = _ROUNDS
        self.place(*strip)

    def place(self, below: float, above: float) -> None:
        """Choose a contour within the strip, lay out its nodes and those that bound the error."""
        self.strip = below, above
        self.shape, rows = contour_and_nodes(
            below, above, self.calls, self.k, self.tolerance, self.growth, _MOST_NODES
        )
        if not self.shape[3] > 0.0:
            self.give_up()
            return
        self.wanted, self.bearable = rows[0], rows[2].real
        self.u, self.side_u = rows[0, :-SIDE_NODES], rows[0, -SIDE_NODES:]
        self.weight = rows[1, :-SIDE_NODES]
        self.side_spacing = self.shape[4] / (SIDE_NODES // 2)
        self.fresh: slice | NDArray[np.bool_] | None = None
        self.known_sizes = False

    def give_up(self) -> None:
        """Ask for nothing more; without a sum there is no price."""
        if self.rounds_left == _ROUNDS:
            self.found[0], self.found[1] = np.nan, np.inf
        self.rounds_left = 0

    def add_nodes(self, step: float, count: int, fresh: slice, known: slice) -> None:
        """Lay out nodes among which are those that are known."""
        if count > _MOST_NODES:
            self.give_up()
            return
        self.shape = (*self.shape[:3], step, (count - 1) * step, *self.shape[5:])
        self.u, self.weight = np.empty(count, np.complex128), np.empty(count, np.complex128)
        bearable = np.empty(count)
        fill_nodes(self.shape, self.k, self.tolerance, self.growth, self.u, self.weight, bearable)
        values, errors, slopes = self.log_phi, self.log_phi_error, self.slopes
        self.log_phi, self.log_phi_error = np.empty(count, np.complex128), np.empty(count)
        self.slopes = np.empty((slopes.shape[0], count), np.complex128)
        self.log_phi[known], self.log_phi_error[known] = values, errors
        self.slopes[:, known] = slopes
        self.fresh, self.known_sizes = fresh, False
        self.wanted, self.bearable = self.u[fresh], bearable[fresh]

    def improve(self) -> bool:
        """Ask again, once, where errors exceed what the sizes of phi, which were guessed, allow."""
        if self.known_sizes:
            return False
        self.known_sizes = True
        self.log_phi, self.log_phi_error = self.log_phi.copy(), self.log_phi_error.copy()
        self.slopes = self.slopes.copy()
        log_size, bearable = self.log_phi.real.copy(), np.empty(self.u.size)
        bearable_errors(log_size, self.u, self.weight, self.k, self.tolerance, bearable)
        self.fresh = ~(self.log_phi_error <= bearable)
        self.wanted, self.bearable = self.u[self.fresh], bearable[self.fresh]
        return self.wanted.size > 0

    def keep(
        self,
        log_phi: NDArray[np.complex128],
        log_phi_error: NDArray[np.float64],
        slopes: NDArray[np.complex128],
    ) -> None:
        """Put log phi at the nodes where it was asked for."""
        if self.fresh is None:
            self.side_log_phi, self.log_phi = log_phi[-SIDE_NODES:], log_phi[:-SIDE_NODES]
            self.side_error, self.log_phi_error = (
                log_phi_error[-SIDE_NODES:],
                log_phi_error[:-SIDE_NODES],
            )
            self.slopes = slopes[:, :-SIDE_NODES]
        else:
            self.log_phi[self.fresh], self.log_phi_error[self.fresh] = log_phi, log_phi_error
            self.slopes[:, self.fresh] = slopes

    def take(
        self,
        log_phi: NDArray[np.complex128],
        log_phi_error: NDArray[np.float64],
        slopes: NDArray[np.complex128],
    ) -> None:
        """Take log phi where it was wanted, sum, and lay out more nodes where that helps."""
        self.rounds_left -= 1
        self.keep(log_phi, log_phi_error, slopes)
        step, end, noise = wing_prices(
            self.shape,
            self.calls,
            self.u,
            self.weight,
            self.log_phi,
            self.log_phi_error,
            self.side_spacing,
            self.side_u,
            self.side_log_phi,
            self.side_error,
            self.k,
            self.tolerance,
            self.found,
        )
        if slopes.size:
            self.gradient = np.empty((slopes.shape[0], self.k.size))
            slopes = np.ascontiguousarray(self.slopes)
            wing_gradients(self.u, self.weight, self.log_phi, slopes, self.k, self.gradient)
        count = self.u.size
        if step + end + noise <= 1.0:
            self.rounds_left = 0
        elif end > 0.5:
            more = whole_fours(1.1 * (count - 1) + 1.0)
            self.add_nodes(self.shape[3], more, slice(count, None), slice(count))
        elif step > 0.5:
            # half the step: every other node is known
            self.add_nodes(0.5 * self.shape[3], 2 * count, slice(1, None, 2), slice(0, None, 2))
        elif not self.improve():
            # the integrand cancels near the critical moments, where it is larger than was guessed
            below, above = self.strip
            self.place(_NARROWER * below, 1.0 + _NARROWER * (above - 1.0))


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
    calls = int(np.count_nonzero(upper))
    sides: list[tuple[bool, slice | NDArray[np.bool_]]] = [(False, ~upper), (True, upper)]
    if calls in (0, k.size):
        sides = [(calls > 0, slice(None))]
    wings = [_Wing(strip, growth, k[side], tolerance[side], above) for above, side in sides]
    while pending := [wing for wing in wings if wing.rounds_left > 0]:
        values, errors, gradients = log_phi(
            np.concatenate([wing.wanted for wing in pending]),
            np.concatenate([wing.bearable for wing in pending]),
        )
        start = 0
        for wing in pending:
            end = start + wing.wanted.size
            wing.take(values[start:end], errors[start:end], gradients[:, start:end])
            start = end
    found = np.empty((2, k.size))
    gradient = np.full((wings[0].gradient.shape[0], k.size), np.nan)
    for (_, side), wing in zip(sides, wings, strict=True):
        found[:, side] = wing.found
        if wing.gradient.size:
            gradient[:, side] = wing.gradient
    return found[0], found[1], gradient
