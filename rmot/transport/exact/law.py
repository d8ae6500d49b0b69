r"""Laws on finitely many prices, in rationals, that meet all quotes and attain a hedge's cost.

Where a hedge touches the payoff, at the asks of what it holds and the bids of what it sold, a
law earns the payoff at the hedge's cost (complementary slackness). Among such laws one is sought
that stays away from all other bids and asks, so that its masses can be rounded; a few of them
then solve exactly the equations that must hold. Infinity becomes a far price, and a limit from
below a price beneath it: the law then earns a little less than the cost, and says how much.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rmot.transport._highs import HIGHS
from rmot.transport.exact.elementary import Term, exact, scaled, slope, value
from rmot.transport.exact.program import HedgingProgram, normalised_worth
from rmot.transport.exact.rational_systems import completed, rounded

Vector = NDArray[np.float64]
Atoms = tuple[tuple[Fraction, Fraction], ...]
Law = tuple[tuple[Atoms, ...], ...]
"""By branch and asset: prices and masses. An asset's law is the sum over branches."""

_FAR = Fraction(10**12)
_BENEATH = Fraction(1, 10**12)
_TOUCHES = Fraction(1, 10**9)
_ROOM = 1e-6
_NO_ROOM = 1e-8
_MASSLESS = 1e-13
_BITS = 64
_MOST_EQUATIONS = 120


@dataclass(frozen=True, eq=False)
class _Atom:
    branch: int
    asset: int
    price: Fraction
    # Variables are shares of the asset's forward at far prices, masses elsewhere.
    unit: Fraction


def optimal_law(
    program: HedgingProgram,
    cash: Fraction,
    units: tuple[Fraction, ...],
    positions: tuple[tuple[tuple[int, Fraction], ...], ...],
) -> tuple[Law, Fraction] | None:
    """Return a law and what it earns, or None where none is found in rationals."""
    atoms = _touched(program, cash, units, positions)
    search = _Search(program, atoms, positions)
    masses = search.masses() if atoms else None
    if masses is None:
        return None
    law = tuple(
        tuple(
            tuple(
                (atom.price, mass * atom.unit)
                for atom, mass in zip(atoms, masses, strict=True)
                if (atom.branch, atom.asset) == (b, i) and mass
            )
            for i in range(program.n_assets)
        )
        for b in range(program.n_branches)
    )
    attained = Fraction(0)
    for branch, legs in zip(program.branches, law, strict=True):
        attained += branch.cash * sum((mass for _, mass in legs[0]), Fraction(0))
        for terms, own in zip(branch.legs, legs, strict=True):
            attained += sum((mass * value(terms, price) for price, mass in own), Fraction(0))
    return law, attained


def _touched(
    program: HedgingProgram,
    cash: Fraction,
    units: tuple[Fraction, ...],
    positions: tuple[tuple[tuple[int, Fraction], ...], ...],
) -> list[_Atom]:
    """Return the prices at which the hedge meets a branch of the payoff."""
    atoms = []
    small = _TOUCHES * program.scale
    for b, branch in enumerate(program.branches):
        found, floors = [], Fraction(0)
        for i, forward in enumerate(program.forwards):
            own = [
                Term(held, program.terms[i][j].kind, program.terms[i][j].strike)
                for j, held in positions[i]
            ]
            own += [Term(units[i], "price", Fraction(0)), *scaled(branch.legs[i], -1)]
            over = [value(own, *place) for place in program.places[i]]
            floor = min(over)
            floors += floor
            for (price, below), amount in zip(program.places[i], over, strict=True):
                if amount - floor <= small:
                    beneath = price * (1 - _BENEATH) if below else price
                    found.append(_Atom(b, i, beneath, Fraction(1)))
            if slope(own) * forward <= small:
                found.append(_Atom(b, i, _FAR * forward, 1 / _FAR))
        if cash + floors - branch.cash <= small:
            atoms += found
    return atoms


class _Search:
    """Equations and inequalities that the masses of the atoms have to meet."""

    def __init__(
        self,
        program: HedgingProgram,
        atoms: list[_Atom],
        positions: tuple[tuple[tuple[int, Fraction], ...], ...],
    ) -> None:
        self.program, self.atoms = program, atoms
        self.held = [dict(own) for own in positions]
        n_assets, n_branches = program.n_assets, program.n_branches
        # Rows 0: all mass; then equal masses of all assets in a branch; means; quotes.
        self.pairs = [(b, i) for b in range(n_branches) for i in range(1, n_assets)]
        self.first_mean = 1 + len(self.pairs)
        self.first_quote = self.first_mean + n_assets

    def entry(self, row: int, column: int) -> Fraction:
        """Return what a unit of an atom adds to a row, in the listed units."""
        atom = self.atoms[column]
        if row == 0:
            return atom.unit if atom.asset == 0 else Fraction(0)
        if row < self.first_mean:
            b, i = self.pairs[row - 1]
            sign = (atom.asset == i) - (atom.asset == 0)
            return atom.unit * sign if atom.branch == b else Fraction(0)
        if row < self.first_quote:
            own = row - self.first_mean == atom.asset
            return atom.unit * atom.price if own else Fraction(0)
        i, j = self.program.quotes[row - self.first_quote]
        if i != atom.asset:
            return Fraction(0)
        return atom.unit * value([self.program.terms[i][j]], atom.price)

    def right(self, row: int) -> tuple[Fraction | None, Fraction | None]:
        """Return the two sides of a row."""
        if row < self.first_mean:
            return Fraction(row == 0), Fraction(row == 0)
        if row < self.first_quote:
            mean = self.program.forwards[row - self.first_mean]
            return mean, mean
        i, j = self.program.quotes[row - self.first_quote]
        asset = self.program.assets[i]
        bid, ask = (
            None if side is None else side / exact(asset.discount_factor)
            for side in asset.quotes[j].prices
        )
        held = self.held[i].get(j)
        if held is not None:
            return (ask, ask) if held > 0 else (bid, bid)
        return bid, ask

    @cached_property
    def matrix(self) -> Vector:
        """The rows in floating point, prices in units of forwards."""
        program = self.program
        count = self.first_quote + len(program.quotes)
        owner = np.array([atom.asset for atom in self.atoms])
        mass = np.array([float(atom.unit) for atom in self.atoms])
        price = np.array([float(a.price / program.forwards[a.asset]) for a in self.atoms])
        found = np.zeros((count, len(self.atoms)))
        for row in range(self.first_mean):
            found[row] = [float(self.entry(row, column)) for column in range(len(self.atoms))]
        for i in range(program.n_assets):
            found[self.first_mean + i] = np.where(owner == i, mass * price, 0.0)
        sharp = np.zeros(price.size, dtype=bool)
        for q, (i, j) in enumerate(program.quotes):
            own = normalised_worth(program.terms[i][j], program.forwards[i], price, sharp)
            found[self.first_quote + q] = np.where(owner == i, mass * own, 0.0)
        return found

    def unit(self, row: int) -> Fraction:
        """Return what a row is measured in."""
        if row < self.first_mean:
            return Fraction(1)
        if row < self.first_quote:
            return self.program.forwards[row - self.first_mean]
        return self.program.units[row - self.first_quote]

    def masses(self) -> list[Fraction] | None:
        """Return masses that meet all rows exactly, or None."""
        sides = [self.right(row) for row in range(self.matrix.shape[0])]
        units = [self.unit(row) for row in range(len(sides))]
        low, high = (
            np.array([_over(pair[k], unit, end) for pair, unit in zip(sides, units, strict=True)])
            for k, end in ((0, -np.inf), (1, np.inf))
        )
        equal = np.array([s[0] is not None and s[0] == s[1] for s in sides])
        found = self._roomy(low, high, equal)
        if found is None:
            return None
        approximate, room = found
        tight = np.flatnonzero(equal | (room < _NO_ROOM))
        if tight.size > _MOST_EQUATIONS:
            return None
        reached = self.matrix @ approximate
        nearer = reached - low > high - reached
        right = [side for row in tight if (side := sides[row][int(nearer[row])]) is not None]
        approximate = np.where(approximate > _MASSLESS, approximate, 0.0)
        guess = [rounded(x, _BITS) for x in approximate]
        exactly = completed(
            guess,
            self.matrix[tight],
            approximate,
            lambda i, j: self.entry(int(tight[i]), j),
            right,
        )
        if exactly is None or min(exactly) < 0:
            return None
        return exactly if self._met(exactly, sides) else None

    def _roomy(
        self, low: Vector, high: Vector, equal: NDArray[np.bool_]
    ) -> tuple[Vector, Vector] | None:
        """Maximise the room left to bids and asks, each counted up to a little."""
        n, free = len(self.atoms), np.flatnonzero(~equal)
        room = np.zeros((free.size, n + free.size))
        room[:, :n] = self.matrix[free]
        below, above = room.copy(), room
        below[:, :n] *= -1.0
        below[np.arange(free.size), n + np.arange(free.size)] = 1.0
        above[np.arange(free.size), n + np.arange(free.size)] = 1.0
        sides = np.concatenate([-low[free], high[free]])
        left = np.vstack([below, above])[np.isfinite(sides)]
        same = np.hstack([self.matrix[equal], np.zeros((int(equal.sum()), free.size))])
        half = np.minimum(_ROOM, 0.5 * (high[free] - low[free]))
        found = linprog(
            np.concatenate([np.zeros(n), -np.ones(free.size)]),
            A_ub=csr_matrix(left) if left.size else None,
            b_ub=sides[np.isfinite(sides)] if left.size else None,
            A_eq=csr_matrix(same),
            b_eq=low[equal],
            bounds=[(0, None)] * n + [(0, most) for most in half],
            method="highs",
            options=HIGHS,
        )
        if found.status != 0:
            return None
        whole = np.full(equal.size, np.inf)
        whole[free] = found.x[n:]
        return found.x[:n], whole

    def _met(
        self, masses: list[Fraction], sides: list[tuple[Fraction | None, Fraction | None]]
    ) -> bool:
        for row, (low, high) in enumerate(sides):
            terms = (self.entry(row, column) * x for column, x in enumerate(masses) if x)
            reached = sum(terms, Fraction(0))
            if (low is not None and reached < low) or (high is not None and reached > high):
                return False
        return True


def _over(side: Fraction | None, unit: Fraction, missing: float) -> float:
    return missing if side is None else float(side / unit)
