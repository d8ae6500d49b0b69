r"""The best law and hedge by exchange: prices are added where the hedge so far falls short.

With positions :math:`\phi` at the first date and :math:`\psi` at the second, the delta at x can be
chosen so that the hedge dominates over x if and only if :math:`\Phi(x) \le \phi(x)`. First prices
enter the program where that fails most, each with the second prices that show it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.payoffs import TwoDatePayoff
from rmot.transport.two_dates.dates import QuotedDate
from rmot.transport.two_dates.domination import breaks
from rmot.transport.two_dates.fans import at_scale, beyond, envelope, fan
from rmot.transport.two_dates.master import PENALTY, Columns, Solved, solve

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]

MISSED = 1e-8

_FAR = 64.0
_FIRST_SECOND = 15
_PER_ROUND = 200
_SPLITS = 3


def samples(payoff: TwoDatePayoff, dates: tuple[QuotedDate, QuotedDate]) -> Vector:
    """Return first prices to look at: all breaks, some between, and some far away."""
    first, second = dates
    beneath = np.nextafter(first.jumps, 0.0)
    at = np.unique(np.concatenate([breaks(payoff, dates), second.nodes, beneath]))
    inner = [at]
    for share in np.arange(1, _SPLITS + 1) / (_SPLITS + 1):
        inner.append(at[:-1] + share * np.diff(at))
    last = max(float(at[-1]), 1.0)
    inner.append(np.geomspace(last, _FAR * last, 40))
    small = float(at[at > 0].min(initial=1.0))
    inner.append(np.geomspace(1e-6 * small, small, 30))
    return np.unique(np.concatenate(inner))


class _Pool:
    """Columns so far, kept by first price and column of the fan."""

    def __init__(self, payoff: TwoDatePayoff, dates: tuple[QuotedDate, QuotedDate]) -> None:
        self.payoff, self.dates = payoff, dates
        self.prices = np.empty(0)
        self.fan = fan(payoff, dates[1], self.prices)
        self.active = np.zeros((0, self.fan.second.shape[1] + 1), dtype=bool)

    def add(self, prices: Vector) -> None:
        """Admit more first prices, as yet without second ones."""
        fresh = np.setdiff1d(prices, self.prices)
        self.prices = np.concatenate([self.prices, fresh])
        self.fan = fan(self.payoff, self.dates[1], self.prices)
        blank = np.zeros((fresh.size, self.active.shape[1]), dtype=bool)
        self.active = np.vstack([self.active, blank])

    def columns(self) -> Columns:
        owner, kind = np.nonzero(self.active)
        last = self.active.shape[1] - 1
        ray = kind == last
        at = np.where(ray, 0, kind)
        second = np.where(ray, 1.0, self.fan.second[owner, at])
        paid = np.where(ray, self.fan.slopes[owner], self.fan.paid[owner, at])
        return Columns(self.prices, owner.astype(np.int64), np.where(ray, -1, kind), second, paid)


class Exchange:
    """The program's state between rounds.

    Attributes
    ----------
    looked : ndarray
        First prices at which the hedge is held against the payoff.
    columns, solved
        The last program and its solution.
    shortfall : float
        The largest amount by which its hedge falls short over first prices looked at.
    rounds : int
        How many programs were solved.
    """

    columns: Columns
    solved: Solved

    def __init__(
        self,
        payoff: TwoDatePayoff,
        dates: tuple[QuotedDate, QuotedDate],
        tolerance: float,
        rounds: int,
    ) -> None:
        self.dates, self.tolerance, self.most = dates, tolerance, rounds
        self.looked = samples(payoff, dates)
        self.rounds, self.shortfall = 0, np.inf
        self._far_paid = at_scale(payoff)
        self._penalty = PENALTY
        self._pool = _started(payoff, dates)
        self._solve()

    def _solve(self) -> None:
        self.columns = self._pool.columns()
        self.solved = solve(self.dates, self.columns, self._far_paid, self._penalty)
        self.rounds += 1

    def run(self) -> None:
        """Add columns until the hedge falls short by less than the tolerance where it is looked at.

        Or until all rounds are used.
        """
        while True:
            self.shortfall = _extend(
                self._pool, self.dates, self.solved, self.looked, self.tolerance
            )
            if self.shortfall <= self.tolerance:
                if self.solved.missed <= MISSED:
                    return
                self._penalty *= 20.0
            if self.rounds >= self.most:
                return
            self._solve()


def _started(payoff: TwoDatePayoff, dates: tuple[QuotedDate, QuotedDate]) -> _Pool:
    """Return a pool of the first date's nodes, each with a share of the second's."""
    first, second = dates
    pool = _Pool(payoff, dates)
    pool.add(np.unique(np.concatenate([first.nodes, np.nextafter(first.jumps, 0.0)])))
    step = max(1, second.size // _FIRST_SECOND)
    pool.active[:, : second.size : step] = True
    pool.active[:, second.size :] = True
    # every node of the second date over the first prices around it
    place = np.searchsorted(pool.prices, second.nodes)
    for offset in (-1, 0):
        own = np.clip(place + offset, 0, pool.prices.size - 1)
        pool.active[own, np.arange(second.size)] = True
    pool.active[:, 0] = True
    pool.active[pool.prices == 0, 1:] = False
    return pool


def _extend(
    pool: _Pool,
    dates: tuple[QuotedDate, QuotedDate],
    solved: Solved,
    looked: Vector,
    tolerance: float,
) -> float:
    """Add columns that the hedge leaves uncovered; return the largest shortfall."""
    first, second = dates
    phi = first.held(solved.first, solved.cash, solved.forward)
    psi = second.held(solved.second)
    # over first prices in force: second prices above the program's own lines
    over, slopes = beyond(pool.fan, second, psi)
    n = solved.deltas.size
    prices, seconds = pool.prices[:n], pool.fan.second[:n]
    level = first.worth(phi, prices)
    lack = over[:n] - level[:, None] - solved.deltas[:, None] * (seconds - prices[:, None])
    order = np.argsort(seconds, axis=1, kind="stable")
    ordered = np.take_along_axis(lack, order, axis=1)
    padded = np.pad(ordered, ((0, 0), (1, 1)), constant_values=-np.inf)
    peaks = (ordered >= padded[:, :-2]) & (ordered >= padded[:, 2:]) & (ordered > 0.1 * tolerance)
    rows, places = np.nonzero(peaks)
    pool.active[rows, order[rows, places]] = True
    pool.active[:n, -1] |= slopes[:n] - solved.deltas > 0.1 * tolerance
    pool.active[pool.prices == 0, 1:] = False
    at = np.unique(np.concatenate([looked, pool.prices]))
    spread = fan(pool.payoff, second, at)
    heights, left, right = envelope(spread, second, psi)
    short = heights - first.worth(phi, at)
    worst = float(short.max())
    padded = np.pad(short, 1, constant_values=-np.inf)
    peak = (short >= padded[:-2]) & (short >= padded[2:]) & (short > 0.5 * tolerance)
    chosen = np.flatnonzero(peak)
    chosen = chosen[np.argsort(-short[chosen])][:_PER_ROUND]
    fresh = at[chosen]
    pool.add(fresh)
    place = np.argsort(pool.prices)
    own = place[np.searchsorted(pool.prices[place], fresh)]
    for kinds in (np.zeros_like(left[chosen]), left[chosen], right[chosen]):
        pool.active[own, kinds] = True
    return worst
