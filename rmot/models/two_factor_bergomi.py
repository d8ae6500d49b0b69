r"""Knows the two-factor Bergomi law of S_T: forward variances driven by two Markov factors.

.. math:: dS = S \sqrt{\xi_t^t} dW, \qquad
    d\xi_t^u = 2 \nu \alpha \xi_t^u
        [(1 - \theta) e^{-k_1 (u - t)} dW_1 + \theta e^{-k_2 (u - t)} dW_2],

with alpha such that the factor in brackets has volatility 1 at u = t; nu is then the lognormal
volatility of a variance swap's volatility whose maturity is short. L. Bergomi, "Smile dynamics II",
Risk (October 2005), in the notation of his "Stochastic Volatility Modeling" (2016), chapter 7;
J. Guyon, "The VIX future in Bergomi models", SIAM J. Financial Mathematics 13 (2022).
"""

import math
from collections.abc import Callable, Mapping
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
from rmot.numerics.volatility_paths import bergomi_paths

_FACTOR_PARAMETERS = (
    "short_vol_of_vol",
    "slow_weight",
    "fast_reversion",
    "slow_reversion",
    "fast_correlation",
    "slow_partial_correlation",
    "factor_correlation",
)
_SIMULATION = Simulation()
_CURVE_PARAMETERS = ("initial_variance", "long_run_variance", "mean_reversion")


@dataclass(frozen=True, kw_only=True)
class TwoFactorBergomi(SimulatedLaw, SimulatesPaths):
    """Two-factor Bergomi model, forward 1.

    Forward variance is either the curve long_run_variance + (initial_variance - long_run_variance)
    exp(-mean_reversion t), or a `ForwardVariance`, never both. If the spot rises with variance the
    price may be a strict local martingale (B. Jourdain, "Loss of martingality in asset price models
    with lognormal stochastic volatility", 2004), which a simulation does not see.

    Parameters
    ----------
    short_vol_of_vol : float
        nu > 0, per square root of a year.
    slow_weight : float
        theta in [0, 1], the share of the slow factor.
    fast_reversion, slow_reversion : float
        k_1 and k_2 > 0, per year.
    fast_correlation : float
        Of the spot with the fast factor, in [-1, 1].
    slow_partial_correlation : float
        Of the spot with the slow factor, given the fast one, in [-1, 1]: so every value is
        admissible, whatever the others; see `slow_correlation`.
    factor_correlation : float
        Of the factors, in (-1, 1).
    initial_variance, long_run_variance : float
        xi_0(0) > 0 and its limit > 0, annualised.
    mean_reversion : float
        Speed >= 0 at which the curve goes from one to the other, per year.
    forward_variance : ForwardVariance
        xi_0.
    simulation : Simulation
        A mapping of its fields is accepted, as is one of the curve's.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given.

    Examples
    --------
    >>> model = TwoFactorBergomi(short_vol_of_vol=1.74, slow_weight=0.245, fast_reversion=5.35,
    ...     slow_reversion=0.28, fast_correlation=-0.759, slow_partial_correlation=-0.75,
    ...     initial_variance=0.04, long_run_variance=0.04, mean_reversion=1.0)
    >>> price, error = model.call_price([-0.1, 0.0, 0.1], 0.25, return_error=True)
    >>> bool((error < 2e-4).all())
    True
    """

    held_by_default: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"factor_correlation": 0.0, "slow_reversion": 0.28}
    )
    _drivers: ClassVar[int] = 2
    _steps_without_normals: ClassVar[int] = 0

    short_vol_of_vol: float
    slow_weight: float
    fast_reversion: float
    slow_reversion: float
    fast_correlation: float
    slow_partial_correlation: float
    factor_correlation: float = 0.0
    initial_variance: float | None = None
    long_run_variance: float | None = None
    mean_reversion: float | None = None
    forward_variance: ForwardVariance | None = None
    simulation: Simulation = _SIMULATION

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("short_vol_of_vol", self.short_vol_of_vol, 0.0, math.inf)
        check_range("slow_weight", self.slow_weight, 0.0, 1.0, closed_low=True, closed_high=True)
        check_range("fast_reversion", self.fast_reversion, 0.0, math.inf)
        check_range("slow_reversion", self.slow_reversion, 0.0, math.inf)
        for name in ("fast_correlation", "slow_partial_correlation"):
            check_range(name, getattr(self, name), -1.0, 1.0, closed_low=True, closed_high=True)
        check_range("factor_correlation", self.factor_correlation, -1.0, 1.0)
        object.__setattr__(self, "simulation", Simulation.of(self.simulation))
        levels = [getattr(self, name) for name in _CURVE_PARAMETERS]
        if self.forward_variance is not None:
            if any(level is not None for level in levels):
                raise ParameterError(
                    f"expected forward_variance or {', '.join(_CURVE_PARAMETERS)}; got both"
                )
            if isinstance(self.forward_variance, Mapping):
                object.__setattr__(
                    self, "forward_variance", ForwardVariance(**self.forward_variance)
                )
            if not isinstance(self.forward_variance, ForwardVariance):
                raise ParameterError(
                    f"forward_variance must be a ForwardVariance; got {self.forward_variance!r}"
                )
        elif any(level is None for level in levels):
            raise ParameterError(
                f"expected {', '.join(_CURVE_PARAMETERS)}, or forward_variance; got {levels}"
            )
        else:
            check_range("initial_variance", levels[0], 0.0, math.inf)
            check_range("long_run_variance", levels[1], 0.0, math.inf)
            check_range("mean_reversion", levels[2], 0.0, math.inf, closed_low=True)
        as_floats(self, self.parameters)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on; a curve is not among them."""
        if self.forward_variance is not None:
            return _FACTOR_PARAMETERS
        return _FACTOR_PARAMETERS + _CURVE_PARAMETERS

    @property
    def slow_correlation(self) -> float:
        """Correlation of the spot with the slow factor."""
        spot, factors = self.fast_correlation, self.factor_correlation
        free = math.sqrt((1.0 - spot * spot) * (1.0 - factors * factors))
        return spot * factors + self.slow_partial_correlation * free

    def expected_variance(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return E V_t = xi_0(t), same shape as times, t >= 0 in years."""
        t = np.asarray(times, dtype=np.float64)
        if self.forward_variance is not None:
            return self.forward_variance(t)
        first, last, speed = self._curve
        return last + (first - last) * np.exp(-speed * t)

    @property
    def _curve(self) -> tuple[float, float, float]:
        first, last, speed = self.initial_variance, self.long_run_variance, self.mean_reversion
        assert first is not None
        assert last is not None
        assert speed is not None
        return first, last, speed

    def _total_variance(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the integrals of xi_0 from 0."""
        if self.forward_variance is not None:
            return self.forward_variance.totals(times)
        first, last, speed = self._curve
        gone = -np.expm1(-speed * times) / speed if speed > 0.0 else times
        return last * times + (first - last) * gone

    def _paths(self, maturity: float, steps: int, every: int) -> Paths:
        count = steps // every
        times = np.linspace(0.0, maturity, count + 1)
        simulate_to = self._scheme(times, np.array([count - 1]), every)

        def simulate(
            normal: NDArray[np.float64],
            log_forward: NDArray[np.float64],
            variance: NDArray[np.float64],
        ) -> None:
            ends = simulate_to(normal)
            log_forward[:], variance[:] = ends[:, 0, 0], ends[:, 0, 1]

        return simulate

    def _scheme(
        self, times: NDArray[np.float64], looks: NDArray[np.int64], every: int = 1
    ) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """Return what takes normals to results at looks, as `bergomi_paths` has both.

        Parameters
        ----------
        times : ndarray, shape (steps + 1,)
            Ends of steps from 0.
        looks : ndarray of int
        every : int
            Moves of a step.
        """
        speed = np.array([self.fast_reversion, self.slow_reversion])
        rho = self.factor_correlation
        covariance = np.array([[1.0, rho], [rho, 1.0]])
        weight = np.array([1.0 - self.slow_weight, self.slow_weight])
        weight *= self.short_vol_of_vol / math.sqrt(weight @ covariance @ weight)
        correlations = np.array([self.fast_correlation, self.slow_correlation])
        loading = np.linalg.solve(covariance, correlations)
        along = float(weight @ correlations)
        squares = np.array([loading @ correlations, along, self.short_vol_of_vol**2])

        pairs = speed[:, None] + speed
        step = np.diff(times)
        move = step / every
        noise = np.linalg.cholesky(covariance * _mean_decay(pairs, move[:, None, None]))
        spread = np.tensordot(
            covariance * np.outer(weight, weight), _mean_decay(pairs[:, :, None], times), axes=2
        )
        given = (
            every,
            step,
            np.exp(-speed * move[:, None]),
            speed,
            np.ascontiguousarray(noise[:, *np.tril_indices(2)]),
            weight,
            -spread,
            np.sqrt(np.diff(self._total_variance(times)) / step),
            loading,
            squares,
            loading - along / self.short_vol_of_vol**2 * weight,
            looks,
        )

        def simulate(normal: NDArray[np.float64]) -> NDArray[np.float64]:
            ends = np.empty((normal.shape[0], looks.size, 4))
            bergomi_paths(normal, *given, ends)
            return ends

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
        t = check_times(times)
        ends, across = self._ends(t, n_paths, seed, sampling, steps, across=True)
        log_forward, left, integrated, level = np.moveaxis(ends, 2, 0)
        spread = np.sqrt(np.diff(left, axis=1, prepend=0.0))
        price = np.exp(log_forward - 0.5 * left + np.cumsum(spread * across, axis=1))
        return PricePaths(t, price, self.expected_variance(t) * np.exp(2.0 * level), integrated)

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
        t = check_times(times)
        ends, _ = self._ends(t, n_paths, seed, sampling, steps, across=False)
        return LognormalPaths(t, ends[:, :, 0], ends[:, :, 1])

    def _ends(
        self,
        times: NDArray[np.float64],
        n_paths: int,
        seed: int,
        sampling: Sampling,
        steps: int | None,
        *,
        across: bool,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what the kernel does at the times, and normals of what it leaves open."""
        grid, looks = step_grid(times, self.least_steps if steps is None else steps)
        count, more = grid.size - 1, times.size if across else 0
        simulate_to = self._scheme(grid, looks)
        draws = PathDraws(more + 2 * count, 0, n_paths, seed, sampling)
        ends, open_normals = np.empty((n_paths, times.size, 4)), np.empty((n_paths, more))

        def simulate(chunk: int) -> None:
            within = draws.paths_of(chunk)
            normal, _ = draws.draw(chunk)
            open_normals[within] = normal[:, :more]
            moves = normal[:, more:].reshape(-1, count, 2)
            ends[within] = simulate_to(np.ascontiguousarray(np.swapaxes(moves, 1, 2)))

        draws.for_each_chunk(simulate)
        return ends, open_normals


def _mean_decay(speed: NDArray[np.float64], time: ArrayLike) -> NDArray[np.float64]:
    """Return the integral of exp(-speed s) over (0, time)."""
    return -np.expm1(-speed * np.asarray(time)) / speed
