r"""Which quotes clash: the smallest set that no law meets, and the portfolio that gains from it.

Quotes are first met as nearly as can be,

.. math:: \min \sum_j (e_j^+ + e_j^-)/\kappa_j \quad\text{s.t.}\quad b_j - e_j^- \le E^Q g_j
          \le a_j + e_j^+,

with cash and forwards exact. Where some :math:`e_j > 0` the multipliers' support is infeasible by
itself; members that it can spare are dropped one by one, which leaves an irreducible set. Every
infeasible set also meets each correction set (quotes whose removal makes the rest feasible), so a
smallest one is looked for among the smallest sets that hit all correction sets found so far [1]_.
The start is the smallest found by portfolios of least gross weight, reweighted towards few [2]_.

References
----------
.. [1] A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva, "Smallest MUS extraction with minimal
   hitting set dualization", *CP 2015*.
.. [2] E. Candès, M. Wakin, S. Boyd, "Enhancing sparsity by reweighted l1 minimization", *J. Fourier
   Anal. Appl.* 14 (2008) 877–905.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye_array, hstack, vstack

from rmot.errors import InfeasibleQuotes
from rmot.transport._highs import HIGHS
from rmot.transport.arbitrage_portfolio import ArbitragePortfolio, repaired
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

_NAMED = 6
_MISSED = 1e-9
_SUPPORT = 1e-9
_SMALL_SET = 3
_ROUNDS = 30
_REWEIGHTED = 4
_SHARE = 0.01
_DENOMINATOR = 10**12


def raise_if_infeasible(
    columns: Vector,
    lower: Vector,
    upper: Vector,
    n_hard: int,
    names: list[str],
    free: NDArray[np.bool_] | None = None,
    *,
    explained: bool = True,
) -> None:
    """Raise InfeasibleQuotes unless some law meets all rows within 1e-9 of their scale.

    The error's `conflict` names a set of quotes that no law meets, of which none can be spared: a
    smallest one where three quotes or fewer clash and the search ends within 30 rounds. Its
    `arbitrage` is the portfolio that gains from it, where no node's mass may be negative.

    Parameters
    ----------
    columns : ndarray, shape (m, n)
        What a unit of mass at each node adds to each row.
    lower, upper : ndarray, shape (m,)
    n_hard : int
        The first rows are cash and forwards, which give no way.
    names : list of str
        Of the rows after those.
    free : ndarray of bool, shape (n,)
        Nodes whose mass may have either sign.
    explained : bool
        Whether the conflict is looked for; without it the error names what the nearest law misses.
    """
    program = _Program(columns, lower, upper, n_hard, free)
    everything = np.arange(n_hard, columns.shape[0])
    nearest = program.nearest(everything)
    if nearest is None:
        raise InfeasibleQuotes(
            "no law on the admitted prices has the given forwards "
            f"{lower[1:n_hard].tolist()}, whatever the quotes"
        )
    if not nearest.clashing.size:
        return
    if not explained:
        missed = tuple(names[row - n_hard] for row in nearest.clashing)
        raise InfeasibleQuotes(f"no law meets all quotes; the nearest misses {', '.join(missed)}")
    conflict, is_smallest = _smallest_conflict(program, everything, nearest)
    reached = program.nearest(conflict)
    listed = []
    for place, row in enumerate(conflict[:_NAMED]):
        text = f"{names[row - n_hard]} bid {lower[row]:.10g} ask {upper[row]:.10g}"
        if reached is not None and reached.missed[place] > _MISSED:
            text += f" reachable {reached.reached[place] * program.scale[row]:.10g}"
        listed.append(text)
    more = f"; and {conflict.size - _NAMED} more" if conflict.size > _NAMED else ""
    arbitrage = _arbitrage(program, columns, lower, upper, conflict, names)
    kind = "a smallest" if is_smallest else "an irreducible"
    gain = f". Arbitrage: {arbitrage}" if arbitrage else ""
    raise InfeasibleQuotes(
        f"no law meets all quotes; {kind} conflicting set is {'; '.join(listed)}{more}{gain}",
        tuple(names[row - n_hard] for row in conflict),
        arbitrage,
    )


def row_names(quotes: Quotes | None) -> list[str]:
    """Return what messages call each quote."""
    return [] if quotes is None else [quotes.name(j) for j in range(len(quotes))]


@dataclass(frozen=True, eq=False)
class _Nearest:
    """What the law nearest to some quotes misses, and the multipliers of these quotes."""

    rows: Indices
    missed: Vector
    reached: Vector
    multipliers: Vector

    @property
    def clashing(self) -> Indices:
        return self.rows[self.missed > _MISSED]


class _Program:
    """Rows in units of their largest entry, and linear programs over some of them."""

    def __init__(
        self,
        columns: Vector,
        lower: Vector,
        upper: Vector,
        n_hard: int,
        free: NDArray[np.bool_] | None,
    ) -> None:
        self.scale = np.maximum(np.abs(columns).max(axis=1), 1e-300)
        self.columns = columns / self.scale[:, None]
        self.low, self.high = lower / self.scale, upper / self.scale
        self.n_hard, self.n = n_hard, columns.shape[1]
        self.signs = np.zeros((self.n, 2))
        self.signs[:, 1] = np.inf
        if free is not None:
            self.signs[free, 0] = -np.inf
        self.has_free = bool(free is not None and free.any())

    def nearest(self, rows: Indices, firm: Sequence[int] = ()) -> _Nearest | None:
        """Miss some rows by least total amount, the firm ones not at all; None if that is too much.

        Firm rows are met within the tolerance that decides what is missed.
        """
        width = np.where(np.isin(rows, firm), _MISSED, np.inf)
        count = rows.size
        give = eye_array(count, format="csr")
        some = csr_matrix(self.columns[rows])
        reach = csr_matrix(hstack([some, give, -give]))
        hard = hstack(
            [csr_matrix(self.columns[: self.n_hard]), csr_matrix((self.n_hard, 2 * count))]
        )
        low, high = self.low[rows], self.high[rows]
        up, down = np.isfinite(high), np.isfinite(low)
        sides = np.concatenate([high[up], -low[down]])
        bounds = np.vstack([self.signs, np.column_stack([np.zeros(2 * count), np.tile(width, 2)])])
        # A move costs the same up or down; a firm row's small moves cost nothing.
        cost = np.concatenate([np.zeros(self.n), np.tile(np.isinf(width).astype(float), 2)])
        found = linprog(
            cost,
            A_ub=vstack([reach[up], -reach[down]], format="csr") if sides.size else None,
            b_ub=sides if sides.size else None,
            A_eq=hard,
            b_eq=self.low[: self.n_hard],
            bounds=bounds,
            method="highs",
            options=HIGHS,
        )
        if found.status != 0:
            return None
        reached = some @ found.x[: self.n]
        missed = np.maximum(np.maximum(low - reached, reached - high), 0.0)
        missed[np.isfinite(width)] = 0.0
        multipliers = np.zeros(count)
        if sides.size:
            multipliers[up] += np.abs(found.ineqlin.marginals[: int(up.sum())])
            multipliers[down] += np.abs(found.ineqlin.marginals[int(up.sum()) :])
        return _Nearest(rows, missed, reached, multipliers)

    def portfolio(self, rows: Indices, weights: Vector | None = None) -> Vector | None:
        """Return Farkas's multipliers of hard rows and of some others: a portfolio that gains one.

        Of least gross weight in the others; None where there is none.
        """
        hard, count = self.n_hard, rows.size
        longs, shorts = np.isfinite(self.high[rows]), np.isfinite(self.low[rows])
        cost = np.concatenate(
            [
                self.low[:hard],
                np.where(longs, self.high[rows], 0.0),
                -np.where(shorts, self.low[rows], 0.0),
            ]
        )
        bounds = [(None, None)] * hard + [(0, None if side else 0) for side in (*longs, *shorts)]
        pays = np.vstack([self.columns[:hard], self.columns[rows], -self.columns[rows]]).T
        gross = np.ones(count) if weights is None else weights
        free = np.isneginf(self.signs[:, 0])
        found = linprog(
            np.concatenate([np.zeros(hard), gross, gross]),
            A_ub=csr_matrix(-pays[~free]),
            b_ub=np.zeros(int((~free).sum())),
            A_eq=csr_matrix(np.vstack([pays[free], cost])),
            b_eq=np.append(np.zeros(int(free.sum())), -1.0),
            bounds=bounds,
            method="highs",
            options=HIGHS,
        )
        if found.status != 0:
            return None
        x = found.x
        return np.concatenate([x[:hard], x[hard : hard + count] - x[hard + count :]])

    def clash(self, rows: Indices) -> bool:
        """Tell whether no law meets these rows."""
        nearest = self.nearest(rows)
        return nearest is None or bool(nearest.clashing.size)


def _smallest_conflict(
    program: _Program, everything: Indices, nearest: _Nearest
) -> tuple[Indices, bool]:
    """Return an irreducible set, and whether none is smaller."""
    # Supports of multipliers clash up to rounding; all quotes do for sure.
    supports = [nearest.rows[nearest.multipliers > _SUPPORT], *_light_supports(program, everything)]
    clashing = [rows for rows in supports if rows.size and program.clash(rows)]
    smallest = min(clashing, key=lambda rows: rows.size, default=everything)
    conflict = _irreducible(program, smallest)
    corrections = [frozenset(nearest.clashing.tolist())]
    for _ in range(_ROUNDS):
        most = min(conflict.size - 1, _SMALL_SET)
        hitting = _hitting_set(corrections, most)
        if hitting is None:
            return conflict, conflict.size <= _SMALL_SET + 1
        missed = program.nearest(everything, hitting)
        if missed is None:
            smaller = np.array(sorted(hitting), dtype=np.intp)
            # Every clash meets all corrections, and nothing smaller does.
            return (smaller, True) if program.clash(smaller) else (conflict, False)
        left = frozenset(missed.clashing.tolist()) - set(hitting)
        if not left:
            break
        corrections.append(left)
    return conflict, conflict.size == 1


def _light_supports(program: _Program, everything: Indices) -> Iterator[Indices]:
    """Give the quotes of portfolios that gain, each seeking few of those that the last one held."""
    weights = np.ones(everything.size)
    for _ in range(_REWEIGHTED):
        held = program.portfolio(everything, weights)
        if held is None:
            return
        held = np.abs(held[program.n_hard :])
        share = held / held.max()
        yield everything[share > _SUPPORT]
        weights = 1.0 / (share + _SHARE)


def _irreducible(program: _Program, rows: Indices) -> Indices:
    """Drop rows one by one that a clash can spare."""
    for row in rows:
        fewer = rows[rows != row]
        if program.clash(fewer):
            rows = fewer
    return rows


def _hitting_set(sets: list[frozenset[int]], most: int) -> tuple[int, ...] | None:
    """Return a smallest set of at most `most` members that meets all sets, or None."""

    def extend(chosen: tuple[int, ...], room: int) -> tuple[int, ...] | None:
        missed = [candidate for candidate in sets if candidate.isdisjoint(chosen)]
        if not missed:
            return chosen
        if not room:
            return None
        for member in sorted(min(missed, key=len)):
            found = extend((*chosen, member), room - 1)
            if found is not None:
                return found
        return None

    for size in range(1, most + 1):
        found = extend((), size)
        if found is not None:
            return found
    return None


def _arbitrage(
    program: _Program,
    columns: Vector,
    lower: Vector,
    upper: Vector,
    conflict: Indices,
    names: list[str],
) -> ArbitragePortfolio | None:
    """Return Farkas's multipliers of a conflicting set, made exact in rationals."""
    hard = program.n_hard
    net = None if program.has_free else program.portfolio(conflict)
    if net is None:
        return None
    rows = np.concatenate([np.arange(hard), conflict])
    net /= program.scale[rows]
    largest = float(np.abs(net[hard:]).max())
    held = [Fraction(float(y) / largest).limit_denominator(_DENOMINATOR) for y in net]
    return repaired(
        columns[rows], lower[rows], upper[rows], hard, held, [names[r - hard] for r in conflict]
    )
