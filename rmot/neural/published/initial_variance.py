r"""Knows how the source calibrates: one number, the initial variance, to a smile or to several.

.. math:: v_0^* = \arg\min_{v_0} \sqrt{\tfrac1N \sum_i (\sigma_i^{model} - \sigma_i^{market})^2}

(003, "Calibration"), all else as trained. The same normals serve every trial, so that the error is
a smooth function of :math:`v_0`. Flat Black-Scholes, one volatility for all quotes, is what the
source compares itself with: its best volatility is the quotes' mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from rmot.errors import DataError
from rmot.market import Smile
from rmot.neural.published.model import SignatureSDE
from rmot.neural.published.pricing import Grid, call_prices, simulate_prices
from rmot.numerics import implied_volatility

Vector = NDArray[np.float64]

SEARCHED = (-9.0, 0.5)
"""Logarithms of the variances among which the best is searched."""
_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Calibrated:
    """An initial variance and what it leaves.

    Attributes
    ----------
    initial_variance : float
    error : float
        Root mean square of implied volatilities over all quotes.
    at_end : bool
        Whether the best is at an end of what is searched.
    """

    initial_variance: float
    error: float
    at_end: bool


def model_volatilities(
    model: SignatureSDE,
    initial_variance: float,
    correlation: float,
    log_moneyness: Vector,
    grid: Grid,
) -> Vector:
    """Return the model's implied volatilities at strikes, shape (n,), at the grid's maturity.

    A price that the sample puts below the payoff's intrinsic value has volatility zero.
    """
    paths = simulate_prices(model, initial_variance, correlation, grid)
    price = call_prices(paths, log_moneyness).price
    # the sample's own forward: what the mean of so many paths is off by is not the smile's
    forward = call_prices(paths, -50.0).price
    k = log_moneyness - np.log(forward)
    volatility = implied_volatility(price / forward, k, grid.maturity)
    return np.where(np.isfinite(volatility), volatility, 0.0)


def calibrate_initial_variance(
    model: SignatureSDE,
    correlation: float,
    smiles: Sequence[Smile],
    grid: Grid,
) -> Calibrated:
    """Find the initial variance that meets quotes of one expiry, or of several at once.

    Parameters
    ----------
    model : SignatureSDE
    correlation : float
        Of the spot with W.
    smiles : sequence of Smile
    grid : Grid
        Its maturity is replaced by each smile's.

    Raises
    ------
    DataError
        No smile.
    """
    if not smiles:
        raise DataError("expected one smile or more; got none")

    def error(log_variance: float) -> float:
        return volatility_error(model, float(np.exp(log_variance)), correlation, smiles, grid)

    found = minimize_scalar(error, bounds=SEARCHED, method="bounded", options={"xatol": _TOLERANCE})
    near = min(found.x - SEARCHED[0], SEARCHED[1] - found.x) < 10 * _TOLERANCE
    return Calibrated(float(np.exp(found.x)), float(found.fun), bool(near))


def volatility_error(
    model: SignatureSDE,
    initial_variance: float,
    correlation: float,
    smiles: Sequence[Smile],
    grid: Grid,
) -> float:
    """Return the root mean square error of implied volatilities over all quotes."""
    apart = [
        model_volatilities(
            model,
            initial_variance,
            correlation,
            smile.log_moneyness,
            at_maturity(grid, smile),
        )
        - smile.implied_volatility
        for smile in smiles
    ]
    return float(np.sqrt(np.mean(np.concatenate(apart) ** 2)))


def flat_volatility(smiles: Sequence[Smile]) -> float:
    """Return Black-Scholes' one volatility that meets all quotes best."""
    return float(np.mean(np.concatenate([smile.implied_volatility for smile in smiles])))


def flat_error(volatility: float, smiles: Sequence[Smile]) -> float:
    """Return the root mean square error of one volatility over all quotes."""
    quoted = np.concatenate([smile.implied_volatility for smile in smiles])
    return float(np.sqrt(np.mean((quoted - volatility) ** 2)))


def at_maturity(grid: Grid, smile: Smile) -> Grid:
    """Return the grid to a smile's maturity."""
    return Grid(maturity=smile.maturity, steps=grid.steps, paths=grid.paths, seed=grid.seed)
