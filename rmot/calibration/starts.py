"""Where the search for an optimum begins: trial values, and every combination of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.likelihood import Likelihood

STARTS: dict[str, tuple[float, ...]] = {
    "hurst": (0.05, 0.15, 0.4),
    "vol_of_vol": (0.2, 0.6),
    "correlation": (-0.7,),
    "mean_reversion": (0.5,),
}
"""Trial values by parameter; a parameter that is neither here nor a variance has none."""


def trial_points(likelihood: Likelihood) -> Iterator[NDArray[np.float64]]:
    """Combine the trial values; variances start from the quotes nearest the money."""
    parametrisation = likelihood.parametrisation
    levels = sorted((quotes.maturity, quotes.at_the_money**2) for quotes in likelihood.slices)
    trial = {
        **STARTS,
        "initial_variance": (levels[0][1],),
        "long_run_variance": (levels[-1][1], 2 * levels[-1][1]),
        "volatility": (levels[0][1] ** 0.5,),
    }
    if parametrisation.curve_times:
        pieces = _forward_variances(levels, parametrisation.curve_times)
        trial |= {f"forward_variance_{i}": (value,) for i, value in enumerate(pieces, 1)}
    for values in product(*(trial[name] for name in parametrisation.free)):
        yield parametrisation.point(dict(zip(parametrisation.free, values, strict=True)))


def _forward_variances(
    levels: list[tuple[float, float]], times: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return mean forward variances of the pieces, from squared volatilities at the money."""
    maturity, level = np.array(levels).T
    total = np.interp(times, maturity, level) * times
    pieces = np.diff(total, prepend=0.0) / np.diff(times, prepend=0.0)
    # volatilities at the money are no variance swaps, and their differences may be negative
    return np.maximum(pieces, 0.2 * level.min())
