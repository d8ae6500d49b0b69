"""Knows the Ito calculus of processes in symbols: differentials, brackets, changes of measure.

``df(X) = (sum_i b_i f_i + 1/2 sum_ij f_ij d<X_i, X_j>/dt) dt + sum_w (sum_i s_iw f_i) dW_w`` for
processes with drifts b and loadings s on independent Brownian motions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy

Driver = Any
"""Names a Brownian motion: a word, or a letter of `chaos`."""


@dataclass(frozen=True)
class Process:
    """Drift, and loadings on independent Brownian motions, by driver."""

    drift: Any
    noise: Mapping[Driver, Any]


def along(function: Any, driver: Driver, state: Mapping[sympy.Symbol, Process]) -> Any:
    """Return the loading of a function of the state on one Brownian motion."""
    return sum(
        (process.noise.get(driver, 0) * sympy.diff(function, x) for x, process in state.items()),
        start=sympy.Integer(0),
    )


def bracket(first: Process, second: Process) -> Any:
    """Return the rate of the quadratic covariation."""
    return sum(
        (loading * second.noise.get(driver, 0) for driver, loading in first.noise.items()),
        start=sympy.Integer(0),
    )


def generator(function: Any, state: Mapping[sympy.Symbol, Process]) -> Any:
    """Return the drift of a function of the state."""
    drift = sum(
        (process.drift * sympy.diff(function, x) for x, process in state.items()),
        start=sympy.Integer(0),
    )
    for (x, first), (y, second) in product(state.items(), repeat=2):
        drift += bracket(first, second) * sympy.diff(function, x, y) / 2
    return drift


def differential(function: Any, state: Mapping[sympy.Symbol, Process]) -> Process:
    """Apply Ito's formula to a function of the state."""
    drivers = dict.fromkeys(driver for process in state.values() for driver in process.noise)
    noise = {driver: along(function, driver, state) for driver in drivers}
    return Process(generator(function, state), noise)


def under(process: Process, shifts: Mapping[Driver, Any]) -> Process:
    """Change the measure: ``dW = dW' + shift dt`` for each driver named."""
    moved = sum(
        (process.noise.get(driver, 0) * shift for driver, shift in shifts.items()),
        start=sympy.Integer(0),
    )
    return Process(process.drift + moved, process.noise)


def correlated(own: Driver, other: Driver, correlation: Any, size: Any) -> dict[Driver, Any]:
    """Load on two drivers so that the noise has a correlation with the first."""
    return {own: size * correlation, other: size * sympy.sqrt(1 - correlation**2)}
