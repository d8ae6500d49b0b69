"""Correlation of past returns: of the real world, not of the measure that prices options.

Intervals come from blocks of consecutive days resampled with replacement
(`rmot.calibration.block_bootstrap`), so that volatility may cluster. They are of the correlation
over the whole period; where it moves they say nothing of tomorrow's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.calibration.block_bootstrap import moving_means, percentile_interval, resampled_means
from rmot.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from rmot.market.histories import History

Vector = NDArray[np.float64]

_DRAWS = 2000
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class HistoricalCorrelation:
    """Correlations of returns with bootstrap intervals.

    Attributes
    ----------
    correlation : ndarray, shape (n_assets, n_assets)
    lower, upper : ndarray, shape (n_assets, n_assets)
        Percentile intervals, pair by pair.
    average : float
        Of all pairs.
    average_interval : (float, float)
    level : float
    observations, block : int
    source : str
    """

    correlation: Vector
    lower: Vector
    upper: Vector
    average: float
    average_interval: tuple[float, float]
    level: float
    observations: int
    block: int
    source: str = "history (real-world measure)"


def historical_correlation(
    returns: ArrayLike,
    *,
    seed: int,
    block: int | None = None,
    draws: int = _DRAWS,
    level: float = 0.95,
) -> HistoricalCorrelation:
    """Return the correlation of returns.

    Parameters
    ----------
    returns : array_like or DataFrame, shape (n, n_assets)
        Of the same days, oldest first.
    seed : int
    block : int, optional
        Days that stay together; the cube root of n, doubled, unless given.
    draws : int
    level : float

    Raises
    ------
    ParameterError
        Fewer than 20 days, fewer than two assets, numbers that are not finite, an asset that does
        not move, or a block that does not fit.
    """
    r = np.asarray(returns, dtype=float)
    if r.ndim != 2 or r.shape[0] < _FEWEST or r.shape[1] < 2:
        raise ParameterError(
            f"expected returns of shape (n, n_assets), n >= {_FEWEST} and two assets or more; got "
            f"shape {r.shape}"
        )
    if not np.all(np.isfinite(r)):
        raise ParameterError(
            "expected finite returns; got NaN or infinity (aligned_returns keeps common days)"
        )
    days = r.shape[0]
    length = round(2 * days ** (1 / 3)) if block is None else block
    if not 1 <= length <= days // 2 or draws < 1 or not 0 < level < 1:
        raise ParameterError(
            f"expected 1 <= block <= {days // 2}, draws >= 1 and a level in (0, 1); got {length}, "
            f"{draws} and {level}"
        )
    scale = r.std(axis=0)
    if not np.all(scale > 0):
        raise ParameterError("expected returns that vary; those of an asset are all the same")
    x = (r - r.mean(axis=0)) / scale
    n = x.shape[1]
    pairs = np.array(list(combinations(range(n), 2)))
    terms = np.hstack([x, x**2, x[:, pairs[:, 0]] * x[:, pairs[:, 1]]])
    generator = np.random.default_rng(seed)
    means = resampled_means(moving_means(terms, length), round(days / length), draws, generator)
    drawn = _correlations(means, pairs, n)
    whole = _correlations(terms.mean(axis=0)[None], pairs, n)[0]
    ends = np.array([percentile_interval(column, level) for column in drawn.T])
    average = percentile_interval(drawn.mean(axis=1), level)
    return HistoricalCorrelation(
        _matrix(whole, pairs, n),
        _matrix(ends[:, 0], pairs, n),
        _matrix(ends[:, 1], pairs, n),
        float(whole.mean()),
        average,
        level,
        days,
        length,
    )


def aligned_returns(
    histories: Mapping[str, History],
    names: Sequence[str] | None = None,
    start: str | None = None,
    end: str | None = None,
) -> pd.DataFrame:
    """Return daily log returns between days that all histories have, oldest first.

    Parameters
    ----------
    histories : mapping of str to History
    names : sequence of str, optional
        Which of them, in this order; all unless given.
    start, end : str, optional
        First and last day, as pandas reads them.

    Returns
    -------
    DataFrame, shape (n_days, n_names)
        Log returns a day, indexed by the later day of each.

    Raises
    ------
    DataError
        A name has no history, a history is of bars within the day, or no two days are common.
    """
    import pandas as pd

    wanted = list(histories) if names is None else list(names)
    missing = [name for name in wanted if name not in histories]
    if missing or not wanted:
        raise DataError(f"expected a history of each name; there is none of {missing}")
    for name in wanted:
        if histories[name].stamps != "date":
            raise DataError(f"expected daily closes of {name}; got {histories[name].format}")
    closes = pd.concat({name: histories[name].table["close"] for name in wanted}, axis=1)
    common = closes.loc[start:end].dropna()
    if len(common) < 2:
        raise DataError(
            f"expected days that {', '.join(wanted)} have in common between {start} and {end}; "
            f"there are {len(common)}"
        )
    return np.log(common).diff().iloc[1:]


def _correlations(means: Vector, pairs: NDArray[np.intp], n: int) -> Vector:
    """Return correlations (draws, pairs) from means of x, x^2 and products."""
    first, second, cross = means[:, :n], means[:, n : 2 * n], means[:, 2 * n :]
    i, j = pairs.T
    deviation = np.sqrt(np.maximum(second - first**2, 1e-300))
    found = (cross - first[:, i] * first[:, j]) / (deviation[:, i] * deviation[:, j])
    return np.clip(found, -1.0, 1.0)


def _matrix(values: Vector, pairs: NDArray[np.intp], n: int) -> Vector:
    matrix = np.eye(n)
    matrix[pairs[:, 0], pairs[:, 1]] = values
    matrix[pairs[:, 1], pairs[:, 0]] = values
    return matrix
