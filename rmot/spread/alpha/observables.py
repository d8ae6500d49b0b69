"""Knows the instantaneous observables of assets and spreads in an alpha model.

    dS_i = S_i sum_k a_ik sqrt(V_k) dW_k,
    dV_k = (...) dt + nu_k sqrt(V_k) dB_k,  d<W_k, B_k> = rho_k dt,
    Var = d<S, S>/dt,  CoVar = d<Var, S>/dt,  VarVar = d<Var, Var>/dt.

For S = sum_i h_i, h_i = w_i S_i the amount held in asset i (a spread holds S_1 and -S_2), let
D_k = sum_i h_i a_ik and G_k = sum_m D_m V_m sum_i h_i a_ik a_im. By Ito's formula

    Var    = sum_k V_k D_k^2,
    CoVar  = sum_k V_k D_k (rho_k nu_k D_k^2 + 2 G_k),
    VarVar = sum_k V_k [(rho_k nu_k D_k^2 + 2 G_k)^2 + (1 - rho_k^2) nu_k^2 D_k^4]:

equations (107)-(115) of O. Croissant, "Alpha models" (2008), with their powers of V_k mended. The
tangent bilog (117)-(121) has nu = 0; what it leaves of them is relative, (122)-(124). One asset
held alone gives (134)-(136). Without the terms in G the amounts held do not move with prices: these
are the observables of a logarithm, whose amounts are 1, or of a normal model, (71)-(73).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError

if TYPE_CHECKING:
    from rmot.models.rough_factor import RoughFactorModel

Array = NDArray[np.float64]
_DIFFUSION = 0.5


class FactorState(NamedTuple):
    """What observables need of the factors, each of shape (n_factors,).

    Attributes
    ----------
    correlation : ndarray
        rho_k in [-1, 1].
    vol_of_vol : ndarray
        nu_k >= 0, the factor of sqrt(V_k) dB_k.
    initial_variance : ndarray
        V_k >= 0 at the time of observation.
    """

    correlation: Array
    vol_of_vol: Array
    initial_variance: Array

    @classmethod
    def of(cls, model: RoughFactorModel) -> FactorState:
        """Return that of a model today.

        Raises
        ------
        ParameterError
            If a factor is rough: its variance has no quadratic variation.
        """
        for k, factor in enumerate(model.factors):
            if factor.hurst != _DIFFUSION:
                raise ParameterError(
                    f"observables are quadratic variations, which exist at H = 1/2 alone; factor "
                    f"{k} has H = {factor.hurst}"
                )
        columns = ("correlation", "vol_of_vol", "initial_variance")
        return cls(*(np.array([getattr(f, name) for f in model.factors]) for name in columns))


class Observables(NamedTuple):
    """Var, CoVar and VarVar a year, of equal shapes.

    Attributes
    ----------
    variance : ndarray
        d<S, S>/dt.
    covariance : ndarray
        d<Var, S>/dt, which has the sign of the smile's slope.
    variance_of_variance : ndarray
        d<Var, Var>/dt.
    """

    variance: Array
    covariance: Array
    variance_of_variance: Array


class Exposure(NamedTuple):
    """D_k and G_k of amounts held, shape (..., n_factors)."""

    first: Array
    second: Array


def asset_holdings(forwards: ArrayLike) -> Array:
    """Return the amounts of single assets, shape (n_assets, n_assets), for forwards (n_assets,).

    Parameters
    ----------
    forwards : array_like, shape (n_assets,)
        Prices of one unit each.

    Returns
    -------
    ndarray, shape (n_assets, n_assets)
        Diagonal; a row an asset.
    """
    return np.diag(np.asarray(forwards))


def spread_holdings(forwards: ArrayLike, pairs: ArrayLike) -> Array:
    """Return the amounts of spreads S_i - S_j.

    Parameters
    ----------
    forwards : array_like, shape (n_assets,)
    pairs : array_like of int, shape (n, 2)
        The numbers i and j, from 0.

    Returns
    -------
    ndarray, shape (n, n_assets)

    Raises
    ------
    ParameterError
        If a pair names no two assets.
    """
    prices = np.asarray(forwards)
    numbers = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    for i, j in numbers.tolist():
        if i == j or not (0 <= i < prices.size and 0 <= j < prices.size):
            raise ParameterError(
                f"a spread is of two different assets from 0 to {prices.size - 1}; got ({i}, {j})"
            )
    amounts = np.zeros((numbers.shape[0], prices.size), prices.dtype)
    rows = np.arange(numbers.shape[0])
    amounts[rows, numbers[:, 0]] = prices[numbers[:, 0]]
    amounts[rows, numbers[:, 1]] = -prices[numbers[:, 1]]
    return amounts


def exposure(loadings: ArrayLike, initial_variance: Array, holdings: ArrayLike) -> Exposure:
    """Return D and G of amounts held.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
    initial_variance : ndarray, shape (n_factors,)
    holdings : array_like, shape (..., n_assets)

    Returns
    -------
    Exposure
        Of shape (..., n_factors).

    Raises
    ------
    ParameterError
        If the shapes do not fit.
    """
    a, held = np.asarray(loadings), np.asarray(holdings)
    if a.ndim != 2 or held.ndim == 0 or held.shape[-1] != a.shape[0]:
        raise ParameterError(
            f"expected loadings (n_assets, n_factors) and holdings (..., n_assets); got "
            f"{a.shape} and {held.shape}"
        )
    if initial_variance.shape != (a.shape[1],):
        raise ParameterError(
            f"expected a state of {a.shape[1]} factors, as the loadings have; got "
            f"{initial_variance.shape}"
        )
    first = held @ a
    return Exposure(first, (held * ((initial_variance * first) @ a.T)) @ a)


def price_observables(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> Observables:
    """Return the observables of prices of amounts held, absolute: (107)-(115), (134)-(136).

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
    state : FactorState
    holdings : array_like, shape (..., n_assets)
        From `asset_holdings` or `spread_holdings`, or any other portfolio.

    Returns
    -------
    Observables
        Of shape (...).
    """
    rho, nu, v = state
    d, g = exposure(loadings, v, holdings)
    common = rho * nu * d**2 + 2.0 * g
    own = (1.0 - rho**2) * nu**2 * d**4
    return Observables(_sum(v * d**2), _sum(v * d * common), _sum(v * (common**2 + own)))


def bilog_observables(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> Observables:
    """Return those of the tangent bilog, which has nu = 0: (117)-(121), absolute.

    Parameters
    ----------
    loadings, state, holdings
        As in `price_observables`.
    """
    still = state._replace(vol_of_vol=np.zeros_like(state.vol_of_vol))
    return price_observables(loadings, still, holdings)


def relative_observables(
    loadings: ArrayLike, state: FactorState, holdings: ArrayLike
) -> Observables:
    """Return what the tangent bilog leaves of the observables of prices: (122)-(124).

    CoVar^R = sum_k rho_k nu_k V_k D_k^3,
    VarVar^R = sum_k V_k (nu_k^2 D_k^4 + 4 rho_k nu_k D_k^2 G_k),
    which may be negative; Var^R = 0.

    Parameters
    ----------
    loadings, state, holdings
        As in `price_observables`.
    """
    rho, nu, v = state
    d, g = exposure(loadings, v, holdings)
    return Observables(
        np.zeros(d.shape[:-1], d.dtype),
        _sum(v * rho * nu * d**3),
        _sum(v * (nu**2 * d**4 + 4.0 * rho * nu * d**2 * g)),
    )


def logarithmic_observables(exposures: ArrayLike, state: FactorState) -> Observables:
    """Return the observables of sum_k ∫ D_k sqrt(V_k) dW_k with fixed D: (69), (71)-(73).

    They are those of log S_i for D = a_i, and of a normal model's asset (D = a_i) or spread
    (D = a_i - a_j).

    Parameters
    ----------
    exposures : array_like, shape (..., n_factors)
        D.
    state : FactorState

    Returns
    -------
    Observables
        Of shape (...).
    """
    rho, nu, v = state
    d = np.asarray(exposures)
    return Observables(_sum(v * d**2), _sum(v * rho * nu * d**3), _sum(v * nu**2 * d**4))


def square_root_observables(
    initial_variance: ArrayLike, vol_of_vol: ArrayLike, correlation: ArrayLike
) -> Observables:
    """Return those of one square-root variance v: dX = sqrt(v) dW, dv = (...) dt + xi sqrt(v) dB.

    X is the logarithm of a price under Heston, or the price itself under the normal Heston model:
    what smiles are calibrated to, and the inverse of (137)-(139).

    Parameters
    ----------
    initial_variance, vol_of_vol, correlation : array_like
        v >= 0, xi >= 0 and the correlation of W and B, of shapes that broadcast.
    """
    v, xi, rho = np.broadcast_arrays(*map(np.asarray, (initial_variance, vol_of_vol, correlation)))
    return Observables(v * 1.0, rho * xi * v, xi**2 * v)


def _sum(terms: Array) -> Array:
    return np.sum(terms, axis=-1)
