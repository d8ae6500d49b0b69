"""Knows derivatives of a basket's price in the parameters of its factors.

The controlled price is E C + mean(payoff - C), C the controls of `basket`: the derivative of E C is
exact, and what is left, which varies little, is differenced centrally on the same random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.numerics.rough_variance_paths import STEPS
from rmot.spread.basket_controls import Controls, regress, scrambled
from rmot.spread.two_assets import check_weights

Vector = NDArray[np.float64]

_STEP = 0.05
"""Of the parameter: what is differenced is small and nearly linear."""


@dataclass(frozen=True)
class BasketVegas:
    """Derivatives of a basket call in parameters, at several strikes.

    Attributes
    ----------
    parameters : tuple of str
    vega, error : ndarray, shape (n_strikes, parameters)
        Per unit of the parameter, and standard errors over scramblings.
    """

    parameters: tuple[str, ...]
    vega: Vector
    error: Vector


def basket_vegas(
    assets: RoughFactorModel,
    weights: ArrayLike,
    strike: ArrayLike,
    maturity: float,
    parameters: Sequence[str],
    *,
    forwards: ArrayLike = 1.0,
    n_paths: int = 2**14,
    scramblings: int = 8,
    steps: int = STEPS,
    seed: int = 0,
) -> BasketVegas:
    """Return derivatives of E (w.S - K)^+ in parameters of the factors, by simulation.

    Parameters
    ----------
    assets, weights, strike, maturity, forwards, n_paths, scramblings, seed
        As for `rmot.spread.simulated_basket_call`, which has those in loadings.
    parameters : sequence of str
        Names such as ``initial_variance_0``, of values that are not 0 and may move by 5% to either
        side (so not H = 1/2). Each takes two simulations.
    steps : int

    Raises
    ------
    ParameterError
        If an argument is outside its domain, or a parameter is none of a factor or is 0.
    AccuracyError
        As `rmot.spread.simulated_basket_call`.
    """
    w, f = check_weights(assets, weights, forwards)
    k = np.atleast_1d(np.asarray(strike, dtype=np.float64))
    places = [_place(assets, name) for name in parameters]
    each, seeds = scrambled(n_paths, scramblings, seed)
    controls = Controls(assets, w, f, k, maturity, differentiate=True)
    samples = [controls.sample(assets, each, own, steps) for own in seeds]
    betas = [regress(samples, place) for place in range(k.size)]
    vega, error = np.empty((k.size, len(places))), np.empty((k.size, len(places)))
    for column, at in enumerate(places):
        values = assets.values
        step = _STEP * values[at]
        left = np.empty((k.size, scramblings, 2))
        for side, sign in enumerate((1.0, -1.0)):
            moved = values.copy()
            moved[at] += sign * step
            model = assets.with_values(moved)
            for number, own in enumerate(seeds):
                sample = controls.sample(model, each, own, steps)
                left[:, number, side] = [
                    sample.estimate(place, beta) for place, beta in enumerate(betas)
                ]
        slopes = (left[..., 0] - left[..., 1]) / (2.0 * step)
        exact = [
            beta @ controls.exact_slopes(place, w.size + at) for place, beta in enumerate(betas)
        ]
        vega[:, column] = slopes.mean(axis=1) + exact
        error[:, column] = slopes.std(axis=1, ddof=1) / math.sqrt(scramblings)
    return BasketVegas(tuple(parameters), vega, error)


def _place(assets: RoughFactorModel, name: str) -> int:
    """Return where a factor's parameter stands among the model's."""
    names = assets.parameters
    if name not in names[assets.loadings.size :]:
        raise ParameterError(
            f"expected parameters of factors, among {names[assets.loadings.size :]}; got {name!r}"
        )
    at = names.index(name)
    if assets.values[at] == 0.0:
        raise ParameterError(f"expected parameters that are not 0 in the model; {name} is")
    return at
