"""Knows implied volatilities of a simulated variance, with standard errors that show a bias.

Given the path of V the price is lognormal, so that a path's worth is Black's formula. Polynomials
and exponentials of Z = ∫ sqrt(V) dB and U = ∫V that are martingales of known mean are its control
variates; they are so of each scheme whose steps make Z a Brownian motion at time U.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rmot.models import RoughHeston
from rmot.numerics.black import black_vega
from rmot.numerics.implied_volatility import implied_volatility_otm

Vector = NDArray[np.float64]

_LARGEST_DEVIATION = 3.0
"""Of an exponential that serves as a control variate: beyond, too few paths make its mean."""


def volatility_biases(
    model: RoughHeston,
    maturity: float,
    integrated: Vector,
    along: Vector,
    *,
    exponentials: bool = True,
) -> tuple[Vector, Vector]:
    """Return simulated less exact implied volatility at three strikes, and standard errors.

    Parameters
    ----------
    model : RoughHeston
    maturity : float
    integrated, along : ndarray, shape (n_paths,)
        U and Z at maturity.
    exponentials : bool
        Whether those of Z are martingales of the scheme.

    Returns
    -------
    ndarray, shape (3,)
        At one standard deviation below the forward, at the forward, and one above.
    ndarray, shape (3,)
    """
    deviation = model.implied_volatility([0.0], maturity)[0] * np.sqrt(maturity)
    k = deviation * np.array([-1.0, 0.0, 1.0])
    worth = black_means(integrated, along, model.correlation, k)
    controls = martingales(integrated, along, model.correlation, exponentials=exponentials)
    fitted, *_ = np.linalg.lstsq(controls, worth, rcond=None)
    error = (worth - controls @ fitted).std(axis=0) / np.sqrt(along.size)
    exact = model.implied_volatility(k, maturity)
    found = implied_volatility_otm(fitted[0], k, maturity)
    return found - exact, error / black_vega(k, exact, maturity)


def black_means(integrated: Vector, along: Vector, correlation: float, k: Vector) -> Vector:
    """Return out-of-the-money prices given each path, shape (n_paths, m)."""
    log_forward = (correlation * along - 0.5 * correlation**2 * integrated)[:, None]
    s = np.sqrt((1.0 - correlation**2) * integrated)[:, None]
    s = np.maximum(s, 1e-10)
    d = (log_forward - k) / s + 0.5 * s
    side = np.where(k >= 0.0, 1.0, -1.0)
    return side * (np.exp(log_forward) * ndtr(side * d) - np.exp(k) * ndtr(side * (d - s)))


def martingales(
    integrated: Vector, along: Vector, correlation: float, *, exponentials: bool = True
) -> Vector:
    """Return ones and control variates of mean 0, shape (n_paths, controls)."""
    u, z = integrated, along
    columns = [np.ones_like(z), z, z * z - u, z * (z * z - 3.0 * u)]
    tilts = (correlation, 2.0 * correlation, 1.0 - correlation, correlation - 1.0)
    for tilt in tilts if exponentials else ():
        exponential = np.exp(np.clip(tilt * z - 0.5 * tilt**2 * u, -50.0, 50.0))
        if exponential.std() < _LARGEST_DEVIATION:
            columns.append(exponential - 1.0)
    return np.stack(columns, axis=1)
