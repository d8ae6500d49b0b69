r"""Knows what is measured of paths of log-variance X = log V, and with which sampling error.

Those of `OF_LEVELS` are the source's (003, "Statistical Fit"): moments of V, the mean over paths of
each path's own H and autocorrelation. Generated paths begin where real ones do, so that much of
these is handed to them. Those of `OF_CHANGES` ask what a path does after its start. H is half the
slope of the logarithm of the mean square change over a lag against that of the lag.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError, ParameterError

Vector = NDArray[np.float64]

OF_LEVELS = (
    "mean_variance",
    "median_variance",
    "marginal_kurtosis",
    "flattened_kurtosis",
    "path_hurst",
    "path_autocorrelation",
)
OF_CHANGES = (
    "vol_of_variance",
    "change_kurtosis",
    "change_autocorrelation",
    "clustering",
    "persistence",
    "pooled_hurst",
)
STATISTICS = OF_LEVELS + OF_CHANGES
LARGEST_LAG = 5
"""Bars: of H."""


def statistics(log_variance: Vector, steps: Vector) -> dict[str, float]:
    """Measure paths.

    Parameters
    ----------
    log_variance : ndarray, shape (n, length)
    steps : ndarray, shape (n, length - 1)
        Years.

    Returns
    -------
    dict
        `mean_variance`, `median_variance`; `marginal_kurtosis`, the mean over bars of V's excess
        kurtosis, and `flattened_kurtosis` of all bars together; `path_hurst` and
        `path_autocorrelation`, means over paths. `vol_of_variance`, of X per square root of a
        year; excess kurtosis and first autocorrelation of changes; `clustering`, that of their
        sizes; `persistence`, the slope of the last X in the first; `pooled_hurst`. NaN where paths
        do not move.

    Raises
    ------
    DataError
        Paths of less than seven bars.
    """
    if log_variance.shape[1] < LARGEST_LAG + 2:
        raise DataError(
            f"expected paths of {LARGEST_LAG + 2} bars or more; got {log_variance.shape[1]}"
        )
    variance = np.exp(log_variance)
    change = np.diff(log_variance, axis=1)
    squares = mean_square_changes(log_variance)
    moves = bool(np.any(change != 0))
    found = {
        "mean_variance": variance.mean(),
        "median_variance": np.median(variance),
        "marginal_kurtosis": excess_kurtosis(variance).mean(),
        "flattened_kurtosis": excess_kurtosis(variance.reshape(-1, 1))[0],
        "vol_of_variance": np.sqrt((change**2 / steps).mean()),
        "persistence": _slope(log_variance[:, 0], log_variance[:, -1]),
    }
    if moves:
        size = np.abs(change)
        found |= {
            "path_hurst": np.mean(hurst_of(mean_square_changes(log_variance, pooled=False))),
            "path_autocorrelation": _path_autocorrelation(variance).mean(),
            "change_kurtosis": excess_kurtosis(change.reshape(-1, 1))[0],
            "change_autocorrelation": _correlation(change[:, :-1], change[:, 1:]),
            "clustering": _correlation(size[:, :-1], size[:, 1:]),
            "pooled_hurst": hurst_of(squares[None])[0],
        }
    return {name: float(found.get(name, np.nan)) for name in STATISTICS}


def mean_square_changes(
    log_variance: Vector, largest_lag: int = LARGEST_LAG, *, pooled: bool = True
) -> Vector:
    """Return the mean square change over lags 1, 2, ...: shape (lags,), or (n, lags) by path."""
    columns = [
        ((log_variance[:, lag:] - log_variance[:, :-lag]) ** 2).mean(axis=1)
        for lag in range(1, largest_lag + 1)
    ]
    by_path = np.column_stack(columns)
    return by_path.mean(axis=0) if pooled else by_path


def hurst_of(squares: Vector) -> Vector:
    """Return H of mean square changes over lags 1, 2, ...: shape (n, lags) to (n,).

    Rows with a lag over which nothing changes are left out.
    """
    moving = squares[np.all(squares > 0, axis=1)]
    regressor = np.log(np.arange(1, squares.shape[1] + 1))
    regressor -= regressor.mean()
    return 0.5 * np.log(moving) @ regressor / (regressor @ regressor)


def excess_kurtosis(values: Vector) -> Vector:
    """Return the excess kurtosis of columns, shape (n, m) to (m,)."""
    centred = values - values.mean(axis=0)
    return (centred**4).mean(axis=0) / (centred**2).mean(axis=0) ** 2 - 3.0


def block_bootstrap(
    measure: Callable[[NDArray[np.intp]], Vector],
    count: int,
    draws: int,
    generator: np.random.Generator,
    block: int = 20,
) -> Vector:
    """Measure resampled paths, in blocks of consecutive ones: shape (draws, m).

    Parameters
    ----------
    measure : callable
        Of the rows drawn, shape (count,), to shape (m,).
    count : int
        Of paths, in order of time.
    draws, block : int
        A block longer than a quarter of the paths is shortened to it.

    Raises
    ------
    ParameterError
        Less than two draws.
    """
    if draws < 2:
        raise ParameterError(f"expected two draws or more; got {draws}")
    length = max(min(block, count // 4), 1)
    begin = generator.integers(count - length + 1, size=(draws, -(-count // length)))
    rows = (begin[..., None] + np.arange(length)).reshape(draws, -1)[:, :count]
    return np.array([measure(one) for one in rows])


def rescaled_range_hurst(series: Vector, shortest: int = 16) -> float:
    """Return H of a stationary series by Hurst's rescaled range R/S.

    The slope of log mean R/S in log length, over lengths that double from `shortest` to a quarter
    of the series. White noise has H = 1/2 but for a bias upwards at short lengths.

    Raises
    ------
    DataError
        A series too short for three lengths.
    """
    lengths = []
    length = shortest
    while length <= series.size // 4:
        lengths.append(length)
        length *= 2
    if len(lengths) < 3:
        raise DataError(f"expected at least {16 * shortest} values; got {series.size}")
    ratios = []
    for length in lengths:
        parts = series[: series.size // length * length].reshape(-1, length)
        path = np.cumsum(parts - parts.mean(axis=1, keepdims=True), axis=1)
        deviation = parts.std(axis=1)
        ranges = path.max(axis=1) - np.minimum(path.min(axis=1), 0.0)
        ratios.append(np.mean(ranges[deviation > 0] / deviation[deviation > 0]))
    return _slope(np.log(lengths), np.log(ratios))


def variogram_hurst(series: Vector, largest_lag: int = 20) -> float:
    """Return H of a series by the slope of its mean square changes over lags 1 to `largest_lag`.

    Of returns, whose changes do not grow with the lag, this is near zero whatever volatility does.
    """
    return float(hurst_of(mean_square_changes(series[None], largest_lag)[None])[0])


def _path_autocorrelation(variance: Vector) -> Vector:
    centred = variance - variance.mean(axis=1, keepdims=True)
    square = (centred**2).sum(axis=1)
    moving = square > 0
    return ((centred[:, 1:] * centred[:, :-1]).sum(axis=1))[moving] / square[moving]


def _correlation(first: Vector, second: Vector) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _slope(regressor: Vector, values: Vector) -> float:
    centred = regressor - np.mean(regressor)
    return float(centred @ values / (centred @ centred))
