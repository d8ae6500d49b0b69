r"""A law of each asset as deep inside its quotes as there is one.

.. math:: \max\; t \le \tfrac12 \quad\text{s.t.}\quad b_j + t (a_j - b_j) \le E g_j \le
          a_j - t (a_j - b_j)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from rmot.transport._highs import HIGHS
from rmot.transport.basket.book import Book

Vector = NDArray[np.float64]


def central_masses(book: Book) -> Vector:
    """Return masses at all nodes, an asset's summing to one; zero where none was found."""
    masses = np.zeros(book.nodes.size)
    for i, leg in enumerate(book.legs):
        n = leg.nodes.size
        quoted = book.columns[i][1:] - 1 - book.n_assets
        bid, ask = book.bid[quoted], book.ask[quoted]
        worths = leg.worths[:, 1:].T
        wide = np.where(np.isfinite(bid) & np.isfinite(ask), ask - bid, 0.0)[:, None]
        rows = np.vstack([np.hstack([worths, wide]), np.hstack([-worths, wide])])
        sides = np.concatenate([ask, -bid])
        firm = np.isfinite(sides)
        found = linprog(
            np.append(np.zeros(n), -1.0),
            A_ub=rows[firm],
            b_ub=sides[firm],
            A_eq=np.vstack([np.append(np.ones(n), 0.0), np.append(leg.nodes, 0.0)]),
            b_eq=[1.0, book.means[i]],
            bounds=[(0.0, None)] * n + [(0.0, 0.5)],
            method="highs",
            options=HIGHS,
        )
        if found.status == 0:
            masses[book.starts[i] : book.starts[i + 1]] = np.maximum(found.x[:n], 0.0)
    return masses
