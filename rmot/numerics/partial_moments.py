r"""Knows the partial moments of a law from its characteristic function.

With phi(u) = E exp(iuX) and a line Im u = -a,

    E[e^{jX}; X > k] =  1/(2 pi) ∫ phi(u) e^{(j - iu) k} / (iu - j) du    for a > j,
    E[e^{jX}; X < k] = -1/(2 pi) ∫ phi(u) e^{(j - iu) k} / (iu - j) du    for a < j,

so that either tail is found without cancellation, and stays relatively accurate where it is small.
The trapezoidal rule in y on u = i omega + b sinh(y + i theta) converges geometrically; the step is
halved until two results agree. Each side wants its own sign of k: k > 0 above, k < 0 below.

References: J. Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951), the line moved
off the pole; S. Boyarchenko and S. Levendorskii, "Sinh-acceleration", Int. J. Theor. Appl. Finance
22 (2019), for the contours.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError

LogCharacteristicFunction = Callable[[NDArray[np.complex128]], NDArray[np.complex128]]

_MOST_HALVINGS = 6
_FIRST_STEP = 0.25
_BEND = 0.35
_CHUNK = 256
_BLOCK = 8
_NEGLIGIBLE = 1e-17
_ROUNDING = 1e-15
# Further from the pole, in units of 1 / deviation, sums cancel near the money; nearer, far out.
_WIDEST = 3.0


def partial_moments(
    log_phi: LogCharacteristicFunction,
    strip: tuple[float, float],
    deviation: float,
    log_moneyness: NDArray[np.float64],
    order: int,
    *,
    upper: bool,
    relative_tolerance: float = 1e-9,
    along: int | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return E[S^order; S > e^k] or, with upper false, E[S^order; S < e^k], and their errors.

    Parameters
    ----------
    log_phi : callable
        log E exp(iuX) for complex frequencies, shape (n,) -> (n,).
    strip : tuple of float
        (p, q): E S^r is finite for -p < r < q.
    deviation : float
        Order of magnitude of the standard deviation of X.
    log_moneyness : ndarray, shape (m,)
        k.
    order : int
        Power of S.
    upper : bool
        Which side of e^k.
    relative_tolerance : float
        Aimed at error, relative to the value; rounding of the sum is accepted where that is more.
    along : int, optional
        Order whose contour to use: one no less than `order` above, no more below. Moments of
        several orders then ask for the same frequencies.

    Returns
    -------
    value, error : ndarray, shape (m,)
        The error is the change at the last halving of the step, and the rounding of the sum.

    Raises
    ------
    AccuracyError
        The moment itself is infinite, or the step could not be made small enough.
    """
    k = np.asarray(log_moneyness, dtype=np.float64)
    on = order if along is None else along
    room = strip[1] - on if upper else strip[0] + on
    if not room > 0.0:
        raise AccuracyError(
            f"expected a finite moment of order {on}; at this maturity E S^r is finite for "
            f"{-strip[0]:.4g} < r < {strip[1]:.4g}"
        )
    distance = min(0.5 * room, _WIDEST / deviation)
    crossing = -(on + distance) if upper else distance - on
    # Bent to the side on which e^{-iuk} decays: below the real axis for k > 0, above for k < 0.
    bend = -_BEND if upper else _BEND
    reach = _reach(log_phi, crossing, distance, bend)
    step = _FIRST_STEP
    y = np.arange(0.0, reach + step, step)
    total, moduli = _integrate(log_phi, *_nodes(crossing, distance, bend, y), k, order)
    # The contour is symmetric, and the node at y = 0 its own image.
    first, first_size = _integrate(log_phi, *_nodes(crossing, distance, bend, y[:1]), k, order)
    total, moduli = total - 0.5 * first, moduli - 0.5 * first_size
    value, error = step * total, np.full(k.size, np.inf)
    for _ in range(_MOST_HALVINGS):
        y = np.arange(0.5 * step, reach + step, step)
        more, more_size = _integrate(log_phi, *_nodes(crossing, distance, bend, y), k, order)
        total, moduli, step = total + more, moduli + more_size, 0.5 * step
        change, value = np.abs(step * total - value), step * total
        rounding = _ROUNDING * step * moduli
        error = change + rounding
        if np.all(error <= np.maximum(relative_tolerance * np.abs(value), 4 * rounding)):
            return (value if upper else -value), error
    worst = float(np.max(error / np.abs(value)))
    raise AccuracyError(
        f"partial moments of order {order} reach a relative error of {worst:.1e}; "
        f"{relative_tolerance:.1e} was asked for"
    )


def _nodes(
    crossing: float, width: float, bend: float, y: NDArray[np.float64]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return nodes and du/dy of the contour that crosses the imaginary axis at `crossing`."""
    slanted = y + 1j * bend
    centre = crossing - width * math.sin(bend)
    nodes = 1j * centre + width * np.sinh(slanted)
    return nodes.astype(np.complex128), (width * np.cosh(slanted)).astype(np.complex128)


def _reach(log_phi: LogCharacteristicFunction, crossing: float, width: float, bend: float) -> float:
    """Return the y beyond which the integrand is negligible beside its value at 0, for any k."""
    first, last = math.inf, 0.0
    # Far out phi is dear, and nothing comes back there: the search ends with a block of nothing.
    for start in range(0, 64, _BLOCK):
        y = np.linspace(0.25 * start, 0.25 * (start + _BLOCK - 1), _BLOCK)
        u, speed = _nodes(crossing, width, bend, y)
        with np.errstate(all="ignore"):
            size = np.real(log_phi(u)) + np.log(np.abs(speed / (u - 1j * crossing + width)))
        first = float(size[0]) if start == 0 else first
        large = np.flatnonzero(size > first + math.log(_NEGLIGIBLE))
        if not large.size:
            break
        last = float(y[large[-1]])
    return last + 0.25


def _integrate(
    log_phi: LogCharacteristicFunction,
    u: NDArray[np.complex128],
    speed: NDArray[np.complex128],
    k: NDArray[np.float64],
    order: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum over nodes, and the sum of moduli, of the integrand without the step."""
    weights = speed * np.exp(log_phi(u)) / (math.pi * (1j * u - order))
    value = np.empty(k.size)
    size = np.empty(k.size)
    for start in range(0, k.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        terms = np.exp(np.multiply.outer(k[part], order - 1j * u)) * weights
        value[part] = np.sum(terms.real, axis=1)
        size[part] = np.sum(np.abs(terms), axis=1)
    return value, size
