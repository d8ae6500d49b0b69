"""The 2 x 2 Wishart models nearest to the smiles and the spread at the money that others meet.

A Wishart model has no parameter for each of these seven numbers: it comes as near as least squares
bring it. The fit is slow, and two studies read it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, least_squares

from rmot.artifact.files import read_csv
from rmot.errors import DataError, RmotError
from rmot.models import WishartModel
from rmot.studies.spread_smiles import matched
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

EVALUATIONS = {"quick": 8, "full": 25, "deep": 60}
FREE = (
    "log_first_root",
    "mixed_root",
    "log_second_root",
    "log_first_size",
    "log_second_size",
    "first_leverage",
    "second_leverage",
)
_DEGREES = 1.5
_DIFFERENCE = 1e-4
_SECANTS = 3
_MET = 1e-6
"""A relative miss at which a target is met: prices are priced to a tenth of it."""


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a maturity: the free numbers, and the largest relative miss."""
    rows = []
    for maturity in matched.MATURITIES:
        free, misses = fitted(matched.target(maturity), EVALUATIONS[config.profile])
        largest = float(np.max(np.abs(misses)))
        row = dict(zip(FREE, free.tolist(), strict=True))
        rows.append({"maturity": maturity, **row, "largest_miss": largest})
    return pd.DataFrame(rows).assign(**matched.source())


def read(path: Path, maturity: float) -> tuple[WishartModel, float]:
    """Return the model of a maturity from the table of fits, and its largest relative miss.

    Raises
    ------
    DataError
        If the table has not one row of this maturity.
    """
    table = read_csv(path)
    rows = table[table["maturity"] == maturity]
    if len(rows) != 1:
        raise DataError(f"{path}: expected one fit at maturity {maturity}; got {len(rows)}")
    row = rows.iloc[0]
    free = np.array([float(row[name]) for name in FREE])
    return wishart(free), float(row["largest_miss"])


def fitted(aim: matched.Target, evaluations: int) -> tuple[Vector, Vector]:
    """Return the free numbers of the model nearest to the target, and relative misses, shape (7,).

    Returns have V as their covariances; free are V_0, the size of Q for each asset and the leverage
    R. The search stops after so many evaluations beside those for derivatives.
    """

    def misses(x: Vector) -> Vector:
        try:
            law = wishart(x)
            found = [
                matched.asset_volatilities(law, i, aim.log_moneyness[i], aim.maturity)
                for i in range(2)
            ]
            call = float(matched.joint_calls(law, np.array([matched.MONEY]), aim.maturity)[0])
        except RmotError:
            return np.full(7, 10.0)
        smiles = (np.array(found) / aim.volatilities - 1.0).ravel()
        return np.append(smiles, call / aim.money_call - 1.0)

    level = aim.volatilities[:, 1]
    stationary = 0.5 * math.log(matched.MEAN_REVERSION / _DEGREES)
    root = [math.log(level[0]), 0.7 * level[1], math.log(0.7 * level[1])]
    start = np.array([*root, stationary, stationary, -0.4, 0.0])
    slopes = _Slopes(misses)
    found = least_squares(
        slopes.values,
        start,
        jac=slopes.at,  # pyright: ignore[reportArgumentType] (its stub knows strings only)
        xtol=1e-8,
        ftol=1e-10,
        x_scale="jac",
        max_nfev=evaluations,
        callback=_stop_when_met,
    )
    return np.asarray(found.x), np.asarray(found.fun)


class _Slopes:
    """Derivatives by differences at every few steps of a search, by secants between (Broyden)."""

    def __init__(self, function: Callable[[Vector], Vector]) -> None:
        self._function = function
        self._known: dict[bytes, Vector] = {}
        self._last: tuple[Vector, Vector, Vector] | None = None
        self._age = 0

    def values(self, x: Vector) -> Vector:
        """Return the function, kept for the derivatives."""
        found = self._function(x)
        self._known[x.tobytes()] = found
        return found

    def at(self, x: Vector) -> Vector:
        """Return the derivatives, shape (values, x); a step was made from where they were asked."""
        value = self._known[x.tobytes()]
        if self._last is None or self._age == _SECANTS:
            self._age = 0
            slopes = self._differences(x, value)
        else:
            self._age += 1
            before, value_before, slopes = self._last
            step = x - before
            missed = value - value_before - slopes @ step
            slopes = slopes + np.outer(missed, step) / (step @ step)
        self._last = (x.copy(), value, slopes)
        return slopes

    def _differences(self, x: Vector, value: Vector) -> Vector:
        sizes = _DIFFERENCE * np.where(x >= 0.0, 1.0, -1.0) * np.maximum(np.abs(x), 1.0)
        columns = [
            (self._function(x + size * unit) - value) / size
            for size, unit in zip(sizes, np.eye(x.size), strict=True)
        ]
        return np.column_stack(columns)


def _stop_when_met(intermediate_result: OptimizeResult) -> None:
    if np.max(np.abs(intermediate_result.fun)) < _MET:
        raise StopIteration


def wishart(x: Vector) -> WishartModel:
    """Return the Wishart model of seven free numbers: a root of V_0, sizes of Q, leverage.

    Q^T Q is V_0 with rows and columns scaled, so that correlations last.
    """
    root = np.array([[math.exp(x[0]), 0.0], [x[1], math.exp(x[2])]])
    size = math.hypot(x[5], x[6])
    leverage = np.array(x[5:7]) * (math.tanh(size) / size if size > 0.0 else 1.0)
    return WishartModel(
        [[[1.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]],
        degrees=_DEGREES,
        volatility=root.T * np.exp(x[3:5]),
        drift=-0.5 * matched.MEAN_REVERSION * np.eye(2),
        correlation=np.array([leverage, np.zeros(2)]),
        initial=root @ root.T,
    )


if __name__ == "__main__":
    main(run)
