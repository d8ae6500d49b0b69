"""Knows the hash that stands for computed numbers as data, the same on every kind of processor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

_FORMAT = "{:.9g}"
"""Fewer digits than processors and their libraries of functions agree on."""


def data_digest(*values: object) -> str:
    """Return the sha256, 64 hexadecimal digits, of numbers to nine digits and of text as it is.

    Parameters
    ----------
    *values : float, str, ndarray, or an iterable of such, nested at will
        Anything else counts by its `repr`.

    Examples
    --------
    >>> data_digest("SPX", [0.1 + 0.2]) == data_digest("SPX", np.array([0.3]))
    True
    >>> data_digest("SPX", [0.3]) == data_digest("SPX", [0.300001])
    False
    """
    return hashlib.sha256(_written(values).encode()).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return _FORMAT.format(float(value) + 0.0)
    if isinstance(value, np.ndarray):
        return _written(value.tolist())
    if isinstance(value, dict):
        return _written(list(value.items()))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "(" + ",".join(_written(each) for each in value) + ")"
    return repr(value)
