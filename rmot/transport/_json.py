"""Results of this room as JSON, which has no infinities, and back."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from rmot.transport.hedge import StaticHedge

_LISTS = ("forwards", "positions")
_NAMES = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def to_json(value: Any) -> Any:
    """Return dataclasses as dicts, arrays as lists, and what JSON cannot write by its name."""
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return [to_json(each) for each in value.tolist()]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def from_json(value: Any) -> Any:
    """Return the number that a name stands for, and anything else as it is."""
    return _NAMES.get(value, value) if isinstance(value, str) else value


def number_of(value: Any) -> float:
    """Return the number that `to_json` wrote.

    Raises
    ------
    TypeError
        It is something else.
    """
    found = from_json(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(f"expected a number; got {value!r}")
    return float(found)


def hedge_of(content: Any) -> StaticHedge:
    """Return the hedge that `to_json` wrote.

    Raises
    ------
    TypeError, ValueError, KeyError
        It is something else, or holds a NaN or an infinity where a hedge has none.
    """
    if not isinstance(content, dict):
        raise TypeError(f"expected a hedge; got {content!r}")
    numbers: dict[str, Any] = {
        name: [number_of(each) for each in value] if name in _LISTS else number_of(value)
        for name, value in content.items()
    }
    finite = [numbers["cash"], numbers["cost"]]
    for name in _LISTS:
        finite += numbers[name]
        numbers[name] = np.array(numbers[name], dtype=float)
    if not all(map(math.isfinite, finite)):
        raise ValueError("expected a hedge of finite numbers")
    # Infinite where the payoff outgrows what is held.
    if not numbers["shortfall"] >= 0.0:
        raise ValueError(f"expected a shortfall of at least 0; got {numbers['shortfall']!r}")
    return StaticHedge(**numbers)
