r"""Knows the fourth observable, which the curvature of short smiles needs beside source 004's.

With W = d<CoVar, S>/dt the implied normal volatility s of short options on any continuous price has

    s'  = CoVar / (4 Var^{3/2}),   s'' = (VarVar / 12 + W / 6 - 3 CoVar^2 / (8 Var)) / Var^{5/2}

in the strike at the money: its coefficients are those of local volatility (the harmonic
mean) and of normal SABR (P. Hagan et al., "Managing smile risk", Wilmott 2002). A normal Heston law
has W = CoVar^2 / Var. The one whose short smile has the level, slope and curvature of S therefore
has Var and CoVar of S, but

    VarVar + 2 (W - CoVar^2 / Var)  in place of VarVar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rmot.spread.alpha.observable_gradients import observable_gradient
from rmot.spread.alpha.observables import FactorState, Observables, price_observables


def skew_covariation(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> float:
    """Return W = d<CoVar, S>/dt of amounts held.

    Along S the amounts h_i move by h_i sum_k a_ik V_k D_k and V_k by rho_k nu_k V_k D_k.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
    state : FactorState
    holdings : array_like, shape (n_assets,)

    Returns
    -------
    float
    """
    a, held = np.asarray(loadings, np.float64), np.asarray(holdings, np.float64)
    along = state.initial_variance * (held @ a)
    slopes = observable_gradient(a, state, held, "price")
    by_price = slopes.holdings[1] @ (held * (a @ along))
    moved = state.correlation * state.vol_of_vol * along
    return float(by_price + slopes.initial_variance[1] @ moved)


def smile_observables(loadings: ArrayLike, state: FactorState, holdings: ArrayLike) -> Observables:
    """Return the observables of the normal Heston law with the short smile of amounts held.

    Parameters
    ----------
    loadings : array_like, shape (n_assets, n_factors)
    state : FactorState
    holdings : array_like, shape (n_assets,)
    """
    own = price_observables(loadings, state, holdings)
    excess = skew_covariation(loadings, state, holdings) - own.covariance**2 / own.variance
    return own._replace(variance_of_variance=own.variance_of_variance + 2.0 * excess)
