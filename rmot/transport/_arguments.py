"""What callers give, as arrays, or one clear error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.transport.divergences import ChiSquared, CressieRead, KullbackLeibler

Vector = NDArray[np.float64]


def payoff_values(payoff: ArrayLike) -> Vector:
    """Return finite values of a payoff, shape (n,), or raise ParameterError."""
    try:
        values = np.array(payoff, dtype=float)
    except (ValueError, TypeError):
        raise ParameterError("expected a payoff object or its values, shape (n,)") from None
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise ParameterError(f"expected finite payoff values, shape (n,); got {values.shape}")
    return values


def forward_means(forwards: ArrayLike, shape: tuple[int, ...]) -> Vector:
    """Return finite forwards >= 0 of that shape, flattened, or raise ParameterError."""
    try:
        means = np.broadcast_to(np.asarray(forwards, dtype=float), shape).astype(float).ravel()
    except ValueError:
        raise ParameterError(
            f"expected a forward or an array of shape {shape}; got shape {np.shape(forwards)}"
        ) from None
    if not np.all(np.isfinite(means)) or np.any(means < 0):
        raise ParameterError(f"expected finite forwards >= 0; got {means.tolist()}")
    return means


def require_ball(divergence: object) -> None:
    """Raise ParameterError for what is no divergence that a ball can have."""
    if not isinstance(divergence, ChiSquared | CressieRead | KullbackLeibler):
        raise ParameterError(
            f"expected ChiSquared, KullbackLeibler or CressieRead; got {divergence!r}"
        )
