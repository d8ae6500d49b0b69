"""Knows nested trapezoidal lattices for a Fourier integrand, and which of their nodes matter.

y runs over a lattice, a = alpha - i L sinh(y) over the lines. A first, wide lattice says how far
the integrand reaches; between nodes that are negligible on a wider one, finer ones are left out.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rmot.numerics._fourier_saddle import Integrand

FIRST_STEP = 0.4
ROUNDING = 2e-15
_CORE = 2.0
_REACH = 20
_LEVELS = 5
_NEGLIGIBLE = 1e-3
_SHARE = 0.1
_LEADING_DIGIT = 0.1
_LARGEST_LOG = 600.0
_SLOPE_ACCURACY = 1e-9


class Lattices:
    """Nested lattices in y, the integrand on the last of them, and what was left out.

    Arrays are flat and hold the nodes from the centre on, in the order of their indices: of two
    conjugate ones the later, which counts twice.
    """

    def __init__(
        self,
        integrand: Integrand,
        saddle: NDArray[np.float64],
        whitening: NDArray[np.float64],
        tolerance: float,
    ) -> None:
        self.integrand, self.tolerance = integrand, tolerance
        self.saddle, self.whitening = saddle, whitening
        self.log_volume = float(
            np.log(abs(np.linalg.det(_CORE * whitening / (2.0 * np.pi))))  # of the density at 0
        )
        self.d = saddle.size
        self.stages = min(self.d, 2)
        self._look()

    def _look(self) -> None:
        """Find roughly how large the integrand is on the first lattice, and how far it matters."""
        self._lay(FIRST_STEP, np.full(self.d, _REACH))
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

    def refined(self) -> Iterator[None]:
        """Take one lattice after the other; `value`, `moduli` and `lost` are those of the last."""
        log_f, errors = np.empty(0, np.complex128), np.empty(0)
        for level in range(_LEVELS):
            self._lay(FIRST_STEP * 0.5**level, self.reach * 2**level)
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
        # also those that coarser lattices left out
        left = lattice & np.isneginf(self.log_f.real)
        self.weighted: NDArray[np.complex128] = np.where(
            lattice, np.exp(self.log_f) * self.counts * cell, 0.0
        )
        moduli = np.abs(self.weighted)
        edge = np.any(np.abs(self.index) == self.half[:, None], axis=0)
        self.value, self.moduli = float(self.weighted.real.sum()), float(moduli.sum())
        bounds = np.where(left, np.exp(np.minimum(expected, _LARGEST_LOG)) * 2.0 * cell, moduli)
        # a ridge may pass between nodes that are small, so that what they let expect is too little
        omitted = max(float(bounds[left].sum()), least if left.any() else 0.0)
        self.lost = float(
            np.sum(moduli * (self.errors + ROUNDING))
            + omitted
            # what lies beyond falls off at least as fast as over the last unit of y
            + np.sum(bounds[edge]) / self.step
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
        log_moment, error, _ = self.integrand.log_moments(a, admissible, False)
        return self.integrand.log_payoffs(a) + log_density + log_moment, error

    def gradient(self) -> NDArray[np.float64]:
        """Return the derivatives of the sum in the parameters of the moments."""
        used = np.flatnonzero(self.weighted)
        slopes = self.integrand.log_moments(self._nodes(used)[0], _SLOPE_ACCURACY, True)[2]
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
