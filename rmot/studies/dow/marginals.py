"""Laws of the constituents from fitted smiles, their volatilities moved within the quotes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rmot.dependence.discrete import discrete_law
from rmot.errors import AccuracyError
from rmot.models import SVI
from rmot.numerics import black_call
from rmot.numerics.quantiles import Quantile
from rmot.transport import smile_quantile

Vector = NDArray[np.float64]

SVI_NAMES = ("minimum_total_variance", "wing_slope", "correlation", "translation", "smoothness")


@dataclass(frozen=True)
class _Moved:
    """A smile with its volatilities moved by a constant."""

    model: SVI
    by: float

    def implied_volatility(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        return self.model.implied_volatility(log_moneyness, maturity) + self.by

    def call_price(self, log_moneyness: ArrayLike, maturity: float) -> Vector:
        volatility = self.implied_volatility(log_moneyness, maturity)
        return black_call(np.asarray(log_moneyness, dtype=float), volatility, maturity)


def laws(smiles: pd.DataFrame, shift: float = 0.0) -> list[Quantile]:
    """Return the law of each row's SVI smile, volatilities moved by `shift` half-widths."""
    found = []
    for row in smiles.to_dict("records"):
        model = SVI(**{name: row[name] for name in SVI_NAMES})
        found.append(smile_quantile(_Moved(model, shift * row["half_width"]), row["maturity"]))
    return found


def forward_miss(model: SVI, maturity: float) -> float:
    """Return how far the mean of a smile's law is from its forward; inf where it has no law."""
    try:
        points, weights = discrete_law(smile_quantile(model, maturity))
    except AccuracyError:
        return float("inf")
    return abs(float(points @ weights) - 1.0)
