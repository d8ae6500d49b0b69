r"""Smiles of one day's trades: out-of-the-money last prices, on a forward that the trades imply.

A price counts where the option traded on the day. The forward is the median of
:math:`K + C - P` over the pairs near the money of which both traded. Prices are not grown to the
expiry, as the file says no rate: 4% a year takes a third of a per cent off prices a month before,
and as much off volatilities at the money, the same on one day as on the next. The premium of early
exercise is left in: at such a rate, up to half a per cent of the volatility of puts near the money.
Last trades of a day are not simultaneous: each volatility is off by its own trade's age. At a
moneyness the smile is a local line through the volatilities with bounded influence [1], and its
error has two parts,

.. math:: e^2 = s^2 \sum_i \ell_i^2 + (\partial_F \hat\sigma)^2 e_F^2,

the scatter s of trades about the line at the line's weights, and the forward's, from the spread of
the pairs: put-call consistency.

References
----------
.. [1] W. S. Cleveland, "Robust locally weighted regression and smoothing scatterplots", *J. Am.
   Stat. Assoc.* 74 (1979) 829-836.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import DataError
from rmot.market.clock import close_of, settlement_instant, year_fraction
from rmot.numerics import implied_volatility_otm

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]

LEAST_VOLUME: Final = 10
"""Contracts that must have traded on the day."""
NEAR: Final = 1.0
"""Deviations from the money within which pairs tell the forward."""
LOWEST, HIGHEST = -3.0, 2.0
"""Deviations from the money between which trades belong to the smile."""
BANDWIDTH, WIDEST = 0.75, 1.25
"""Deviations to either side over which the local line runs, wider where fewer than five trades
are as near."""
FEWEST_PAIRS: Final = 3
FEWEST_TRADES: Final = 8
_FEWEST_NEAR: Final = 5
_BETWEEN: Final = 25
_ROUNDS: Final = 3
_TO_DEVIATION: Final = 1.4826
_MEDIAN_ERROR: Final = 1.2533
_CLIP: Final = 6.0


@dataclass(frozen=True, eq=False)
class TradedSmile:
    """The trades of one day, name and expiry.

    Attributes
    ----------
    day, expiry : date
    maturity : float
        Years from the day's close.
    forward, forward_error : float
        Median of the pairs and its standard error.
    pairs : int
    log_moneyness, volatility, last : ndarray, shape (n,)
        Of the out-of-the-money trades, by strike; `last` in units of the forward.
    scatter : float
        Robust standard deviation of one trade's volatility about the smile.
    file_volatility : float
        At the money, mean of the file's own volatilities of call and put: a second opinion.
    """

    day: date
    expiry: date
    maturity: float
    forward: float
    forward_error: float
    pairs: int
    log_moneyness: Vector
    volatility: Vector
    last: Vector
    scatter: float
    file_volatility: float

    def at(self, log_moneyness: ArrayLike) -> tuple[Vector, Vector]:
        """Return volatility and standard error, shape (n,); nan where too few trades are near."""
        k = np.asarray(log_moneyness, dtype=float)
        middle, spread = _local_line(k, self.log_moneyness, self.volatility, self._deviation)
        moved = []
        for error in (-self.forward_error, self.forward_error):
            shift = np.log1p(error / self.forward)
            moneyness = self.log_moneyness - shift
            volatility = _volatility(self.last, moneyness, self.log_moneyness, shift, self.maturity)
            known = np.isfinite(volatility)
            moved.append(_local_line(k, moneyness[known], volatility[known], self._deviation)[0])
        of_forward = 0.5 * np.abs(moved[1] - moved[0])
        return middle, np.hypot(self.scatter * spread, of_forward)

    @property
    def _deviation(self) -> float:
        return _deviation(self.log_moneyness, self.volatility, self.maturity)

    def __len__(self) -> int:
        return self.volatility.size


def traded_smile(quotes: pd.DataFrame, *, least_volume: int = LEAST_VOLUME) -> TradedSmile:
    """Return the smile of one day, name and expiry of a table of last prices.

    Parameters
    ----------
    quotes : DataFrame
        Rows of `LastPrices.table`, of one date, underlying and expiry.
    least_volume : int
        Contracts that must have traded on the day for a price to count.

    Raises
    ------
    DataError
        Rows of several days, names or expiries, fewer than three pairs traded near the money, or
        fewer than eight trades make the smile.
    """
    keys = quotes[["date", "underlying", "expiry"]].drop_duplicates()
    if len(keys) != 1:
        raise DataError(f"expected rows of one date, underlying and expiry; got {len(keys)}")
    day, name, expiry = keys.iloc[0]
    where = f"{name} {day}"
    maturity = year_fraction(close_of(day), settlement_instant(expiry, "PM"))
    sides = [quotes.loc[quotes["is_call"] == side].set_index("strike") for side in (True, False)]
    columns = ["last", "iv", "volume"]
    both = sides[0][columns].join(
        sides[1][columns].set_axis([f"put_{name}" for name in columns], axis=1), how="inner"
    )
    strike = both.index.to_numpy(float)
    call, put = both["last"].to_numpy(float), both["put_last"].to_numpy(float)
    traded = [both[name].to_numpy(float) >= least_volume for name in ("volume", "put_volume")]
    forward, error, pairs = _forward(strike, strike + call - put, traded[0] & traded[1], call + put)
    if pairs < FEWEST_PAIRS:
        raise DataError(
            f"{where}: expected {FEWEST_PAIRS} pairs near the money that traded; got {pairs}"
        )
    k = np.log(strike / forward)
    upper = k >= 0
    last = np.where(upper, call, put) / forward
    volatility = np.full(k.size, np.nan)
    fair = np.where(upper, traded[0], traded[1]) & (last < np.minimum(1.0, np.exp(k)))
    volatility[fair] = implied_volatility_otm(last[fair], k[fair], maturity)
    known = np.isfinite(volatility) & (volatility > 0)
    if known.sum() >= FEWEST_TRADES:
        z = k / _deviation(k[known], volatility[known], maturity)
        known &= (z >= LOWEST) & (z <= HIGHEST)
    if known.sum() < FEWEST_TRADES:
        raise DataError(f"{where}: expected {FEWEST_TRADES} trades or more; got {known.sum()}")
    k, volatility, last = k[known], volatility[known], last[known]
    grid = np.linspace(k[0], k[-1], _BETWEEN)
    line = _local_line(grid, k, volatility, _deviation(k, volatility, maturity))[0]
    smooth = np.interp(k, grid[np.isfinite(line)], line[np.isfinite(line)])
    scatter = _TO_DEVIATION * float(np.median(np.abs(volatility - smooth)))
    of_file = 0.5 * (both["iv"] + both["put_iv"]).to_numpy(float)
    near = np.isfinite(of_file)
    at_money = np.interp(0.0, np.log(strike[near] / forward), of_file[near]) if near.any() else None
    return TradedSmile(
        day,
        expiry,
        maturity,
        forward,
        error,
        pairs,
        k,
        volatility,
        last,
        scatter,
        float("nan") if at_money is None else float(at_money),
    )


def _forward(
    strike: Vector, implied: Vector, traded: NDArray[np.bool_], straddle: Vector
) -> tuple[float, float, int]:
    """Return the median of what pairs near the money imply, its error, and how many there are."""
    rows = np.flatnonzero(traded)
    if rows.size < FEWEST_PAIRS:
        return float("nan"), float("nan"), int(rows.size)
    start = float(np.median(implied[rows]))
    # a straddle at the money costs four fifths of a deviation of the price
    width = NEAR * 1.25 * float(np.min(straddle[rows]))
    near = rows[np.abs(strike[rows] - start) <= width]
    if near.size < FEWEST_PAIRS:
        return float("nan"), float("nan"), int(near.size)
    forward = float(np.median(implied[near]))
    spread = _TO_DEVIATION * float(np.median(np.abs(implied[near] - forward)))
    return forward, _MEDIAN_ERROR * spread / np.sqrt(near.size), int(near.size)


def _deviation(k: Vector, volatility: Vector, maturity: float) -> float:
    """Return one deviation of log price, by the volatility of the trades nearest the forward."""
    near = np.argsort(np.abs(k), kind="stable")[:_FEWEST_NEAR]
    return float(np.median(volatility[near])) * np.sqrt(maturity)


def _volatility(last: Vector, k: Vector, before: Vector, shift: float, maturity: float) -> Vector:
    """Return volatilities of the same prices on a forward e^shift times as high."""
    price = last * np.exp(-shift)
    crossed = (k >= 0) != (before >= 0)
    fair = ~crossed & (price < np.minimum(1.0, np.exp(k)))
    found = np.full(k.size, np.nan)
    found[fair] = implied_volatility_otm(price[fair], k[fair], maturity)
    return np.where(found > 0, found, np.nan)


def _local_line(at: Vector, k: Vector, values: Vector, deviation: float) -> tuple[Vector, Vector]:
    """Return local lines' values and the norms of their weights, nan where too few are near."""
    found, norm = np.full((2, at.size), np.nan)
    if k.size < FEWEST_TRADES:
        return found, norm
    away = (k[None, :] - at[:, None]) / deviation
    # the farthest of those that count is to have some weight
    reach = 1.1 * np.sort(np.abs(away), axis=1)[:, _FEWEST_NEAR - 1 :][:, :1]
    width = np.clip(reach, BANDWIDTH, WIDEST)
    distance = away / width
    weight = np.clip(1.0 - np.abs(distance) ** 3, 0.0, None) ** 3
    straddled = (distance <= 0).any(axis=1) & (distance >= 0).any(axis=1)
    enough = ((weight > 0).sum(axis=1) >= _FEWEST_NEAR) & straddled
    for row in np.flatnonzero(enough):
        near = weight[row] > 0
        x, y, w = distance[row, near], values[near], weight[row, near]
        robust = np.ones(x.size)
        line = np.zeros(x.size)
        for _ in range(_ROUNDS):
            line = _intercept(x, w * robust)
            slope = _slope(x, w * robust)
            residual = y - line @ y - x * (slope @ y)
            size = _CLIP * max(float(np.median(np.abs(residual))), 1e-6)
            robust = np.clip(1.0 - (residual / size) ** 2, 0.0, None) ** 2
        found[row], norm[row] = line @ y, np.linalg.norm(line)
    return found, norm


def _intercept(x: Vector, w: Vector) -> Vector:
    """Return the weights that make a weighted line's value at 0 of the values."""
    mean, second = np.sum(w * x), np.sum(w * x * x)
    return w * (second - mean * x) / (w.sum() * second - mean**2)


def _slope(x: Vector, w: Vector) -> Vector:
    mean, second = np.sum(w * x), np.sum(w * x * x)
    return w * (w.sum() * x - mean) / (w.sum() * second - mean**2)
