"""Amounts of money as callers give them: one number, or a list of them, none negative."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError


def amounts(values: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return amounts as an array of shape (n,); one number is a list of one.

    Parameters
    ----------
    values : array_like, shape () or (n,)
    what : str
        What to call them in an error.

    Raises
    ------
    ParameterError
        One is no number, negative or not finite, or they are not a list.
    """
    try:
        found = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        raise ParameterError(f"expected numbers for {what}; got {values!r}") from None
    if found.ndim != 1:
        raise ParameterError(f"expected a list of {what}; got shape {found.shape}")
    bad = np.flatnonzero(~(np.isfinite(found) & (found >= 0)))
    if bad.size:
        raise ParameterError(
            f"expected finite {what}, none negative; number {bad[0] + 1} is {found[bad[0]]}"
        )
    return found
