r"""The variogram of log-volatility and the Hurst index that its slopes imply.

.. math:: m(q, \Delta) = \frac1n \sum_t |\log \sigma_{t+\Delta} - \log \sigma_t|^q
          \propto \Delta^{\zeta_q}, \qquad \zeta_q = q H.

H is the slope of zeta_q in q through the origin. Measurement noise in the volatility flattens the
variogram and so biases H downwards; averaging over days steepens it and biases H upwards.

Reference: J. Gatheral, T. Jaisson, M. Rosenbaum, "Volatility is rough", *Quantitative Finance* 18
(2018) 933–949.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.block_bootstrap import moving_means, percentile_interval, resampled_means
from rmot.errors import DataError, ParameterError

Vector = NDArray[np.float64]

LAGS = tuple(range(1, 31))
ORDERS = (0.5, 1.0, 1.5, 2.0, 3.0)
LEAST_BLOCKS = 4


@dataclass(frozen=True, eq=False)
class Variogram:
    """Moments of increments by order and lag, and what they imply.

    Attributes
    ----------
    orders : ndarray, shape (n_orders,)
    lags : ndarray, shape (n_lags,)
        In trading days.
    moments : ndarray, shape (n_orders, n_lags)
        m(q, lag).
    exponents : ndarray, shape (n_orders,)
        zeta_q, the slope of log m in log lag by least squares.
    hurst : float
    hurst_draws : ndarray, shape (draws,)
        The same of resampled blocks.
    """

    orders: Vector
    lags: Vector
    moments: Vector
    exponents: Vector
    hurst: float
    hurst_draws: Vector

    @property
    def hurst_range(self) -> tuple[float, float]:
        """Least and largest zeta_q / q; they agree where increments scale with one exponent."""
        ratio = self.exponents / self.orders
        return float(ratio.min()), float(ratio.max())

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return a bootstrap interval for the H that this estimator tends to, bias included."""
        return percentile_interval(self.hurst_draws, level)


def variogram(
    log_volatility: Vector,
    *,
    generator: np.random.Generator,
    lags: Sequence[int] = LAGS,
    orders: Sequence[float] = ORDERS,
    block: int = 64,
    draws: int = 1000,
) -> Variogram:
    """Estimate H of a daily series by its variogram.

    Parameters
    ----------
    log_volatility : ndarray, shape (n,)
        See `rmot.calibration.log_volatility`.
    generator : numpy.random.Generator
        Chooses the blocks.
    lags : sequence of int
        In trading days.
    orders : sequence of float
        Positive.
    block : int
        Days in a block of the bootstrap. Blocks hold whole increments, so the draws keep the
        dependence within each; they are right where that between blocks is small.
    draws : int

    Raises
    ------
    ParameterError
        Fewer than two lags, a lag below one, an order that is not positive.
    DataError
        Too few days for four blocks of increments, or a series in which some lag changes nothing.
    """
    lag, order = np.asarray(lags), np.asarray(orders, dtype=float)
    if lag.size < 2 or lag.min() < 1 or not np.all(order > 0):
        raise ParameterError(
            f"expected two or more lags of a day or more and positive orders; got {lags}, {orders}"
        )
    longest = int(lag.max())
    count = log_volatility.size - longest
    if count < LEAST_BLOCKS * block:
        raise DataError(
            f"expected at least {LEAST_BLOCKS * block + longest} days for lags up to {longest} and "
            f"blocks of {block}; got {log_volatility.size}"
        )
    change = np.abs(
        np.stack([log_volatility[step : step + count] for step in lag]) - log_volatility[:count]
    )
    terms = (change ** order[:, None, None]).reshape(-1, count).T
    moments = terms.mean(axis=0).reshape(order.size, lag.size)
    if not np.all(moments > 0):
        raise DataError("expected a series that changes at every lag; it is constant")
    resampled = resampled_means(
        moving_means(terms, block), round(count / block), draws, generator
    ).reshape(draws, order.size, lag.size)
    exponents = _exponents(moments, lag)
    return Variogram(
        order,
        lag.astype(float),
        moments,
        exponents,
        float(_slope_through_origin(exponents, order)),
        _slope_through_origin(_exponents(resampled, lag), order),
    )


def _exponents(moments: Vector, lags: Vector) -> Vector:
    regressor = np.log(lags) - np.log(lags).mean()
    return np.log(moments) @ regressor / (regressor @ regressor)


def _slope_through_origin(exponents: Vector, orders: Vector) -> Vector:
    return exponents @ orders / (orders @ orders)
