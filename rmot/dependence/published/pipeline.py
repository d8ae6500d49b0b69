r"""The pipeline of 000 in one call: calibrate, "estimate" the correlation, bound the basket.

Stage 2 finds correlations at which
:math:`E\, d\langle S_i, S_j \rangle - \rho_{ij} \sigma_i \sigma_j dt` vanishes, by least squares
from a first guess. In the model that difference is zero at every
correlation, so the guess comes back. The intervals that 000 adds are not made: no marginal price
has a derivative in a correlation, and an information of zero has no inverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from rmot.calibration import calibrate
from rmot.dependence.published.covariance_functional import log_price_covariance
from rmot.errors import ParameterError
from rmot.market.surface import OptionSurface
from rmot.models import RoughHeston
from rmot.payoffs import BasketCall
from rmot.transport.bounds import Bounds, price_bounds
from rmot.transport.couplings.constraints import on_assets
from rmot.transport.couplings.correlations import correlation_matrix
from rmot.transport.couplings.quantiles import smile_quantile
from rmot.transport.couplings.reference import gaussian_copula
from rmot.transport.divergences import ChiSquared
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PipelineResult:
    """What the stages give.

    Attributes
    ----------
    models : tuple of RoughHeston
        Stage 1.
    correlation : ndarray, shape (n_assets, n_assets)
        Stage 2.
    bounds : Bounds
        Stage 3, of the basket.
    """

    models: tuple[RoughHeston, ...]
    correlation: Vector
    bounds: Bounds


def run_pipeline(
    surfaces: Sequence[OptionSurface],
    basket: BasketCall,
    guess: ArrayLike,
    *,
    radius: float,
    seed: int,
    n_points: int = 1 << 13,
    mean_reversion: float = 0.3,
) -> PipelineResult:
    """Run stages 1 to 3 on the first expiry of each surface, in units of the forwards.

    Parameters
    ----------
    surfaces : sequence of OptionSurface
        One an asset, of one maturity in common.
    basket : BasketCall
        Of the prices in units of their forwards.
    guess : float or array_like, shape (n_assets, n_assets)
        Stage 2's first correlations.
    radius : float
        Of the chi-squared ball of stage 3.
    seed, n_points : int
        Of the joint sample.
    mean_reversion : float
        Held in stage 1, with the long-run variance at the first quoted variance at the money.

    Raises
    ------
    ParameterError
        Maturities differ, or numbers of assets do not fit.
    """
    smiles = [surface.slices[0] for surface in surfaces]
    maturities = {smile.maturity for smile in smiles}
    if len(maturities) != 1 or basket.weights.size != len(smiles):
        raise ParameterError(
            f"expected {basket.weights.size} surfaces whose first maturities are one; got "
            f"{len(smiles)} with {sorted(maturities)}"
        )
    (maturity,) = maturities
    models = []
    for surface, smile in zip(surfaces, smiles, strict=True):
        middle = np.argmin(np.abs(smile.log_moneyness))
        held = {
            "mean_reversion": mean_reversion,
            "long_run_variance": float(smile.implied_volatility[middle] ** 2),
        }
        models.append(calibrate(RoughHeston, surface, fixed=held).model)
    start = correlation_matrix(guess, len(smiles))
    correlation = _estimated(models, start, maturity)
    joint = gaussian_copula(
        [smile_quantile(model, maturity) for model in models], correlation, n_points, seed=seed
    )
    bounds = price_bounds(
        basket,
        joint,
        quotes=on_assets([Quotes.from_smile(smile) for smile in smiles]),
        divergence=ChiSquared(),
        radius=radius,
    )
    return PipelineResult(tuple(models), correlation, bounds)


def _estimated(models: Sequence[RoughHeston], start: Vector, maturity: float) -> Vector:
    pairs = tuple(np.array(list(combinations(range(len(models)), 2))).T)
    variances = [model.initial_variance for model in models]

    def residuals(values: Vector) -> Vector:
        # covariation under the model of this correlation, less what it should be
        return np.array(
            [
                log_price_covariance(rho, (variances[i], variances[j]), maturity)
                - rho * np.sqrt(variances[i] * variances[j]) * maturity
                for rho, i, j in zip(values, *pairs, strict=True)
            ]
        )

    found = least_squares(residuals, start[pairs], method="lm")
    matrix = np.eye(len(models))
    matrix[pairs] = found.x
    matrix[pairs[::-1]] = found.x
    return matrix
