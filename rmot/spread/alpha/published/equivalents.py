"""Knows the one-dimensional equivalent of an asset as source 004 prints it: (134)-(139)."""

from __future__ import annotations

import numpy as np

from rmot.models.factor_marginal import FactorMarginal
from rmot.models.heston import Heston
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.alpha.effective import mean_reversion, square_root_parameters
from rmot.spread.alpha.observables import FactorState
from rmot.spread.alpha.published.observables import printed_asset


def printed_equivalent(marginal: FactorMarginal) -> Heston:
    """Return the Heston law of (137)-(139), with (134)-(136) as they stand.

    Their powers of V_k are wrong, VarVar lacks squares, and they are observables of S, not log S.

    Raises
    ------
    ParameterError
        If a factor is rough.
    """
    assets, a = RoughFactorModel([marginal.loadings], marginal.factors), np.array(marginal.loadings)
    observables = printed_asset(a, FactorState.of(assets), 1.0)
    reversion = mean_reversion(assets, a)
    return Heston(**square_root_parameters(observables, reversion, largest_correlation=1.0).law)
