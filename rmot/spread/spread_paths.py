"""Knows spread options on prices of square-root factors by simulation, the oracle of exact ones.

    log S_i = log F_i + sum_k a_ik Y_k - a_ik^2 U_k / 2,   Y_k = rho_k Z_k + sqrt(1 - rho_k^2) W_k,

with U_k and Z_k from `quadratic_exponential_paths`, which shares nothing with transforms, and W_k
normal of variance U_k. Each factor of each price is a martingale whatever the step; what a step
leaves of the law of V is not in the standard error.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models import RoughFactorModel
from rmot.models._checks import check_maturity
from rmot.numerics.path_grid import check_whole_number
from rmot.numerics.square_root_paths import quadratic_exponential_paths

Vector = NDArray[np.float64]

_PAIRS = 4096


class SimulatedSpread(NamedTuple):
    """Undiscounted calls and their standard errors, arrays of the strikes' shape.

    Attributes
    ----------
    price, standard_error : ndarray
        In the unit of the forwards.
    """

    price: Vector
    standard_error: Vector


def simulated_spread_call(
    assets: RoughFactorModel,
    i: int,
    j: int,
    strike: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    n_paths: int = 2**16,
    steps: int = 64,
    seed: int = 0,
) -> SimulatedSpread:
    """Return E (S_i - S_j - K)^+ over antithetic paths.

    Parameters
    ----------
    assets : RoughFactorModel
        Of factors with ``hurst=0.5``.
    i, j : int
        Two assets, numbered from 0.
    strike : array_like
        K of either sign.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    n_paths : int
        Even, from 4.
    steps : int
    seed : int
        Same seed, same numbers.

    Raises
    ------
    ParameterError
        If an argument is outside its domain, a factor is rough, or a step is so long that a price
        has no mean.
    """
    pair, maturity = assets.select([i, j]), check_maturity(maturity)
    strikes, both = np.asarray(strike, dtype=np.float64), np.asarray(forwards, dtype=np.float64)
    if i == j:
        raise ParameterError(f"expected two assets; got {i} twice")
    if both.shape != (2,) or not (np.all(np.isfinite(both)) and np.all(both > 0.0)):
        raise ParameterError(f"expected two positive forwards; got {forwards!r}")
    if not np.all(np.isfinite(strikes)):
        raise ParameterError(f"expected finite strikes; got {strike!r}")
    rough = [factor.hurst for factor in pair.factors if factor.hurst != 0.5]
    if rough:
        raise ParameterError(f"expected factors with hurst 0.5; got {rough[0]}")
    check_whole_number("n_paths", n_paths, 4)
    check_whole_number("steps", steps, 1)
    check_whole_number("seed", seed, 0)
    if n_paths % 2:
        raise ParameterError(f"n_paths must be even; got {n_paths}")
    random, half = np.random.default_rng(seed), n_paths // 2
    parts = []
    for first in range(0, half, _PAIRS):
        logs = np.log(both) + _log_returns(pair, maturity, min(_PAIRS, half - first), steps, random)
        prices = np.exp(logs)
        spread = (prices[:, 0] - prices[:, 1])[:, None] - strikes.ravel()
        parts.append(np.maximum(spread, 0.0).reshape(2, -1, strikes.size).mean(axis=0))
    pairs = np.concatenate(parts)
    if not np.all(np.isfinite(pairs)):
        raise ParameterError(f"expected steps so short that prices have means; got {steps} steps")
    error = pairs.std(axis=0, ddof=1) / math.sqrt(half)
    return SimulatedSpread(pairs.mean(axis=0).reshape(strikes.shape), error.reshape(strikes.shape))


def _log_returns(
    assets: RoughFactorModel, maturity: float, pairs: int, steps: int, random: np.random.Generator
) -> Vector:
    """Return log S_i / F_i, shape (2 pairs, n_assets), the second half of the negated draws."""
    logs = np.zeros((2 * pairs, assets.n_assets))
    for factor, loadings in zip(assets.factors, assets.loadings.T, strict=True):
        nu, rho, initial, reversion, drift = factor.diffusion
        draws = random.standard_normal((pairs, steps + 1))
        draws = np.concatenate([draws, -draws])
        if nu == 0.0:
            total = np.full(2 * pairs, factor.integrated_moments(maturity).mean)
            returns = np.sqrt(total) * draws[:, -1]
            corrections = np.zeros((2 * pairs, loadings.size))
        else:
            _, total, along, corrections = quadratic_exponential_paths(
                (initial, nu, reversion, drift), maturity, draws[:, :-1], rho * loadings
            )
            returns = rho * along + np.sqrt((1.0 - rho**2) * total) * draws[:, -1]
        logs += returns[:, None] * loadings - 0.5 * total[:, None] * loadings**2 + corrections
    return logs
