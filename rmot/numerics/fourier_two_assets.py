r"""Knows E (A_0 - A_1 - ... - A_d)^+ of positive variables by a Fourier integral in d dimensions.

With a_j > 0 the payoff's transform is Dirichlet's integral, and

    E (A_0 - sum_j A_j)^+ = (2 pi i)^{-d} ∫ prod_j Gamma(a_j) / Gamma(2 + sum_j a_j)
                              E[A_0^{1 + sum a} prod_j A_j^{-a_j}] da,

over lines Re a = alpha on which the expectation is finite. d = 1 is the option to exchange assets.
d = 2 are puts on baskets (A_0 cash), spread options (A_0 the asset received, A_1 that given, A_2
cash), and by parity all other options on cash and two assets: the formula of T. Hurd and Z. Zhou,
"A Fourier transform method for spread option pricing", SIAM J. Financial Mathematics 1 (2010), is
the second case in other letters.

Both the payoff's transform and the moment are log-convex on the real axis, so there is one alpha at
which the integrand is least, and along the imaginary axis it is largest there: a saddle. The lines
run through it, and the trapezoidal rule is taken in y on a = alpha - i L sinh(y), where L whitens
the saddle's curvature. The step is halved until the change says that the error is below what is
asked for; between nodes that are negligible on the wider grid, finer ones are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, loggamma

from rmot.errors import AccuracyError

LogMoments = Callable[
    [NDArray[np.complex128], NDArray[np.float64] | float, bool],
    tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.complex128]],
]
"""(a, admissible errors, differentiate) -> (log E A_0^{1 + sum a} prod A_j^{-a_j}, errors, slopes).

Shapes (n, d), (n,) -> (n,), (n,) and (parameters, n), the last (0, n) unless asked for.
"""

_FIRST_STEP = 0.4
_CORE = 2.0
_REACH = 20
_LEVELS = 5
_SADDLE_STEP = 0.03
_SADDLE_ACCURACY = 1e-9
_FLATTEST = 1e-6
_NEGLIGIBLE = 1e-3
_SHARE = 0.1
_LEADING_DIGIT = 0.1
_ROUNDING = 2e-15
_LARGEST_LOG = 600.0
_SLOPE_ACCURACY = 1e-9
_CAUTION = 3.0
_FIRST_RATIO = 0.1


@dataclass(frozen=True)
class DominatedSum:
    """E (A_0 - sum A_j)^+, its estimated absolute error, and derivatives, shape (parameters,)."""

    value: float
    error: float
    gradient: NDArray[np.float64]


def dominated_sum(
    log_moments: LogMoments,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
    tolerance: float,
    *,
    differentiate: bool = False,
) -> DominatedSum:
    """Return E (A_0 - A_1 - ... - A_d)^+.

    Parameters
    ----------
    log_moments : callable
    is_finite : callable
        Whether the moment is finite at a real a, shape (d,).
    start : ndarray, shape (d,)
        Positive: the size of a at which to look first, 1 / deviation of log A_j.
    tolerance : float
        Admissible absolute error.
    differentiate : bool
        Whether derivatives in the parameters of `log_moments` are wanted.

    Raises
    ------
    AccuracyError
        If the tolerance is not reached; the message says what is.
    """
    saddle = _saddle(log_moments, is_finite, start)
    grid = _Grid(log_moments, saddle, _whitening(log_moments, saddle), tolerance)
    estimates: list[float] = []
    error = np.inf
    for level in range(_LEVELS):
        grid.refine(level)
        estimates.append(grid.value)
        # the integral is no larger than that of the modulus
        error = min(_discretisation(estimates, grid.moduli), 2.0 * grid.moduli) + grid.lost
        if error <= tolerance:
            break
    else:
        raise AccuracyError(
            f"a Fourier integral in {saddle.size} dimensions reaches an error of {error:.1e}; "
            f"{tolerance:.1e} was wanted"
        )
    gradient = grid.gradient() if differentiate else np.empty(0)
    return DominatedSum(estimates[-1], error, gradient)


def _log_payoff(a: NDArray[np.float64]) -> float:
    return float(np.sum(gammaln(a)) - gammaln(2.0 + np.sum(a)))


def _saddle(
    log_moments: LogMoments,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the real a at which the integrand is least."""

    def height(log_a: NDArray[np.float64]) -> float:
        a = np.exp(log_a)
        if not (np.all(a < 1e8) and is_finite(a)):
            return np.inf
        value, error, _ = log_moments(a[None, :].astype(np.complex128), 1e-4, False)
        return _log_payoff(a) + float(value[0].real) if error[0] < 0.1 else np.inf

    log_a = np.log(start)
    while not np.isfinite(height(log_a)):
        log_a -= 0.5
        if np.any(log_a < -40.0):
            raise AccuracyError("expected moments near 1 to be finite; none were found")
    found = minimize(
        height, log_a, method="Nelder-Mead", options={"xatol": 0.02, "fatol": 0.01, "maxiter": 200}
    )
    return np.exp(found.x)


def _whitening(log_moments: LogMoments, saddle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return L with L' H L = 1 for the curvature H of the integrand's logarithm at the saddle."""
    d = saddle.size
    sides = np.eye(d)
    pairs = [(i, j) for i in range(d) for j in range(i)]
    shifts = [*sides, *(sides[i] + sides[j] for i, j in pairs)]
    steps = _SADDLE_STEP * np.array([np.zeros(d), *shifts, *(-shift for shift in shifts)])
    points = saddle * (1.0 + steps)
    moments = log_moments(points.astype(np.complex128), _SADDLE_ACCURACY, False)[0].real
    heights = moments + np.array([_log_payoff(point) for point in points])
    half = len(shifts)
    bent = (heights[1 : half + 1] + heights[half + 1 :] - 2.0 * heights[0]) / _SADDLE_STEP**2
    curvature = np.diag(bent[:d])
    for (i, j), both in zip(pairs, bent[d:], strict=True):
        curvature[i, j] = curvature[j, i] = 0.5 * (both - bent[i] - bent[j])
    # steps were relative
    curvature /= np.outer(saddle, saddle)
    size, axes = np.linalg.eigh(curvature)
    curvature = axes @ np.diag(np.maximum(size, _FLATTEST * size.max())) @ axes.T
    # Gram and Schmidt's, from the saddle's own direction on
    columns = np.column_stack([saddle, sides[:, 1:]])
    factor = np.linalg.cholesky(columns.T @ curvature @ columns)
    return columns @ np.linalg.inv(factor).T


def _discretisation(estimates: list[float], moduli: float) -> float:
    """Estimate the rule's error from its changes as the step was halved.

    The changes fall at least geometrically, often faster. One change may be small by chance, so the
    ratio that goes on is the worse of the last two, or one that is cautious.
    """
    if len(estimates) < 3:
        return np.inf
    changes = np.maximum(np.abs(np.diff(estimates)), _ROUNDING * moduli)
    ratio = changes[-1] / changes[-2]
    ratio = max(ratio, changes[-2] / changes[-3] if changes.size > 2 else _FIRST_RATIO)
    return _CAUTION * changes[-1] * min(ratio, 1.0)


class _Grid:
    """Nested lattices in y, the integrand on the last of them, and what was left out.

    Arrays have one axis to a dimension and hold all nodes; of two conjugate ones the integrand is
    evaluated at the first, which counts twice.
    """

    def __init__(
        self,
        log_moments: LogMoments,
        saddle: NDArray[np.float64],
        whitening: NDArray[np.float64],
        tolerance: float,
    ) -> None:
        self.log_moments, self.saddle, self.whitening = log_moments, saddle, whitening
        self.tolerance = tolerance
        self.d = saddle.size
        self.step = _FIRST_STEP
        self._look()

    def _look(self) -> None:
        """Find roughly how large the integrand is on the first lattice, and how far it matters."""
        shape = (2 * _REACH + 1,) * self.d
        index = np.moveaxis(np.indices(shape), 0, -1) - _REACH
        first = index[..., 0] >= 0
        sizes = np.full(shape, -np.inf)
        sizes[first] = self._integrand(index[first], _LEADING_DIGIT)[0].real
        sizes = np.maximum(sizes, np.flip(sizes))
        large = np.abs(index[sizes > self._negligible(sizes)])
        self.reach = np.minimum(np.max(large, axis=0, initial=0) + 1, _REACH)
        self.sizes = sizes[tuple(slice(_REACH - n, _REACH + n + 1) for n in self.reach)]

    def _negligible(self, sizes: NDArray[np.float64]) -> float:
        """Return the logarithm of what all nodes may miss together with little loss."""
        return float(np.log(_NEGLIGIBLE * self.tolerance / (self.step**self.d * sizes.size)))

    def refine(self, level: int) -> None:
        """Take the lattice of this level: the first whole, later ones where it matters."""
        self.step = _FIRST_STEP * 0.5**level
        half = self.reach * 2**level
        shape = tuple(2 * half + 1)
        cell = self.step**self.d
        index = np.moveaxis(np.indices(shape), 0, -1) - half
        # of conjugates the one whose first coordinate off 0 is positive
        lead = np.zeros(shape, dtype=int)
        for j in range(self.d):
            lead = np.where(lead == 0, np.sign(index[..., j]), lead)
        known = np.zeros(shape, dtype=bool)
        log_f, errors = np.full(shape, -np.inf, np.complex128), np.zeros(shape)
        if level == 0:
            sizes = self.sizes
        else:
            before = (slice(None, None, 2),) * self.d
            log_f[before], errors[before], known[before] = self.log_f, self.errors, True
            sizes = _between(self.sizes)
        missing = (lead >= 0) & ~known
        wanted = missing & (sizes > self._negligible(sizes))
        share = np.exp(np.minimum(sizes[wanted], _LARGEST_LOG)) * cell * max(wanted.sum(), 1)
        admissible = np.minimum(_SHARE * self.tolerance / share, _LEADING_DIGIT)
        log_f[wanted], errors[wanted] = self._integrand(index[wanted], admissible)
        sizes = np.where(missing & ~wanted, sizes, log_f.real)
        weighted: NDArray[np.complex128] = np.exp(log_f) * np.where(lead == 0, cell, 2.0 * cell)
        moduli = np.abs(weighted)
        edge = np.any(np.abs(index) == half, axis=-1)
        self.value, self.moduli = float(weighted.real.sum()), float(moduli.sum())
        self.lost = float(
            np.sum(moduli * (errors + _ROUNDING))
            + 2.0 * cell * np.sum(np.exp(sizes[missing & ~wanted]))
            # what lies beyond falls off at least as fast as over the last unit of y
            + np.sum(moduli[edge]) / self.step
        )
        self.index, self.weighted, self.log_f, self.errors = index, weighted, log_f, errors
        self.sizes = np.maximum(sizes, np.flip(sizes))

    def _nodes(
        self, index: NDArray[np.int64]
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return a, shape (n, d), and the logarithm of the density of y in (a / 2 pi i)."""
        y = self.step * index
        a = self.saddle - 1j * _CORE * np.sinh(y) @ self.whitening.T
        density = np.prod(_CORE * np.cosh(y), axis=1) * abs(np.linalg.det(self.whitening))
        return a, np.log(density / (2.0 * np.pi) ** self.d)

    def _integrand(
        self, index: NDArray[np.int64], admissible: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return its logarithm and the error of that."""
        a, log_density = self._nodes(index)
        log_moment, error, _ = self.log_moments(a, admissible, False)
        total = np.sum(a, axis=1)
        return np.sum(loggamma(a), axis=1) - loggamma(2.0 + total) + log_density + log_moment, error

    def gradient(self) -> NDArray[np.float64]:
        """Return the derivatives of the sum in the parameters of the moments."""
        used = self.weighted != 0.0
        slopes = self.log_moments(self._nodes(self.index[used])[0], _SLOPE_ACCURACY, True)[2]
        return np.real(slopes @ self.weighted[used])


def _between(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sizes on the lattice of half the step: the larger of the neighbours between two."""
    for axis in range(sizes.ndim):
        old = np.moveaxis(sizes, axis, 0)
        new = np.empty((2 * old.shape[0] - 1, *old.shape[1:]))
        new[::2] = old
        new[1::2] = np.maximum(old[1:], old[:-1])
        sizes = np.moveaxis(new, 0, axis)
    return sizes
