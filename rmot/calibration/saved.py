"""What a saved fit has to hold: numbers where it says numbers, and no NaN behind anybody's back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def require_numbers(
    content: Mapping[str, Any],
    numbers: Sequence[str],
    counts: Sequence[str],
    arrays: Sequence[str],
    errors: Sequence[str],
) -> None:
    """Refuse a fit whose numbers are none.

    Parameters
    ----------
    content : mapping
        What was read, arrays made of its lists.
    numbers, counts, arrays : sequence of str
        Keys of finite numbers, of numbers of times, and of arrays.
    errors : sequence of str
        Keys of tables of standard errors, which may be infinite.

    Raises
    ------
    TypeError, ValueError
        A value is no number; it is NaN or infinite, or an error or a count negative.
    """
    for name in numbers:
        if not math.isfinite(_number(content[name], name)):
            raise ValueError(f"expected a finite number for {name}; got {content[name]!r}")
    for name in counts:
        if type(content[name]) is not int or content[name] < 0:
            raise ValueError(f"expected a count for {name}; got {content[name]!r}")
    for name in arrays:
        if not np.all(np.isfinite(content[name])):
            raise ValueError(f"expected finite numbers for {name}")
    for name in errors:
        for parameter, error in content[name].items():
            if not _number(error, f"{name} of {parameter}") >= 0:
                raise ValueError(f"expected {name} of {parameter} >= 0; got {error!r}")


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number for {name}; got {value!r}")
    return float(value)
