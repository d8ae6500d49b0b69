r"""Knows what options cost under the source's model, by simulation (003, "Option Pricing").

.. math:: d \log F = -\tfrac12 V dt + \sqrt V \, dB, \quad dB = \rho\,dW + \sqrt{1-\rho^2}\,dW^\perp

Over a step V is its value at the left end, so that F is a martingale on every grid. `right_point`
takes the right end, where V knows the step's dW: that is no martingale, and here to be shown.
Given W the price is lognormal, so vanilla calls are means of Black's formula (M. Romano and
N. Touzi, 1997). Barriers are looked at at the grid's times alone unless a Brownian bridge between
them is asked for, which counts crossings within a step with their probability given its ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.neural.jaxed import eqx, jnp
from rmot.neural.published.model import SignatureSDE, simulate
from rmot.numerics import black_call

Vector = NDArray[np.float64]
Barrier = Literal["down-and-out", "up-and-out"]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How paths to a maturity are drawn.

    Parameters
    ----------
    maturity : float
        Years.
    steps, paths : int
        Half of the paths are the mirror images of the others.
    seed : int

    Raises
    ------
    ParameterError
        Naming the number and the value given.
    """

    maturity: float
    steps: int = 50
    paths: int = 4096
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what draws nothing."""
        if not 0.0 < self.maturity < math.inf:
            raise ParameterError(f"expected maturity above 0; got {self.maturity}")
        if self.steps < 1 or self.paths < 4 or self.paths % 2:
            raise ParameterError(
                f"expected a step or more and an even number of paths, four or more; got "
                f"{self.steps} and {self.paths}"
            )

    @property
    def step(self) -> float:
        """Years."""
        return self.maturity / self.steps

    def normals(self) -> tuple[Vector, Vector]:
        """Return those of W and of the independent motion, shape (paths, steps) each."""
        generator = np.random.default_rng(self.seed)
        half = generator.standard_normal((2, self.paths // 2, self.steps))
        of_variance, across = np.concatenate([half, -half], axis=1)
        return of_variance, across


@dataclass(frozen=True, eq=False)
class Simulated:
    """Paths of one maturity, forward 1.

    Attributes
    ----------
    log_variance : ndarray, shape (n, steps + 1)
    normals, across : ndarray, shape (n, steps)
        Of W, and of what is independent of it.
    step : float
        Years.
    correlation : float
    """

    log_variance: Vector
    normals: Vector
    across: Vector
    step: float
    correlation: float

    def variance(self, right_point: bool = False) -> Vector:
        """Return V over each step, shape (n, steps)."""
        return np.exp(self.log_variance[:, 1:] if right_point else self.log_variance[:, :-1])

    def log_price(self, right_point: bool = False) -> Vector:
        """Return log(F_t / F_0), shape (n, steps + 1)."""
        variance = self.variance(right_point) * self.step
        rho = self.correlation
        driven = rho * self.normals + math.sqrt(1.0 - rho**2) * self.across
        moves = np.sqrt(variance) * driven - 0.5 * variance
        return np.pad(np.cumsum(moves, axis=1), ((0, 0), (1, 0)))


@dataclass(frozen=True, eq=False)
class Priced:
    """Prices, forward 1 and undiscounted, with standard errors over mirrored pairs."""

    price: Vector
    error: Vector


def simulate_prices(
    model: SignatureSDE, initial_variance: float, correlation: float, grid: Grid
) -> Simulated:
    """Return paths of the model from an initial variance.

    Raises
    ------
    ParameterError
        A correlation outside [-1, 1] or a variance that is not positive.
    """
    if not -1.0 <= correlation <= 1.0 or not 0.0 < initial_variance < math.inf:
        raise ParameterError(
            "expected correlation in [-1, 1] and initial_variance above 0; got "
            f"{correlation} and {initial_variance}"
        )
    normals, across = grid.normals()
    start = jnp.full(grid.paths, math.log(initial_variance))
    steps = jnp.full(normals.shape, grid.step)
    path = np.asarray(_simulated(model, start, steps, jnp.asarray(normals)))
    return Simulated(path, normals, across, grid.step, correlation)


def call_prices(paths: Simulated, log_moneyness: ArrayLike) -> Priced:
    """Return calls by Black's formula given W, shape (k,), at strikes F e^k."""
    k = np.atleast_1d(np.asarray(log_moneyness, dtype=float))
    variance = paths.variance() * paths.step
    rho = paths.correlation
    total = variance.sum(axis=1)
    log_forward = rho * (np.sqrt(variance) * paths.normals).sum(axis=1) - 0.5 * rho**2 * total
    deviation = np.sqrt((1.0 - rho**2) * total)
    moneyness = k - log_forward[:, None]
    spread = np.broadcast_to(np.maximum(deviation, 1e-12)[:, None], moneyness.shape)
    given = np.exp(log_forward)[:, None] * black_call(moneyness, spread, 1.0)
    return _mean(given)


def barrier_call(
    paths: Simulated,
    log_moneyness: float,
    log_barrier: float,
    kind: Barrier,
    *,
    bridge: bool = False,
    right_point: bool = False,
) -> Priced:
    """Return a knock-out call, looked at on the grid, or continuously by the bridge.

    Parameters
    ----------
    paths : Simulated
    log_moneyness, log_barrier : float
        Of strike and barrier over the forward; the spot is the forward: nothing is carried.
    kind : {"down-and-out", "up-and-out"}
    bridge, right_point : bool

    Raises
    ------
    ParameterError
        A barrier on the wrong side of the spot, where the option is dead from the start.
    """
    sign = 1.0 if kind == "down-and-out" else -1.0
    if not sign * log_barrier < 0.0:
        side = "below" if sign > 0 else "above"
        raise ParameterError(f"expected a barrier {side} the spot; got log-barrier {log_barrier}")
    log_price = paths.log_price(right_point)
    away = np.maximum(sign * (log_price - log_barrier), 0.0)
    alive = np.all(away[:, 1:] > 0, axis=1).astype(float)
    if bridge:
        variance = paths.variance(right_point) * paths.step
        crossed = np.exp(-2.0 * away[:, :-1] * away[:, 1:] / variance)
        alive = alive * np.prod(1.0 - crossed, axis=1)
    gain = np.maximum(np.exp(log_price[:, -1]) - math.exp(log_moneyness), 0.0)
    return _mean((alive * gain)[:, None])


def martingale_gap(paths: Simulated, right_point: bool = False) -> Priced:
    """Return E F_T - 1 with its standard error, shape (1,)."""
    gap = np.exp(paths.log_price(right_point)[:, -1]) - 1.0
    return _mean(gap[:, None])


def _mean(given: Vector) -> Priced:
    pairs = 0.5 * (given[: len(given) // 2] + given[len(given) // 2 :])
    return Priced(pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs)))


_simulated: Any = eqx.filter_jit(simulate)
