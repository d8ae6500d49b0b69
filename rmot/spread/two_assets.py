"""Knows calls on any weighted sum of two prices, (w_1 S_1 + w_2 S_2 - K)^+, by Fourier inversion.

Without a strike, or without one of the assets, the integral has one dimension; see `terms`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.protocol import JointLaw
from rmot.spread.terms import Term, cash, positive_part

Vector = NDArray[np.float64]

_DEFAULT_TOLERANCE = 1e-8
"""Of the sum of |w_i| F_i."""


@dataclass(frozen=True)
class SeveralAssetOption:
    """An undiscounted price, its error and its derivatives.

    Attributes
    ----------
    price, error : float
        The error is an estimate of the absolute one.
    deltas : ndarray, shape (n_assets,)
        Derivatives in the forwards, at fixed parameters of the law.
    parameters : tuple of str
        Names of the law's parameters.
    gradient : ndarray, shape (parameters,)
        Derivatives in them.
    """

    price: float
    error: float
    deltas: Vector
    parameters: tuple[str, ...]
    gradient: Vector


def spread_call(
    assets: JointLaw,
    i: int,
    j: int,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    tolerance: float | None = None,
) -> Vector:
    """Return E (S_i - S_j - K)^+, undiscounted.

    Parameters
    ----------
    assets : JointLaw
        Such as `rmot.models.RoughFactorModel`.
    i, j : int
        Assets, numbered from 0.
    strike : array_like
        K of either sign; 0 is the option to exchange j for i.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    tolerance : float, optional
        Admissible absolute error; by default 1e-8 (F_i + F_j).

    Returns
    -------
    ndarray, shape of strike

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If the tolerance is not reached.
    """
    first, second = _number("i", i, assets), _number("j", j, assets)
    strikes = np.asarray(strike, dtype=np.float64)
    both = np.asarray(forwards, dtype=np.float64)
    if both.shape != (2,):
        raise ParameterError(f"expected forwards of assets i and j, shape (2,); got {both.shape}")
    weights, all_forwards = np.zeros(assets.n_assets), np.ones(assets.n_assets)
    if first == second:
        raise ParameterError(f"expected two assets; got {first} twice")
    weights[[first, second]] = 1.0, -1.0
    all_forwards[[first, second]] = both
    prices = [
        two_asset_call(
            assets, weights, k, maturity, forwards=all_forwards, tolerance=tolerance
        ).price
        for k in strikes.ravel().tolist()
    ]
    return np.array(prices).reshape(strikes.shape)


def two_asset_call(
    assets: JointLaw,
    weights: ArrayLike,
    strike: float,
    maturity: float,
    *,
    forwards: ArrayLike = 1.0,
    tolerance: float | None = None,
    differentiate: bool = False,
) -> SeveralAssetOption:
    """Return E (w.S - K)^+, undiscounted, for weights of which at most two are not 0.

    Parameters
    ----------
    assets : JointLaw
    weights : array_like, shape (n_assets,)
        Of any sign.
    strike : float
        Of any sign.
    maturity : float
        T > 0 in years.
    forwards : float or array_like, shape (n_assets,)
        Positive.
    tolerance : float, optional
        Admissible absolute error; by default 1e-8 of the sum of |w_i| F_i.
    differentiate : bool
        Whether to return deltas and derivatives in the law's parameters, which cost about twice
        the price; they are those of the sum that the price is. nan otherwise.

    Raises
    ------
    ParameterError
        If an argument is outside its domain, or more than two weights are not 0.
    AccuracyError
        If the tolerance is not reached.
    """
    w, f = check_weights(assets, weights, forwards)
    held = np.flatnonzero(w)
    if held.size > 2:
        raise ParameterError(f"expected at most two weights that are not 0; got {held.size}")
    if not math.isfinite(strike):
        raise ParameterError(f"strike must be finite; got {strike!r}")
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity!r}")
    size = float(np.abs(w) @ f)
    accepted = _DEFAULT_TOLERANCE * size if tolerance is None else tolerance
    if not (0.0 < accepted <= size):
        raise ParameterError(f"tolerance must be in (0, {size:g}]; got {tolerance!r}")
    terms = [Term(float(w[a] * f[a]), np.eye(w.size)[a]) for a in held]
    found = positive_part(
        assets, [*terms, cash(-strike, w.size)], maturity, accepted, differentiate=differentiate
    )
    return SeveralAssetOption(
        found.value,
        found.error,
        found.gradient[: w.size] / f,
        assets.parameters,
        found.gradient[w.size :],
    )


def check_weights(
    assets: JointLaw, weights: ArrayLike, forwards: ArrayLike
) -> tuple[Vector, Vector]:
    """Return weights and forwards, shape (n_assets,); ParameterError if they are none."""
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (assets.n_assets,):
        raise ParameterError(f"expected {assets.n_assets} weights; got shape {w.shape}")
    if not np.all(np.isfinite(w)) or not np.any(w):
        raise ParameterError(f"expected finite weights that are not all 0; got {w.tolist()}")
    f = np.asarray(forwards, dtype=np.float64)
    if f.shape not in ((), w.shape):
        raise ParameterError(f"expected a forward, or {w.size} of them; got shape {f.shape}")
    if not (np.all(np.isfinite(f)) and np.all(f > 0.0)):
        raise ParameterError(f"expected positive forwards; got {f.tolist()}")
    return w, np.broadcast_to(f, w.shape)


def _number(name: str, asset: int, assets: JointLaw) -> int:
    whole = isinstance(asset, (int, np.integer)) and not isinstance(asset, bool)
    if not (whole and 0 <= asset < assets.n_assets):
        raise ParameterError(
            f"{name} must be a whole number from 0 to {assets.n_assets - 1}; got {asset!r}"
        )
    return int(asset)
