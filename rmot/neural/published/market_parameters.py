r"""Knows what the VVIX, the VIX, its futures and the S&P 500 say of a model's parameters.

As 003 has them ("Enhanced Calibration with Market Data"): vol-of-vol implied (mean VVIX / 100) and
realised (deviation of the VIX's daily log-returns, by the square root of 252), theta the VIX's
mean, kappa of the futures' curve, regimes by the sign of F2 - F1, correlations.

The source reads an implied vol-of-vol below the realised one as underpriced. But an option on the
VIX is one on its future. Where :math:`\log VIX` reverts to its mean with kappa, its variance at T
is :math:`\sigma^2 (1 - e^{-2\kappa T}) / (2\kappa)`: the implied one is sigma times `damping`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from rmot.calibration.block_bootstrap import moving_means, percentile_interval, resampled_means
from rmot.errors import DataError, ParameterError
from rmot.market import History

Vector = NDArray[np.float64]

TRADING_DAYS = 252
YEAR_DAYS = 365.25
HORIZON = 30 / YEAR_DAYS
"""Years: of the VVIX."""
BLOCK = 20
LEAST_DAYS = 4 * BLOCK
_SPEEDS = np.geomspace(0.02, 50.0, 240)


@dataclass(frozen=True)
class Estimate:
    """A number with the central 95% of a block bootstrap's draws, and the days behind it."""

    value: float
    low: float
    high: float
    days: int


@dataclass(frozen=True)
class Reversion:
    """Mean reversion found from futures.

    Attributes
    ----------
    levels : Estimate
        kappa that meets the curves' levels, theta held.
    changes : Estimate
        kappa by which far futures move less than the nearest one: no level enters.
    """

    levels: Estimate
    changes: Estimate


@dataclass(frozen=True)
class Regimes:
    """Days by the sign of F2 - F1: their share, and the mean index of either kind."""

    contango_share: Estimate
    contango_index: float
    backwardation_index: float


def closes(history: History) -> pd.Series:
    """Return closes by date, of daily levels or of bars, whose last of a day counts."""
    close = pd.Series(history.table["close"].to_numpy(float), index=history.table.index)
    if history.format != "bars":
        return close
    day = pd.DatetimeIndex(close.index).tz_localize(None).normalize()
    return pd.Series(close.groupby(day).last())


def returns_of(level: pd.Series) -> pd.Series:
    """Return the log-returns of closes by date."""
    return pd.Series(np.diff(np.log(level.to_numpy(float))), index=level.index[1:])


def changes_of(level: pd.Series) -> pd.Series:
    """Return the changes of closes by date."""
    return pd.Series(np.diff(level.to_numpy(float)), index=level.index[1:])


def implied_vol_of_vol(vvix: pd.Series, **bootstrap: Any) -> Estimate:
    """Return the mean VVIX as a fraction."""
    level = vvix.to_numpy(float) / 100.0
    return _estimate(level[:, None], lambda means: means[:, 0], **bootstrap)


def realised_vol_of_vol(index: pd.Series, **bootstrap: Any) -> Estimate:
    """Return the annualised deviation of an index's daily log-returns."""
    moves = np.diff(np.log(index.to_numpy(float)))
    return _estimate(
        np.column_stack([moves, moves**2]),
        lambda means: np.sqrt(TRADING_DAYS * (means[:, 1] - means[:, 0] ** 2)),
        **bootstrap,
    )


def mean_level(index: pd.Series, **bootstrap: Any) -> Estimate:
    """Return the mean of an index in points as a fraction."""
    return implied_vol_of_vol(index, **bootstrap)


def correlation_of(first: pd.Series, second: pd.Series, **bootstrap: Any) -> Estimate:
    """Return the correlation of two series on the dates that both have."""
    both = pd.concat([first, second], axis=1, join="inner").dropna().to_numpy(float)
    x, y = both.T

    def correlation(means: Vector) -> Vector:
        mean_x, mean_y, xx, yy, xy = means.T
        return (xy - mean_x * mean_y) / np.sqrt((xx - mean_x**2) * (yy - mean_y**2))

    return _estimate(np.column_stack([x, y, x**2, y**2, x * y]), correlation, **bootstrap)


def damping(mean_reversion: ArrayLike, horizon: float = HORIZON) -> Vector:
    """Return the implied over the instantaneous vol-of-vol under mean reversion, in (0, 1]."""
    twice = 2.0 * np.asarray(mean_reversion, dtype=float) * horizon
    safe = np.where(twice > 0, twice, 1.0)
    return np.where(twice > 0, np.sqrt(-np.expm1(-safe) / safe), 1.0)


def reversion_of_damping(ratio: float, horizon: float = HORIZON) -> float:
    """Return the mean reversion under which implied over realised vol-of-vol is `ratio`.

    Raises
    ------
    ParameterError
        A ratio outside (0, 1): no mean reversion makes it.
    """
    if not 0.0 < ratio < 1.0:
        raise ParameterError(f"expected a ratio in (0, 1); got {ratio:g}")
    # damping is near (2 kappa T)^(-1/2) for large kappa
    most = 1.0 / (ratio**2 * horizon)
    found: Any = brentq(lambda speed: float(damping(speed, horizon)) - ratio, 0.0, most)
    return float(found)


def half_life_days(mean_reversion: float) -> float:
    """Return log 2 / kappa in days of the calendar."""
    return YEAR_DAYS * math.log(2.0) / mean_reversion


def mean_reversion(futures: pd.DataFrame, level: float, **bootstrap: Any) -> Reversion:
    r"""Find kappa from settlements.

    By least squares of :math:`F_i - \theta = e^{-\kappa (T_i - T_1)} (F_1 - \theta)`, and of
    :math:`\Delta\log F_i = e^{-\kappa (T_i - T_1)} \Delta\log F_1` from one day to the next, which
    holds but for a drift where the logarithm reverts.

    Parameters
    ----------
    futures : DataFrame
        As `rmot.market.VixFutures.table`.
    level : float
        theta, index points.

    Raises
    ------
    DataError
        Too few days for the bootstrap.
    """
    table = _with_nearest(futures)
    far: Any = table[table["month"] != table["month_nearest"]]
    later = _years(far["expiration_nearest"], far["expiration"])
    days = far["date"].to_numpy()
    pairs = [
        (far[name].to_numpy(float) - less, far[f"{name}_nearest"].to_numpy(float) - less)
        for name, less in (("settlement", level), ("change", 0.0))
    ]
    return Reversion(*(_speed(days, *pair, later, **bootstrap) for pair in pairs))


def regimes(futures: pd.DataFrame, index: pd.Series, **bootstrap: Any) -> Regimes:
    """Part the days by whether the second future is above the first.

    Parameters
    ----------
    futures : DataFrame
        As `rmot.market.VixFutures.table`.
    index : Series
        The VIX by date.
    """
    table = futures.sort_values(["date", "expiration"])
    table = table.assign(nearness=table.groupby("date").cumcount())
    two = table[table["nearness"] < 2].pivot_table(
        index="date", columns="nearness", values="settlement"
    )
    days = pd.DatetimeIndex(two.index)
    slope = pd.Series((two[1] - two[0]).to_numpy(float), index=days, name="slope").dropna()
    both = pd.concat([slope, index.rename("index")], axis=1, join="inner")
    rising = (both["slope"] > 0).to_numpy()
    share = _estimate(rising[:, None].astype(float), lambda means: means[:, 0], **bootstrap)
    level = both["index"].to_numpy(float)
    return Regimes(share, float(level[rising].mean()), float(level[~rising].mean()))


def _with_nearest(futures: pd.DataFrame) -> pd.DataFrame:
    """Return settlements with their changes, and those of the day's nearest contract."""
    table = pd.DataFrame(futures[["date", "month", "expiration", "settlement"]])
    table = table.sort_values(["date", "expiration"])
    table = table.assign(logarithm=np.log(table["settlement"]))
    table["change"] = table.groupby("month")["logarithm"].diff()
    return table.merge(table.drop_duplicates("date"), on="date", suffixes=("", "_nearest"))


def _years(first: pd.Series, second: pd.Series) -> Vector:
    days = pd.to_datetime(second) - pd.to_datetime(first)
    return days.dt.days.to_numpy(float) / YEAR_DAYS


def _speed(
    days: NDArray[Any], far: Vector, near: Vector, later: Vector, **bootstrap: Any
) -> Estimate:
    kept = np.isfinite(far) & np.isfinite(near)
    days, far, near, later = (one[kept] for one in (days, far, near, later))
    decay = np.exp(-np.multiply.outer(later, _SPEEDS))
    begin = np.flatnonzero(np.append(True, days[1:] != days[:-1]))
    misfit = np.add.reduceat((far[:, None] - near[:, None] * decay) ** 2, begin, axis=0)
    return _estimate(misfit, _least, **bootstrap)


def _least(misfit: Vector) -> Vector:
    """Return where rows are least, by a parabola through three points of the grid in log kappa."""
    middle = np.clip(misfit.argmin(axis=1), 1, _SPEEDS.size - 2)
    row = np.arange(len(misfit))
    left, here, right = (misfit[row, middle + shift] for shift in (-1, 0, 1))
    width = np.log(_SPEEDS[1] / _SPEEDS[0])
    bend = left - 2.0 * here + right
    shift = np.where(bend > 0, 0.5 * (left - right) / np.where(bend > 0, bend, 1.0), 0.0)
    return np.exp(np.log(_SPEEDS[middle]) + width * np.clip(shift, -1.0, 1.0))


def _estimate(
    terms: Vector,
    of_means: Callable[[Vector], Vector],
    *,
    generator: np.random.Generator,
    draws: int = 400,
) -> Estimate:
    """Apply a function of means, shape (n, m) to (n,), to daily terms and to resampled blocks."""
    if len(terms) < LEAST_DAYS:
        raise DataError(f"expected at least {LEAST_DAYS} days; got {len(terms)}")
    means = resampled_means(moving_means(terms, BLOCK), round(len(terms) / BLOCK), draws, generator)
    low, high = percentile_interval(of_means(means))
    return Estimate(float(of_means(terms.mean(axis=0)[None])[0]), low, high, len(terms))
