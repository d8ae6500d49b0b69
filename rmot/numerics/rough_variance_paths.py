r"""Knows how to simulate the variance of rough Heston and its integrals at given times.

.. math:: V_t = \xi(t) + \nu \int_0^t R(t - s) \sqrt{V_s}\,dB_s, \qquad \xi(t) = E V_t,

with the kernel R of `rmot.numerics.resolvent_kernel`, which holds the reversion. Of a step's
:math:`Z = \int \sqrt V dB` later means of U = ∫V feel the kernel's average over the step, and U in
the step itself its covariance with Z: so E U, E Z^2, E U Z and E Z^3 over any steps are exact up to
the variation of xi within a step. The scheme of E. Abi Jaber and E. Attal ("Simulating integrated
Volterra square-root processes and Volterra Heston models via Inverse Gaussian", arXiv 2504.19885)
takes the kernel at one end of the step instead. E U holds as long as means stay positive, and E
exp(a Z - a^2 U / 2) = 1 exactly for a below `largest_tilt`. Nothing else is approximated: the past
enters by its convolution, with no sum of exponentials.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.path_draws import PathDraws, Sampling
from rmot.numerics.path_grid import STEPS, check_times, step_grid
from rmot.numerics.resolvent_kernel import resolvent_kernel
from rmot.numerics.square_root_volterra import _LARGEST_STRETCH, square_root_volterra_paths

Vector = NDArray[np.float64]
Curve = Callable[[Vector], Vector]

_CELLS = 2.0**46
_LOW, _HIGH = 3.0, 12.0


@dataclass(frozen=True)
class VariancePaths:
    """Paths of a variance V at times t, all of shape (n_paths, n_times).

    Attributes
    ----------
    variance : ndarray
        V_t. Its mean is exact as far as the scheme's, its variance to the kernel's average over
        steps; it is drawn given the other three, and they do not depend on it.
    integrated : ndarray
        U_t = ∫_0^t V ds.
    along : ndarray
        Z_t = ∫_0^t sqrt(V) dB, of the motion B that drives V.
    across : ndarray
        The same for a motion that is independent of B.
    """

    variance: Vector
    integrated: Vector
    along: Vector
    across: Vector


def level_curves(
    hurst: float, initial_variance: float, mean_reversion: float, variance_drift: float
) -> tuple[Curve, Curve]:
    """Return E V_t and its integral from 0, as functions of arrays of t >= 0.

    The drift of V is the variance drift less the mean reversion times V.
    """
    alpha, pull = hurst + 0.5, variance_drift - mean_reversion * initial_variance

    def mean(t: Vector) -> Vector:
        return initial_variance + pull * resolvent_kernel(t, alpha, mean_reversion, 1)

    def total(t: Vector) -> Vector:
        return initial_variance * t + pull * resolvent_kernel(t, alpha, mean_reversion, 2)

    return mean, total


class RoughVarianceScheme:
    """The scheme for given look times.

    Parameters
    ----------
    times : array_like, shape (n_times,)
        Years, increasing from above 0.
    hurst : float
        H in (0, 1/2].
    vol_of_vol : float
        nu > 0, absolute.
    mean_reversion : float
        kappa; see `resolvent_kernel`.
    mean_variance, total_variance : callable
        E V_t and its integral from 0, arrays to arrays; see `level_curves`.
    steps : int
        Each look is reached in at least so many steps.

    Raises
    ------
    ParameterError
        Times that do not increase from above 0, or more than 4096 steps.
    """

    def __init__(
        self,
        times: ArrayLike,
        *,
        hurst: float,
        vol_of_vol: float,
        mean_reversion: float,
        mean_variance: Curve,
        total_variance: Curve,
        steps: int = STEPS,
    ) -> None:
        self.times = check_times(times)
        grid, self._looks = step_grid(self.times, steps)
        alpha = hurst + 0.5

        def integral(t: Vector, order: int) -> Vector:
            # equal steps make equal distances, but for rounding
            cells = np.round(np.maximum(t, 0.0) * (_CELLS / grid[-1]))
            distinct, place = np.unique(cells, return_inverse=True)
            distinct *= grid[-1] / _CELLS
            values = resolvent_kernel(distinct, alpha, mean_reversion, order)
            return vol_of_vol * values[place].reshape(t.shape)

        end, step = grid[1:], np.diff(grid)
        # second integrals of the kernel between all ends of steps, then their mixed differences
        between = integral(grid[:, None] - grid, 2)
        self._lags = np.tril(-np.diff(np.diff(between, axis=0), axis=1) / step, -1)
        self._slopes = integral(step, 2) / step
        self._increments = np.diff(total_variance(grid))
        look_times, last = end[self._looks], step[self._looks]
        reach = integral(look_times[:, None] - grid, 1)
        self._spot_lags = -np.diff(reach, axis=1) / step
        self._spot = np.stack(
            [
                mean_variance(look_times),
                integral(last, 1) / last,
                vol_of_vol**2 * _squared_kernel_integral(last, hurst, mean_reversion) / last,
            ],
            axis=1,
        )
        # how much longer than for H = 0.3 the past is remembered, 1 at H = 1/2
        persistence = max(2.0 ** (alpha + 2.0) - 7.0, 0.0) ** 2
        self._window = (_LOW * persistence, _HIGH * persistence)

    @property
    def steps(self) -> int:
        """Number of steps of a path, all looks together."""
        return self._slopes.size

    @property
    def largest_tilt(self) -> float:
        """Up to which a > 0 the mean of exp(a Z - a^2 U / 2) is 1; it is so for all a <= 0."""
        stretch = _LARGEST_STRETCH if self._window[1] > 0.0 else 1.0
        return 1.0 / (stretch * float(self._slopes.max()))

    @property
    def normals(self) -> int:
        """How many standard normals a path takes."""
        return self.steps + 2 * self.times.size

    @property
    def uniforms(self) -> int:
        """How many uniform numbers a path takes."""
        return self.steps + self.times.size

    def expected_increments(self, along: Vector, look: int) -> Vector:
        """Return E[U_end - U_t | path to t], t being a look and the end the last one.

        It is affine in the path's Z, and exact for the scheme.

        Parameters
        ----------
        along : ndarray, shape (n_paths, n_times)
            Z at the looks.
        look : int

        Returns
        -------
        ndarray, shape (n_paths,)

        Raises
        ------
        ParameterError
            Some step before the look ends between looks, so that Z there is not known.
        """
        known = look + 1
        if self._looks[look] != look:
            raise ParameterError(
                f"expected a look at the end of each of the {self._looks[look] + 1} steps up to "
                f"look {look}; got {known} looks"
            )
        steps = np.diff(along[:, :known], axis=1, prepend=0.0)
        weights = self._lags[known:, :known].sum(axis=0)
        return self._increments[known:].sum() + steps @ weights

    def paths(self, normals: Vector, uniforms: Vector) -> Vector:
        """Return V, U, Z and the independent martingale, shape (n_paths, n_times, 4).

        Parameters
        ----------
        normals : ndarray, shape (n_paths, self.normals)
        uniforms : ndarray, shape (n_paths, self.uniforms)
        """
        result = np.empty((normals.shape[0], self.times.size, 4))
        square_root_volterra_paths(
            self._increments,
            self._lags,
            self._slopes,
            *self._window,
            self._looks,
            self._spot,
            self._spot_lags,
            normals,
            uniforms,
            result,
        )
        return result

    def simulate(
        self, n_paths: int, seed: int, sampling: Sampling = "random", threads: int | None = None
    ) -> VariancePaths:
        """Simulate; numbers do not depend on `threads`, by default as many as processors.

        Raises
        ------
        ParameterError
            As `PathDraws`.
        """
        draws = PathDraws(self.normals, self.uniforms, n_paths, seed, sampling)
        result = np.empty((4, n_paths, self.times.size))

        def simulate(chunk: int) -> None:
            paths = self.paths(*draws.draw(chunk))
            result[:, draws.paths_of(chunk)] = np.moveaxis(paths, 2, 0)

        draws.for_each_chunk(simulate, threads)
        return VariancePaths(*result)


def _squared_kernel_integral(times: Vector, hurst: float, reversion: float) -> Vector:
    """Return ∫_0^t R(s)^2 ds: in s^{2H} the integrand is smooth."""
    node, weight = np.polynomial.legendre.leggauss(24)
    share = (0.5 * (node + 1.0)) ** (0.5 / hurst)
    s = np.maximum(times[:, None] * share, 1e-200)
    smooth = s ** (0.5 - hurst) * resolvent_kernel(s, hurst + 0.5, reversion)
    return times ** (2.0 * hurst) / (4.0 * hurst) * (smooth**2 @ weight)
