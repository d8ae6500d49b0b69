r"""Knows spread options on two SABR prices by simulation, which tells how far `bisabr` is valid.

Volatilities are exact. Prices move as if lognormal over a step, with the volatility
alpha S^{beta-1} at its start: they stay positive and are martingales, whatever the step; where a
price would be absorbed at 0 it lingers beside it. Twice as long steps with the same Brownian
motions are simulated beside them, and an extrapolation takes out what is linear in the step. The
spread, of which the mean is known, is a control.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._checks import check_maturity
from rmot.numerics.path_grid import check_whole_number
from rmot.spread.bisabr import BiSABR

Vector = NDArray[np.float64]

_CHUNK = 8192


@dataclass(frozen=True)
class SimulatedCalls:
    """Undiscounted calls at several strikes, arrays of shape (n_strikes,).

    Attributes
    ----------
    strike, price : ndarray
    standard_error : ndarray
        Of the paths.
    step_change : ndarray
        What the extrapolation changed.
    """

    strike: Vector
    price: Vector
    standard_error: Vector
    step_change: Vector

    @property
    def error(self) -> Vector:
        """Two standard errors and the extrapolation's change: an estimate that is cautious."""
        return 2.0 * self.standard_error + self.step_change


def simulated_bisabr_call(
    model: BiSABR,
    strike: ArrayLike,
    maturity: float,
    *,
    n_paths: int = 2**16,
    steps: int = 64,
    seed: int = 0,
) -> SimulatedCalls:
    """Return E (S_1 - S_2 - K)^+ by simulation.

    Parameters
    ----------
    model : BiSABR
    strike : array_like, shape (n_strikes,) or ()
        Of any sign.
    maturity : float
        T > 0 in years.
    n_paths : int
        Even: each path has an antithetic one.
    steps : int
        Even.
    seed : int
        Same seed, same numbers.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    """
    k, years = np.atleast_1d(np.asarray(strike, dtype=np.float64)), check_maturity(maturity)
    if k.ndim != 1 or k.size == 0 or not np.all(np.isfinite(k)):
        raise ParameterError(f"expected finite strikes, shape (n,); got {strike!r}")
    for name, value in (("n_paths", n_paths), ("steps", steps)):
        check_whole_number(name, value, 2)
        if value % 2:
            raise ParameterError(f"{name} must be even; got {value}")
    check_whole_number("seed", seed, 0)
    generator = np.random.default_rng(seed)
    pairs = [
        _paths(model, years, min(_CHUNK, n_paths - start), steps, generator)
        for start in range(0, n_paths, _CHUNK)
    ]
    fine, coarse = (np.concatenate(spreads) for spreads in zip(*pairs, strict=True))
    mean = model.forwards[0] - model.forwards[1]
    rows = []
    for level in k.tolist():
        payoff = np.maximum(fine - level, 0.0)
        extrapolated = 2.0 * payoff - np.maximum(coarse - level, 0.0)
        control = 2.0 * fine - coarse - mean
        # antithetic paths are neighbours, and a pair is one draw
        extrapolated, control = (x.reshape(-1, 2).mean(axis=1) for x in (extrapolated, control))
        varied = control - control.mean()
        slope = float(varied @ extrapolated) / float(varied @ varied)
        found = extrapolated - slope * control
        unextrapolated = float(np.mean(payoff - slope * (fine - mean)))
        price = float(found.mean())
        rows.append((price, found.std() / math.sqrt(found.size), abs(price - unextrapolated)))
    return SimulatedCalls(k, *np.array(rows).T)


def _paths(
    model: BiSABR, maturity: float, n_paths: int, steps: int, generator: np.random.Generator
) -> tuple[Vector, Vector]:
    """Return spreads at maturity by all steps and by twice as long ones, shape (n_paths,)."""
    values, vectors = np.linalg.eigh(model.correlations)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    dt = maturity / steps
    fine, coarse = _State(model, n_paths), _State(model, n_paths)
    before = np.empty((4, n_paths))
    for step in range(steps):
        half = math.sqrt(dt) * root @ generator.standard_normal((4, n_paths // 2))
        moved = np.empty((4, n_paths))
        moved[:, ::2], moved[:, 1::2] = half, -half
        fine.move(moved, dt)
        if step % 2:
            coarse.move(before + moved, 2.0 * dt)
        before = moved
    return fine.spread(), coarse.spread()


class _State:
    """Logarithms of prices over forwards and of volatilities, shape (2, n_paths)."""

    def __init__(self, model: BiSABR, n_paths: int) -> None:
        sides = (model.first, model.second)
        column = (2, 1)
        self.forwards = np.array(model.forwards).reshape(column)
        self.bend = np.array([side.elasticity - 1.0 for side in sides]).reshape(column)
        self.nu = np.array([side.lognormal_vol_of_vol for side in sides]).reshape(column)
        start = np.log([side.initial_volatility for side in sides]).reshape(column)
        self.log_volatility = np.repeat(start, n_paths, axis=1)
        self.log_price = np.zeros((2, n_paths))

    def move(self, brownian: Vector, dt: float) -> None:
        """Take a step with increments of (W_1, W_2, B_1, B_2), shape (4, n_paths)."""
        local = np.exp(np.minimum(self.log_volatility + self.bend * self.log_price, 300.0))
        self.log_price = np.maximum(
            self.log_price + local * (brownian[:2] - 0.5 * local * dt), -300.0
        )
        self.log_volatility = (
            self.log_volatility + self.nu * brownian[2:] - 0.5 * self.nu * self.nu * dt
        )

    def spread(self) -> Vector:
        """Return S_1 - S_2."""
        prices = self.forwards * np.exp(self.log_price)
        return prices[0] - prices[1]
