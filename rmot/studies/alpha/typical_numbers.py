"""How well smiles tell the twelve numbers of source 004's Figures 4 and 5 apart.

The asset of these figures has four factors. With volatilities that are known to an error s, Cramer
and Rao's bound on the covariance of its numbers is s^2 (J^T J)^{-1}, J their derivatives.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rmot.artifact.data_digest import data_digest
from rmot.calibration.information import (
    cramer_rao_errors,
    effective_dimension,
    fisher_information,
)
from rmot.models import FactorMarginal, RoughFactorModel
from rmot.spread.alpha.equivalents import equivalent_parameters
from rmot.studies.alpha.examples import (
    FIGURE_4_CORRELATIONS,
    FIGURE_4_VOLS_OF_VOL,
    FIGURE_5_LOADINGS,
    factor,
    typical_asset,
)
from rmot.studies.study import Config, main

Vector = NDArray[np.float64]

VOLATILITY_ERROR = 1e-3
"""Of each quote: a tenth of a point."""
MATURITIES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
DEVIATIONS = np.linspace(-2.0, 2.0, 9)
_STEPS = (1e-3, 1e-4)
"""Of central differences, relative to each number."""
KINDS = ("rho", "kappa", "alpha")


def run(config: Config) -> pd.DataFrame:
    """Tabulate a row a number: ``value`` as printed, and the ``standard_error`` of smiles.

    ``relative_change`` is what ten times as long steps change of that.
    """
    numbers = np.array([*FIGURE_4_CORRELATIONS, *FIGURE_4_VOLS_OF_VOL, *FIGURE_5_LOADINGS])
    coarse, fine = (_jacobian(numbers, step) for step in _STEPS)
    error, other = (cramer_rao_errors(slopes / VOLATILITY_ERROR) for slopes in (fine, coarse))
    return pd.DataFrame(
        {
            "name": [f"{kind}{k}" for kind in KINDS for k in range(1, 5)],
            "value": numbers,
            "standard_error": error,
            "relative_change": np.abs(other / error - 1.0),
        }
    ).assign(
        volatility_error=VOLATILITY_ERROR,
        quotes=fine.shape[0],
        effective_dimension=effective_dimension(fisher_information(fine * numbers)),
        data="printed",
        data_sha256=data_digest(numbers, MATURITIES, DEVIATIONS, VOLATILITY_ERROR),
    )


def _jacobian(numbers: Vector, step: float) -> Vector:
    """Return derivatives of all volatilities, shape (quotes, 12)."""
    rows = []
    for place, size in enumerate(step * np.abs(numbers)):
        unit = np.zeros_like(numbers)
        unit[place] = size
        rows.append((_volatilities(numbers + unit) - _volatilities(numbers - unit)) / (2.0 * size))
    return np.array(rows).T


def _volatilities(numbers: Vector) -> Vector:
    correlations, vols_of_vol, loadings = np.split(numbers, 3)
    colours = zip(vols_of_vol.tolist(), correlations.tolist(), strict=True)
    asset = RoughFactorModel([loadings], [factor(*colour) for colour in colours]).marginal(0)
    return _smiles(asset)


def _smiles(asset: FactorMarginal) -> Vector:
    level = equivalent_parameters(typical_asset()).normal_volatility
    return np.concatenate(
        [
            asset.implied_volatility(level * np.sqrt(maturity) * DEVIATIONS, maturity)
            for maturity in MATURITIES
        ]
    )


if __name__ == "__main__":
    main(run)
