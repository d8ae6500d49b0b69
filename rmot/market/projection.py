r"""The arbitrage-free prices nearest to the mids of a smile, within bid and ask at every strike.

With :math:`m = K/F`, mids :math:`\bar c_i` and half-spreads :math:`h_i`, the undiscounted calls
:math:`c_i = \bar c_i + h_i x_i` (forward = 1) solve the quadratic programme

.. math:: \min_x \tfrac12 \sum_i x_i^2 \quad\text{s.t.}\quad |x_i| \le 1,\quad
          c \text{ convex in } m,\; c(0) = 1,\; c_1 \ge 1 - m_1,\; c_n \le c_{n-1},\; c_n \ge 0,

where convexity includes the strike 0 and, with the two ends, keeps slopes in [-1, 0] and prices in
:math:`[(1 - m)^+, 1]`. Each constraint meets at most three neighbours, so that
`rmot.numerics.least_norm` solves banded systems alone: the time is linear in the number of strikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmot.errors import InfeasibleQuotes
from rmot.market.arbitrage import static_arbitrage
from rmot.market.surface import OptionSurface, Smile
from rmot.numerics import implied_volatility_otm
from rmot.numerics.least_norm import Newton, least_norm

Vector = NDArray[np.float64]

_LISTED = 3


@dataclass(frozen=True)
class SliceMove:
    """How far the mids of one slice moved.

    Attributes
    ----------
    label : str
    n_quotes, n_moved : int
        Quotes of the slice; those moved by more than a thousandth of the half-spread.
    largest, root_mean_square : float
        In half-spreads, over all quotes.
    largest_volatility : float
        Largest change of an implied volatility.
    """

    label: str
    n_quotes: int
    n_moved: int
    largest: float
    root_mean_square: float
    largest_volatility: float


@dataclass(frozen=True, eq=False)
class Projection:
    """A surface whose mids are free of arbitrage in each slice, and how far they moved.

    Attributes
    ----------
    surface : OptionSurface
        Bid and ask are those that were given; `call_price` and `implied_volatility` moved.
    moves : tuple of SliceMove
    """

    surface: OptionSurface
    moves: tuple[SliceMove, ...]

    def __str__(self) -> str:
        moved = sum(move.n_moved for move in self.moves)
        quotes = sum(move.n_quotes for move in self.moves)
        largest = max(move.largest for move in self.moves)
        return f"{moved} of {quotes} mid prices moved, by {largest:.2g} half-spreads at most"


def project(surface: OptionSurface) -> Projection:
    """Replace the mids of each slice by the nearest prices without arbitrage in that slice.

    Parameters
    ----------
    surface : OptionSurface

    Raises
    ------
    InfeasibleQuotes
        A slice has arbitrage at bid and ask; the message names the quotes.
    AccuracyError
        The quadratic programme did not converge.
    """
    projected = [project_smile(smile) for smile in surface]
    return Projection(
        replace(surface, slices=tuple(projected)),
        tuple(slice_move(old, new) for old, new in zip(surface, projected, strict=True)),
    )


def project_smile(smile: Smile) -> Smile:
    """Return the smile with the nearest arbitrage-free mids; see `project`."""
    refuse_arbitrage([smile])
    m = np.exp(smile.log_moneyness)
    half = 0.5 * (smile.ask_price - smile.bid_price)
    step = nearest_arbitrage_free(m, smile.call_price, half)
    return at_prices(smile, smile.call_price + half * step)


def refuse_arbitrage(smiles: Sequence[Smile]) -> None:
    """Raise InfeasibleQuotes, which names the quotes, if there is arbitrage at bid and ask."""
    found = static_arbitrage(smiles).violations
    if found:
        labels = " and ".join(smile.label for smile in smiles)
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        named = " | ".join(map(str, found[:_LISTED])) + more
        raise InfeasibleQuotes(
            f"expected quotes of {labels} without arbitrage at bid and ask; got {named}"
        )


def at_prices(smile: Smile, price: Vector) -> Smile:
    """Return the smile with other mids, shape (n,), held within bid and ask."""
    price = np.clip(price, smile.bid_price, smile.ask_price)
    otm = price - np.maximum(-np.expm1(smile.log_moneyness), 0.0)
    volatility = implied_volatility_otm(otm, smile.log_moneyness, smile.maturity)
    for column in (price, volatility):
        column.flags.writeable = False
    return replace(smile, call_price=price, implied_volatility=volatility)


def nearest_arbitrage_free(moneyness: Vector, mid: Vector, half_spread: Vector) -> Vector:
    """Return the moves of the mids in half-spreads, shape (n,), that solve the programme above.

    Parameters
    ----------
    moneyness : ndarray, shape (n,)
        K/F, increasing.
    mid, half_spread : ndarray, shape (n,)
        Undiscounted calls in units of the forward, and half their bid–ask widths.

    Raises
    ------
    AccuracyError
        The method did not converge: no feasible prices, or hardly any.
    """
    return least_norm(_Constraints(moneyness, mid, half_spread))


class _Constraints:
    """The inequalities A x + b >= 0: three diagonals of A, each row scaled to largest entry one.

    Rows: convexity at each strike (row i holds x[i-1], x[i], x[i+1]) and no increase at the last;
    c_1 >= 1 - m_1 and c_n >= 0; x >= -1; x <= 1.
    """

    def __init__(self, m: Vector, mid: Vector, half: Vector) -> None:
        # The forward stands at m = 0 with price 1; the last row is c_{n-1} - c_n >= 0.
        run = np.diff(m, prepend=0.0)
        below = 1.0 / run
        above = np.append(1.0 / run[1:], 0.0)
        price_below = np.append(1.0, mid[:-1])
        price_above = np.append(mid[1:], 0.0)
        left = below * np.append(0.0, half[:-1])
        centre = -(below + above) * half
        right = above * np.append(half[1:], 0.0)
        level = below * price_below - (below + above) * mid + above * price_above
        # Locked quotes leave nothing to choose: that they are feasible is known.
        size = np.maximum.reduce([left, -centre, right])
        free = size > 0
        size[~free] = 1.0
        self._left, self._centre, self._right = left / size, centre / size, right / size
        self._level = np.where(free, level / size, 1.0)
        first, last = half[0] if half[0] > 0 else 1.0, half[-1] if half[-1] > 0 else 1.0
        self._ends = (half[0] / first, half[-1] / last)
        self._end_levels = ((mid[0] - (1.0 - m[0])) / first, mid[-1] / last)

    @property
    def size(self) -> int:
        return self._level.size

    def newton(self, slack: Vector, multiplier: Vector, dual: Vector, primal: Vector) -> Newton:
        return _BandedNewton(self, slack, multiplier, dual, primal)

    def linear(self, x: Vector) -> Vector:
        inner = self._centre * x
        inner[1:] += self._left[1:] * x[:-1]
        inner[:-1] += self._right[:-1] * x[1:]
        ends = [self._ends[0] * x[0], self._ends[1] * x[-1]]
        return np.concatenate([inner, ends, x, -x])

    def values(self, x: Vector) -> Vector:
        constant = np.concatenate([self._level, self._end_levels, np.ones(2 * x.size)])
        return self.linear(x) + constant

    def transposed(self, z: Vector) -> Vector:
        n = self._level.size
        inner, first, last = z[:n], z[n], z[n + 1]
        out = self._centre * inner + z[n + 2 : 2 * n + 2] - z[2 * n + 2 :]
        out[:-1] += self._left[1:] * inner[1:]
        out[1:] += self._right[:-1] * inner[:-1]
        out[0] += self._ends[0] * first
        out[-1] += self._ends[1] * last
        return out

    def saddle(self, slack: Vector, multiplier: Vector) -> Vector:
        """Return the matrix of Newton's steps, shape (7, 2n): three diagonals on either side.

        Unknowns are x[i] and the multiplier of row i in turn. Constraints on one price are
        eliminated; the others are not, for the squares of their ratios would lose the digits.
        """
        n = self._level.size
        weight = multiplier[n:] / slack[n:]
        diagonal = 1.0 + weight[2 : n + 2] + weight[n + 2 :]
        diagonal[0] += weight[0] * self._ends[0] ** 2
        diagonal[-1] += weight[1] * self._ends[1] ** 2
        band = np.zeros((7, 2 * n))  # entry (i, j) stands in row 3 + i - j
        band[3, ::2] = diagonal
        band[3, 1::2] = slack[:n] / multiplier[:n]
        band[2, 1::2] = -self._centre
        band[4, ::2] = self._centre
        band[4, 1:-1:2] = -self._right[:-1]
        band[2, 2::2] = self._right[:-1]
        band[0, 3::2] = -self._left[1:]
        band[6, :-2:2] = self._left[1:]
        return band


class _BandedNewton:
    """Newton's steps from one point."""

    def __init__(
        self, rows: _Constraints, slack: Vector, multiplier: Vector, dual: Vector, primal: Vector
    ) -> None:
        self._rows, self._slack, self._multiplier = rows, slack, multiplier
        self._dual, self._primal = dual, primal
        self._matrix = rows.saddle(slack, multiplier)

    def direction(self, product: Vector) -> tuple[Vector, Vector, Vector]:
        from scipy.linalg import solve_banded

        n = self._dual.size
        single = (self._multiplier * self._primal + product) / self._slack
        single[:n] = 0.0
        right = np.empty(2 * n)
        right[::2] = -self._dual - self._rows.transposed(single)
        right[1::2] = -product[:n] / self._multiplier[:n] - self._primal[:n]
        both = solve_banded((3, 3), self._matrix, right, check_finite=False)
        ds = self._rows.linear(both[::2]) + self._primal
        dz = -(product + self._multiplier * ds) / self._slack
        dz[:n] = both[1::2]
        # Of slack and multiplier the larger divides.
        tight = np.flatnonzero(self._multiplier[:n] > self._slack[:n])
        ds[tight] = -(product + self._slack * dz)[tight] / self._multiplier[tight]
        return both[::2], ds, dz


def slice_move(old: Smile, new: Smile) -> SliceMove:
    """Return how far the mids of a smile moved."""
    half = 0.5 * (old.ask_price - old.bid_price)
    change = np.abs(new.call_price - old.call_price)
    step = np.divide(change, half, out=np.zeros_like(half), where=half > 0)
    return SliceMove(
        old.label,
        len(old),
        int(np.count_nonzero(step > 1e-3)),
        float(step.max()),
        float(np.sqrt(np.mean(step**2))),
        float(np.max(np.abs(new.implied_volatility - old.implied_volatility))),
    )
