r"""Classical bounds that carry their own proof: hedges and laws in exact rationals.

The floating-point program says which quotes are held and where the hedge touches the payoff; these
equations are solved again in rationals, and cash and forwards are then set, exactly, to the least
that dominates at all prices. Every hedge so made is valid, whatever the solver did: its cost is
an upper bound. A law on finitely many prices that meets all quotes exactly says how far it can be
from the best. `proofs_check/verify.py` checks both from the listed quotes alone.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from rmot.artifact.files import write_json
from rmot.errors import AccuracyError, ParameterError
from rmot.payoffs import Payoff
from rmot.transport.exact.elementary import Term, exact, least, scaled, slope
from rmot.transport.exact.law import Law, optimal_law
from rmot.transport.exact.listed import ListedAsset
from rmot.transport.exact.program import Branch, HedgingProgram, Solved, branches_of
from rmot.transport.exact.rational_systems import completed, independent_rows

Side = Literal["upper", "lower"]
Positions = tuple[tuple[tuple[int, Fraction], ...], ...]

_HELD = 1e-9
_TOUCHES = 1e-9
_DENOMINATOR = 10**9
_LARGEST_SYSTEM = 80


@dataclass(frozen=True, eq=False)
class ExactHedge:
    """A static hedge in rationals that dominates (is dominated by) a payoff at all prices >= 0.

    Attributes
    ----------
    name : str
    side : {"upper", "lower"}
    assets : tuple of ListedAsset
        The quotes it is made of, and the forwards and discount factors that it takes as given.
    branches : tuple of Branch
        The payoff is their largest.
    cash : Fraction
        Paid at expiry.
    units : tuple of Fraction
        Forwards held of each asset.
    positions : tuple of tuple of (int, Fraction)
        Of each asset: which quotes are held, and how many.
    cost : Fraction
        Undiscounted: cash + units at the forwards + (longs at the ask - shorts at the bid) / D;
        of a lower hedge what it can be sold for.
    bound : float
        What the floating-point program found.
    law : Law or None
        On finitely many prices; it meets all quotes. None where none was found in rationals.
    attained : Fraction or None
        The payoff's price under that law, or a number that it exceeds: the best bound lies
        between `attained` and `cost`.
    """

    name: str
    side: Side
    assets: tuple[ListedAsset, ...]
    branches: tuple[Branch, ...]
    cash: Fraction
    units: tuple[Fraction, ...]
    positions: Positions
    cost: Fraction
    bound: float
    law: Law | None
    attained: Fraction | None

    @property
    def excess(self) -> float:
        """How far the exact cost is on the expensive side of the floating-point bound."""
        sign = 1 if self.side == "upper" else -1
        return sign * float(self.cost - Fraction(self.bound))

    @property
    def gap(self) -> float:
        """How far the cost can be from the best bound; nan without a law."""
        return math.nan if self.attained is None else abs(float(self.cost - self.attained))

    def to_json(self) -> dict[str, Any]:
        """Return the statement that `proofs_check/verify.py` re-checks."""

        def written(terms: Sequence[Term]) -> list[list[str]]:
            return [[str(term.units), term.kind, str(term.strike)] for term in terms]

        statement: dict[str, Any] = {
            "name": self.name,
            "kind": "superhedge",
            "side": self.side,
            "assets": [asset.to_json() for asset in self.assets],
            "payoff": [
                {"cash": str(branch.cash), "legs": [written(leg) for leg in branch.legs]}
                for branch in self.branches
            ],
            "hedge": {
                "cash": str(self.cash),
                "units": [str(units) for units in self.units],
                "positions": [[[j, str(held)] for j, held in own] for own in self.positions],
            },
            "cost": str(self.cost),
            "floating_point": {"bound": self.bound, "excess": self.excess},
            "holds": True,
        }
        if self.law is not None:
            statement["law"] = [
                [[[str(price), str(mass)] for price, mass in atoms] for atoms in legs]
                for legs in self.law
            ]
            statement["attained"] = str(self.attained)
        return statement


def save_hedges(path: str | os.PathLike[str], hedges: Sequence[ExactHedge]) -> None:
    """Write certificates of bounds, whole or not at all, for `proofs_check/verify.py`.

    Parameters
    ----------
    path : path-like
    hedges : sequence of ExactHedge
    """
    write_json(path, {"bounds": [hedge.to_json() for hedge in hedges]})


def exact_hedge(
    payoff: Payoff, assets: ListedAsset | Sequence[ListedAsset], side: Side = "upper"
) -> ExactHedge:
    """Return the cheapest static hedge in exact rationals, and a law that says so.

    Parameters
    ----------
    payoff : Payoff
        In the units of the listed strikes. A payoff object of one asset, or a basket call (upper
        side only). Its numbers are read as the decimals they print as.
    assets : ListedAsset or sequence of them
        From `rmot.transport.exact.listed`.
    side : {"upper", "lower"}

    Raises
    ------
    ParameterError
        A payoff of another form or number of assets, or the lower side of a basket.
    InfeasibleQuotes
        No law meets the quotes.
    AccuracyError
        The floating-point program was not solved.

    Examples
    --------
    >>> from rmot.payoffs import call
    >>> from rmot.transport.exact.listed import ListedQuote
    >>> quotes = (ListedQuote("call", "90", "12", "12.5"), ListedQuote("call", "110", "2", "2.5"))
    >>> hedge = exact_hedge(call(100), ListedAsset("A", "here", "100", "0.98", quotes))
    >>> hedge.cost, hedge.attained, hedge.positions
    (Fraction(375, 49), Fraction(375, 49), (((0, Fraction(1, 2)), (1, Fraction(1, 2))),))
    """
    if side not in ("upper", "lower"):
        raise ParameterError(f"expected 'upper' or 'lower'; got {side!r}")
    listed = (assets,) if isinstance(assets, ListedAsset) else tuple(assets)
    branches = branches_of(payoff, len(listed))
    if side == "lower" and len(branches) > 1:
        raise ParameterError("expected the upper side of a basket; a lower one has no such hedge")
    sign = 1 if side == "upper" else -1
    sought = branches if sign > 0 else tuple(branch.negated() for branch in branches)
    program = HedgingProgram(listed, sought)
    solved = program.solved()
    candidates = [_dominating(program, *found) for found in _portfolios(program, solved)]
    cost, cash, units, positions = min(candidates, key=lambda found: found[0])
    law, attained = optimal_law(program, cash, units, positions) or (None, None)
    return ExactHedge(
        f"{side} bound of {payoff.label} on {' and '.join(asset.name for asset in listed)}",
        side,
        listed,
        branches,
        sign * cash,
        tuple(sign * held for held in units),
        tuple(tuple((j, sign * held) for j, held in own) for own in positions),
        sign * cost,
        sign * solved.optimum,
        law,
        None if attained is None else sign * attained,
    )


def _portfolios(
    program: HedgingProgram, solved: Solved
) -> list[tuple[list[Fraction], dict[int, Fraction]]]:
    """Return units and positions: rounded ones, and those of the exact vertex where it is found."""
    n = program.first_position
    held = n + np.flatnonzero(np.abs(solved.x[n:]) > _HELD)
    columns = np.concatenate([np.arange(n), held]).astype(int)
    unit = [Fraction(1), *program.forwards]
    unit += [Fraction(1)] * (n - len(unit)) + program.units
    guess = [
        (Fraction(float(solved.x[c])) * program.scale / unit[c]).limit_denominator(_DENOMINATOR)
        for c in columns
    ]
    found = [guess]
    touching = np.flatnonzero(solved.slack < _TOUCHES)
    if columns.size <= _LARGEST_SYSTEM and touching.size:
        dense = program.matrix[touching][:, columns].toarray()
        # Rows with a mass of the law are met exactly; others only where these leave a choice.
        weight = np.where(solved.masses[touching] > 0, 1.0, 1e-3)
        kept = independent_rows(dense * weight[:, None])
        rows = touching[kept]
        vertex = completed(
            guess,
            dense[kept],
            np.maximum(np.abs(solved.x[columns]), 1e-3),
            lambda i, j: program.entry(int(rows[i]), int(columns[j])),
            [program.wanted(int(row)) for row in rows],
        )
        found += [] if vertex is None else [vertex]
    start = program.first_floor
    return [
        (
            list(numbers[1:start]),
            {int(c) - n: x for c, x in zip(columns[n:], numbers[n:], strict=True) if x},
        )
        for numbers in found
    ]


def _dominating(
    program: HedgingProgram, units: list[Fraction], held: dict[int, Fraction]
) -> tuple[Fraction, Fraction, tuple[Fraction, ...], Positions]:
    """Raise units and cash to the least that dominates; return the cost and the hedge."""
    positions: list[list[tuple[int, Fraction]]] = [[] for _ in program.assets]
    for q, amount in held.items():
        i, j = program.quotes[q]
        positions[i].append((j, amount))
    cost, floors, raised = Fraction(0), [], []
    for i, asset in enumerate(program.assets):
        own = [
            Term(amount, program.terms[i][j].kind, program.terms[i][j].strike)
            for j, amount in positions[i]
        ]
        steepest = max(slope(branch.legs[i]) for branch in program.branches)
        unit = max(units[i], steepest - slope(own))
        own.append(Term(unit, "price", Fraction(0)))
        floors.append([Fraction(least([*own, *scaled(b.legs[i], -1)])) for b in program.branches])
        raised.append(unit)
        cost += unit * program.forwards[i]
        for j, amount in positions[i]:
            bid, ask = asset.quotes[j].prices
            price = ask if amount > 0 else bid
            if price is None:
                raise AccuracyError(f"a hedge trades the open side of {asset.quotes[j].label}")
            cost += amount * price / exact(asset.discount_factor)
    cash = max(
        branch.cash - sum((floor[b] for floor in floors), Fraction(0))
        for b, branch in enumerate(program.branches)
    )
    return cost + cash, cash, tuple(raised), tuple(tuple(own) for own in positions)
