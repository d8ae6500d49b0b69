"""Knows the exact derivatives of observables in loadings, factors and amounts held.

An observable is f(D, G, rho, nu, V). With its partial derivatives d_k = df/dD_k and g_k = df/dG_k,
and with p_k = sum_m g_m sum_i h_i a_ik a_im, which is what V_k D_k adds through all G_m,

    df/da_ik = h_i [d_k + V_k p_k + g_k sum_m V_m D_m a_im + V_k D_k sum_m g_m a_im],
    df/dh_i  = sum_k (d_k + V_k p_k) a_ik + (sum_m V_m D_m a_im) (sum_m g_m a_im),

and D_k p_k comes to the explicit derivative in V_k.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.spread.alpha.observables import Exposure, FactorState, exposure

Array = NDArray[np.float64]
Convention = Literal["price", "relative", "logarithmic"]


class ObservableGradient(NamedTuple):
    """Derivatives of Var, CoVar and VarVar, in this order on the axis of 3.

    Attributes
    ----------
    loadings : ndarray, shape (..., 3, n_assets, n_factors)
    correlation, vol_of_vol, initial_variance : ndarray, shape (..., 3, n_factors)
    holdings : ndarray, shape (..., 3, n_assets)
    """

    loadings: Array
    correlation: Array
    vol_of_vol: Array
    initial_variance: Array
    holdings: Array


class _Partial(NamedTuple):
    """Derivatives of the three observables in D, G, rho, nu and V, shape (..., 3, n_factors)."""

    first: Array
    second: Array
    correlation: Array
    vol_of_vol: Array
    initial_variance: Array


def observable_gradient(
    loadings: ArrayLike,
    state: FactorState,
    holdings: ArrayLike,
    convention: Convention = "price",
) -> ObservableGradient:
    """Return the derivatives of `price_observables` or of the same in another convention.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
    state : FactorState
    holdings : array_like, shape (..., n_assets)
        Amounts; for "logarithmic" what multiplies the loadings in D (1 for the asset itself).
    convention : {"price", "relative", "logarithmic"}
        `price_observables`, `relative_observables` or `logarithmic_observables`.

    Raises
    ------
    ParameterError
        If the convention is another, or the shapes do not fit.
    """
    if convention not in _PARTIALS:
        raise ParameterError(f"convention must be one of {', '.join(_PARTIALS)}; got {convention}")
    a, held = np.asarray(loadings), np.asarray(holdings)
    of = exposure(a, state.initial_variance, held)
    partial = _PARTIALS[convention](of, state)
    v = state.initial_variance
    weighted = (v * of.first)[..., None, :]
    h = held[..., None, :]
    # per asset: sum_m V_m D_m a_im and sum_m g_m a_im
    moved, pulled = weighted @ a.T, partial.second @ a.T
    through = (h * pulled) @ a
    slope = partial.first + v * through
    by_loading = h[..., None] * (
        slope[..., None, :]
        + partial.second[..., None, :] * moved[..., None]
        + weighted[..., None, :] * pulled[..., None]
    )
    return ObservableGradient(
        by_loading,
        partial.correlation,
        partial.vol_of_vol,
        partial.initial_variance + of.first[..., None, :] * through,
        slope @ a.T + moved * pulled,
    )


def _price(of: Exposure, state: FactorState) -> _Partial:
    (d, g), (rho, nu, v) = of, state
    common = rho * nu * d**2 + 2.0 * g
    own = 1.0 - rho**2
    zero = np.zeros_like(d)
    return _Partial(
        _rows(
            2.0 * v * d,
            v * (3.0 * rho * nu * d**2 + 2.0 * g),
            v * (4.0 * rho * nu * d * common + 4.0 * own * nu**2 * d**3),
        ),
        _rows(zero, 2.0 * v * d, 4.0 * v * common),
        _rows(zero, v * nu * d**3, 2.0 * v * (nu * d**2 * common - rho * nu**2 * d**4)),
        _rows(zero, v * rho * d**3, 2.0 * v * (rho * d**2 * common + own * nu * d**4)),
        _rows(d**2, d * common, common**2 + own * nu**2 * d**4),
    )


def _relative(of: Exposure, state: FactorState) -> _Partial:
    (d, g), (rho, nu, v) = of, state
    zero = np.zeros_like(d)
    return _Partial(
        _rows(zero, 3.0 * v * rho * nu * d**2, v * (4.0 * nu**2 * d**3 + 8.0 * rho * nu * d * g)),
        _rows(zero, zero, 4.0 * v * rho * nu * d**2),
        _rows(zero, v * nu * d**3, 4.0 * v * nu * d**2 * g),
        _rows(zero, v * rho * d**3, v * (2.0 * nu * d**4 + 4.0 * rho * d**2 * g)),
        _rows(zero, rho * nu * d**3, nu**2 * d**4 + 4.0 * rho * nu * d**2 * g),
    )


def _logarithmic(of: Exposure, state: FactorState) -> _Partial:
    d, (rho, nu, v) = of.first, state
    zero = np.zeros_like(d)
    return _Partial(
        _rows(2.0 * v * d, 3.0 * v * rho * nu * d**2, 4.0 * v * nu**2 * d**3),
        _rows(zero, zero, zero),
        _rows(zero, v * nu * d**3, zero),
        _rows(zero, v * rho * d**3, 2.0 * v * nu * d**4),
        _rows(d**2, rho * nu * d**3, nu**2 * d**4),
    )


def _rows(*each: Array) -> Array:
    return np.stack(each, axis=-2)


_PARTIALS = {"price": _price, "relative": _relative, "logarithmic": _logarithmic}
