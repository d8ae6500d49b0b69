r"""Ranges of a book's prices by one method, and what they charge: by side, and by basis.

Of a unit of notional a position held loses :math:`p - l`, one sold :math:`u - p`, and 001's
Algorithm 1 takes the larger. A book's charge is the sum over its strikes with their shares; per
premium it is divided by what the book costs, at one price for all methods. Relief is
:math:`1 - c / c_{\text{sharp}}`, against the sharp model-free bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.regulation import position_charge
from rmot.studies.capital.books import Book

Vector = NDArray[np.float64]

BILLION = 1000.0
"""Of dollars, in millions: the unit of all charges is millions a billion of the basis."""

BASES = ("notional", "premium")
SIDES = ("long", "short", "either")
SHARP = "sharp bounds"


@dataclass(frozen=True, eq=False)
class Ranges:
    """Prices by strike that one method leaves possible, in units of the basket's forward.

    Attributes
    ----------
    method, assumptions : str
    lower, price, upper : ndarray, shape (n_strikes,)
    error : ndarray, shape (n_strikes,)
        Of either end: a standard error of sampling, with what a solver left added.
    radius : float
        Of a ball; NaN for other methods.
    """

    method: str
    assumptions: str
    lower: Vector
    price: Vector
    upper: Vector
    error: Vector
    radius: float = float("nan")


def tabulate(
    book: Book, found: list[Ranges], premium: Vector, *, by_strike: bool = True
) -> pd.DataFrame:
    """Return a row for each exotic, method, side and basis; relief is against `SHARP`.

    Parameters
    ----------
    book : Book
    found : list of Ranges
        One of them the sharp bounds.
    premium : ndarray, shape (n_strikes,)
        The price that all methods share, per unit of notional.
    by_strike : bool
        Whether single strikes have rows too, as books of their own.
    """
    shares = np.array(book.shares)
    parts = [("book", shares)]
    if by_strike:
        ranks = np.arange(shares.size)
        parts += [(f"{strike:g}", 1.0 * (ranks == k)) for k, strike in enumerate(book.strikes)]
    rows: list[dict[str, object]] = []
    for exotic, held in parts:
        (sharp,) = [each for each in found if each.method == SHARP]
        baseline, baseline_error = _summed(sharp, held), float(held @ sharp.error)
        for each in found:
            charge, error = _summed(each, held), float(held @ each.error)
            for side in SIDES:
                rows += _by_basis(
                    {
                        "book": book.name,
                        "exotic": exotic,
                        "method": each.method,
                        "side": side,
                        "lower": float(held @ each.lower),
                        "price": float(held @ each.price),
                        "upper": float(held @ each.upper),
                        "premium": float(held @ premium),
                        "radius": each.radius,
                        "assumptions": each.assumptions,
                    },
                    (charge[side], error),
                    (baseline[side], baseline_error),
                )
    return pd.DataFrame(rows)


def unit_of(basis: str, premium: float) -> float:
    """Return millions a billion of the basis, of a loss per unit of notional.

    NaN per premium where an exotic costs nothing.
    """
    if basis == "notional":
        return BILLION
    return BILLION / premium if premium > 0 else float("nan")


def _summed(ranges: Ranges, held: Vector) -> dict[str, float]:
    found = {
        side: float(held @ position_charge(side, ranges.lower, ranges.price, ranges.upper))
        for side in ("long", "short")
    }
    # The book as a whole is held or sold.
    return found | {"either": max(found.values())}


def _by_basis(
    row: dict[str, object], charge: tuple[float, float], baseline: tuple[float, float]
) -> Iterator[dict[str, object]]:
    premium = float(str(row["premium"]))
    share = charge[0] / baseline[0] if baseline[0] > 0 else float("nan")
    # Of a ratio of two charges, errors taken as independent.
    spread = np.hypot(charge[1], share * baseline[1]) / baseline[0] if baseline[0] > 0 else np.nan
    for basis in BASES:
        unit = unit_of(basis, premium)
        yield row | {
            "basis": basis,
            "charge": unit * charge[0],
            "error": unit * charge[1],
            "sharp_charge": unit * baseline[0],
            "relief": 1.0 - share,
            "relief_error": float(spread),
        }
