"""Where the search for an optimum begins: trial values, and every combination of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.likelihood import Likelihood
from rmot.calibration.parametrisation import Parametrisation

STARTS: dict[str, tuple[float, ...]] = {
    "hurst": (0.05, 0.15, 0.4),
    "vol_of_vol": (0.2, 0.6),
    "correlation": (-0.7,),
    "mean_reversion": (0.5,),
    "lognormal_vol_of_vol": (1.0, 3.0),
    "curvature": (1.0,),
    "curvature_decay": (0.2, 0.4),
    "short_vol_of_vol": (3.0,),
    "slow_weight": (0.25,),
    "fast_reversion": (8.0, 20.0),
    "slow_reversion": (0.28,),
    "fast_correlation": (-0.6,),
    "slow_partial_correlation": (-0.7,),
    "factor_correlation": (0.0,),
    "base_volatility": (0.02,),
    "trend_loading": (-0.08,),
    "activity_loading": (0.95,),
    "fast_trend": (0.0,),
    "slow_trend": (0.0,),
}
"""Trial values by parameter; those that depend on the quotes are added in `trial_points`."""

STARTS_OF_MODEL: dict[str, dict[str, tuple[float, ...]]] = {
    "SSVI": {"mean_reversion": (0.5, 4.0)},
    "TwoFactorBergomi": {"mean_reversion": (6.0,)},
}
"""Other trial values, where a model gives a name another meaning."""


def trial_points(likelihood: Likelihood[Parametrisation]) -> Iterator[NDArray[np.float64]]:
    """Combine the trial values; variances start from the quotes nearest the money."""
    parametrisation = likelihood.parametrisation
    levels = sorted((quotes.maturity, quotes.at_the_money**2) for quotes in likelihood.slices)
    maturity, level = levels[0]
    total, least = maturity * level, maturity * min(likelihood.slices[0].middle) ** 2
    trial = {
        **STARTS,
        "initial_variance": (level,),
        "long_run_variance": (1.5 * levels[-1][1],),
        "volatility": (level**0.5,),
        "fast_activity": (level,),
        "slow_activity": (level,),
        "initial_volatility": (level**0.5,),
        "minimum_total_variance": (0.9 * least,),
        "wing_slope": (0.5 * total**0.5,),
        "translation": (0.5 * total**0.5,),
        "smoothness": (total**0.5,),
        **STARTS_OF_MODEL.get(parametrisation.model_class.__name__, {}),
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
