r"""Corners and rays of the pieces on which a hedge less an option on baskets is linear.

The pieces of prices :math:`s \ge 0` are cut by kinks :math:`s_i = t` and :math:`v_d \cdot s = k`.
At a corner the assets off their own kinks, r of them, solve r equations
:math:`v_d \cdot s = k`; along an extreme ray r + 1 assets grow and r baskets stay. A piecewise
linear function that loses along no ray has its least value at a corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.transport.basket.book import Line

Vector = NDArray[np.float64]

_MOST = 100_000
_MOST_BASKETS = 8


def require_few(n_assets: int, n_lines: int) -> None:
    """Raise ParameterError where corners of so many baskets are too many to look at."""
    count = sum(comb(n_assets, r + 1) * comb(n_lines, r) for r in range(n_lines + 1))
    if n_lines > _MOST_BASKETS or count > _MOST:
        raise ParameterError(
            f"expected joint quotes on few different baskets (at most {_MOST_BASKETS}, and "
            f"{_MOST} rays of their pieces); got {n_lines} baskets of {n_assets} assets, {count} "
            "rays"
        )


def reach(lines: Sequence[Line], last: Vector) -> Vector:
    """Return prices beyond which no corner lies, from the assets' last kinks; shape (n_assets,)."""
    n_assets, steep = last.size, np.array([line.weights for line in lines])
    most = np.array([np.abs(line.strikes).max(initial=0.0) for line in lines])
    most = most + np.abs(steep) @ last
    found = last.astype(float).copy()
    for r in range(1, min(len(lines), n_assets) + 1):
        columns = np.array(list(combinations(range(n_assets), r)))
        for rows in combinations(range(len(lines)), r):
            blocks = steep[np.ix_(rows, range(n_assets))][:, columns].transpose(1, 0, 2)
            size = np.abs(blocks).max(axis=(1, 2)) ** r
            solvable = np.abs(np.linalg.det(blocks)) > 1e-12 * np.where(size > 0, size, 1.0)
            inverse = np.abs(np.linalg.inv(blocks[solvable]))
            np.maximum.at(found, columns[solvable], inverse @ most[list(rows)])
    return found


def rays(lines: Sequence[Line]) -> Vector:
    """Return the extreme rays, largest entry one; shape (n, n_assets)."""
    steep = np.array([line.weights for line in lines])
    n_assets = steep.shape[1]
    found = [np.eye(n_assets)]
    for r in range(1, min(len(lines), n_assets - 1) + 1):
        columns = np.array(list(combinations(range(n_assets), r + 1)))
        for rows in combinations(range(len(lines)), r):
            blocks = steep[np.ix_(rows, range(n_assets))][:, columns].transpose(1, 0, 2)
            # Cramer: the kernel of an r by r + 1 block is made of its signed minors.
            minors = np.stack(
                [(-1) ** k * np.linalg.det(np.delete(blocks, k, axis=2)) for k in range(r + 1)],
                axis=1,
            )
            largest = np.abs(minors).max(axis=1)
            minors, own = minors[largest > 0], columns[largest > 0]
            minors /= largest[largest > 0, None]
            minors *= np.sign(minors.sum(axis=1))[:, None]
            minors[np.abs(minors) < 1e-13] = 0.0
            admitted = np.all(minors >= 0, axis=1) & np.any(minors > 0, axis=1)
            made = np.zeros((int(admitted.sum()), n_assets))
            np.put_along_axis(made, own[admitted], minors[admitted], axis=1)
            found.append(made)
    return np.unique(np.vstack(found), axis=0)
