"""Results of this room as JSON, which has no infinities, and back."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from rmot.transport.hedge import StaticHedge

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


def hedge_of(content: dict[str, Any]) -> StaticHedge:
    """Return the hedge that `to_json` wrote."""
    numbers = {name: from_json(value) for name, value in content.items()}
    for name in ("forwards", "positions"):
        numbers[name] = np.array([from_json(each) for each in content[name]], dtype=float)
    return StaticHedge(**numbers)
