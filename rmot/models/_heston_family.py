"""Knows what Heston and rough Heston share: finite moments, derivatives, the mean variance."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rmot.errors import AccuracyError, ParameterError


def check_strip(
    u: NDArray[np.complex128],
    surely: tuple[float, float],
    critical_moments: Callable[[float], tuple[float, float]],
    maturity: float,
) -> None:
    """Raise ParameterError where E exp(iuX) is infinite.

    Exact critical moments are found only for frequencies outside half the strip that is cheap.
    """
    order = -u.imag
    if np.all((order >= -0.5 * surely[0]) & (order <= 0.5 * (1.0 + surely[1]))):
        return
    low, high = critical_moments(maturity)
    outside = (order <= low) | (order >= high)
    if np.any(outside):
        raise ParameterError(
            f"E exp(iuX) is infinite at u = {u[outside].flat[0]}: at maturity {maturity} moments "
            f"of order {low:.6g} to {high:.6g} are finite"
        )


def check_solved(
    u: NDArray[np.complex128], values: NDArray[np.complex128], error: NDArray[np.float64]
) -> None:
    """Raise AccuracyError where a log characteristic function is not known to 1e-10.

    Shapes (n,) or (n, n_assets), (n,) and (n,).
    """
    if not np.all(error <= 1e-10 * np.maximum(1.0, np.abs(values))):
        worst = int(np.argmax(error))
        raise AccuracyError(
            f"log characteristic function reaches {error[worst]:.1e} at u = {u[worst]}; 1e-10 was "
            "wanted"
        )


def heston_gradient(
    u: NDArray[np.complex128],
    vol_of_vol: float,
    correlation: float,
    h_weight: float,
    source_weight: float,
    slopes: NDArray[np.complex128],
) -> NDArray[np.complex128]:
    """Return derivatives of log phi in H, nu, rho and kappa through c1, c2 and alpha; shape (4, n).

    `slopes` are those of `riccati_sensitivities`; c1 = i u rho nu - kappa and c2 = nu^2/2.
    """
    by_c1, by_c2, by_alpha = h_weight * slopes[:, 0] + source_weight * slopes[:, 1]
    by_nu = 1j * u * correlation * by_c1 + vol_of_vol * by_c2
    return np.array([by_alpha, by_nu, 1j * u * vol_of_vol * by_c1, -by_c1])


def mean_variance(
    times: NDArray[np.float64], alpha: float, mean_reversion: float, initial: float, long_run: float
) -> NDArray[np.float64]:
    """Return theta + (V_0 - theta) E_alpha(-kappa t^alpha), by Mittag-Leffler's function."""
    if np.any(~(times >= 0.0)):
        raise ParameterError(f"expected times of at least 0; got {times[~(times >= 0.0)].flat[0]}")
    decay = mittag_leffler(mean_reversion * times**alpha, alpha)
    return long_run + (initial - long_run) * decay


def mittag_leffler(x: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Return E_alpha(-x) for x >= 0 and alpha in [1/2, 1].

    Up to x = 1 by its power series; beyond by the spectral integral, for alpha < 1,

        E_alpha(-x) = sin(pi alpha)/(pi alpha) ∫_0^inf exp(-(x s)^{1/alpha}) / (s^2 + 2 s cos(pi
        alpha) + 1) ds

    in a double-exponential rule (R. Gorenflo, A. Kilbas, F. Mainardi and S. Rogosin, Mittag-Leffler
    Functions, 2014, section 3.4).
    """
    # a fifth of a second to import, and prices do without
    from scipy.special import gammaln

    x = np.asarray(x, dtype=np.float64)
    if alpha == 1.0:
        return np.exp(-x)
    n = np.arange(80)
    small = np.minimum(x, 1.0)
    series = np.sum((-1.0) ** n * small[..., None] ** n / np.exp(gammaln(1.0 + alpha * n)), axis=-1)
    t = np.linspace(-4.5, 4.5, 2001)
    s = np.exp(0.5 * np.pi * np.sinh(t))
    weight = (t[1] - t[0]) * 0.5 * np.pi * np.cosh(t) * s
    weight /= s * s + 2.0 * s * math.cos(math.pi * alpha) + 1.0
    large = np.maximum(x, 1.0)
    with np.errstate(under="ignore", over="ignore"):
        integral = np.exp(-((large[..., None] * s) ** (1.0 / alpha))) @ weight
    integral *= math.sin(math.pi * alpha) / (math.pi * alpha)
    return np.where(x <= 1.0, series, integral)
