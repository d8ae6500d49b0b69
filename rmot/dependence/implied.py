r"""What a joint quote says of correlation.

A basket option is priced under a Gaussian copula of the marginals with one correlation for all
pairs (`rmot.dependence.flat_copula`), and that correlation is found which reproduces the quote.
The cruder average,

.. math:: \rho = \frac{\sigma_I^2 - \sum_i w_i^2 \sigma_i^2}{\sum_{i \ne j} w_i w_j \sigma_i
          \sigma_j},

takes volatilities alone, as Cboe's index of implied correlation does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rmot.dependence.flat_copula import POINTS, REPLICATES, flat_prices
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.numerics.quantiles import Marginal
from rmot.payoffs import BasketCall


@dataclass(frozen=True)
class ImpliedCorrelation:
    """The correlations that a joint quote allows.

    Attributes
    ----------
    lower, upper : float
        Of bid and ask; at an end of the range where the quote passes it.
    sampling_error : float
        The larger standard error of both, of the sample that priced them; 0 where none did.
    least_price, most_price : float
        At the ends of the range of flat correlations.
    source : str
    """

    lower: float
    upper: float
    sampling_error: float
    least_price: float
    most_price: float
    source: str = "joint quote"


def implied_correlation(
    payoff: BasketCall,
    marginals: Sequence[Marginal],
    bid: float,
    ask: float,
    *,
    seed: int,
    n_points: int = POINTS,
    replicates: int = REPLICATES,
) -> ImpliedCorrelation:
    """Return the flat correlations of a Gaussian copula that reproduce an option's bid and ask.

    Parameters
    ----------
    payoff : BasketCall
        Weights of one sign, or any for two assets (a spread).
    marginals : sequence of Prior or callable
        One an asset, in the units of the weights.
    bid, ask : float
        Undiscounted, bid <= ask.
    seed, n_points, replicates : int
        Of the sample (`rmot.numerics.gaussian_copula`).

    Raises
    ------
    ParameterError
        Numbers of assets do not fit, the bid exceeds the ask, or weights of both signs come with
        three assets or more.
    InfeasibleQuotes
        No flat correlation reaches the quote; the message gives the prices that some reach.
    """
    if not bid <= ask:
        raise ParameterError(f"expected bid <= ask; got {bid} and {ask}")
    curve = flat_prices(
        payoff.weights,
        payoff.strike,
        marginals,
        seed=seed,
        n_points=n_points,
        replicates=replicates,
    )
    ends = curve.ends
    at_ends = curve.price(ends)[:, 0].tolist()
    rising = at_ends[0] <= at_ends[1]
    low, high = sorted(at_ends)
    if bid > high or ask < low:
        first, last = ends if rising else ends[::-1]
        raise InfeasibleQuotes(
            f"no flat correlation reaches bid {bid:.10g} ask {ask:.10g} of {payoff.label}: prices "
            f"go from {low:.10g} at {first:.6g} to {high:.10g} at {last:.6g}"
        )
    found = [curve.correlation(0, side) for side in ((bid, ask) if rising else (ask, bid))]
    inside = [rho for rho in found if np.isfinite(rho)]
    error = max((curve.standard_error(0, rho) for rho in inside), default=0.0)
    lower, upper = np.clip(found, *ends).tolist()
    return ImpliedCorrelation(lower, upper, error, low, high)


def average_implied_correlation(
    index: tuple[float, float], volatilities: ArrayLike, weights: ArrayLike
) -> ImpliedCorrelation:
    """Return the average correlation at which volatilities make up that of an index.

    Parameters
    ----------
    index : (float, float)
        Bid and ask of the index's volatility.
    volatilities : array_like, shape (n_assets,)
        Of the constituents.
    weights : array_like, shape (n_assets,)
        Shares of the index's value, > 0.

    Returns
    -------
    ImpliedCorrelation
        Its prices are the index's volatilities at the ends of the range.

    Raises
    ------
    ParameterError
        Shapes or signs do not fit.
    InfeasibleQuotes
        No correlation reaches the index's volatility.
    """
    sigma, w = (np.asarray(column, dtype=float) for column in (volatilities, weights))
    bid, ask = (float(side) for side in index)
    if sigma.ndim != 1 or sigma.shape != w.shape or sigma.size < 2:
        raise ParameterError(
            f"expected volatilities and weights of one shape (n,), n >= 2; got {sigma.shape} and "
            f"{w.shape}"
        )
    if not (np.all(sigma > 0) and np.all(w > 0) and 0 <= bid <= ask):
        raise ParameterError("expected volatilities and weights > 0, and 0 <= bid <= ask")
    parts = w * sigma
    own = float(parts @ parts)
    across = float(parts.sum() ** 2 - own)
    least, most = np.sqrt(max(0.0, own - across / (sigma.size - 1))), float(parts.sum())
    if bid > most or ask < least:
        raise InfeasibleQuotes(
            f"no average correlation reaches an index volatility of {bid:.6g} to {ask:.6g}: those "
            f"of the constituents make up {least:.6g} to {most:.6g}"
        )
    lower, upper = ((min(max(side, least), most) ** 2 - own) / across for side in (bid, ask))
    return ImpliedCorrelation(lower, upper, 0.0, float(least), most)
