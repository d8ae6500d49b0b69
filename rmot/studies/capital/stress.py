r"""What past moves would do to a book today: revaluation under the moves of a long history.

Over every window of so many days the assets' ratios :math:`r_i` are applied together, at once. A
call of price p keeps the Black volatility :math:`\sigma(p)` of its strike, scaled by a volatility
index's ratio v over the same window:

.. math:: p' = m\, \mathrm{Black}\!\left(\log\tfrac{K}{m}, v\,\sigma, T\right), \qquad
          m = \textstyle\sum_i w_i r_i .

That volatilities of all baskets and strikes move with one index is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics import black_call, implied_volatility
from rmot.regulation import expected_shortfall, liquidity_adjusted_shortfall

Vector = NDArray[np.float64]

INDEX = "VIX"
BASE_HORIZON = 10
BLOCK = 250
# Below this share of the forward a price has no digits to tell a volatility.
_LEAST_PRICE = 1e-7


@dataclass(frozen=True, eq=False)
class Moves:
    """Joint moves over windows of some days.

    Attributes
    ----------
    ratios : ndarray, shape (n, n_assets)
        Of prices, end over start.
    volatility : ndarray, shape (n,)
        The same of the volatility index; ones where there is none.
    ends : tuple of str
        The windows' last days.
    days : int
    source : str
    """

    ratios: Vector
    volatility: Vector
    ends: tuple[str, ...]
    days: int
    source: str


def moves_of(returns: pd.DataFrame, assets: list[str], days: int) -> Moves:
    """Return the moves over all windows of a table of daily log returns, one column a name.

    A column `INDEX` is the volatility index's; without it volatilities stay.

    Raises
    ------
    ParameterError
        Windows of no day, or longer than the table.
    """
    if not 1 <= days <= len(returns):
        raise ParameterError(f"expected windows of 1 to {len(returns)} days; got {days}")
    levels = np.vstack([np.zeros(returns.shape[1]), returns.to_numpy().cumsum(axis=0)])
    logs = levels[days:] - levels[:-days]
    summed = pd.DataFrame(np.exp(logs), index=returns.index[days - 1 :], columns=returns.columns)
    ends = tuple(f"{day:%Y-%m-%d}" if hasattr(day, "year") else str(day) for day in summed.index)
    scaled = INDEX in summed
    moved = summed[INDEX].to_numpy() if scaled else np.ones(len(summed))
    return Moves(
        summed[assets].to_numpy(),
        moved,
        ends,
        days,
        f"{len(ends)} windows of {days} days that end from {ends[0]} to {ends[-1]}"
        + (f", volatilities scaled by {INDEX}" if scaled else ", volatilities kept"),
    )


def revalued(
    weights: ArrayLike, strikes: ArrayLike, prices: ArrayLike, maturity: float, moves: Moves
) -> Vector:
    """Return prices after each move, shape (n, n_strikes), in units of today's forward.

    Parameters
    ----------
    weights : array_like, shape (n_assets,)
        On assets over their forwards; they sum to one.
    strikes, prices : array_like, shape (n_strikes,)
        Of calls, in units of the basket's forward. A price without digits of a volatility takes
        that of the first strike.
    maturity : float
        In years; it stays.
    """
    strike, price = np.asarray(strikes, dtype=float), np.asarray(prices, dtype=float)
    known = np.where(price > _LEAST_PRICE, price, np.nan)
    volatility = implied_volatility(known, np.log(strike), maturity)
    volatility = np.where(np.isfinite(volatility), volatility, volatility[0])
    basket = (moves.ratios @ np.asarray(weights, dtype=float))[:, None]
    after = np.outer(moves.volatility, volatility)
    return basket * black_call(np.log(strike / basket), after, maturity)


def worst(changes: Vector) -> tuple[Vector, Vector]:
    """Return the largest fall and the largest rise, by strike."""
    return np.maximum(-changes.min(axis=0), 0.0), np.maximum(changes.max(axis=0), 0.0)


def shortfalls(changes: Vector, of_volatility: Vector) -> tuple[Vector, Vector]:
    """Return 97.5% expected shortfalls of falls and of rises, by strike, scaled by MAR33.5.

    Parameters
    ----------
    changes : ndarray, shape (n, n_strikes)
        Over ten days, all factors moved.
    of_volatility : ndarray, shape (n, n_strikes)
        Over ten days, volatilities alone moved: theirs is a liquidity horizon of 20 days, that of
        large equity prices ten (MAR33.12).
    """

    def side(sign: float) -> Vector:
        found = []
        for every, alone in zip(sign * changes.T, sign * of_volatility.T, strict=True):
            sizes = [max(expected_shortfall(losses), 0.0) for losses in (every, alone)]
            found.append(liquidity_adjusted_shortfall([*sizes, 0.0, 0.0, 0.0]))
        return np.array(found)

    return side(-1.0), side(1.0)


def shortfall_error(changes: Vector, of_volatility: Vector, draws: int, seed: int) -> Vector:
    """Return the larger standard error of both `shortfalls`, by strike.

    Blocks of `BLOCK` consecutive windows are drawn with replacement, so that clusters stay whole.
    """
    n = len(changes)
    block = min(BLOCK, n)
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        starts = generator.integers(0, n - block + 1, -(-n // block))
        rows = (starts[:, None] + np.arange(block)).ravel()[:n]
        found.append(shortfalls(changes[rows], of_volatility[rows]))
    return np.std(np.array(found), axis=0, ddof=1).max(axis=0)
