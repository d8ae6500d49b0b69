"""What a design of quotes on single assets tells about the correlations of a factor model.

Rows of the derivatives are an asset's quotes, columns the free coordinates of the joint model; an
asset's quotes have no derivative in another's loadings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmot.calibration.design import Design, designed_smiles
from rmot.calibration.factors.correlation_errors import (
    correlation_covariance,
    correlation_gradient,
)
from rmot.calibration.factors.parametrisation import FactorParametrisation
from rmot.models import RoughFactorModel

Vector = NDArray[np.float64]


def standardised_jacobian(
    model: RoughFactorModel, design: Design, parametrisation: FactorParametrisation
) -> Vector:
    """Return derivatives of sigma_k / s_k in the free coordinates, shape (quotes, free).

    Parameters
    ----------
    model : RoughFactorModel
    design : Design
        Quotes of each asset.
    parametrisation : FactorParametrisation
    """
    free = parametrisation.free
    blocks = []
    for asset in range(model.n_assets):
        names = model.marginal_parameters(asset)
        for smile in designed_smiles(model.marginal(asset), design):
            block = np.zeros((len(smile.noise), len(free)))
            for column, name in enumerate(free):
                if name in names:
                    block[:, column] = smile.gradient[:, names.index(name)] / smile.noise
            blocks.append(block)
    point = parametrisation.point(parametrisation.values_of(model))
    return np.vstack(blocks) * parametrisation.slopes(point)


def correlation_error(
    model: RoughFactorModel,
    design: Design,
    parametrisation: FactorParametrisation,
    maturity: float,
) -> float:
    """Return the Cramer-Rao error of the correlation of the first two assets over [0, T].

    inf where quotes leave a direction open along which the correlation moves.
    """
    point = parametrisation.point(parametrisation.values_of(model))
    gradient = correlation_gradient(parametrisation, point, maturity)[:1]
    jacobian = standardised_jacobian(model, design, parametrisation)
    return float(np.sqrt(correlation_covariance(gradient, jacobian)[0, 0]))
