"""What bounds and priors ask of a payoff, and the checks that payoffs share."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Vector = NDArray[np.float64]


@runtime_checkable
class Payoff(Protocol):
    """What bounds and priors ask of a payoff."""

    @property
    def label(self) -> str:
        """How messages call it."""
        ...

    def value(self, points: ArrayLike) -> Vector:
        """Return the payoff at terminal prices, shape (n,) or (n, n_assets); shape (n,)."""
        ...


def finite_strike(strike: float) -> float:
    """Return a finite strike >= 0, or raise ParameterError."""
    value = float(strike)
    if not (np.isfinite(value) and value >= 0):
        raise ParameterError(f"expected a finite strike >= 0; got {strike}")
    return value


def finite_vector(values: ArrayLike, name: str) -> Vector:
    """Return finite numbers in one dimension, or raise ParameterError."""
    vector = np.array(values, dtype=float)
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise ParameterError(f"expected finite numbers in one dimension for {name}; got {values}")
    return vector
