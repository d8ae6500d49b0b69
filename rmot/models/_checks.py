"""Knows how to refuse parameters, strikes and maturities outside their domain."""

import math
from collections.abc import Iterable
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError


def check_range(
    name: str,
    value: float,
    low: float,
    high: float,
    *,
    closed_low: bool = False,
    closed_high: bool = False,
) -> None:
    """Raise ParameterError unless `value` is a finite number in the interval."""
    try:
        # strings and arrays of one number convert, and fail later
        is_number = type(value) is float or isinstance(value, Real)
        number = float(value) if is_number else math.nan
    except OverflowError:
        number = math.nan
    above = number >= low if closed_low else number > low
    below = number <= high if closed_high else number < high
    if not (math.isfinite(number) and above and below):
        interval = f"{'[' if closed_low else '('}{low:g}, {high:g}{']' if closed_high else ')'}"
        raise ParameterError(f"{name} must lie in {interval}; got {value!r}")


def as_floats(frozen: object, names: Iterable[str]) -> None:
    """Turn numbers of a frozen dataclass into floats, which compiled code is kept for."""
    for name in names:
        object.__setattr__(frozen, name, float(getattr(frozen, name)))


def check_maturity(maturity: float) -> float:
    """Return the maturity in years as a float; ParameterError unless positive and finite."""
    check_range("maturity", maturity, 0.0, math.inf)
    return float(maturity)


def check_log_moneyness(log_moneyness: ArrayLike) -> NDArray[np.float64]:
    """Return log-moneyness as an array; ParameterError if it is empty or not finite."""
    k = np.asarray(log_moneyness, dtype=np.float64)
    if k.size == 0:
        raise ParameterError("log_moneyness must hold at least one strike; got an empty array")
    if not np.all(np.isfinite(k)):
        raise ParameterError(
            f"log_moneyness must be finite; got {k[~np.isfinite(k)].flat[0]} among {k.size} values"
        )
    return k


def check_frequency(u: ArrayLike) -> NDArray[np.complex128]:
    """Return frequencies as a complex array; ParameterError if empty or not finite."""
    frequency = np.asarray(u, dtype=np.complex128)
    if frequency.size == 0:
        raise ParameterError("u must hold at least one frequency; got an empty array")
    if not np.all(np.isfinite(frequency)):
        raise ParameterError("u must be finite; got a nan or an infinity")
    return frequency
