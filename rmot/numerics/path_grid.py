"""Knows at which times a path is simulated, given those at which it is looked at."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Vector = NDArray[np.float64]

STEPS = 32
"""Steps that a path takes at least to each look."""

_MOST_STEPS = 4096


def check_whole_number(name: str, value: int, least: int) -> None:
    """Raise ParameterError unless the value is a whole number from `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ParameterError(f"{name} must be a whole number from {least}; got {value!r}")


def check_times(times: ArrayLike) -> Vector:
    """Return look times as an array; ParameterError unless they increase from above 0."""
    try:
        t = np.atleast_1d(np.asarray(times, dtype=np.float64))
    except (TypeError, ValueError):
        raise ParameterError(f"times must be numbers; got {times!r}") from None
    increasing = t.ndim == 1 and t.size and np.all(np.diff(t, prepend=0.0) > 0.0)
    if not (increasing and np.all(np.isfinite(t))):
        raise ParameterError(f"times must be positive, finite and increasing; got {times!r}")
    return t


def step_grid(times: Vector, steps: int) -> tuple[Vector, NDArray[np.int64]]:
    """Return times of steps from 0, and the number of the step that ends at each look.

    Between two looks steps are equal, and not longer than 1/steps of the time to the later one.

    Raises
    ------
    ParameterError
        If steps is not a whole number from 1, or more than 4096 are needed.
    """
    check_whole_number("steps", steps, 1)
    before = np.concatenate([[0.0], times[:-1]])
    counts = np.ceil(steps * (times - before) / times - 1e-9).astype(np.int64)
    if counts.sum() > _MOST_STEPS:
        raise ParameterError(
            f"a path has at most {_MOST_STEPS} steps; {steps} to each of {times.size} times take "
            f"{counts.sum()}"
        )
    pieces = [
        np.linspace(a, b, count + 1)[1:] for a, b, count in zip(before, times, counts, strict=True)
    ]
    return np.concatenate([[0.0], *pieces]), np.cumsum(counts) - 1
