"""The 2 x 2 Wishart models nearest to the smiles and the spread at the money that others meet.

A Wishart model has no parameter for each of these seven numbers: it comes as near as least squares
bring it. The fit is slow, and two studies read it.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from rmot.errors import DataError, RmotError
from rmot.models import WishartModel
from rmot.studies.spread_smiles import matched
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

EVALUATIONS = {"quick": 5, "full": 15, "deep": 30}
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
    table = pd.read_csv(path)
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
    found = least_squares(
        misses, start, diff_step=1e-4, xtol=1e-8, ftol=1e-10, max_nfev=evaluations
    )
    return np.asarray(found.x), np.asarray(found.fun)


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
