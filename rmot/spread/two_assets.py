"""Knows calls on any weighted sum of two prices, (w_1 S_1 + w_2 S_2 - K)^+, by Fourier inversion.

Of the three terms one or two have the sign of the payoff; by parity, x^+ = x + (-x)^+, it is always
one, which the others reduce: `rmot.numerics.fourier_two_assets` prices that. Without a strike, or
without one of the assets, one dimension is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import AccuracyError, ParameterError
from rmot.models.protocol import JointLaw
from rmot.numerics.fourier_two_assets import DominatedSum, dominated_sum

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
    # signed terms: assets first, then cash
    terms = [(float(w[a] * f[a]), int(a)) for a in held] + ([(-strike, -1)] if strike else [])
    positive = [term for term in terms if term[0] > 0.0]
    negative = [term for term in terms if term[0] < 0.0]
    mirrored = len(positive) > 1 and len(negative) == 1
    leading, others = (negative, positive) if mirrored else (positive, negative)
    deltas, gradient = np.zeros(w.size), np.zeros(len(assets.parameters))
    price, error, forward = 0.0, 0.0, float(w @ f) - strike
    if leading and others:
        found = _dominated(assets, leading[0], others, maturity, accepted, f, differentiate)
        price, error = found.value, found.error
        if differentiate:
            deltas, gradient = found.gradient[: w.size], found.gradient[w.size :]
        if mirrored:
            price, deltas = price + forward, deltas + w
    elif positive:
        price, deltas = forward, w
    if not differentiate:
        deltas, gradient = np.full(w.size, np.nan), np.full(gradient.size, np.nan)
    return SeveralAssetOption(price, error, deltas, assets.parameters, gradient)


def _dominated(
    assets: JointLaw,
    leading: tuple[float, int],
    others: list[tuple[float, int]],
    maturity: float,
    tolerance: float,
    forwards: Vector,
    differentiate: bool,
) -> DominatedSum:
    """Return E (A_0 - sum A_j)^+ with derivatives in forwards and then in the law's parameters."""
    terms = [leading, *others]
    logs = np.log([abs(size) for size, _ in terms])
    # which asset each term is; none for cash
    belongs = np.zeros((len(terms), assets.n_assets))
    for place, (_, asset) in enumerate(terms):
        if asset >= 0:
            belongs[place, asset] = 1.0

    def powers(a: NDArray[np.complex128]) -> NDArray[np.complex128]:
        return np.concatenate([1.0 + np.sum(a, axis=1, keepdims=True), -a], axis=1)

    def is_finite(a: Vector) -> bool:
        order = powers(a[None, :].astype(np.complex128))[0].real @ belongs
        try:
            return assets.has_moment(order, maturity)
        except AccuracyError:
            # too close to call is too close to use
            return False

    def log_moments(
        a: NDArray[np.complex128], admissible: Vector | float, slopes: bool
    ) -> tuple[NDArray[np.complex128], Vector, NDArray[np.complex128]]:
        p = powers(a)
        order = p @ belongs
        values, error, gradient = assets.estimated_log_transform(
            -1j * order, maturity, admissible, differentiate=slopes
        )
        if slopes:
            gradient = np.concatenate([order.T / forwards[:, None], gradient])
        return values + p @ logs, error, gradient

    deviations = belongs @ assets.deviations(maturity)
    start = 1.0 / np.maximum(deviations[1:], deviations[0])
    try:
        return dominated_sum(log_moments, is_finite, start, tolerance, differentiate=differentiate)
    except AccuracyError as error:
        raise AccuracyError(f"option on two assets at maturity {maturity}: {error}") from error


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
