r"""Knows the four-factor path-dependent law of S_T: volatility is a function of past returns.

.. math::
    dS = S \sigma dW, \qquad
    \sigma = \beta_0 + \beta_1 R_1 + \beta_2 \sqrt{R_2}, \qquad
    R_i = (1 - \theta_i) R_{i,0} + \theta_i R_{i,1},

    dR_{1,j} = \lambda_{1,j} (\sigma dW - R_{1,j} dt), \qquad
    dR_{2,j} = \lambda_{2,j} (\sigma^2 - R_{2,j}) dt.

J. Guyon and J. Lekeufack, "Volatility is (mostly) path-dependent", Quantitative Finance 23 (2023).
The solution is unique and does not explode; with four factors sigma may become negative (M. Nutz
and A. Riveros Valdevenito, "On the Guyon-Lekeufack volatility model", Finance and Stochastics 28
(2024)), which is replaced here by 0.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.models._checks import as_floats, check_range
from rmot.models._simulated_law import Paths, SimulatedLaw, Simulation
from rmot.numerics.volatility_paths import path_dependent_paths

_LOADINGS = ("base_volatility", "trend_loading", "activity_loading")
_MEMORY = MappingProxyType(
    {
        "fast_trend_speed": 55.0,
        "slow_trend_speed": 10.0,
        "slow_trend_weight": 0.25,
        "fast_activity_speed": 20.0,
        "slow_activity_speed": 3.0,
        "slow_activity_weight": 0.5,
    }
)
_SPEEDS = ("fast_trend_speed", "slow_trend_speed", "fast_activity_speed", "slow_activity_speed")
_SIMULATION = Simulation(steps_per_year=256, least_steps=32)
_STATE = ("fast_trend", "slow_trend", "fast_activity", "slow_activity")


@dataclass(frozen=True, kw_only=True)
class PathDependentVolatility(SimulatedLaw):
    """Four-factor path-dependent volatility, forward 1.

    The defaults of speeds and weights are those of Guyon and Lekeufack's section 4, who set
    base_volatility = 0.04, trend_loading = -0.13 and activity_loading = 0.65 beside them.

    Parameters
    ----------
    base_volatility : float
        beta_0 >= 0.
    trend_loading : float
        beta_1 <= 0.
    activity_loading : float
        beta_2 >= 0.
    fast_trend_speed, slow_trend_speed : float
        lambda_{1,0} and lambda_{1,1} > 0, per year.
    slow_trend_weight : float
        theta_1 in [0, 1].
    fast_activity_speed, slow_activity_speed : float
        lambda_{2,0} and lambda_{2,1} > 0, per year.
    slow_activity_weight : float
        theta_2 in [0, 1].
    fast_trend, slow_trend : float
        R_{1,0} and R_{1,1} now: averages of past returns, annualised.
    fast_activity, slow_activity : float
        R_{2,0} and R_{2,1} > 0 now: averages of past variance, annualised.
    simulation : Simulation
        A mapping of its fields is accepted.

    Raises
    ------
    ParameterError
        Naming the parameter, its range and the value given; or a volatility that is not positive
        now.

    Examples
    --------
    >>> model = PathDependentVolatility(base_volatility=0.04, trend_loading=-0.13,
    ...     activity_loading=0.65, fast_trend=0.0, slow_trend=0.0, fast_activity=0.04,
    ...     slow_activity=0.04)
    >>> round(model.initial_volatility, 12)
    0.17
    """

    held_by_default: ClassVar[Mapping[str, float]] = _MEMORY
    _drivers: ClassVar[int] = 1
    _steps_without_normals: ClassVar[int] = 1

    base_volatility: float
    trend_loading: float
    activity_loading: float
    fast_trend_speed: float = _MEMORY["fast_trend_speed"]
    slow_trend_speed: float = _MEMORY["slow_trend_speed"]
    slow_trend_weight: float = _MEMORY["slow_trend_weight"]
    fast_activity_speed: float = _MEMORY["fast_activity_speed"]
    slow_activity_speed: float = _MEMORY["slow_activity_speed"]
    slow_activity_weight: float = _MEMORY["slow_activity_weight"]
    fast_trend: float
    slow_trend: float
    fast_activity: float
    slow_activity: float
    simulation: Simulation = _SIMULATION

    def __post_init__(self) -> None:
        """Refuse parameters outside their domain."""
        for name in ("base_volatility", "activity_loading"):
            check_range(name, getattr(self, name), 0.0, math.inf, closed_low=True)
        check_range("trend_loading", self.trend_loading, -math.inf, 0.0, closed_high=True)
        for name in _MEMORY:
            if name.endswith("speed"):
                check_range(name, getattr(self, name), 0.0, math.inf)
            else:
                check_range(name, getattr(self, name), 0.0, 1.0, closed_low=True, closed_high=True)
        for name in ("fast_trend", "slow_trend"):
            check_range(name, getattr(self, name), -math.inf, math.inf)
        for name in ("fast_activity", "slow_activity"):
            check_range(name, getattr(self, name), 0.0, math.inf)
        as_floats(self, self.parameters)
        object.__setattr__(self, "simulation", Simulation.of(self.simulation))
        if not self.initial_volatility > 0.0:
            raise ParameterError(
                "expected a positive volatility now; got base_volatility + trend_loading R_1 + "
                f"activity_loading sqrt(R_2) = {self.initial_volatility:.6g}"
            )

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return (*_LOADINGS, *_MEMORY, *_STATE)

    @property
    def initial_volatility(self) -> float:
        """The volatility sigma_0 now."""
        base, *loads = self._loads.tolist()
        trend = loads[0] * self.fast_trend + loads[1] * self.slow_trend
        return (
            base + trend + math.sqrt(loads[2] * self.fast_activity + loads[3] * self.slow_activity)
        )

    @property
    def _loads(self) -> NDArray[np.float64]:
        """The numbers l in l_0 + l_1 R_{1,0} + l_2 R_{1,1} + sqrt(l_3 R_{2,0} + l_4 R_{2,1})."""
        trend, activity = self.slow_trend_weight, self.slow_activity_weight
        square = self.activity_loading**2
        return np.array(
            [
                self.base_volatility,
                self.trend_loading * (1.0 - trend),
                self.trend_loading * trend,
                square * (1.0 - activity),
                square * activity,
            ]
        )

    def _paths(self, maturity: float, steps: int, every: int) -> Paths:
        speed = np.array([getattr(self, name) for name in _SPEEDS])
        start = np.array([getattr(self, name) for name in _STATE])
        step = maturity / steps * every
        given = every, step, self._loads, speed, start
        return lambda normal, *out: path_dependent_paths(normal, *given, *out)
