"""Knows the neural Volterra law as a model among the others: prices, paths, priors, its index.

See `rmot.neural.shape` for the variance, `rmot.neural.paths` for the simulation. With a network
that says nothing it is rough Bergomi, and so are its prices and paths, number for number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from rmot.models._cells import discretise
from rmot.models._checks import check_maturity
from rmot.models._simulated_law import Paths, SimulatedLaw, Simulation
from rmot.models.forward_variance import ForwardVariance
from rmot.models.price_paths import LognormalPaths, PricePaths, SimulatesIndex, index_grid
from rmot.neural.coordinates import Coordinates
from rmot.neural.grid import INDEX_NODES, Grid, grid_of, padded
from rmot.neural.jaxed import eqx, jnp
from rmot.neural.paths import Tables, make_tables, walk
from rmot.neural.shape import Series, expected
from rmot.neural.volterra import seen_from
from rmot.numerics.discrete import Prior
from rmot.numerics.path_draws import PathDraws, Sampling
from rmot.numerics.path_grid import check_times, step_grid

Vector = NDArray[np.float64]

_compiled_tables = eqx.filter_jit(make_tables)
_compiled_walk = eqx.filter_jit(walk)
_compiled_expected = eqx.filter_jit(expected)
_compiled_seen = eqx.filter_jit(seen_from)
_compiled_values = eqx.filter_jit(Series.__call__)
_MULTIPLE = 64
"""Of steps that programs are compiled for: compiling one takes longer than running it."""

_SIMULATION = Simulation()
_PRIOR_PATHS = 2**13
_BLOCK = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class NeuralVolterra(SimulatedLaw, SimulatesIndex):
    """A learned law of S_t, forward 1, and of its volatility index.

    Parameters
    ----------
    coordinates : Coordinates
        As `rmot.neural.train` finds them.
    pieces : tuple of float
        Years at which pieces of forward variance end; the last value holds ever after.
    simulation : Simulation
        Of prices; a mapping of its fields is accepted.

    Raises
    ------
    ParameterError
        If pieces do not increase from above 0, or are not as many as the coordinates' variances.
    """

    held_by_default: ClassVar[Mapping[str, float]] = MappingProxyType({})
    _drivers: ClassVar[int] = 1
    _steps_without_normals: ClassVar[int] = 0
    least_steps: ClassVar[int] = 128

    coordinates: Coordinates
    pieces: tuple[float, ...]
    simulation: Simulation = _SIMULATION

    def __post_init__(self) -> None:
        """Refuse pieces that do not fit the coordinates."""
        object.__setattr__(self, "simulation", Simulation.of(self.simulation))
        object.__setattr__(self, "pieces", self.forward_variance.times)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, besides the network and the curve."""
        return ("hurst", "vol_of_vol", "correlation")

    @property
    def hurst(self) -> float:
        """H."""
        return float(self.coordinates.hurst)

    @property
    def vol_of_vol(self) -> float:
        """The slope eta of log f far out."""
        return float(self.coordinates.shape.vol_of_vol)

    @property
    def correlation(self) -> float:
        """Rho."""
        return float(self.coordinates.correlation)

    @cached_property
    def forward_variance(self) -> ForwardVariance:
        """The curve xi."""
        return ForwardVariance(tuple(self.pieces), tuple(self.coordinates.variances.tolist()))

    def expected_variance(self, times: ArrayLike) -> Vector:
        """Return E V_t = xi(t), same shape as times, t >= 0 in years."""
        return self.forward_variance(times)

    @property
    def _weak_order(self) -> float:
        return self.hurst + 0.5

    def _paths(self, maturity: float, steps: int, every: int) -> Paths:
        count = steps // every
        tables = _tables(self.coordinates, self._grid(np.linspace(0.0, maturity, count + 1)))

        def simulate(normal: Vector, log_forward: Vector, variance: Vector) -> None:
            moves = normal[:, 0].reshape(-1, count, every).sum(axis=2) / math.sqrt(every)
            forward, left, *_ = _walk(tables, moves)
            log_forward[:], variance[:] = forward[:, 0], left[:, 0]

        return simulate

    def simulate_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> PricePaths:
        """Simulate prices and variances at given times; see `SimulatesPaths`."""
        t, grid = self._grid_to(times, steps)
        tables, count = _tables(self.coordinates, grid), grid.times.size - 1
        looks = jnp.asarray(t)
        seen = _compiled_seen(self.coordinates.hurst, jnp.asarray(grid.times), looks, looks)
        at_looks, noise = np.asarray(seen.lags).T, np.sqrt(np.asarray(seen.rest))
        spot = _compiled_expected(self.coordinates.shape, looks, seen.variances, jnp.zeros(t.size))
        draws = PathDraws(count + 2 * t.size, 0, n_paths, seed, sampling)
        price, variance, integrated = np.empty((3, n_paths, t.size))
        for chunk in range(draws.chunks):
            within = draws.paths_of(chunk)
            across, moves, own = np.split(draws.draw(chunk)[0], [t.size, t.size + count], axis=1)
            forward, left, total, _ = _walk(tables, moves)
            spread = np.sqrt(np.diff(left, axis=1, prepend=0.0))
            price[within] = np.exp(forward - 0.5 * left + np.cumsum(spread * across, axis=1))
            log_ratio = np.asarray(
                _compiled_values(spot, jnp.asarray(moves @ at_looks + noise * own))
            )
            variance[within] = self.expected_variance(t) * np.exp(log_ratio)
            integrated[within] = total
        return PricePaths(t, price, variance, integrated)

    def lognormal_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> LognormalPaths:
        """Simulate what drives the variance alone; see `SimulatesPaths`."""
        t, grid = self._grid_to(times, steps)
        forward, left, _ = self._walk_all(grid, n_paths, seed, sampling)
        return LognormalPaths(t, forward, left)

    def index_paths(
        self, first: float, second: float, n_paths: int, seed: int, looks: int = 32
    ) -> tuple[LognormalPaths, Vector]:
        """Return what paths leave of two prices, and the index; see `SimulatesIndex`."""
        dates, ends = index_grid(first, second, looks)
        grid = grid_of(
            np.concatenate([[0.0], ends]), dates, dates[:1], self.pieces, float(second - first)
        )
        forward, left, index = self._walk_all(grid, n_paths, seed, "sobol")
        return LognormalPaths(dates, forward, left), index[:, 0]

    def index_at(self, dates: ArrayLike, n_paths: int, seed: int, *, steps: int = 32) -> Vector:
        """Return the 30-day index at dates, shape (n_paths, n_dates), as 0.2.

        Parameters
        ----------
        dates : array_like, shape (n_dates,)
            Years, increasing from above 0.
        n_paths : int
            Sobol points, a power of two.
        seed : int
        steps : int
            To each date, at least.

        Raises
        ------
        ParameterError
            As `index_paths`.
        """
        t = check_times(dates)
        grid = grid_of(step_grid(t, steps)[0], t, t, self.pieces)
        return self._walk_all(grid, n_paths, seed, "sobol")[2]

    def prior(
        self,
        maturity: float,
        n_points: int = 1000,
        upper: float | None = None,
        kinks: ArrayLike = (),
    ) -> Prior:
        """Return the law of S_T / F as a discrete measure; see `rmot.models._cells.discretise`.

        Masses and means of cells are means over 2^13 paths, given which the price is lognormal.

        Raises
        ------
        ParameterError, AccuracyError
            As `discretise`.
        """
        paths = self.lognormal_paths(
            [check_maturity(maturity)], _PRIOR_PATHS, self.simulation.seed, sampling="sobol"
        )
        log_forward = paths.log_forward[:, 0] - np.log(np.exp(paths.log_forward[:, 0]).mean())
        deviation = np.sqrt(paths.variance[:, 0])

        def partial_moments(k: Vector, order: int, upper: bool) -> Vector:
            sign, found = (1.0 if upper else -1.0), np.empty(k.size)
            shift = (order - 0.5) * deviation
            factor = np.exp(order * log_forward + 0.5 * order * (order - 1) * deviation**2)
            for start in range(0, k.size, _BLOCK):
                part = k[start : start + _BLOCK, None]
                z = sign * ((log_forward - part) / deviation + shift)
                found[start : start + _BLOCK] = (factor * ndtr(z)).mean(axis=1)
            return found

        return discretise(
            partial_moments, float(np.sqrt(np.mean(deviation**2))), n_points, upper, kinks
        )

    def _walk_all(
        self, grid: Grid, n_paths: int, seed: int, sampling: Sampling
    ) -> tuple[Vector, Vector, Vector]:
        """Return log-forwards, variances and the index of all paths."""
        tables, looks = _tables(self.coordinates, grid), grid.price_looks.shape[1]
        draws = PathDraws(grid.times.size - 1, 0, n_paths, seed, sampling)
        forward, left = np.empty((2, n_paths, looks))
        index = np.empty((n_paths, len(grid.index_dates) // INDEX_NODES))
        for chunk in range(draws.chunks):
            within = draws.paths_of(chunk)
            found = _walk(tables, draws.draw(chunk)[0])
            forward[within], left[within], _, index[within] = found
        return forward, left, index

    def _grid_to(self, times: ArrayLike, steps: int | None) -> tuple[Vector, Grid]:
        t = check_times(times)
        ends, _ = step_grid(t, self.least_steps if steps is None else steps)
        return t, grid_of(ends, t, np.empty(0), self.pieces)

    def _grid(self, times: Vector) -> Grid:
        return grid_of(times, times[-1:], np.empty(0), self.pieces)

    def _bumped(self, name: str) -> tuple[Self, float]:
        value = getattr(self, name)
        bump = -math.copysign(1e-6 * abs(value), value)
        at = {each: getattr(self, each) for each in self.parameters} | {name: value + bump}
        shape = eqx.tree_at(
            lambda shape: shape.log_vol_of_vol,
            self.coordinates.shape,
            jnp.log(jnp.asarray(at["vol_of_vol"])),
        )
        moved = Coordinates.at(at["hurst"], at["correlation"], self.coordinates.variances, shape)
        return replace(self, coordinates=moved), bump


def _tables(coordinates: Coordinates, grid: Grid) -> Tables:
    return _compiled_tables(coordinates, padded(grid, _MULTIPLE))


def _walk(tables: Tables, normals: Vector) -> tuple[Vector, ...]:
    """Return what `walk` does, of increments up to the last date."""
    after = tables.own.size - normals.shape[1]
    found = _compiled_walk(tables, jnp.asarray(np.pad(normals, ((0, 0), (0, after)))))
    return tuple(np.asarray(each) for each in found)
