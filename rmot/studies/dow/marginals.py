r"""Laws of the constituents from fitted smiles, and a basket of them under a Gaussian copula.

.. math:: P(S \le K) = 1 + \partial_K C(K),

with the calls of the smile, its volatilities moved by a share of the quotes' half-width. Basket
prices are means over scramblings of Sobol points; their spread gives the error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.models import SVI
from rmot.numerics import black_call
from rmot.numerics.gaussian_copula import QuantileTable, coupled, normals

Vector = NDArray[np.float64]

SVI_NAMES = ("minimum_total_variance", "wing_slope", "correlation", "translation", "smoothness")
_GRID = np.linspace(-2.0, 1.2, 1601)
_SCRAMBLINGS = 8


def quantiles(smiles: pd.DataFrame, shift: float = 0.0) -> list[QuantileTable]:
    """Return the law of each row's SVI smile, volatilities moved by `shift` half-widths."""
    tables = []
    for row in smiles.to_dict("records"):
        model = SVI(**{name: row[name] for name in SVI_NAMES})
        maturity = row["maturity"]
        volatility = model.implied_volatility(_GRID, maturity) + shift * row["half_width"]
        calls = black_call(_GRID, volatility, maturity)
        distribution = 1.0 + np.diff(calls) / np.diff(np.exp(_GRID))
        tables.append(QuantileTable.of_distribution(0.5 * (_GRID[1:] + _GRID[:-1]), distribution))
    return tables


def basket_calls(
    tables: list[QuantileTable],
    weights: Vector,
    strikes: Vector,
    correlations: Vector,
    n_points: int,
    seed: int,
) -> tuple[Vector, Vector]:
    """Return prices of calls on the basket and their standard errors.

    Shapes (correlations, strikes). Each scrambling serves all correlations, so that prices move
    smoothly with it.
    """
    found = np.empty((_SCRAMBLINGS, correlations.size, strikes.size))
    for k in range(_SCRAMBLINGS):
        drawn = normals(len(tables), n_points // _SCRAMBLINGS, seed + k)
        for c, correlation in enumerate(correlations):
            basket = coupled(tables, float(correlation), drawn) @ weights
            found[k, c] = np.maximum(basket[:, None] - strikes, 0.0).mean(axis=0)
    error = found.std(axis=0, ddof=1) / np.sqrt(_SCRAMBLINGS)
    return found.mean(axis=0), error
