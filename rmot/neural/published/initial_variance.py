r"""Knows how the source calibrates: one number, the initial variance, to a smile or to several.

.. math:: v_0^* = \arg\min_{v_0} \sqrt{\tfrac1N \sum_i (\sigma_i^{model} - \sigma_i^{market})^2}

(003, "Calibration"), all else as trained. The same normals serve every trial, so that the error is
a smooth function of :math:`v_0`. Flat Black-Scholes, one volatility for all quotes, is what the
source compares itself with: its best volatility is the quotes' mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import DataError
from rmot.market import Smile
from rmot.neural.published.model import SignatureSDE
from rmot.neural.published.pricing import Grid, call_prices, simulate_prices
from rmot.numerics import implied_volatility

Vector = NDArray[np.float64]

SEARCHED = (-9.0, 0.5)
"""Logarithms of the variances among which the best is searched."""
_TOLERANCE = 1e-3
_FIRST, _LONGEST, _NEAR, _MOST = 0.2, 2.0, 0.01, 30


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

    def apart(log_variance: float) -> Vector:
        return _apart(model, float(np.exp(log_variance)), correlation, smiles, grid)

    best, error = _least_squares(apart, 2.0 * float(np.log(flat_volatility(smiles))))
    near = min(best - SEARCHED[0], SEARCHED[1] - best) < 10 * _TOLERANCE
    return Calibrated(float(np.exp(best)), error, near)


def _least_squares(apart: Callable[[float], Vector], start: float) -> tuple[float, float]:
    """Return where the root mean square is least, and that; Gauss-Newton with slopes of secants."""

    def at(x: float) -> tuple[float, float, Vector]:
        found = apart(x)
        return float(np.sqrt(np.mean(found**2))), x, found

    low, high = SEARCHED
    start = float(np.clip(start, low + _FIRST, high))
    best, other = sorted((at(start), at(start - _FIRST)), key=lambda each: each[0])
    longest = _LONGEST
    for _ in range(_MOST):
        slope = (best[2] - other[2]) / (best[1] - other[1])
        steep = float(slope @ slope)
        if steep == 0.0:
            # no quote's volatility depends on it here
            break
        move = float(np.clip(-(slope @ best[2]) / steep, -longest, longest))
        new = float(np.clip(best[1] + move, low, high))
        if abs(new - best[1]) < _TOLERANCE:
            if abs(other[1] - best[1]) < 2.0 * _NEAR:
                break
            # a long secant is no slope where the least is to be told to the tolerance
            new = best[1] - _NEAR
        found = at(new)
        if found[0] < best[0]:
            best, other = found, best
        else:
            # beyond the least one, or a bend on the way: nearer next time
            other, longest = found, 0.5 * abs(new - best[1])
    return best[1], best[0]


def volatility_error(
    model: SignatureSDE,
    initial_variance: float,
    correlation: float,
    smiles: Sequence[Smile],
    grid: Grid,
) -> float:
    """Return the root mean square error of implied volatilities over all quotes."""
    apart = _apart(model, initial_variance, correlation, smiles, grid)
    return float(np.sqrt(np.mean(apart**2)))


def _apart(
    model: SignatureSDE,
    initial_variance: float,
    correlation: float,
    smiles: Sequence[Smile],
    grid: Grid,
) -> Vector:
    """Return errors of implied volatilities, one a quote."""
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
    return np.concatenate(apart)


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
