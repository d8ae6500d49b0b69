"""Knows the square-root law of one variance whose observables are given: (129)-(133), (137)-(139).

    dX = sqrt(v) dW,  dv = lambda (theta - v) dt + xi sqrt(v) dB,
    v_0 = Var,  xi = sqrt(VarVar / Var),  rho = CoVar / sqrt(Var VarVar),

source 004's V_0H = sqrt(v_0) and nu_H = xi / sqrt(v_0) in absolute units. VarVar is floored before
its root is taken, and rho clipped to +-0.95, (132); where that happened is told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rmot.errors import ParameterError
from rmot.models.rough_factor import RoughFactorModel
from rmot.spread.alpha.observables import FactorState, Observables

LARGEST_CORRELATION = 0.95
"""Source 004's, (132)."""
_LEAST_RELATIVE_VOL_OF_VOL = 1e-3
"""nu_H where VarVar would be negative, (133): at 0 its smile would be flat, here it all but is."""


class Reversion(NamedTuple):
    """How one variance reverts: speed lambda, and theta / v_0."""

    speed: float
    level: float


@dataclass(frozen=True)
class SquareRootParameters:
    """Parameters of one square-root variance, and what bound them.

    Attributes
    ----------
    initial_variance, vol_of_vol, correlation, mean_reversion, long_run_variance : float
        v_0, xi, rho, lambda and theta.
    floored : bool
        Whether VarVar was raised to its floor.
    clipped : bool
        Whether rho was.
    """

    initial_variance: float
    vol_of_vol: float
    correlation: float
    mean_reversion: float
    long_run_variance: float
    floored: bool = False
    clipped: bool = False

    @property
    def law(self) -> dict[str, float]:
        """The five numbers, as `rmot.models.Heston` and `NormalHeston` take them."""
        names = ("initial_variance", "vol_of_vol", "correlation", "mean_reversion")
        own = {name: getattr(self, name) for name in names}
        return {**own, "long_run_variance": self.long_run_variance}

    @property
    def normal_volatility(self) -> float:
        """V_0H, the root of v_0."""
        return math.sqrt(self.initial_variance)

    @property
    def relative_vol_of_vol(self) -> float:
        """nu_H, of v / v_0."""
        return self.vol_of_vol / self.normal_volatility


def square_root_parameters(
    observables: Observables,
    reversion: Reversion,
    *,
    largest_correlation: float = LARGEST_CORRELATION,
) -> SquareRootParameters:
    """Return the law of one variance that has the observables.

    Parameters
    ----------
    observables : Observables
        Of one asset or spread, each a number.
    reversion : Reversion
    largest_correlation : float
        In (0, 1].

    Raises
    ------
    ParameterError
        If Var is not positive or an observable not finite.
    """
    var, covar, varvar = (float(each) for each in observables)
    if not all(map(math.isfinite, (var, covar, varvar))) or not var > 0.0:
        raise ParameterError(
            f"expected finite observables with a positive variance; got Var {var:g}, CoVar "
            f"{covar:g}, VarVar {varvar:g}: all loadings may cancel"
        )
    if not 0.0 < largest_correlation <= 1.0:
        raise ParameterError(f"largest_correlation must be in (0, 1]; got {largest_correlation!r}")
    floor = (_LEAST_RELATIVE_VOL_OF_VOL * var) ** 2
    positive = max(varvar, floor)
    free = covar / math.sqrt(var * positive)
    rho = min(max(free, -largest_correlation), largest_correlation)
    return SquareRootParameters(
        initial_variance=var,
        vol_of_vol=math.sqrt(positive / var),
        correlation=rho,
        mean_reversion=reversion.speed,
        long_run_variance=reversion.level * var,
        floored=varvar < floor,
        clipped=rho != free,
    )


def mean_reversion(assets: RoughFactorModel, exposures: ArrayLike) -> Reversion:
    """Return one reversion for sum_k D_k^2 V_k, which source 004 supposes all factors to share.

    The level is that of the sum itself. Where speeds differ they are weighted by what each factor
    adds to the variance of variance, nu_k^2 D_k^4 V_k; factors that never revert stay at V_k.

    Parameters
    ----------
    assets : RoughFactorModel
    exposures : array_like, shape (n_factors,)
        D.

    Raises
    ------
    ParameterError
        If the sum is 0.
    """
    d = np.asarray(exposures, dtype=np.float64)
    state = FactorState.of(assets)
    speeds = np.array([factor.mean_reversion for factor in assets.factors])
    drifts = np.array([factor.drift for factor in assets.factors])
    var = float(np.sum(d**2 * state.initial_variance))
    if not var > 0.0:
        raise ParameterError(f"expected exposures with a variance; got {d.tolist()}")
    levels = np.divide(drifts, speeds, out=state.initial_variance.copy(), where=speeds > 0.0)
    weights = state.vol_of_vol**2 * d**4 * state.initial_variance
    total = float(np.sum(weights))
    speed = float(weights @ speeds) / total if total > 0.0 else 0.0
    return Reversion(speed, float(np.sum(d**2 * levels)) / var)
