"""Linear equations in exact rationals, their pivots found in floating point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

Vector = NDArray[np.float64]
Row = list[Fraction]

_INDEPENDENT = 1e-11


def independent_rows(matrix: Vector) -> NDArray[np.intp]:
    """Return rows that span all rows, the longest first: weigh them by what is preferred."""
    if not matrix.size:
        return np.empty(0, dtype=np.intp)
    factors: Any = qr(matrix.T, mode="r", pivoting=True)
    upper, order = factors
    diagonal = np.abs(np.diag(upper))
    rank = int(np.count_nonzero(diagonal > _INDEPENDENT * max(diagonal[0], 1e-300)))
    return np.asarray(order[:rank], dtype=np.intp)


def solve(rows: Sequence[Row], right: Sequence[Fraction]) -> Row | None:
    """Solve a square system by elimination; None where it is singular."""
    size = len(right)
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for i in range(size):
        # The entry of the fewest digits keeps later ones short.
        candidates = [r for r in range(i, size) if table[r][i]]
        if not candidates:
            return None
        best = min(candidates, key=lambda r: _length(table[r][i]))
        table[i], table[best] = table[best], table[i]
        pivot = table[i]
        for r in range(i + 1, size):
            if table[r][i]:
                ratio = table[r][i] / pivot[i]
                row = table[r]
                for j in range(i, size + 1):
                    if pivot[j]:
                        row[j] -= ratio * pivot[j]
    found = [Fraction(0)] * size
    for i in reversed(range(size)):
        known = sum((table[i][j] * found[j] for j in range(i + 1, size)), Fraction(0))
        found[i] = (table[i][size] - known) / table[i][i]
    return found


def completed(
    guess: Sequence[Fraction],
    approximate: Vector,
    preference: Vector,
    entry: Callable[[int, int], Fraction],
    right: Sequence[Fraction],
) -> Row | None:
    """Change as few entries of a guess as there are equations, so that all hold exactly.

    Parameters
    ----------
    guess : sequence of Fraction, length n
    approximate : ndarray, shape (m, n)
        The matrix in floating point; dependent rows are left out.
    preference : ndarray, shape (n,)
        The larger, the rather an entry is changed; entries of preference zero stay.
    entry : callable
        The matrix in rationals, by row and column.
    right : sequence of Fraction, length m

    Returns
    -------
    list of Fraction or None
        None where the rows left out are not met, or the matrix is singular.
    """
    weighted = approximate * preference
    longest = np.maximum(np.abs(weighted).max(axis=1, initial=0.0), 1e-300)
    weighted /= longest[:, None]
    kept = independent_rows(weighted)
    columns = independent_rows(weighted[kept].T)[: kept.size]
    if columns.size < kept.size:
        return None
    fixed = [j for j in range(len(guess)) if j not in set(columns.tolist())]

    def rest(i: int) -> Fraction:
        known = (entry(i, j) * guess[j] for j in fixed if guess[j])
        return right[i] - sum(known, Fraction(0))

    solved = solve(
        [[entry(int(i), int(j)) for j in columns] for i in kept], [rest(int(i)) for i in kept]
    )
    if solved is None:
        return None
    found = list(guess)
    for j, number in zip(columns, solved, strict=True):
        found[j] = number
    for i in set(range(len(right))) - set(kept.tolist()):
        met = sum((entry(i, j) * x for j, x in enumerate(found) if x), Fraction(0))
        if met != right[i]:
            return None
    return found


def _length(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()


def rounded(number: float, bits: int) -> Fraction:
    """Return the nearest multiple of 2**-bits."""
    return Fraction(round(Fraction(number) * 2**bits), 2**bits)
