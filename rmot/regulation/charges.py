"""What a position can lose between its price and a price bound.

long:   price - lower        short:   upper - price
either (001, Algorithm 1, step 5):   max(price - lower, upper - price)
"""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

Side = Literal["long", "short", "either"]


@overload
def position_charge(
    side: Side,
    lower: float,
    price: float,
    upper: float,
    quantity: float = 1.0,
    *,
    tolerance: float = 1e-9,
) -> float: ...
@overload
def position_charge(
    side: Side,
    lower: ArrayLike,
    price: ArrayLike,
    upper: ArrayLike,
    quantity: ArrayLike = 1.0,
    *,
    tolerance: float = 1e-9,
) -> float | NDArray[np.float64]: ...
def position_charge(
    side: Side,
    lower: ArrayLike,
    price: ArrayLike,
    upper: ArrayLike,
    quantity: ArrayLike = 1.0,
    *,
    tolerance: float = 1e-9,
) -> float | NDArray[np.float64]:
    """Return the loss of a position when its price moves to the bound against it.

    Parameters
    ----------
    side : {"long", "short", "either"}
        "either" takes the larger loss of the two, as 001's Algorithm 1 does.
    lower, price, upper : array_like
        Of a unit; they broadcast.
    quantity : array_like
        Units held, none negative: `side` has the sign.
    tolerance : float
        By how much a price may lie outside its bounds, relative to the largest of the three: what
        the bounds were solved to. Within it the charge is not below zero.

    Returns
    -------
    float or ndarray
        A float where all are numbers.

    Raises
    ------
    ParameterError
        An unknown side, a number that is not finite, a negative quantity, or a price outside its
        bounds.

    Examples
    --------
    >>> position_charge("long", 8.0, 10.0, 13.0), position_charge("short", 8.0, 10.0, 13.0)
    (2.0, 3.0)
    """
    if side not in ("long", "short", "either"):
        raise ParameterError(f"expected the side long, short or either; got {side!r}")
    low, mid, high, units = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (lower, price, upper, quantity))
    )
    if not all(np.all(np.isfinite(value)) for value in (low, mid, high, units)):
        raise ParameterError("expected finite bounds, prices and quantities")
    if np.any(units < 0):
        raise ParameterError(
            f"expected quantities, none negative (the side has the sign); got {units.min()}"
        )
    slack = tolerance * np.maximum(np.abs(mid), np.maximum(np.abs(low), np.abs(high)))
    outside = (low > mid + slack) | (mid > high + slack)
    if np.any(outside):
        first = np.flatnonzero(outside)[0]
        came = ", ".join(f"{value.ravel()[first]:.10g}" for value in (low, mid, high))
        raise ParameterError(f"expected lower <= price <= upper; got {came}")
    losses = {"long": mid - low, "short": high - mid, "either": np.maximum(mid - low, high - mid)}
    charge = units * np.maximum(losses[side], 0.0)
    return float(charge) if charge.ndim == 0 else charge
