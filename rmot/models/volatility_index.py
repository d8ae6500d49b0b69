r"""Knows the joint law of a price at two dates and of the volatility index between them.

.. math:: I^2 = \frac1\tau E\Big[\int_{T_1}^{T_2} V_u\,du \,\Big|\, F_{T_1}\Big]
          = -\frac2\tau E\Big[\log\frac{S_2}{S_1} \Big| F_{T_1}\Big], \qquad \tau = T_2 - T_1.

Paths, on which a model knows I, are sorted into cells of it, and in each the prices have cells as
in `rmot.models.two_dates`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._fibres import (
    boundaries,
    cell_sums,
    fibre_points,
    heavy_enough,
    increments,
    martingale_nodes,
)
from rmot.models.price_paths import SimulatesIndex
from rmot.numerics.discrete import Prior
from rmot.numerics.path_grid import check_whole_number

Vector = NDArray[np.float64]

_LEAST_MASS = 1e-7
_OUTER = 1e-3


def index_prior(
    models: SimulatesIndex | Sequence[tuple[float, SimulatesIndex]],
    first: float,
    second: float,
    *,
    n_first: int = 32,
    n_index: int = 20,
    n_second: int = 48,
    n_paths: int = 2**15,
    seed: int = 0,
    looks: int = 32,
    kinks: ArrayLike = (),
    index_kinks: ArrayLike = (),
) -> Prior:
    """Return the law of (S_1, I, S_2) on points of shape (n, 3), in fibres of equal (S_1, I).

    Forwards of the price are 1; the index is a volatility, as 0.2. The price is a martingale on the
    fibres to rounding.

    Parameters
    ----------
    models : SimulatesIndex or sequence of (float, SimulatesIndex)
        A model, or several with the shares of paths that follow them: a small share of one with
        more volatility of variance carries the index to where options on it are quoted.
    first, second : float
        The two dates in years, 0 < first < second.
    n_first, n_index, n_second : int
        Cells of the first price, of the index, and of the ratio of both prices; at least 8 each.
        The index's are even in logarithms from where a thousandth of some model's paths stay below
        to where a thousandth goes above.
    n_paths : int
        Of each model.
    seed : int
        Of the paths.
    looks : int
        Steps to the first date, at least 4.
    kinks, index_kinks : array_like, shape (n,)
        First prices, and volatilities, that are boundaries of cells besides: with strikes of quotes
        among them, laws on the nodes can meet tight quotes side by side.

    Raises
    ------
    ParameterError
        Dates that do not increase from above 0, too few cells or paths, shares or kinks that are
        not positive.
    """
    shares = [(1.0, models)] if isinstance(models, SimulatesIndex) else list(models)
    for name, count in (("n_first", n_first), ("n_index", n_index), ("n_second", n_second)):
        check_whole_number(name, count, 8)
    if n_paths < 64 * n_index:
        raise ParameterError(f"expected n_paths >= {64 * n_index}, 64 a cell; got {n_paths}")
    total = sum(share for share, _ in shares)
    if not all(share > 0 for share, _ in shares):
        raise ParameterError(f"expected positive shares; got {[share for share, _ in shares]}")
    simulated = [
        (share / total, *model.index_paths(first, second, n_paths, seed, looks))
        for share, model in shares
    ]
    main = simulated[0][1]
    rows = np.union1d(boundaries(*increments(main, 0), n_first), np.log(_positive(kinks)))
    columns = boundaries(*increments(main, 1), n_second)
    ends = _index_cells([index for _, _, index in simulated], n_index)
    ends = np.union1d(ends, _positive(index_kinks))
    masses, firsts, seconds, levels = [], [], [], []
    for cell in range(ends.size + 1):
        mass, x = np.zeros((rows.size + 1, columns.size + 1)), np.zeros(rows.size + 1)
        y, squares = np.zeros(mass.shape), 0.0
        for share, paths, index in simulated:
            inside = np.flatnonzero(np.searchsorted(ends, index, side="right") == cell)
            if not inside.size:
                continue
            weight = share * inside.size / n_paths
            for held, more in zip(
                (mass, x, y), cell_sums(paths.of(inside), rows, columns), strict=True
            ):
                held += weight * more
            squares += share / n_paths * float(index[inside] @ index[inside])
        heavy = heavy_enough(mass.sum(axis=1), _LEAST_MASS)
        if not mass.sum() > 2 * _LEAST_MASS:
            continue
        masses.append(np.add.reduceat(mass, heavy, axis=0))
        firsts.append(np.add.reduceat(x, heavy))
        seconds.append(np.add.reduceat(y, heavy, axis=0))
        levels.append(np.full(heavy.size, np.sqrt(squares / mass.sum())))
    x, y, mass = martingale_nodes(*map(np.concatenate, (masses, firsts, seconds)))
    return Prior(*fibre_points(np.column_stack([x, np.concatenate(levels)]), y, mass))


def _index_cells(samples: list[Vector], count: int) -> Vector:
    """Return the count - 1 boundaries of cells of the index, even in logarithms."""
    least = min(float(np.quantile(each, _OUTER)) for each in samples)
    most = max(float(np.quantile(each, 1.0 - _OUTER)) for each in samples)
    return np.geomspace(least, most, count - 1)


def _positive(kinks: ArrayLike) -> Vector:
    values = np.asarray(kinks, dtype=np.float64)
    if values.ndim != 1 or not np.all((values > 0.0) & np.isfinite(values)):
        raise ParameterError(f"expected positive kinks in a row; got {kinks}")
    return values
