r"""Knows E (A_0 - A_1 - ... - A_d)^+ of positive variables by a Fourier integral in d dimensions.

With a_j > 0 the payoff's transform is Dirichlet's integral, and

    E (A_0 - sum_j A_j)^+ = (2 pi i)^{-d} ∫ prod_j Gamma(a_j) / Gamma(2 + sum_j a_j)
                              E[A_0^{1 + sum a} prod_j A_j^{-a_j}] da,

over lines Re a = alpha on which the expectation is finite. P(A_0 > sum_j A_j) has Gamma(1 + sum a)
and A_0^{sum a} there. A weight, which multiplies the payoff, is a change of measure and enters the
moment alone. d = 1 is the option to exchange assets.
d = 2 are puts on baskets (A_0 cash), spread options (A_0 the asset received, A_1 that given, A_2
cash), and by parity all other options on cash and two assets: the formula of T. Hurd and Z. Zhou,
"A Fourier transform method for spread option pricing", SIAM J. Financial Mathematics 1 (2010), is
the second case in other letters.

Both the payoff's transform and the moment are log-convex on the real axis, so there is one alpha at
which the integrand is least, and along the imaginary axis it is largest there: a saddle. The lines
run through it, and the trapezoidal rule is taken in y on a = alpha - i L sinh(y), where L whitens
the saddle's curvature. The step is halved until the change says that the error is below what is
asked for, in several dimensions by way of the centres of the cells, which double the nodes; between
nodes that are negligible on the wider grid, finer ones are left out.
"""

from collections.abc import Callable, Iterator
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
"""(a, admissible errors, differentiate) -> (log E A_0^{n + sum a} prod A_j^{-a_j}, errors, slopes).

Shapes (n, d), (n,) -> (n,), (n,) and (parameters, n), the last (0, n) unless asked for.
"""

_FIRST_STEP = 0.4
_CORE = 2.0
_REACH = 20
_LEVELS = 5
_SADDLE_STEP = 0.03
_SADDLE_ACCURACY = 1e-9
_FLATTEST = 1e-6
_MOST = 1e8
_MOST_STEPS, _HALVINGS, _SHRINKAGES = 12, 6, 3
_LONGEST, _NEAR = 2.0, 0.05
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
    power: int = 1,
    differentiate: bool = False,
) -> DominatedSum:
    """Return E (A_0 - A_1 - ... - A_d)^+, or the probability that this is positive.

    Parameters
    ----------
    log_moments : callable
    is_finite : callable
        Whether the moment is finite at a real a, shape (d,).
    start : ndarray, shape (d,)
        Positive: the size of a at which to look first, 1 / deviation of log A_j.
    tolerance : float
        Admissible absolute error.
    power : {1, 0}
        Of the positive part; 0 is the probability. `log_moments` has the same n.
    differentiate : bool
        Whether derivatives in the parameters of `log_moments` are wanted.

    Raises
    ------
    AccuracyError
        If the tolerance is not reached; the message says what is.
    """
    payoff = _Payoff(power)
    saddle = _saddle(log_moments, payoff, is_finite, start)
    whitening = _whitening(log_moments, payoff, saddle)
    grid = _Grid(log_moments, payoff, saddle, whitening, tolerance)
    estimates: list[float] = []
    error = np.inf
    for _ in grid.lattices():
        estimates.append(grid.value)
        # the integral is no larger than that of the modulus
        error = (
            min(_discretisation(estimates, grid.moduli, grid.stages), 2.0 * grid.moduli) + grid.lost
        )
        if error <= tolerance:
            break
    else:
        raise AccuracyError(
            f"a Fourier integral in {saddle.size} dimensions reaches an error of {error:.1e}; "
            f"{tolerance:.1e} was wanted"
        )
    gradient = grid.gradient() if differentiate else np.empty(0)
    return DominatedSum(estimates[-1], error, gradient)


@dataclass(frozen=True)
class _Payoff:
    """The logarithm of a payoff's transform, for the positive part to the power 1 or 0."""

    power: int

    def heights(self, a: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return it at real a, shape (n, d)."""
        return np.sum(gammaln(a), axis=1) - gammaln(1.0 + self.power + np.sum(a, axis=1))

    def values(self, a: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return it at a, shape (n, d)."""
        return np.sum(loggamma(a), axis=1) - loggamma(1.0 + self.power + np.sum(a, axis=1))


def _saddle(
    log_moments: LogMoments,
    payoff: _Payoff,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return roughly the real a at which the integrand is least.

    Its logarithm is convex, and infinite beyond a convex set: Newton's iteration finds the least
    value, unless it meets points so close to infinite ones that differences are no derivatives. It
    starts again nearer to 0 then, where all is finite.
    """
    for shrinkage in range(_SHRINKAGES):
        found = _by_newton(log_moments, payoff, is_finite, start * 0.5**shrinkage)
        if found is not None:
            return found
    return _by_simplex(log_moments, payoff, is_finite, start)


def _by_simplex(
    log_moments: LogMoments,
    payoff: _Payoff,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    def height(log_a: NDArray[np.float64]) -> float:
        a = np.exp(log_a)
        if not (np.all(a < _MOST) and is_finite(a)):
            return np.inf
        value, error, _ = log_moments(a[None, :].astype(np.complex128), 1e-4, False)
        return float(payoff.heights(a[None, :])[0] + value[0].real) if error[0] < 0.1 else np.inf

    log_a = np.log(start)
    while not np.isfinite(height(log_a)):
        log_a -= 0.5
        if np.any(log_a < -40.0):
            raise AccuracyError("expected moments near 1 to be finite; none were found")
    found = minimize(
        height, log_a, method="Nelder-Mead", options={"xatol": 0.02, "fatol": 0.01, "maxiter": 200}
    )
    return np.exp(found.x)


def _by_newton(
    log_moments: LogMoments,
    payoff: _Payoff,
    is_finite: Callable[[NDArray[np.float64]], bool],
    start: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    """Return the saddle by damped steps, or None if they do not get there."""
    a = start
    if not _is_usable(is_finite, a):
        return None
    height, slope, curvature = _expansion(log_moments, payoff, a)
    for _ in range(_MOST_STEPS):
        if np.min(np.linalg.eigvalsh(curvature)) <= 0.0:
            return None
        step = -np.linalg.solve(curvature, slope)
        if np.max(np.abs(step)) < _NEAR:
            return a
        step *= min(1.0, _LONGEST / np.max(np.abs(step)))
        for _ in range(_HALVINGS):
            # relative steps: 1 + x upwards, its inverse downwards, keep a positive
            there = a * (1.0 + np.maximum(step, 0.0)) / (1.0 + np.maximum(-step, 0.0))
            if _is_usable(is_finite, there):
                found = _expansion(log_moments, payoff, there)
                if found[0] < height:
                    break
            step *= 0.5
        else:
            return None
        a, (height, slope, curvature) = there, found
    return None


def _is_usable(is_finite: Callable[[NDArray[np.float64]], bool], a: NDArray[np.float64]) -> bool:
    """Tell whether the moments are finite at all points that `_expansion` looks at."""
    return bool(np.all(a < _MOST)) and all(
        is_finite(point) for point in a * (1.0 + _stencil(a.size))
    )


def _stencil(d: int) -> NDArray[np.float64]:
    """Return the relative steps of an expansion: none, along axes and pairs of them, both ways."""
    sides = np.eye(d)
    shifts = [*sides, *(sides[i] + sides[j] for i in range(d) for j in range(i))]
    return _SADDLE_STEP * np.array([np.zeros(d), *shifts, *(-shift for shift in shifts)])


def _expansion(
    log_moments: LogMoments, payoff: _Payoff, a: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the integrand's logarithm at a, and its slope and curvature in relative steps."""
    d = a.size
    points = a * (1.0 + _stencil(d))
    moments = log_moments(points.astype(np.complex128), _SADDLE_ACCURACY, False)[0].real
    heights = moments + payoff.heights(points)
    half = len(points) // 2
    above, below = heights[1 : half + 1], heights[half + 1 :]
    bent = (above + below - 2.0 * heights[0]) / _SADDLE_STEP**2
    curvature = np.diag(bent[:d])
    pairs = [(i, j) for i in range(d) for j in range(i)]
    for (i, j), both in zip(pairs, bent[d:], strict=True):
        curvature[i, j] = curvature[j, i] = 0.5 * (both - bent[i] - bent[j])
    return float(heights[0]), (above - below)[:d] / (2.0 * _SADDLE_STEP), curvature


def _whitening(
    log_moments: LogMoments, payoff: _Payoff, saddle: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return L with L' H L = 1 for the curvature H of the integrand's logarithm at the saddle."""
    curvature = _expansion(log_moments, payoff, saddle)[2]
    # steps were relative
    curvature /= np.outer(saddle, saddle)
    size, axes = np.linalg.eigh(curvature)
    curvature = axes @ np.diag(np.maximum(size, _FLATTEST * size.max())) @ axes.T
    # Gram and Schmidt's, from the saddle's own direction on
    columns = np.column_stack([saddle, np.eye(saddle.size)[:, 1:]])
    factor = np.linalg.cholesky(columns.T @ curvature @ columns)
    return columns @ np.linalg.inv(factor).T


def _discretisation(estimates: list[float], moduli: float, stages: int) -> float:
    """Estimate the rule's error from its changes as the step was halved, in so many stages.

    The changes of a halving fall at least geometrically, often faster. Those of one stage need not,
    since each is blind to some waves, so that all stages of a halving count together. They may be
    small by chance, so the ratio that goes on is the worst within two halvings, or one that is
    cautious where these were not seen.
    """
    changes = np.maximum(np.abs(np.diff(estimates)), _ROUNDING * moduli)
    if changes.size < 2 * stages:
        return np.inf
    halvings = np.convolve(changes, np.ones(stages), "valid")
    ratios = halvings[stages:] / halvings[:-stages]
    ratio = np.max(ratios[-stages - 1 :], initial=0.0 if ratios.size > stages else _FIRST_RATIO)
    return _CAUTION * halvings[-1] * min(ratio, 1.0)


class _Grid:
    """Nested lattices in y, the integrand on the last of them, and what was left out.

    Arrays are flat and hold the nodes from the centre on, in the order of their indices: of two
    conjugate ones the later, which counts twice.
    """

    def __init__(
        self,
        log_moments: LogMoments,
        payoff: _Payoff,
        saddle: NDArray[np.float64],
        whitening: NDArray[np.float64],
        tolerance: float,
    ) -> None:
        self.log_moments, self.payoff, self.tolerance = log_moments, payoff, tolerance
        self.saddle, self.whitening = saddle, whitening
        self.log_volume = float(
            np.log(abs(np.linalg.det(_CORE * whitening / (2.0 * np.pi))))  # of the density at 0
        )
        self.d = saddle.size
        self.stages = min(self.d, 2)
        self._look()

    def _look(self) -> None:
        """Find roughly how large the integrand is on the first lattice, and how far it matters."""
        self._lay(_FIRST_STEP, np.full(self.d, _REACH))
        every = np.arange(self.counts.size)
        log_f = self._integrand(every, _LEADING_DIGIT)[0]
        sizes = _mirrored(log_f.real, self.shape)
        index = self.index[:, log_f.real > self._negligible()]
        self.reach = np.minimum(np.max(np.abs(index), axis=1, initial=0) + 1, _REACH)
        self.sizes = sizes[tuple(slice(_REACH - n, _REACH + n + 1) for n in self.reach)]

    def _lay(self, step: float, half: NDArray[np.int64]) -> None:
        """Set up the nodes of a lattice: their indices, and how often each counts."""
        self.step, self.half = step, half
        self.shape = tuple((2 * half + 1).tolist())
        centre = int(np.prod(self.shape)) // 2
        places = np.unravel_index(np.arange(centre, 2 * centre + 1), self.shape)
        self.index = np.array(places) - half[:, None]
        self.counts = np.full(centre + 1, 2.0)
        self.counts[0] = 1.0

    def _negligible(self) -> float:
        """Return the logarithm of what all nodes may miss together with little loss."""
        nodes = float(np.prod(self.shape))
        return float(np.log(_NEGLIGIBLE * self.tolerance / (self.step**self.d * nodes)))

    def lattices(self) -> Iterator[None]:
        """Take one lattice after the other; `value`, `moduli` and `lost` are those of the last."""
        log_f, errors = np.empty(0, np.complex128), np.empty(0)
        for level in range(_LEVELS):
            self._lay(_FIRST_STEP * 0.5**level, self.reach * 2**level)
            size = self.counts.size
            self.log_f, self.errors = np.full(size, -np.inf, np.complex128), np.zeros(size)
            known, cell = np.zeros(size, dtype=bool), self.step**self.d
            if level > 0:
                known = np.all(self.index % 2 == 0, axis=0)
                self.log_f[known], self.errors[known] = log_f, errors
                self.sizes = _between(self.sizes)
                if self.stages == 2:
                    centred = known | np.all(self.index % 2 == 1, axis=0)
                    self._take(centred, known, cell * 2.0 ** (self.d - 1))
                    yield
                    known = centred
            self._take(np.ones(size, dtype=bool), known, cell)
            yield
            log_f, errors = self.log_f, self.errors

    def _take(self, lattice: NDArray[np.bool_], known: NDArray[np.bool_], cell: float) -> None:
        """Evaluate the integrand where it matters on a lattice, some nodes of which are known."""
        expected = self.sizes.ravel()[-self.counts.size :]
        missing = lattice & ~known
        wanted = missing & (expected > self._negligible())
        share = np.exp(np.minimum(expected[wanted], _LARGEST_LOG)) * cell * max(wanted.sum(), 1)
        admissible = np.minimum(_SHARE * self.tolerance / share, _LEADING_DIGIT)
        at, least = np.flatnonzero(wanted), _NEGLIGIBLE * self.tolerance
        self.log_f[at], self.errors[at] = self._integrand(at, admissible)
        left = missing & ~wanted
        self.weighted: NDArray[np.complex128] = np.where(
            lattice, np.exp(self.log_f) * self.counts * cell, 0.0
        )
        moduli = np.abs(self.weighted)
        edge = np.any(np.abs(self.index) == self.half[:, None], axis=0)
        self.value, self.moduli = float(self.weighted.real.sum()), float(moduli.sum())
        # a ridge may pass between nodes that are small, so that what they let expect is too little
        omitted = max(2.0 * cell * np.sum(np.exp(expected[left])), least if left.any() else 0.0)
        self.lost = float(
            np.sum(moduli * (self.errors + _ROUNDING))
            + omitted
            # what lies beyond falls off at least as fast as over the last unit of y
            + np.sum(moduli[edge]) / self.step
        )
        seen = lattice & ~left
        self.sizes = _mirrored(np.where(seen, self.log_f.real, expected), self.shape)

    def _nodes(self, at: NDArray[np.int64]) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return a, shape (n, d), and the logarithm of the density of y in (a / 2 pi i)."""
        arms, log_density = [], np.full(at.size, self.log_volume)
        for index, half in zip(self.index, self.half.tolist(), strict=True):
            y = self.step * np.arange(-half, half + 1)
            place = index[at] + half
            arms.append(np.sinh(y)[place])
            log_density += np.log(np.cosh(y))[place]
        return self.saddle - 1j * _CORE * (np.array(arms).T @ self.whitening.T), log_density

    def _integrand(
        self, at: NDArray[np.int64], admissible: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Return its logarithm and the error of that."""
        a, log_density = self._nodes(at)
        log_moment, error, _ = self.log_moments(a, admissible, False)
        return self.payoff.values(a) + log_density + log_moment, error

    def gradient(self) -> NDArray[np.float64]:
        """Return the derivatives of the sum in the parameters of the moments."""
        used = np.flatnonzero(self.weighted)
        slopes = self.log_moments(self._nodes(used)[0], _SLOPE_ACCURACY, True)[2]
        return np.real(slopes @ self.weighted[used])


def _mirrored(later: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return values at all nodes, of those from the centre on."""
    return np.concatenate([later[:0:-1], later]).reshape(shape)


def _between(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sizes on the lattice of half the step: the larger of the neighbours between two."""
    for axis in range(sizes.ndim):
        old = np.moveaxis(sizes, axis, 0)
        new = np.empty((2 * old.shape[0] - 1, *old.shape[1:]))
        new[::2] = old
        new[1::2] = np.maximum(old[1:], old[:-1])
        sizes = np.moveaxis(new, 0, axis)
    return sizes
