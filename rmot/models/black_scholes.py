"""Knows the Black-Scholes law: log S_T normal with constant volatility (Black 1976)."""

from dataclasses import dataclass
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from rmot.errors import AccuracyError
from rmot.models._cells import discretise
from rmot.models._checks import check_frequency, check_log_moneyness, check_maturity, check_range
from rmot.models.price_paths import LognormalPaths, PricePaths, SimulatesPaths
from rmot.models.sensitivities import Sensitivities
from rmot.numerics.black import black_call, black_vega
from rmot.numerics.discrete import Prior
from rmot.numerics.path_draws import PathDraws, Sampling
from rmot.numerics.path_grid import check_times

_ROUNDING = 1e-15


@dataclass(frozen=True, kw_only=True)
class BlackScholes(SimulatesPaths):
    """Geometric Brownian motion without drift, forward 1.

    Parameters
    ----------
    volatility : float
        Annualised, > 0.

    Raises
    ------
    ParameterError
        If the volatility is not positive and finite.
    """

    volatility: float

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        check_range("volatility", self.volatility, 0.0, np.inf)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return ("volatility",)

    def log_characteristic_function(self, u: ArrayLike, maturity: float) -> NDArray[np.complex128]:
        """Return log E exp(iuX) = -volatility^2 T (u^2 + iu)/2, entire in u; same shape as u."""
        frequency = check_frequency(u)
        variance = self.volatility**2 * check_maturity(maturity)
        return -0.5 * variance * (frequency * frequency + 1j * frequency)

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[False] = False,
        *,
        tolerance: float | None = None,
    ) -> NDArray[np.float64]: ...

    @overload
    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: Literal[True],
        *,
        tolerance: float | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def call_price(
        self,
        log_moneyness: ArrayLike,
        maturity: float,
        return_error: bool = False,
        *,
        tolerance: float | None = None,
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return undiscounted calls with forward 1; same shape as log_moneyness.

        With return_error also their errors, which are those of rounding; a smaller tolerance raises
        AccuracyError.
        """
        k = check_log_moneyness(log_moneyness)
        price = black_call(k, self.volatility, check_maturity(maturity))
        error = _ROUNDING * np.maximum(price, 1.0)
        if tolerance is not None and not np.all(error <= tolerance):
            raise AccuracyError(
                f"prices are rounded to {error.max():.1e}; {tolerance} was asked for"
            )
        return (price, error) if return_error else price

    def implied_volatility(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float | None = None
    ) -> NDArray[np.float64]:
        """Return the volatility at every strike, without error; same shape as log_moneyness."""
        check_maturity(maturity)
        return np.full(check_log_moneyness(log_moneyness).shape, float(self.volatility))

    def sensitivities(
        self, log_moneyness: ArrayLike, maturity: float, *, tolerance: float | None = None
    ) -> Sensitivities:
        """Return prices and volatilities with their derivatives in the volatility."""
        k = check_log_moneyness(log_moneyness).ravel()
        vega = black_vega(k, self.volatility, check_maturity(maturity))
        price = self.call_price(k, maturity, tolerance=tolerance)
        volatility = self.implied_volatility(k, maturity)
        return Sensitivities(
            ("volatility",), price, volatility, vega[None, :], np.ones((1, k.size))
        )

    def critical_moments(self, maturity: float) -> tuple[float, float]:
        """Return (-inf, inf): all moments are finite."""
        check_maturity(maturity)
        return -np.inf, np.inf

    def moment(self, order: float, maturity: float) -> float:
        """Return E S_T^order = exp(order (order - 1) volatility^2 T / 2), forward 1."""
        check_range("order", order, -np.inf, np.inf)
        variance = self.volatility**2 * check_maturity(maturity)
        with np.errstate(over="ignore"):
            return float(np.exp(0.5 * order * (order - 1.0) * variance))

    def lee_slopes(self, maturity: float) -> tuple[float, float]:
        """Return (0, 0): implied variance is bounded."""
        check_maturity(maturity)
        return 0.0, 0.0

    def prior(
        self,
        maturity: float,
        n_points: int = 1000,
        upper: float | None = None,
        kinks: ArrayLike = (),
    ) -> Prior:
        """Return the law of S_T / F as a discrete measure with exact mass, forward and tail.

        Arguments and errors are those of `RoughHeston.prior`.
        """
        deviation = self.volatility * np.sqrt(check_maturity(maturity))

        def moments(k: NDArray[np.float64], order: int, upper: bool) -> NDArray[np.float64]:
            # E[S^j; S > e^k] = e^{j(j-1)v/2} N(((j - 1/2) v - k) / sqrt v), v the variance.
            centred = ((order - 0.5) * deviation**2 - k) / deviation
            scale = np.exp(0.5 * order * (order - 1) * deviation**2)
            return scale * ndtr(centred if upper else -centred)

        return discretise(moments, float(deviation), n_points, upper, kinks)

    def simulate_paths(
        self,
        times: ArrayLike,
        n_paths: int,
        seed: int,
        *,
        sampling: Sampling = "random",
        steps: int | None = None,
    ) -> PricePaths:
        """Simulate prices at given times; see `SimulatesPaths`. `steps` do not matter."""
        t = check_times(times)
        draws = PathDraws(t.size, 0, n_paths, seed, sampling)
        steps_of = [draws.draw(chunk)[0] for chunk in range(draws.chunks)]
        motion = np.cumsum(np.concatenate(steps_of) * np.sqrt(np.diff(t, prepend=0.0)), axis=1)
        variance = np.full(motion.shape, self.volatility**2)
        integrated = variance * t
        price = np.exp(self.volatility * motion - 0.5 * integrated)
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
        """Return the one path that the variance has; see `SimulatesPaths`."""
        t = check_times(times)
        return LognormalPaths(t, np.zeros((1, t.size)), self.volatility**2 * t[None, :])
