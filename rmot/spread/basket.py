r"""Knows calls on a weighted sum of many prices, by quasi-Monte Carlo with exact control variates.

Prices with weights of one sign are gathered in a geometric mean, G_+ = c_+ prod S_i^{p_i} with p_i
their shares of the basket, those of the other sign in G_-. Options on G_+ - G_- - K are known
exactly by Fourier inversion (`terms`), as are the means of G_+, G_- and of each price. The payoff
is regressed on these, and their means are put in place of what was sampled: what chance and steps
of time do to the option on the geometric means is undone, and most of what they do to the basket
(A. Kemna and A. Vorst, "A pricing method for options based on average asset values", J. Banking &
Finance 14 (1990)). Each scrambling of the Sobol points gives an estimate of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.numerics.rough_variance_paths import STEPS
from rmot.spread.basket_controls import Controls, regress, scrambled
from rmot.spread.two_assets import check_weights, two_asset_call

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class BasketPrices:
    """Undiscounted prices of one basket at several strikes, arrays of shape (n_strikes,).

    Attributes
    ----------
    strike, price : ndarray
    error : ndarray
        Estimated absolute error: two standard errors over scramblings, what halving the number of
        steps changes, and the error of the control's exact price, added up.
    standard_error, step_change : ndarray
        One standard error, and that change; 0 where the price is exact.
    deltas : ndarray, shape (n_strikes, n_assets)
        Derivatives in the forwards, nan unless asked for.
    loading_vegas : ndarray, shape (n_strikes, n_assets, n_factors)
        Derivatives in the loadings, nan unless asked for.
    deltas_error, loading_vegas_error : ndarray
        Their standard errors over scramblings; 0 where they are exact.
    """

    strike: Vector
    price: Vector
    error: Vector
    standard_error: Vector
    step_change: Vector
    deltas: Vector
    loading_vegas: Vector
    deltas_error: Vector
    loading_vegas_error: Vector


def basket_call_price(
    assets: RoughFactorModel,
    weights: ArrayLike,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = 1.0,
    n_paths: int = 2**14,
    scramblings: int = 8,
    steps: int = STEPS,
    seed: int = 0,
    differentiate: bool = False,
) -> BasketPrices:
    """Return E (w.S - K)^+ for weights of any sign: by Fourier inversion for one or two assets.

    Parameters
    ----------
    assets : RoughFactorModel
    weights : array_like, shape (n_assets,)
    strike : array_like, shape (n_strikes,) or ()
        Of any sign.
    maturity : float
        T > 0 in years.
    forwards : float or array_like, shape (n_assets,)
        Positive.
    n_paths, scramblings, steps, seed
        As for `simulated_basket_call`; not used where at most two weights are not 0.
    differentiate : bool
        Whether to return derivatives in forwards and loadings.

    Returns
    -------
    BasketPrices

    Raises
    ------
    ParameterError, AccuracyError
        As `two_asset_call` and `simulated_basket_call`.
    """
    w, f = check_weights(assets, weights, forwards)
    if np.count_nonzero(w) > 2:
        return simulated_basket_call(
            assets,
            w,
            strike,
            maturity,
            forwards=f,
            n_paths=n_paths,
            scramblings=scramblings,
            steps=steps,
            seed=seed,
            differentiate=differentiate,
        )
    k = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    found = [
        two_asset_call(assets, w, each, maturity, forwards=f, differentiate=differentiate)
        for each in k.tolist()
    ]
    shape = assets.loadings.shape
    return BasketPrices(
        k,
        np.array([each.price for each in found]),
        np.array([each.error for each in found]),
        np.zeros(k.size),
        np.zeros(k.size),
        np.array([each.deltas for each in found]),
        np.array([each.gradient[: assets.loadings.size].reshape(shape) for each in found]),
        np.zeros((k.size, w.size)),
        np.zeros((k.size, *shape)),
    )


def simulated_basket_call(
    assets: RoughFactorModel,
    weights: ArrayLike,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = 1.0,
    n_paths: int = 2**14,
    scramblings: int = 8,
    steps: int = STEPS,
    seed: int = 0,
    differentiate: bool = False,
) -> BasketPrices:
    """Return E (w.S - K)^+ by simulation, for any number of assets.

    Parameters
    ----------
    assets, weights, strike, maturity, forwards
        As for `basket_call_price`.
    n_paths : int
        All scramblings together.
    scramblings : int
        From 2; each has n_paths / scramblings Sobol points, a power of two.
    steps : int
        Even.
    seed : int
    differentiate : bool
        Whether to return pathwise derivatives in forwards and loadings, of the same estimate.

    Raises
    ------
    ParameterError
        If an argument is outside its domain.
    AccuracyError
        If steps are too long for martingales, or the control is not priced to 1e-7.
    """
    w, f = check_weights(assets, weights, forwards)
    k = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    if k.ndim != 1 or not np.all(np.isfinite(k)) or k.size == 0:
        raise ParameterError(f"expected finite strikes, shape (n,); got {strike!r}")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 2 or steps % 2:
        raise ParameterError(f"steps must be an even whole number; got {steps!r}")
    each, seeds = scrambled(n_paths, scramblings, seed)
    controls = Controls(assets, w, f, k, maturity, differentiate)
    samples = [
        controls.sample(assets, each, own, steps, differentiate=differentiate) for own in seeds
    ]
    coarse = [controls.sample(assets, each, own, steps // 2) for own in seeds]
    n = k.size
    price, standard, change = np.empty(n), np.empty(n), np.empty(n)
    slopes = np.full((2, n, w.size + assets.loadings.size), np.nan)
    for place in range(n):
        beta = regress(samples, place)
        estimates = [sample.estimate(place, beta) for sample in samples]
        price[place] = np.mean(estimates)
        standard[place] = np.std(estimates, ddof=1) / math.sqrt(scramblings)
        rougher = np.mean([sample.estimate(place, beta) for sample in coarse])
        change[place] = abs(price[place] - rougher)
        if differentiate:
            own = [sample.slopes(place, beta) for sample in samples]
            slopes[0, place] = np.mean(own, axis=0)
            slopes[1, place] = np.std(own, axis=0, ddof=1) / math.sqrt(scramblings)
    error = 2.0 * standard + change + controls.error
    deltas, vegas = slopes[..., : w.size], slopes[..., w.size :]
    vegas = vegas.reshape(2, n, *assets.loadings.shape)
    return BasketPrices(k, price, error, standard, change, deltas[0], vegas[0], deltas[1], vegas[1])
