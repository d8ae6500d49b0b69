"""Which combinations of the coordinates quotes determine: eigenvectors of the information."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.information import effective_dimension
from rmot.calibration.parametrisation import coordinate_of

LARGEST_ERROR = 1.0
"""A combination known no better than this (a factor e in a positive parameter) is not known."""

_SHARE = 0.95


def combination(vector: NDArray[np.float64], names: Sequence[str]) -> str:
    """Write a unit vector of the coordinates as a sum, without its smallest terms.

    >>> combination(np.array([0.1, -0.99, 0.07]), ["hurst", "mean_reversion", "vol_of_vol"])
    '0.99 log kappa - 0.10 H'
    """
    order = np.argsort(-np.abs(vector))
    needed = int(np.searchsorted(np.cumsum(vector[order] ** 2), _SHARE * np.sum(vector**2))) + 1
    needed = max(needed, int(np.sum(np.abs(vector) >= 0.1)))
    sign = np.sign(vector[order[0]])
    text = ""
    for row in map(int, order[:needed]):
        value = sign * vector[row]
        joint = (" - " if value < 0 else " + ") if text else ""
        text += f"{joint}{abs(value):.2f} {coordinate_of(names[row]).label}"
    return text


def unknown_combination(information: NDArray[np.float64], names: Sequence[str]) -> str:
    """Return the combination that the quotes determine least."""
    return combination(np.linalg.eigh(information)[1][:, 0], names)


def identification_warnings(
    information: NDArray[np.float64], names: Sequence[str], at_bound: Sequence[str]
) -> tuple[str, ...]:
    """Say what quotes with this information do not determine; nothing if they determine all."""
    eigenvalues, vectors = np.linalg.eigh(information)
    dimension = effective_dimension(information)
    lines = []
    with np.errstate(divide="ignore"):
        errors = 1.0 / np.sqrt(np.maximum(eigenvalues, 0.0))
    unknown = [row for row in range(len(names)) if not errors[row] < LARGEST_ERROR]
    if dimension < len(names) or unknown:
        worst = max(len(unknown), len(names) - dimension)
        combinations = "; ".join(
            f"{combination(vectors[:, row], names)} (error {errors[row]:.2g})"
            for row in range(worst)
        )
        best = combination(vectors[:, -1], names)
        lines.append(
            f"the quotes determine {len(names) - worst} of {len(names)} combinations of the "
            f"parameters, best {best} (error {errors[-1]:.2g}); they hardly determine "
            f"{combinations}"
        )
    if at_bound:
        lines.append(f"stopped at the end of the search interval: {', '.join(at_bound)}")
    return tuple(lines)
