r"""Knows the joint law of a price at two dates as a discrete measure that is a martingale.

Given the path of what drives the variance, the logarithms of :math:`S_1` and of the ratio
:math:`R = S_2 / S_1` are independent and normal. So the mass of a product of cells is a mean over
paths,

.. math:: P(S_1 \in A_i, R \in B_l) = \frac1N \sum_n P_n(S_1 \in A_i)\, P_n(R \in B_l),

which is smooth and never negative. First moments are means of the same kind. Each cell has a node:
its first price is :math:`E[S_1 | A_i]`, the same for all of row i, the second
:math:`E[S_2 | A_i, B_l]`. What chance leaves of :math:`E S_1 = 1` and of
:math:`E[S_2 | A_i] = E[S_1 | A_i]` is divided out, and told.

Functions of both prices that are smooth within cells are off by second order in the cells' widths,
the mass of each times its width squared. For a number of cells that sum is least where their
density goes as the cube root of the law's (P. F. Panter and W. Dite, "Quantization distortion in
pulse-count modulation with nonuniform spacing of levels", Proceedings of the IRE 39 (1951)): four
fifths of the cells are laid so. The others lie evenly in the logarithm, so that far quotes meet
nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models._cells import through
from rmot.models._fibres import (
    boundaries,
    cell_sums,
    fibre_points,
    heavy_enough,
    increments,
    martingale_nodes,
    ratio,
)
from rmot.models.price_paths import LognormalPaths, SimulatesPaths
from rmot.numerics.discrete import Prior
from rmot.numerics.path_grid import check_times, check_whole_number

Vector = NDArray[np.float64]

_SCRAMBLINGS = 8


@runtime_checkable
class OfTwoPrices(Protocol):
    """What depends on both prices, as `rmot.payoffs.TwoDatePayoff` does."""

    def at(self, first: Vector, second: Vector, /) -> Vector:
        """Return values at prices that broadcast."""
        ...


@dataclass(frozen=True, eq=False)
class TwoDateLaw:
    """Masses and first moments of cells in S_1 (rows) and S_2 / S_1 (columns).

    Attributes
    ----------
    mass, second : ndarray, shape (replicates, n_first, n_second)
        P(cell) and E[S_2; cell] of each replicate, an independent simulation.
    first : ndarray, shape (replicates, n_first)
        E[S_1; row].
    """

    mass: Vector
    first: Vector
    second: Vector

    @cached_property
    def prior(self) -> Prior:
        """The law as a measure on points of shape (n, 2, 1), by fibres of equal first price.

        It is a martingale of mean 1 to rounding. Rows, and cells of a row, that are lighter than
        `LEAST_MASS` have joined the next ones towards the middle, at their common mean.
        """
        mass, first, second = self._pooled
        rows = heavy_enough(mass.sum(axis=1))
        x, y, mass = martingale_nodes(
            *(np.add.reduceat(of, rows, axis=0) for of in (mass, first, second))
        )
        points, weights = fibre_points(x[:, None], y, mass)
        return Prior(points[:, :, None], weights)

    @property
    def largest_correction(self) -> float:
        """The largest |E[S_2 | row] / E[S_1 | row] - 1| that chance left, over all rows."""
        return float(np.max(np.abs(self.corrections)))

    @property
    def corrections(self) -> Vector:
        """E[S_2 | row] / E[S_1 | row] - 1 as simulated, shape (n_first,): `prior` is without."""
        _, first, second = self._pooled
        return ratio(second.sum(axis=1), first, empty=1.0) - 1.0

    def expectation(self, payoff: OfTwoPrices) -> float:
        """Return E c(S_1, S_2) on the nodes."""
        return _expectation(payoff, *self._pooled)

    def standard_error(self, payoff: OfTwoPrices) -> float:
        """Return that of `expectation` from the spread of replicates; 0 if there is but one."""
        count = self.mass.shape[0]
        if count == 1:
            return 0.0
        each = [
            _expectation(payoff, *of) for of in zip(self.mass, self.first, self.second, strict=True)
        ]
        return float(np.std(each, ddof=1) / np.sqrt(count))

    def cell_error(self, payoff: OfTwoPrices) -> float:
        """Return what the width of cells takes from `expectation`, estimated.

        Cells are joined two by two either way, which needs no new paths; of an error of second
        order a third of the change remains.
        """
        mass, first, second = self._pooled
        rows, columns = np.arange(0, mass.shape[0], 2), np.arange(0, mass.shape[1], 2)
        mass, second = (
            np.add.reduceat(np.add.reduceat(cells, rows, axis=0), columns, axis=1)
            for cells in (mass, second)
        )
        coarse = _expectation(payoff, mass, np.add.reduceat(first, rows), second)
        return (self.expectation(payoff) - coarse) / 3.0

    @property
    def _pooled(self) -> tuple[Vector, Vector, Vector]:
        return self.mass.mean(axis=0), self.first.mean(axis=0), self.second.mean(axis=0)


def two_date_law(
    model: SimulatesPaths,
    first: float,
    second: float,
    *,
    n_first: int = 80,
    n_second: int = 160,
    n_paths: int = 2**16,
    seed: int = 0,
    steps: int | None = None,
    kinks: ArrayLike = (),
    ratio_kinks: ArrayLike = (),
) -> TwoDateLaw:
    """Return the law of the prices at two dates, forwards 1.

    Parameters
    ----------
    model : SimulatesPaths
        `BlackScholes` (exact but for the cells), `Heston`, `RoughHeston`, `RoughBergomi`,
        `TwoFactorBergomi`.
    first, second : float
        Dates in years, 0 < first < second.
    n_first, n_second : int
        Cells of the first price (fibres) and of the ratio of both prices; at least 8 each.
    n_paths : int
        Paths of the variance in eight scramblings of Sobol points; a power of two from 64.
    seed : int
        Same seed, same numbers.
    steps : int, optional
        As for `simulate_paths`.
    kinks, ratio_kinks : array_like, shape (n,)
        First prices, and ratios, that are to be boundaries of cells. Payoffs of the ratio that
        bend there, such as forward starts, lose next to nothing to the width of cells.

    Raises
    ------
    ParameterError
        A model without paths, dates that do not increase from above 0, too few cells, a number of
        paths or a seed that make no simulation, or kinks that no boundary can meet.
    AccuracyError
        If steps are so long that prices would not be martingales.

    Examples
    --------
    >>> from rmot.models import BlackScholes
    >>> law = two_date_law(BlackScholes(volatility=0.2), 0.25, 0.5, n_first=10, n_second=20)
    >>> law.prior.points.shape, law.prior.mean().round(12).tolist()
    ((200, 2, 1), [[1.0], [1.0]])
    """
    if not isinstance(model, SimulatesPaths):
        raise ParameterError(f"expected a model that simulates paths; got {model!r}")
    times = check_times([first, second])
    for name, count in (("n_first", n_first), ("n_second", n_second)):
        check_whole_number(name, count, 8)
    check_whole_number("n_paths", n_paths, 8 * _SCRAMBLINGS)
    if n_paths & (n_paths - 1):
        raise ParameterError(f"n_paths must be a power of two for Sobol points; got {n_paths}")
    check_whole_number("seed", seed, 0)
    seeds = np.random.SeedSequence(seed).generate_state(_SCRAMBLINGS).tolist()

    def replicate(each: int) -> LognormalPaths:
        return model.lognormal_paths(
            times, n_paths // _SCRAMBLINGS, each, sampling="sobol", steps=steps
        )

    paths = replicate(seeds[0])
    normals = [increments(paths, date) for date in (0, 1)]
    rows = through(boundaries(*normals[0], n_first), kinks)
    columns = through(boundaries(*normals[1], n_second), ratio_kinks)
    sums = [cell_sums(paths, rows, columns)]
    # a path that is the same for all seeds is all there is
    if paths.variance.shape[0] > 1:
        sums += [cell_sums(replicate(each), rows, columns) for each in seeds[1:]]
    mass, first_moment, second_moment = map(np.array, zip(*sums, strict=True))
    return TwoDateLaw(mass, first_moment, second_moment)


def _expectation(payoff: OfTwoPrices, mass: Vector, first: Vector, second: Vector) -> float:
    if not isinstance(payoff, OfTwoPrices):
        raise ParameterError(f"expected a payoff of two dates; got {payoff!r}")
    x, y, mass = martingale_nodes(mass, first, second)
    return float(np.sum(mass * payoff.at(x[:, None], y)))
