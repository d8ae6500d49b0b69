r"""Knows the rough Bergomi law of S_T.

.. math:: dS = S \sqrt{V} dZ, \quad d\langle Z, W \rangle = \rho\,dt, \quad
    V_t = \xi(t) \exp\bigl(\eta X_t - \tfrac12 \eta^2 t^{2H}\bigr), \quad
    X_t = \sqrt{2H} \int_0^t (t - s)^{H - 1/2} dW_s.

C. Bayer, P. Friz and J. Gatheral, "Pricing under rough volatility", Quantitative Finance 16 (2016).
Given the path of W the price is lognormal: R. McCrickerd and M. S. Pakkanen, "Turbocharging Monte
Carlo pricing for the rough Bergomi model", Quantitative Finance 18 (2018).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import as_floats, check_range
from rmot.models._simulated_law import Paths, SimulatedLaw, Simulation
from rmot.models.forward_variance import ForwardVariance
from rmot.models.price_paths import LognormalPaths, PricePaths, SimulatesPaths
from rmot.numerics.path_draws import PathDraws, Sampling
from rmot.numerics.path_grid import check_times, step_grid
from rmot.numerics.rough_bergomi_paths import RoughBergomiScheme

_VOLATILITY_PARAMETERS = ("hurst", "vol_of_vol", "correlation")
_SIMULATION = Simulation()


@dataclass(frozen=True, kw_only=True)
class RoughBergomi(SimulatedLaw, SimulatesPaths):
    """Rough Bergomi model, forward 1.

    Prices are means over simulated paths, extrapolated at the weak order H + 1/2, with estimated
    errors; paths themselves are not extrapolated. The spot's correlation with
    variance must not be positive: the price would be a strict local martingale (P. Gassiat, "On the
    martingale property in the rough Bergomi model", 2019), which a simulation does not see.

    Parameters
    ----------
    hurst : float
        H in (0, 1/2].
    vol_of_vol : float
        eta > 0: log V_t has variance eta^2 t^{2H}.
    correlation : float
        rho in [-1, 0].
    initial_variance : float
        xi > 0, annualised, where forward variance is flat.
    forward_variance : ForwardVariance
        xi(t) = E V_t, in place of a flat one; a mapping of its fields is accepted.
    simulation : Simulation
        A mapping of its fields is accepted.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Examples
    --------
    >>> model = RoughBergomi(hurst=0.1, vol_of_vol=1.5, correlation=-0.7, initial_variance=0.04)
    >>> price, error = model.call_price([-0.1, 0.0, 0.1], 0.25, return_error=True)
    >>> bool((error < 3e-4).all())
    True
    >>> model.simulate([0.1, 0.25], 1000, seed=1).shape
    (1000, 2)
    """

    held_by_default: ClassVar[Mapping[str, float]] = MappingProxyType({})
    _drivers: ClassVar[int] = 1
    _steps_without_normals: ClassVar[int] = 0
    least_steps: ClassVar[int] = 128

    hurst: float
    vol_of_vol: float
    correlation: float
    initial_variance: float | None = None
    forward_variance: ForwardVariance | None = None
    simulation: Simulation = _SIMULATION

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("hurst", self.hurst, 0.0, 0.5, closed_high=True)
        check_range("vol_of_vol", self.vol_of_vol, 0.0, math.inf)
        check_range("correlation", self.correlation, -1.0, 0.0, closed_low=True, closed_high=True)
        object.__setattr__(self, "simulation", Simulation.of(self.simulation))
        if (self.initial_variance is None) == (self.forward_variance is None):
            raise ParameterError(
                "expected initial_variance or forward_variance; got "
                f"{'neither' if self.initial_variance is None else 'both'}"
            )
        if isinstance(self.forward_variance, Mapping):
            object.__setattr__(self, "forward_variance", ForwardVariance(**self.forward_variance))
        if self.initial_variance is not None:
            check_range("initial_variance", self.initial_variance, 0.0, math.inf)
        elif not isinstance(self.forward_variance, ForwardVariance):
            raise ParameterError(
                f"forward_variance must be a ForwardVariance; got {self.forward_variance!r}"
            )
        as_floats(self, self.parameters)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on; a curve is not among them."""
        if self.forward_variance is not None:
            return _VOLATILITY_PARAMETERS
        return (*_VOLATILITY_PARAMETERS, "initial_variance")

    @property
    def _weak_order(self) -> float:
        return self.hurst + 0.5

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E V_t = xi(t), same shape as times, t >= 0 in years."""
        t = np.asarray(times, dtype=np.float64)
        if self.forward_variance is not None:
            return self.forward_variance(t)
        assert self.initial_variance is not None
        return np.full(t.shape, self.initial_variance)

    def _scheme(self, grid: NDArray[np.float64], looks: NDArray[np.int64]) -> RoughBergomiScheme:
        if self.forward_variance is not None:
            totals = self.forward_variance.totals(grid)
        else:
            assert self.initial_variance is not None
            totals = self.initial_variance * grid
        return RoughBergomiScheme(
            grid,
            looks,
            hurst=self.hurst,
            vol_of_vol=self.vol_of_vol,
            correlation=self.correlation,
            totals=totals,
        )

    def _paths(self, maturity: float, steps: int, every: int) -> Paths:
        count = steps // every
        scheme = self._scheme(np.linspace(0.0, maturity, count + 1), np.array([count - 1]))

        def simulate(
            normal: NDArray[np.float64],
            log_forward: NDArray[np.float64],
            variance: NDArray[np.float64],
        ) -> None:
            moves = normal[:, 0].reshape(-1, count, every).sum(axis=2) / math.sqrt(every)
            ends = scheme.paths(moves)
            log_forward[:] = ends[:, 0, 0]
            variance[:] = ends[:, 0, 1]

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
        t, scheme, count = self._scheme_to(times, steps)
        draws = PathDraws(count + 2 * t.size, 0, n_paths, seed, sampling)
        price, variance, integrated = np.empty((3, n_paths, t.size))

        def simulate(chunk: int) -> None:
            within = draws.paths_of(chunk)
            normal, _ = draws.draw(chunk)
            across, moves, at_looks = np.split(normal, [t.size, t.size + count], axis=1)
            paths = scheme.paths(np.ascontiguousarray(moves))
            log_martingale, left, integrated[within], explained = np.moveaxis(paths, 2, 0)
            spread = np.sqrt(np.diff(left, axis=1, prepend=0.0))
            log_price = log_martingale - 0.5 * left
            price[within] = np.exp(log_price + np.cumsum(spread * across, axis=1))
            log_variance = explained + scheme.spot_noise * at_looks - scheme.spot_drift
            variance[within] = self.expected_variance(t) * np.exp(log_variance)

        draws.for_each_chunk(simulate)
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
        t, scheme, count = self._scheme_to(times, steps)
        draws = PathDraws(count, 0, n_paths, seed, sampling)
        log_forward, variance = np.empty((2, n_paths, t.size))

        def simulate(chunk: int) -> None:
            within = draws.paths_of(chunk)
            paths = scheme.paths(draws.draw(chunk)[0])
            log_forward[within], variance[within] = paths[:, :, 0], paths[:, :, 1]

        draws.for_each_chunk(simulate)
        return LognormalPaths(t, log_forward, variance)

    def _scheme_to(
        self, times: ArrayLike, steps: int | None
    ) -> tuple[NDArray[np.float64], RoughBergomiScheme, int]:
        """Return the times, a scheme that looks at them, and its number of steps."""
        t = check_times(times)
        grid, looks = step_grid(t, self.least_steps if steps is None else steps)
        return t, self._scheme(grid, looks), grid.size - 1
