"""Knows the Heston law that stands for one asset of an alpha model: section 2, (134)-(139).

With loadings alpha_k the observables of log S are

    Var = sum_k alpha_k^2 V_k,  CoVar = sum_k nu_k rho_k alpha_k^3 V_k,
    VarVar = sum_k nu_k^2 alpha_k^4 V_k,

and (137)-(139) make of them the Heston law with the same. The source puts those of S itself there,
(134)-(136), which describe a normal Heston law: read as a lognormal one, what the level of S does
to its variance counts twice.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from rmot.errors import ParameterError
from rmot.models.factor_marginal import FactorMarginal
from rmot.models.heston import Heston
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.alpha.effective import (
    SquareRootParameters,
    mean_reversion,
    square_root_parameters,
)
from rmot.spread.alpha.observables import (
    FactorState,
    asset_holdings,
    logarithmic_observables,
    price_observables,
)

Convention = Literal["logarithmic", "price"]


def equivalent_heston(marginal: FactorMarginal, convention: Convention = "logarithmic") -> Heston:
    """Return the Heston law of `equivalent_parameters`.

    Parameters
    ----------
    marginal, convention
        As in `equivalent_parameters`.
    """
    return Heston(**equivalent_parameters(marginal, convention).law)


def equivalent_parameters(
    marginal: FactorMarginal, convention: Convention = "logarithmic"
) -> SquareRootParameters:
    """Return the parameters of one variance that stands for all factors of an asset.

    Parameters
    ----------
    marginal : FactorMarginal
        With H = 1/2, as `RoughFactorModel.marginal` gives it.
    convention : {"logarithmic", "price"}
        Observables of log S, or of S with forward 1, (134)-(136) corrected.

    Raises
    ------
    ParameterError
        If the convention is another or a factor is rough.
    """
    if convention not in get_args(Convention):
        expected = ", ".join(get_args(Convention))
        raise ParameterError(f"convention must be one of {expected}; got {convention!r}")
    assets = RoughFactorModel([marginal.loadings], marginal.factors)
    state, a = FactorState.of(assets), np.array(marginal.loadings)
    if convention == "logarithmic":
        observables = logarithmic_observables(a, state)
    else:
        observables = price_observables(assets.loadings, state, asset_holdings([1.0])[0])
    return square_root_parameters(observables, mean_reversion(assets, a), largest_correlation=1.0)
