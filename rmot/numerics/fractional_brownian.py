r"""Fractional Brownian motion W, its daily averages, and exact samples of both.

With :math:`X_t = \int_t^{t+1} W_s \, ds` and :math:`E (W_t - W_s)^2 = |t - s|^{2H}`,

.. math:: E (X_{t+\Delta} - X_t)^2 = \frac{|\Delta + 1|^{2H+2} + |\Delta - 1|^{2H+2}
          - 2 |\Delta|^{2H+2} - 2}{(2H+1)(2H+2)}.

References: J. Gatheral, T. Jaisson, M. Rosenbaum, "Volatility is rough", *Quantitative Finance* 18
(2018) 933–949, Appendix C; R. B. Davies, D. S. Harte, "Tests for Hurst effect", *Biometrika* 74
(1987) 95–101.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.numerics.path_grid import check_times, check_whole_number

Vector = NDArray[np.float64]

# Beyond this lag differences of powers lose more digits than their expansion leaves out.
_FAR = 60
_ROUNDING = 1e-9
_EVEN = 1e-12
_MOST_UNEVEN_TIMES = 8192


def averaged_mean_square_increment(lag: ArrayLike, hurst: float) -> Vector:
    """Return E (X_{t+lag} - X_t)^2 for averages X over unit intervals, shape of `lag`.

    Raises
    ------
    ParameterError
        `hurst` outside (0, 1).
    """
    _require_hurst(hurst)
    far = np.abs(np.asarray(lag, dtype=float))
    power = 2 * hurst + 2
    top = (far + 1) ** power + np.abs(far - 1) ** power - 2 * far**power - 2
    return top / (power * (power - 1))


def averaged_increment_autocovariance(count: int, hurst: float) -> Vector:
    """Return, shape (count,), the autocovariance of X_{t+1} - X_t at lags 0, 1, ...

    Raises
    ------
    ParameterError
        `hurst` outside (0, 1).
    """
    lag = np.arange(count, dtype=float)
    near = lag[: _FAR + 1]
    value = np.empty(count)
    value[: near.size] = 0.5 * (
        averaged_mean_square_increment(near + 1, hurst)
        + averaged_mean_square_increment(near - 1, hurst)
        - 2 * averaged_mean_square_increment(near, hurst)
    )
    far = lag[near.size :]
    # the fourth central difference of t^(2H+2), by its expansion D^4 (1 + D^2/6 + D^4/80)
    p = 2 * hurst - 2
    second = p * (p - 1) / far**2
    fourth = second * (p - 2) * (p - 3) / far**2
    value[near.size :] = hurst * (2 * hurst - 1) * far**p * (1 + second / 6 + fourth / 80)
    return value


def fractional_noise_autocovariance(count: int, hurst: float) -> Vector:
    """Return, shape (count,), the autocovariance of W_{t+1} - W_t at lags 0, 1, ...

    Raises
    ------
    ParameterError
        `hurst` outside (0, 1).
    """
    _require_hurst(hurst)
    lag = np.arange(count, dtype=float)
    power = 2 * hurst
    return 0.5 * ((lag + 1) ** power + np.abs(lag - 1) ** power - 2 * lag**power)


def fractional_brownian_covariance(times: ArrayLike, hurst: float) -> Vector:
    """Return E W_s W_t = (s^2H + t^2H - |s - t|^2H) / 2, shape (n, n), for n times >= 0.

    Raises
    ------
    ParameterError
        `hurst` outside (0, 1).
    """
    _require_hurst(hurst)
    t = np.asarray(times, dtype=float)
    power = t ** (2 * hurst)
    return 0.5 * (power[:, None] + power - np.abs(t[:, None] - t) ** (2 * hurst))


def fractional_brownian_paths(times: ArrayLike, hurst: float, n_paths: int, seed: int) -> Vector:
    """Draw exact paths of W, shape (n_paths, n_times).

    At multiples of one time increments are stationary and made by circulant embedding, in
    O(n log n) a path; at other times by the Cholesky root of the covariance.

    Parameters
    ----------
    times : array_like, shape (n_times,)
        Increasing from above 0; at most 8192 unless they are multiples of the first.
    hurst : float
        H in (0, 1).
    n_paths, seed : int

    Returns
    -------
    ndarray, shape (n_paths, n_times)
        Of variance t^{2H}.

    Raises
    ------
    ParameterError
        Naming what draws no paths.
    AccuracyError
        If rounding leaves the covariance without a Cholesky root: times too close together.
    """
    t = check_times(times)
    _require_hurst(hurst)
    check_whole_number("n_paths", n_paths, 1)
    check_whole_number("seed", seed, 0)
    generator = np.random.default_rng(seed)
    if np.allclose(t, t[0] * np.arange(1, t.size + 1), rtol=_EVEN, atol=0.0) and t.size > 1:
        noise = fractional_noise_autocovariance(t.size, hurst)
        return t[0] ** hurst * np.cumsum(stationary_gaussian(noise, generator, n_paths), axis=1)
    if t.size > _MOST_UNEVEN_TIMES:
        raise ParameterError(f"expected at most {_MOST_UNEVEN_TIMES} uneven times; got {t.size}")
    try:
        root = np.linalg.cholesky(fractional_brownian_covariance(t, hurst))
    except np.linalg.LinAlgError:
        raise AccuracyError(
            f"the covariance of {t.size} times is singular to rounding; the closest are "
            f"{np.diff(t).min():.1e} apart"
        ) from None
    return generator.standard_normal((n_paths, t.size)) @ root.T


def stationary_gaussian(
    autocovariance: Vector, generator: np.random.Generator, paths: int = 1
) -> Vector:
    """Draw exact Gaussian paths, shape (paths, n), with an autocovariance, shape (n,).

    The covariance matrix is embedded in a circulant of order 2n - 2, whose root is two Fourier
    transforms away.

    Raises
    ------
    AccuracyError
        The circulant is not positive semi-definite, so the samples would not be exact.
    """
    row = np.concatenate([autocovariance, autocovariance[-2:0:-1]])
    eigenvalues = np.fft.fft(row).real
    if eigenvalues.min() < -_ROUNDING * eigenvalues.max():
        raise AccuracyError(
            "expected an autocovariance with a positive circulant embedding; its least eigenvalue "
            f"is {eigenvalues.min():.3g} (largest {eigenvalues.max():.3g})"
        )
    root = np.sqrt(np.maximum(eigenvalues, 0.0) / row.size)
    drawn = np.empty((paths, autocovariance.size))
    # real and imaginary parts are two independent paths
    for first in range(0, paths, 2):
        parts = generator.standard_normal((2, row.size))
        spectrum = np.fft.fft(root * (parts[0] + 1j * parts[1]))[: autocovariance.size]
        drawn[first] = spectrum.real
        if first + 1 < paths:
            drawn[first + 1] = spectrum.imag
    return drawn


def _require_hurst(hurst: float) -> None:
    if not 0 < hurst < 1:
        raise ParameterError(f"expected 0 < hurst < 1; got {hurst!r}")
