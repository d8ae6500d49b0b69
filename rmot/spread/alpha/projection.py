"""Knows the price of a spread option projected onto a normal Heston law: sections 1.2 and 3.0.4.

Mode 0 gives a normal Heston law the observables of S_i - S_j, (107)-(115). Mode 1 takes from the
tangent bilog what it explains: with (V_0H, nu_H, rho_H) of `tangent_bilog`, (125), and with the
relative observables (122)-(124),

    CoVar^eff  = V_0H^3 nu_H rho_H + CoVar^R,   VarVar^eff = V_0H^4 nu_H^2 + VarVar^R,

and the law that has these with Var^eff = V_0H^2. Mode 2 is not the source's: it is mode 0 with the
VarVar of `curvature`, so that short smiles have the right curvature, which mode 0 misses. None is
exact, unlike `rmot.spread.spread_call`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.models.normal_law import NormalHeston, NormalOptions
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.alpha.bilog import check_spread_option
from rmot.spread.alpha.curvature import smile_observables
from rmot.spread.alpha.effective import (
    LARGEST_CORRELATION,
    SquareRootParameters,
    mean_reversion,
    square_root_parameters,
)
from rmot.spread.alpha.observables import (
    FactorState,
    Observables,
    price_observables,
    relative_observables,
    square_root_observables,
)
from rmot.spread.alpha.tangent_bilog import FittedBilog, fit_normal_heston
from rmot.spread.two_assets import check_weights

Vector = NDArray[np.float64]
Mode = Literal[0, 1, 2]


@dataclass(frozen=True)
class SpreadProjection:
    """The normal Heston law that stands for a spread.

    Attributes
    ----------
    mode : {0, 1, 2}
    forward : float
        F_i - F_j.
    maturity : float
    observables : Observables
        What the law was made of: those of the spread in mode 0, effective ones otherwise.
    parameters : SquareRootParameters
        Of the law; `floored` and `clipped` tell where a bound binds.
    bilog : FittedBilog or None
        What stands for the tangent bilog in mode 1.
    """

    mode: Mode
    forward: float
    maturity: float
    observables: Observables
    parameters: SquareRootParameters
    bilog: FittedBilog | None

    @property
    def law(self) -> NormalHeston:
        """The law of the spread less its forward."""
        return NormalHeston(**self.parameters.law)

    def options(self, strikes: ArrayLike) -> NormalOptions:
        """Return calls, puts and digitals on S_i - S_j, and their normal volatilities."""
        k, _ = check_spread_option(strikes, self.maturity)
        return self.law.options(k, self.maturity, forward=self.forward)


class ProjectedPrices(NamedTuple):
    """Undiscounted prices of the strikes' shape, and the law that they are of.

    Attributes
    ----------
    price : ndarray
        In the unit of the forwards.
    projection : SpreadProjection
    """

    price: Vector
    projection: SpreadProjection


def projected_spread_call(
    assets: RoughFactorModel,
    i: int,
    j: int,
    strikes: ArrayLike,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    mode: Mode = 1,
) -> ProjectedPrices:
    """Return E (S_i - S_j - K)^+ by projection, with the effective parameters.

    Parameters
    ----------
    assets : RoughFactorModel
        With H = 1/2.
    i, j : int
        Assets, numbered from 0.
    strikes : array_like
        K, of either sign.
    maturity : float
        T > 0 in years.
    forwards : array_like, shape (2,)
        F_i and F_j, positive.
    mode : {0, 1, 2}
        0: observables straight; 1: around the tangent bilog; 2: straight, curvature mended.

    Raises
    ------
    ParameterError
        If an argument is outside its domain, a factor is rough, or all exposures cancel.
    CalibrationError
        If no law is found near the bilog.

    Examples
    --------
    >>> from rmot.models import RoughFactorModel, VarianceFactor
    >>> factor = VarianceFactor(hurst=0.5, vol_of_vol=0.5, correlation=-0.5,
    ...     initial_variance=1.0, mean_reversion=0.1, long_run_variance=1.0)
    >>> assets = RoughFactorModel([[0.3, 0.1], [0.2, -0.1]], [factor, factor])
    >>> found = projected_spread_call(assets, 0, 1, [0.0], 1.0)
    >>> found.projection.parameters.clipped
    False
    """
    k, maturity = check_spread_option(strikes, maturity)
    found = project_spread(assets, i, j, maturity, forwards=forwards, mode=mode)
    return ProjectedPrices(found.options(k).call, found)


def project_spread(
    assets: RoughFactorModel,
    i: int,
    j: int,
    maturity: float,
    *,
    forwards: ArrayLike = (1.0, 1.0),
    mode: Mode = 1,
    largest_correlation: float = LARGEST_CORRELATION,
) -> SpreadProjection:
    """Return the normal Heston law of a spread; arguments as of `projected_spread_call`.

    Parameters
    ----------
    assets, i, j, maturity, forwards, mode, largest_correlation
        As in `projected_spread_call`.

    Raises
    ------
    ParameterError
        As there.
    """
    if mode not in get_args(Mode):
        raise ParameterError(f"mode must be 0, 1 or 2; got {mode!r}")
    if not (maturity > 0.0 and math.isfinite(maturity)):
        raise ParameterError(f"maturity must be positive and finite; got {maturity!r}")
    pair = assets.select([i, j])
    if i == j:
        raise ParameterError(f"expected two assets; got {i} twice")
    weights, both = check_weights(pair, [1.0, -1.0], forwards)
    holdings, state = weights * both, FactorState.of(pair)
    exposures = holdings @ pair.loadings
    reversion = mean_reversion(pair, exposures)
    bilog = None
    observables = price_observables(pair.loadings, state, holdings)
    if mode == 2:
        observables = smile_observables(pair.loadings, state, holdings)
    elif mode == 1:
        bilog = fit_normal_heston(
            pair, 0, 1, (float(both[0]), float(both[1])), maturity, reversion.speed
        )
        near = bilog.parameters
        own = square_root_observables(near.initial_variance, near.vol_of_vol, near.correlation)
        rest = relative_observables(pair.loadings, state, holdings)
        observables = Observables(*(a + b for a, b in zip(own, rest, strict=True)))
    parameters = square_root_parameters(
        observables, reversion, largest_correlation=largest_correlation
    )
    forward = float(both[0] - both[1])
    return SpreadProjection(mode, forward, maturity, observables, parameters, bilog)
