r"""How risk factors differ between two discrete laws of terminal prices.

Of each asset the forward, the implied volatility at the money and of a put at 90% of the forward,
their difference (the skew) and the deviation of :math:`\log S`, per root of a year; of each pair
the correlation of log prices. Forwards do not move: both laws meet them exactly.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rmot.artifact.files import atomic_write
from rmot.numerics.implied_volatility import implied_volatility_otm

Vector = NDArray[np.float64]

SKEW_STRIKE = 0.9
"""Of the put whose volatility less that at the money is the skew, in units of the forward."""

_COLUMNS = ("factor", "kind", "calibrated", "stressed", "shock", "unit", "note")


@dataclass(frozen=True)
class Shock:
    """One risk factor under both laws.

    Attributes
    ----------
    factor : str
        Such as ``"SPX"`` or ``"SPX, NDX"``.
    kind : str
        Forward, volatility at the money, ...
    calibrated, stressed : float
        NaN where a law does not have it, such as log prices where one is zero.
    unit : str
    note : str
    """

    factor: str
    kind: str
    calibrated: float
    stressed: float
    unit: str
    note: str = ""

    @property
    def shock(self) -> float:
        """Stressed less calibrated."""
        return self.stressed - self.calibrated


def shocks_between(
    names: Sequence[str], prices: Vector, calibrated: Vector, stressed: Vector, maturity: float
) -> tuple[Shock, ...]:
    """Return the shocks of two laws on the same prices, shape (n, n_assets), means of one."""
    both = [_factors(prices, weights, maturity) for weights in (calibrated, stressed)]
    found = []
    for i, name in enumerate(names):
        for kind, unit, note in _KINDS:
            values = [each[kind][i] for each in both]
            found.append(Shock(name, kind, float(values[0]), float(values[1]), unit, note))
    for i, j in combinations(range(len(names)), 2):
        values = [float(each["correlation"][i, j]) for each in both]
        pair = f"{names[i]}, {names[j]}"
        found.append(Shock(pair, "correlation", values[0], values[1], "1", "of log prices"))
    return tuple(found)


def write_shocks(path: str | Path, shocks: Sequence[Shock]) -> None:
    """Write shocks as CSV, an empty cell for what a law does not have."""
    with atomic_write(path) as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for each in shocks:
            numbers = [
                "" if math.isnan(value) else repr(value)
                for value in (each.calibrated, each.stressed, each.shock)
            ]
            writer.writerow([each.factor, each.kind, *numbers, each.unit, each.note])


_KINDS = (
    ("forward", "forwards", "unmoved: both laws meet it exactly"),
    ("volatility at the money", "per root year", "of the option struck at the forward"),
    ("volatility of the 90% put", "per root year", ""),
    ("skew", "per root year", "of the 90% put less that at the money"),
    ("deviation of the log price", "per root year", ""),
)


def _factors(prices: Vector, weights: Vector, maturity: float) -> dict[str, Vector]:
    mean = weights @ prices
    calls = weights @ np.maximum(prices - mean, 0.0) / mean
    puts = weights @ np.maximum(SKEW_STRIKE * mean - prices, 0.0) / mean
    middle = implied_volatility_otm(calls, 0.0, maturity)
    low = implied_volatility_otm(puts, math.log(SKEW_STRIKE), maturity)
    used = weights > 0
    if np.all(prices[used] > 0):
        logs, held = np.log(prices[used]), weights[used]
        away = logs - held @ logs
        covariance = (away * held[:, None]).T @ away
        deviation = np.sqrt(np.diag(covariance))
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = covariance / np.outer(deviation, deviation)
    else:
        deviation = np.full(mean.shape, np.nan)
        correlation = np.full((mean.size, mean.size), np.nan)
    return {
        "forward": mean,
        "volatility at the money": middle,
        "volatility of the 90% put": low,
        "skew": low - middle,
        "deviation of the log price": deviation / math.sqrt(maturity),
        "correlation": correlation,
    }
