"""Knows how to price options under a law whose paths are simulated, with error estimates.

What a path leaves to chance at its end is lognormal, so prices are means of Black's formula. Each
scrambling of the quasi-random numbers gives an estimate of its own: forwards are divided by their
mean, which is a control variate that makes parity exact, and two numbers of steps are extrapolated
as (2^p P_h - P_2h) / (2^p - 1), p the weak order (D. Talay and L. Tubaro, "Expansion of the global
error for numerical schemes solving stochastic differential equations", Stochastic Analysis and
Applications 8 (1990)).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models._checks import check_log_moneyness, check_maturity, check_range
from rmot.models.sensitivities import Sensitivities
from rmot.numerics.black import black_vega
from rmot.numerics.implied_volatility import implied_volatility_otm
from rmot.numerics.lognormal_mixture import add_otm_gradients, add_otm_prices
from rmot.numerics.quasi_normals import normal_steps

Vector = NDArray[np.float64]

Paths = Callable[[Vector, Vector, Vector], None]
"""(normals, log_forward, variance): sets the last two, shape (paths,), from the first."""

_EVERY = (1, 2)
"""Steps of the path that make one step, in both simulations."""

_SMALLEST_DEVIATION = 1e-10
_ROUNDING = 1e-14
"""Sums over paths carry no smaller price."""

_BUMP = 1e-6
_LEAST_SCALE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """How many paths are drawn, how finely, and from which seed.

    Parameters
    ----------
    paths : int
        All scramblings together, a power of two.
    scramblings : int
        Independent ones, a power of two from 2; standard errors come from their spread.
    steps_per_year, least_steps : int
        Steps to a maturity are at least both, rounded up to 2^n or 3 2^n.
    seed : int
        At least 0.

    Raises
    ------
    ParameterError
        Naming the number and the value given.
    """

    paths: int = 2**14
    scramblings: int = 8
    steps_per_year: int = 128
    least_steps: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that make no simulation."""
        for name, least in (
            ("paths", 2),
            ("scramblings", 2),
            ("steps_per_year", 1),
            ("least_steps", 4),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
                raise ParameterError(f"{name} must be a whole number from {least}; got {value!r}")
            object.__setattr__(self, name, int(value))
        for name in ("paths", "scramblings"):
            value = getattr(self, name)
            if value & (value - 1):
                raise ParameterError(f"{name} must be a power of two; got {value}")
        if self.paths < 16 * self.scramblings:
            raise ParameterError(
                f"paths must be at least 16 for each of {self.scramblings} scramblings; "
                f"got {self.paths}"
            )

    @classmethod
    def of(cls, given: Self | Mapping[str, int]) -> Self:
        """Return the simulation itself, or the one whose saved fields are given."""
        if isinstance(given, cls):
            return given
        if isinstance(given, Mapping):
            return cls(**given)
        raise ParameterError(f"simulation must be a Simulation; got {given!r}")

    def steps(self, maturity: float) -> int:
        """Return the number of steps to a maturity, which is even."""
        wanted = max(self.least_steps, self.steps_per_year * maturity)
        power = 2 ** math.ceil(math.log2(wanted))
        return power * 3 // 4 if power * 3 // 4 >= wanted else power


class SimulatedLaw(ABC):
    """Pricing by simulation, shared by the models that inherit it.

    With the same `simulation` prices are the same smooth functions of parameters, strikes and
    maturity at every call: quasi-random numbers are kept, whatever else is priced beside.
    """

    simulation: Simulation

    held_by_default: ClassVar[Mapping[str, float]]
    """Parameters that one surface hardly determines, for `fixed` in a calibration."""

    _drivers: ClassVar[int]
    _steps_without_normals: ClassVar[int]

    @property
    @abstractmethod
    def parameters(self) -> tuple[str, ...]:
        """Names of the numbers that the law depends on, as `sensitivities` orders them."""

    @abstractmethod
    def _paths(self, maturity: float, steps: int, every: int) -> Paths:
        """Return the simulation in which `every` of the steps are made into one."""

    def _scramblings(self, maturity: float, models: Sequence[Self]) -> Iterator[NDArray[Any]]:
        """Yield log-forwards, divided by their mean, and deviations under each of the models.

        Shape (levels, models, 2, paths of a scrambling).
        """
        simulation = self.simulation
        steps = simulation.steps(maturity)
        each = simulation.paths // simulation.scramblings
        paths = [[model._paths(maturity, steps, every) for model in models] for every in _EVERY]
        ends = np.empty((len(_EVERY), len(models), 2, each))
        at = 0
        for _, normal in normal_steps(
            steps - self._steps_without_normals,
            self._drivers,
            simulation.paths,
            simulation.scramblings,
            simulation.seed,
        ):
            after = at + normal.shape[0]
            for level, of_models in enumerate(paths):
                for place, simulate in enumerate(of_models):
                    simulate(normal, *ends[level, place, :, at:after])
            at = after
            if at == each:
                ends[:, :, 0] -= np.log(np.mean(np.exp(ends[:, :, 0]), axis=-1, keepdims=True))
                ends[:, :, 1] = np.maximum(np.sqrt(ends[:, :, 1]), _SMALLEST_DEVIATION)
                yield ends
                at = 0

    def _otm(self, k: Vector, maturity: float) -> tuple[Vector, Vector]:
        """Return out-of-the-money prices and their errors, of chance and of steps together."""
        estimates = [
            [self._mean_price(each[0], k) for each in ends]
            for ends in self._scramblings(maturity, [self])
        ]
        return self._extrapolated(np.array(estimates))

    @staticmethod
    def _mean_price(ends: Vector, k: Vector) -> Vector:
        total = np.zeros(k.size)
        add_otm_prices(ends[0], ends[1], k, total)
        return total / ends.shape[-1]

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[False] = False,
        *,
        tolerance: float | None = None,
    ) -> Vector: ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[True],
        *,
        tolerance: float | None = None,
    ) -> tuple[Vector, Vector]: ...

    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: bool = False,
        *,
        tolerance: float | None = None,
    ) -> Vector | tuple[Vector, Vector]:
        """Return undiscounted calls with forward 1, and their estimated errors if asked.

        The error is the root of the sum of two squares: the standard error over the scramblings,
        and what the extrapolation in the number of steps changes.

        Parameters
        ----------
        log_moneyness : array_like
            k = log(strike / forward).
        maturity : float
            T > 0 in years.
        return_error : bool
            Return a pair (prices, estimated absolute errors).
        tolerance : float, optional
            Admissible error; by default any.

        Returns
        -------
        ndarray, shape of log_moneyness, or a pair of them

        Raises
        ------
        ParameterError
            If strikes are empty or not finite, or the maturity is not positive.
        AccuracyError
            If an error exceeds the tolerance: `simulation` has too few paths or steps.
        """
        k = check_log_moneyness(log_moneyness)
        price, error = self._otm(k.ravel(), check_maturity(maturity))
        self._refuse_beyond(tolerance, error, maturity)
        price = (price - np.expm1(np.minimum(k.ravel(), 0.0))).reshape(k.shape)
        return (price, error.reshape(k.shape)) if return_error else price

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        """Return Black volatilities of out-of-the-money prices; same shape as log_moneyness.

        0 where hardly any path comes near the strike, so that the price is below 1e-14. The error
        is that of `call_price` over vega.
        """
        k = check_log_moneyness(log_moneyness)
        price, _ = self._otm(k.ravel(), check_maturity(maturity))
        return _volatility(price, k.ravel(), maturity).reshape(k.shape)

    def sensitivities(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        *,
        tolerance: float | None = None,
        parameters: Sequence[str] | None = None,
    ) -> Sensitivities:
        """Return prices and volatilities with derivatives in the parameters.

        They are derivatives of the very prices that `call_price` returns: Black's formula is
        differentiated exactly on each path, the path's forward and variance by a difference of
        1e-6 with the same random numbers.

        Parameters
        ----------
        log_moneyness : array_like, shape (m,)
        maturity : float
            T > 0 in years.
        tolerance : float, optional
            As for `call_price`.
        parameters : sequence of str, optional
            Those to differentiate in; all by default. Each takes a simulation.

        Raises
        ------
        ParameterError, AccuracyError
            As `call_price`; or a name that is none of `parameters`.
        """
        k = check_log_moneyness(log_moneyness).ravel()
        maturity = check_maturity(maturity)
        names = self.parameters if parameters is None else tuple(parameters)
        unknown = sorted(set(names) - set(self.parameters))
        if unknown:
            raise ParameterError(f"expected parameters among {self.parameters}; got {unknown}")
        bumped = [self._bumped(name) for name in names]
        scale = np.array([1.0 / bump for _, bump in bumped])
        prices, gradient = [], np.zeros((len(names), k.size))
        for ends in self._scramblings(maturity, [self, *(model for model, _ in bumped)]):
            prices.append([self._mean_price(each[0], k) for each in ends])
            for weight, each in zip(self._weights, ends, strict=True):
                slopes = scale * np.moveaxis(each[1:] - each[0], 0, -1)
                summed = np.zeros((k.size, len(names)))
                add_otm_gradients(each[0, 0], each[0, 1], slopes[0], slopes[1], k, summed)
                gradient += weight * summed.T
        estimates = np.array(prices)
        weights = np.array([model._weights for model, _ in bumped]).reshape(-1, 2)
        gradient /= self.simulation.paths
        gradient += scale[:, None] * ((weights - self._weights) @ estimates.mean(axis=0))
        price, error = self._extrapolated(estimates)
        self._refuse_beyond(tolerance, error, maturity)
        volatility = _volatility(price, k, maturity)
        vega = black_vega(k, volatility, maturity)
        by_volatility = np.divide(gradient, vega, out=np.zeros_like(gradient), where=vega > 0.0)
        call = price - np.expm1(np.minimum(k, 0.0))
        return Sensitivities(names, call, volatility, gradient, by_volatility)

    @property
    def _weak_order(self) -> float:
        return 2.0

    @property
    def _weights(self) -> tuple[float, float]:
        """Weights of both simulations in the extrapolation to steps of no length."""
        power = 2.0**self._weak_order
        return power / (power - 1.0), -1.0 / (power - 1.0)

    def _extrapolated(self, estimates: Vector) -> tuple[Vector, Vector]:
        """Return means and errors of estimates, shape (scramblings, simulations, m)."""
        extrapolated = np.tensordot(estimates, np.array(self._weights), axes=(1, 0))
        price = extrapolated.mean(axis=0)
        by_chance = extrapolated.std(axis=0, ddof=1) / math.sqrt(estimates.shape[0])
        by_steps = price - estimates[:, 0].mean(axis=0)
        return price, np.hypot(by_chance, by_steps)

    def _bumped(self, name: str) -> tuple[Self, float]:
        """Return the model with a parameter a little nearer 0, or off it, and the difference."""
        value = getattr(self, name)
        bump = _BUMP * max(abs(value), _LEAST_SCALE)
        for change in (-math.copysign(bump, value), bump):
            try:
                return replace(self, **{name: value + change}), change  # pyright: ignore[reportArgumentType]
            except ParameterError:
                if value != 0.0:
                    raise
        raise AssertionError(name)

    def _refuse_beyond(self, tolerance: float | None, error: Vector, maturity: float) -> None:
        if tolerance is None:
            return
        check_range("tolerance", tolerance, 0.0, 1.0)
        if not np.all(error <= tolerance):
            raise AccuracyError(
                f"{self.simulation} prices options of maturity {maturity} to {error.max():.1e}; "
                f"{tolerance:.1e} was asked for"
            )


def _volatility(price: Vector, k: Vector, maturity: float) -> Vector:
    return implied_volatility_otm(np.where(price > _ROUNDING, price, 0.0), k, maturity)
