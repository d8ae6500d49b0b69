r"""The Hurst index of volatility from daily realised variances, allowing for their noise.

Log-volatility of day t is :math:`x_t = \tfrac12 \log RV_t`, modelled as
:math:`\nu \int_t^{t+1} W_s \, ds + \sigma \epsilon_t` with W fractional Brownian motion. A realised
variance of n returns has at the least the noise :math:`\sigma^2 = 1/(2n)`: that of log RV tends to
:math:`2 RQ / (n RV^2)` with :math:`RQ \ge RV^2` (Barndorff-Nielsen and Shephard 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.calibration.block_bootstrap import percentile_interval, resampled_means
from rmot.calibration.variogram import LEAST_BLOCKS
from rmot.calibration.whittle import HURST_RANGE, block_periodograms, whittle
from rmot.errors import DataError, ParameterError
from rmot.numerics.fractional_brownian import (
    averaged_increment_autocovariance,
    averaged_mean_square_increment,
    stationary_gaussian,
)

Vector = NDArray[np.float64]

# The largest daily variance of an index in history, October 1987's, is about 0.04.
LARGEST_DAILY_VARIANCE = 0.05
# Estimates closer than this to an end of the search are at it.
_AT_BOUND = 1e-6


def log_volatility(realised_variance: ArrayLike) -> tuple[Vector, int]:
    """Return half the logarithm of daily variances, and how many missing days were left out.

    Parameters
    ----------
    realised_variance : array_like, shape (n,)
        Squared fractions a day, in order of date; NaN where a day has none. Days are counted on
        the series' own calendar, so the days around a gap become neighbours.

    Returns
    -------
    values : ndarray, shape (m,)
        Logarithms of daily volatilities, fractions.
    missing : int
        Days without a variance, n - m.

    Raises
    ------
    DataError
        A variance that is not positive or is infinite; or one so large that the unit must be
        another.
    """
    variance = np.asarray(realised_variance, dtype=float)
    kept = variance[~np.isnan(variance)]
    wrong = ~((kept > 0) & np.isfinite(kept))
    if np.any(wrong):
        raise DataError(
            f"expected positive finite variances; {np.sum(wrong)} of {kept.size} are not, the "
            f"first is {kept[wrong][0]:g}"
        )
    if kept.size and kept.max() > LARGEST_DAILY_VARIANCE:
        raise DataError(
            f"expected daily variances below {LARGEST_DAILY_VARIANCE:g} (squared fractions); the "
            f"largest is {kept.max():.4g}: per cent squared must be divided by 1e4"
        )
    return 0.5 * np.log(kept), variance.size - kept.size


def sampling_noise(returns_per_day: int) -> float:
    """Return 1/(2n), the least noise variance of log-volatility from n returns a day.

    Raises
    ------
    ParameterError
        `returns_per_day` is below one.
    """
    if returns_per_day < 1:
        raise ParameterError(f"expected one return a day or more; got {returns_per_day}")
    return 0.5 / returns_per_day


@dataclass(frozen=True, eq=False)
class Roughness:
    """Estimates of the noisy rough log-volatility, with those of resampled blocks.

    Attributes
    ----------
    hurst, vol_of_vol, noise_variance : float
        H; nu of log-volatility per day^H; sigma^2 of a day's log-volatility.
    hurst_draws, noise_draws : ndarray, shape (draws,)
        H and sigma^2 of resampled blocks.
    days, block : int
    noise_given : bool
        Whether the noise was held.
    """

    hurst: float
    vol_of_vol: float
    noise_variance: float
    hurst_draws: Vector
    noise_draws: Vector
    days: int
    block: int
    noise_given: bool

    @property
    def at_bound(self) -> bool:
        """Whether H stopped at an end of the search."""
        return min(abs(self.hurst - end) for end in HURST_RANGE) < _AT_BOUND

    @property
    def noise_share(self) -> float:
        """Share of the noise in the mean square change from one day to the next."""
        return 2 * self.noise_variance / float(self.mean_square_change(1))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the bootstrap's percentile interval for H."""
        return percentile_interval(self.hurst_draws, level)

    def mean_square_change(self, lag: ArrayLike) -> Vector:
        """Return what is fitted to m(2, lag): shape of `lag`, in days."""
        rough = averaged_mean_square_increment(lag, self.hurst)
        return self.vol_of_vol**2 * rough + 2 * self.noise_variance

    def simulated_draws(self, draws: int, generator: np.random.Generator) -> Vector:
        """Return, shape (draws,), estimates of H from series drawn from the fitted model."""
        covariance = averaged_increment_autocovariance(self.days - 1, self.hurst)
        changes = self.vol_of_vol * stationary_gaussian(covariance, generator, draws)
        noise = np.sqrt(self.noise_variance) * generator.standard_normal((draws, self.days))
        series = noise + np.cumsum(np.pad(changes, ((0, 0), (1, 0))), axis=1)
        means = np.array([block_periodograms(row, self.block).mean(axis=0) for row in series])
        return whittle(means, self.block, self.noise_variance if self.noise_given else None)[0]


def estimate_roughness(
    log_volatility: Vector,
    *,
    generator: np.random.Generator,
    noise_variance: float | None = None,
    block: int = 64,
    draws: int = 1000,
) -> Roughness:
    """Estimate H, nu and the noise of a daily series; see `rmot.calibration.whittle`.

    Parameters
    ----------
    log_volatility : ndarray, shape (n,)
        As `log_volatility` gives it.
    generator : numpy.random.Generator
        Chooses the blocks of the bootstrap.
    noise_variance : float, optional
        sigma^2, such as `sampling_noise` gives; estimated when None.
    block : int
        Days in a block: the longest period that the estimate looks at, and the unit that is
        resampled.
    draws : int

    Raises
    ------
    ParameterError
        A block below 16 days, or a noise variance that is not positive.
    DataError
        Fewer than four blocks, or a constant series.
    """
    if block < 16 or not (noise_variance is None or noise_variance > 0):
        raise ParameterError(
            "expected blocks of 16 days or more and a positive noise_variance; got "
            f"{block}, {noise_variance}"
        )
    if log_volatility.size <= LEAST_BLOCKS * block:
        raise DataError(
            f"expected more than {LEAST_BLOCKS * block} days for blocks of {block}; "
            f"got {log_volatility.size}"
        )
    periodograms = block_periodograms(log_volatility, block)
    mean = periodograms.mean(axis=0)
    if not mean.min() > 0:
        raise DataError("expected a series with changes of every period; it is constant")
    resampled = resampled_means(periodograms, round(log_volatility.size / block), draws, generator)
    (hurst,), (vol_of_vol,), (noise,) = whittle(mean[None], block, noise_variance)
    hurst_draws, _, noise_draws = whittle(resampled, block, noise_variance)
    return Roughness(
        hurst=float(hurst),
        vol_of_vol=float(vol_of_vol),
        noise_variance=float(noise),
        hurst_draws=hurst_draws,
        noise_draws=noise_draws,
        days=log_volatility.size,
        block=block,
        noise_given=noise_variance is not None,
    )
