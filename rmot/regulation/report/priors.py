"""The prior of a position's bounds, and which quotes its points can be asked to meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.market.surface import Smile
from rmot.numerics.discrete import Prior
from rmot.transport import ChiSquared, CressieRead, KullbackLeibler

Vector = NDArray[np.float64]

BEYOND, FEWEST_BEYOND = 1e-3, 16
"""Share and number of a sample's points beyond a strike, below either of which its quotes are not
asked of the sample."""

_COARSE = 200
_APART = 5e-3


def one_asset_prior(
    model: Any,
    smile: Smile,
    strike: float,
    divergence: ChiSquared | CressieRead | KullbackLeibler,
) -> tuple[Prior, NDArray[np.bool_]]:
    """Return a fitted law as a prior that bends at the strikes, and which quotes it reaches.

    Raises
    ------
    ParameterError
        The law does not reach `strike`, in units of the forward.
    """
    strikes = np.exp(smile.log_moneyness)
    kept = np.ones(strikes.size, dtype=bool)
    try:
        prior = model.prior(smile.maturity, kinks=_apart(strikes, strike))
    except ParameterError:
        # some lie beyond the law's reach
        coarse = model.prior(smile.maturity, n_points=_COARSE)
        assert coarse.tail is not None
        low, high = float(coarse.points[0]), coarse.tail.start
        if not low < strike < high:
            raise ParameterError(
                f"expected a strike between {low:.4g} and {high:.4g} of the forward, which the "
                f"fitted law reaches; got {strike:g}"
            ) from None
        kept = (strikes > low) & (strikes < high)
        prior = model.prior(smile.maturity, kinks=_apart(strikes[kept], strike))
    return (prior.closed() if isinstance(divergence, CressieRead) else prior), kept


def within_reach(joint: Prior, smiles: Sequence[Smile]) -> list[NDArray[np.bool_]]:
    """Return which strikes of each smile have enough of a sample's points on either side."""
    kept, share = [], max(BEYOND, FEWEST_BEYOND / joint.weights.size)
    for i, smile in enumerate(smiles):
        low, high = np.quantile(joint.points[:, i], [share, 1.0 - share])
        strikes = np.exp(smile.log_moneyness)
        kept.append((strikes > low) & (strikes < high))
    return kept


def _apart(strikes: Vector, target: float) -> list[float]:
    """Return the target and those strikes that are apart from it and one another, in order.

    A prior's cell holds one kink; calls struck between two are priced to a cell's mass.
    """
    found = [target]
    for strike in strikes.tolist():
        if min(abs(strike - other) / other for other in found) > _APART:
            found.append(strike)
    return sorted(found)
