"""Knows the observables of source 004 as printed: their powers of V_k, squares and factors.

(71)-(73) lack a factor V; (107)-(110) square V_k; in (111)-(115) and inside the brackets of
(108), (112) V_k is missing; (117)-(118) sum squares of terms instead of squaring sums;
(119)-(121) lack V_m or V_k; (134), (135) lack squares and a loading. Where all V_k = 1, (71)-(73)
and (107)-(115) are right as printed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.spread.alpha.observables import FactorState, Observables

Array = NDArray[np.float64]


def printed_single_factor(loading: float, vol_of_vol: float, correlation: float) -> Observables:
    """Return (71)-(73): alpha^2, alpha^3 nu rho, alpha^4 nu^2, whatever V is."""
    covariance = loading**3 * vol_of_vol * correlation
    return _observables(loading**2, covariance, loading**4 * vol_of_vol**2)


def printed_spread(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> Observables:
    """Return (107)-(115) for amounts held, shape (n_assets,), as printed."""
    rho, nu, v = state
    d, pairs = _exposures(loadings, holdings)
    common = nu * rho * d**2 + 2.0 * pairs @ d
    own = (nu * d**2) ** 2 * (1.0 - rho**2)
    return _observables(np.sum(d**2), np.sum(common * d * v), np.sum(common**2 * v**2 + own * v**2))


def printed_bilog(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> Observables:
    """Return (117)-(121) for amounts held, shape (n_assets,), as printed."""
    v = state.initial_variance
    d, pairs = _exposures(loadings, holdings)
    return _observables(
        np.sum(d**2),
        2.0 * np.sum((d * v) * (pairs @ d)),
        2.0 * np.sum((pairs * d) ** 2 @ np.ones_like(d) * v**2),
    )


def printed_asset(loadings: ArrayLike, state: FactorState, forward: float) -> Observables:
    """Return (134)-(136) for one asset's loadings, shape (n_factors,), as printed."""
    rho, nu, v = state
    a = np.asarray(loadings)
    total = np.sum(a**2)
    return _observables(
        forward**2 * total,
        forward**3 * np.sum((nu * a**2 * rho + 2.0 * a * total) * v),
        forward**4
        * np.sum((nu * a**2 * rho + 2.0 * total * a) * v**2 + nu * a**2 * v**2 * (1.0 - rho**2)),
    )


def _observables(*each: float) -> Observables:
    return Observables(*map(np.asarray, each))


def _exposures(loadings: ArrayLike, holdings: ArrayLike) -> tuple[Array, Array]:
    """Return D_k and sum_i h_i a_ik a_im."""
    a, held = np.asarray(loadings), np.asarray(holdings)
    return held @ a, (a.T * held) @ a
