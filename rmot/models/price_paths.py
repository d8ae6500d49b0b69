"""Knows how models give paths: prices with forward 1, and the variance behind them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError
from rmot.numerics.path_draws import Sampling
from rmot.numerics.path_grid import STEPS, check_times, check_whole_number
from rmot.numerics.rough_variance_paths import RoughVarianceScheme, VariancePaths

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class PricePaths:
    """Paths of a price and its variance, arrays of shape (n_paths, n_times).

    Attributes
    ----------
    times : ndarray, shape (n_times,)
        Years.
    price : ndarray
        S_t, forward 1.
    variance : ndarray
        V_t, annualised.
    integrated_variance : ndarray
        ∫_0^t V ds.
    """

    times: Vector
    price: Vector
    variance: Vector
    integrated_variance: Vector


@dataclass(frozen=True)
class LognormalPaths:
    """What paths of the variance leave of a price: normal increments of its logarithm.

    Given a path, log S has independent normal increments, so that laws of prices are means over
    paths of what is known in closed form.

    Attributes
    ----------
    times : ndarray, shape (n_times,)
        Years.
    log_forward : ndarray, shape (n_paths, n_times)
        log E[S_t | path], forward 1.
    variance : ndarray, shape (n_paths, n_times)
        That of log S_t given the path; increasing in t.
    """

    times: Vector
    log_forward: Vector
    variance: Vector

    def of(self, paths: NDArray[np.intp]) -> LognormalPaths:
        """Return some of the paths."""
        return LognormalPaths(self.times, self.log_forward[paths], self.variance[paths])


class SimulatesPaths(ABC):
    """Simulation as models share it."""

    least_steps: ClassVar[int] = STEPS
    """Steps that a path takes by default to each time, at least."""

    @abstractmethod
    def simulate_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> PricePaths:
        """Simulate prices and variances at given times.

        Parameters
        ----------
        times : array_like, shape (n_times,)
            Years, increasing from above 0.
        n_paths : int
            Even for antithetic paths, a power of two for Sobol points.
        seed : int
            Same seed, same numbers, on however many threads.
        sampling : {"random", "antithetic", "sobol"}
            Antithetic paths are neighbours, 2i and 2i + 1.
        steps : int, optional
            Each time is reached in at least so many; by default `least_steps`.

        Raises
        ------
        ParameterError
            Times, numbers of paths or steps, or a seed that make no simulation.
        AccuracyError
            If steps are so long that prices would not be martingales.
        """

    @abstractmethod
    def lognormal_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> LognormalPaths:
        """Simulate what drives the variance alone; arguments and errors as `simulate_paths`."""

    def simulate(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> Vector:
        """Return prices with forward 1, shape (n_paths, n_times); see `simulate_paths`."""
        return self.simulate_paths(times, n_paths, seed, sampling=sampling, steps=steps).price


class SimulatesIndex(SimulatesPaths):
    """Simulation of a price and of its volatility index."""

    @abstractmethod
    def index_paths(
        self, first: float, second: float, n_paths: int, seed: int, looks: int = 32
    ) -> tuple[LognormalPaths, Vector]:
        """Return what paths of the variance leave of two prices, and the index at the first date.

        Parameters
        ----------
        first, second : float
            Dates in years; the index looks from the first to the second.
        n_paths : int
            Sobol points, a power of two.
        seed : int
        looks : int
            Steps to the first date, at least 4; as long ones follow to the second.

        Returns
        -------
        paths : LognormalPaths
            At both dates.
        index : ndarray, shape (n_paths,)
            Annualised volatility, as 0.2.

        Raises
        ------
        ParameterError
            Dates that do not increase from above 0, too few looks, or no power of two.
        AccuracyError
            If steps are so long that prices would not be martingales, or an expected variance is
            not positive.
        """


class SquareRootPaths(SimulatesIndex):
    """Simulation of prices whose variance is that of rough Heston."""

    correlation: float

    @abstractmethod
    def variance_scheme(self, times: ArrayLike, steps: int | None = None) -> RoughVarianceScheme:
        """Return the scheme of the variance alone, which also gives its integrals.

        Parameters
        ----------
        times : array_like, shape (n_times,)
        steps : int, optional
            As for `simulate_paths`, as are errors.
        """

    def simulate_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> PricePaths:
        """Simulate prices and variances at given times; see `SimulatesPaths`.

        log S = rho Z + sqrt(1 - rho^2) Y - U / 2 with Z and U of the scheme and Y of an independent
        motion: S is a martingale but for rounding. In implied volatility the bias of 32 steps is
        about a basis point.
        """
        scheme = self.martingale_scheme(times, steps)
        paths = scheme.simulate(n_paths, seed, sampling)
        across = math.sqrt(1.0 - self.correlation**2) * paths.across
        log_price = self.correlation * paths.along + across - 0.5 * paths.integrated
        return PricePaths(scheme.times, np.exp(log_price), paths.variance, paths.integrated)

    def lognormal_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> LognormalPaths:
        """Simulate what drives the variance alone; see `SimulatesPaths`.

        log E[S | Z, U] = rho Z - rho^2 U / 2, and (1 - rho^2) U is left open.
        """
        scheme = self.martingale_scheme(times, steps)
        return self.given(scheme.times, scheme.simulate(n_paths, seed, sampling))

    def index_paths(
        self, first: float, second: float, n_paths: int, seed: int, looks: int = 32
    ) -> tuple[LognormalPaths, Vector]:
        """Return what paths leave of two prices, and the index; see `SimulatesIndex`.

        Its square is affine in the path of Z = ∫sqrt(V)dB up to the first date.
        """
        dates, grid = index_grid(first, second, looks)
        scheme = self.martingale_scheme(grid, 1)
        paths = scheme.simulate(n_paths, seed, "sobol")
        expected = scheme.expected_increments(paths.along, looks - 1)
        if not expected.min() > 0.0:
            raise AccuracyError(
                f"expected variances above zero; {looks} steps give {expected.min():.3g} on a "
                "path. Take more looks"
            )
        every = self.given(grid, paths)
        at = [looks - 1, grid.size - 1]
        lognormal = LognormalPaths(dates, every.log_forward[:, at], every.variance[:, at])
        return lognormal, np.sqrt(expected / (dates[1] - dates[0]))

    def given(self, times: Vector, paths: VariancePaths) -> LognormalPaths:
        """Return what paths of the variance leave of the price."""
        square = self.correlation**2
        log_forward = self.correlation * paths.along - 0.5 * square * paths.integrated
        return LognormalPaths(times, log_forward, (1.0 - square) * paths.integrated)

    def martingale_scheme(self, times: ArrayLike, steps: int | None) -> RoughVarianceScheme:
        """Return the scheme; AccuracyError if prices would lose mass."""
        scheme = self.variance_scheme(times, steps)
        if self.correlation > scheme.largest_tilt:
            raise AccuracyError(
                f"{scheme.steps} steps make prices martingales for correlations up to "
                f"{scheme.largest_tilt:.3g}; got {self.correlation}. Take more steps"
            )
        return scheme


def index_grid(first: float, second: float, looks: int) -> tuple[Vector, Vector]:
    """Return two dates, and ends of steps to them of about the same length.

    Raises
    ------
    ParameterError
        Dates that do not increase from above 0, or fewer than 4 looks.
    """
    dates = check_times([first, second])
    check_whole_number("looks", looks, 4)
    more = max(4, int(np.ceil(looks * (dates[1] / dates[0] - 1.0))))
    to_first = dates[0] * np.arange(1, looks + 1) / looks
    return dates, np.concatenate([to_first, np.linspace(dates[0], dates[1], more + 1)[1:]])
