r"""Whittle estimates of a fractional Brownian log-volatility that is seen averaged and with noise.

The observations are :math:`x_t = \nu \int_t^{t+1} W_s \, ds + \sigma \epsilon_t`, the setting of
Fukasawa, Takabatake and Westphal. Their periodogram is averaged over blocks of b increments, and

.. math:: \sum_j \log f(\lambda_j) + \bar I(\lambda_j) / f(\lambda_j)

is minimised, f being the exact expectation of a block's periodogram rather than the spectral
density (the debiased likelihood of Sykulski et al.). So the estimate speaks of periods up to b days
alone, and is a function of a mean over blocks, which may be resampled.

References: M. Fukasawa, T. Takabatake, R. Westphal, "Consistent estimation for fractional
stochastic volatility model under high-frequency asymptotics", *Mathematical Finance* 32 (2022)
1086–1132; A. M. Sykulski, S. C. Olhede, A. P. Guillaumin, J. M. Lilly, J. J. Early, "The debiased
Whittle likelihood", *Biometrika* 106 (2019) 251–266.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rmot.numerics.fractional_brownian import averaged_increment_autocovariance

Vector = NDArray[np.float64]

HURST_RANGE = (0.005, 0.9)
_HURST = np.linspace(*HURST_RANGE, 180)
# Shares of noise in the mean of the spectrum: free, and where the noise is given.
_FREE_SHARES = np.concatenate([[0.0], 1 / (1 + np.geomspace(1e3, 1e-3, 60))])
_GIVEN_SHARES = 1 / (1 + np.geomspace(1e4, 1e-4, 73))
_DRAWS_AT_ONCE = 100


def block_periodograms(series: Vector, block: int) -> Vector:
    """Return the periodogram of each run of `block` increments of a series.

    Parameters
    ----------
    series : ndarray, shape (n,)
    block : int

    Returns
    -------
    ndarray, shape (n - block, (block - 1) // 2)
        At the frequencies 2 pi j / block, j = 1, 2, ... below one half cycle a day.
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.diff(series), block)
    transform = np.fft.rfft(windows, axis=1)[:, 1 : (block + 1) // 2]
    return (transform.real**2 + transform.imag**2) / block


def expected_periodogram(autocovariance: Vector) -> Vector:
    """Return the expectation of what `block_periodograms` gives, shape ((block - 1) // 2,).

    Parameters
    ----------
    autocovariance : ndarray, shape (block,)
    """
    block = autocovariance.size
    tapered = autocovariance * (1 - np.arange(block) / block)
    return (2 * np.fft.rfft(tapered).real - autocovariance[0])[1 : (block + 1) // 2]


def whittle(
    periodograms: Vector, block: int, noise_variance: float | None = None
) -> tuple[Vector, Vector, Vector]:
    """Minimise the Whittle contrast of mean periodograms.

    Parameters
    ----------
    periodograms : ndarray, shape (m, (block - 1) // 2)
        Each the mean over blocks of `block_periodograms`.
    block : int
    noise_variance : float, optional
        sigma^2, of the observations; free when None.

    Returns
    -------
    hurst, vol_of_vol, noise_variance : ndarray, shape (m,)
        H within `HURST_RANGE`; nu per day^H and sigma^2, in the units of the series.

    Notes
    -----
    The least value on a grid of H and the noise's share of the spectrum, refined by parabolas
    through its neighbours; the scale is profiled out, or follows from the noise.
    """
    noise = expected_periodogram(np.concatenate([[2.0, -1.0], np.zeros(block - 2)]))
    level = noise.mean()
    shares = _FREE_SHARES if noise_variance is None else _GIVEN_SHARES
    rough = _rough_shapes(block)
    shapes = shares[:, None] * noise / level + (1 - shares)[:, None] * rough[:, None]
    if noise_variance is not None:
        shapes = shapes * (noise_variance * level / shares)[:, None]
    hurst, share = np.empty(len(periodograms)), np.empty(len(periodograms))
    inverse, constant = 1 / shapes, np.log(shapes).mean(axis=-1)
    for first in range(0, len(periodograms), _DRAWS_AT_ONCE):
        part = slice(first, first + _DRAWS_AT_ONCE)
        ratio = np.tensordot(periodograms[part], inverse, axes=(1, 2)) / noise.size
        contrast = (np.log(ratio) if noise_variance is None else ratio) + constant
        hurst[part], share[part] = _lowest(contrast, shares)
    fitted = np.array([_rough_spectrum(block, value) for value in hurst])
    mean = fitted.mean(axis=1)
    if noise_variance is None:
        mixed = share[:, None] * noise / level + ((1 - share) / mean)[:, None] * fitted
        scale = np.mean(periodograms / mixed, axis=1)
    else:
        scale = noise_variance * level / share
    return hurst, np.sqrt(scale * (1 - share) / mean), scale * share / level


def _lowest(contrast: Vector, shares: Vector) -> tuple[Vector, Vector]:
    value, share = _vertices(contrast, shares)
    column = np.arange(len(value))
    best = value.argmin(axis=1)
    return _vertices(value, _HURST)[1], share[column, best]


def _vertices(values: Vector, grid: Vector) -> tuple[Vector, Vector]:
    """Return least values over the last axis and where they lie, by parabolas in the index."""
    best = values.argmin(axis=-1)[..., None]
    middle = np.clip(best, 1, grid.size - 2)
    left, centre, right = (
        np.take_along_axis(values, middle + step, axis=-1)[..., 0] for step in (-1, 0, 1)
    )
    bend, slope = left - 2 * centre + right, 0.5 * (right - left)
    inside = (best == middle)[..., 0] & (bend > 0)
    step = np.where(inside, -slope / np.where(inside, bend, 1.0), 0.0)
    value = np.where(
        inside, centre + 0.5 * slope * step, np.take_along_axis(values, best, axis=-1)[..., 0]
    )
    return value, np.interp(best[..., 0] + step, np.arange(grid.size), grid)


def _rough_spectrum(block: int, hurst: float) -> Vector:
    return expected_periodogram(averaged_increment_autocovariance(block, hurst))


@cache
def _rough_shapes(block: int) -> Vector:
    spectra = np.array([_rough_spectrum(block, hurst) for hurst in _HURST])
    return spectra / spectra.mean(axis=1, keepdims=True)
