r"""What a joint quote says of correlation.

A basket option is priced under a Gaussian copula of the marginals with one correlation for all
pairs, and that correlation is found which reproduces the quote. Normals are

.. math:: Z_i = \sqrt{1 - \rho}\,(\epsilon_i - \bar\epsilon)
          + \sqrt{1 + (N - 1) \rho}\,\bar\epsilon,

the same :math:`\epsilon` for all :math:`\rho`, so that prices move smoothly with it. They rise with
it where all weights are positive, and fall for a spread of two. The cruder average,

.. math:: \rho = \frac{\sigma_I^2 - \sum_i w_i^2 \sigma_i^2}{\sum_{i \ne j} w_i w_j \sigma_i
          \sigma_j},

takes volatilities alone, as Cboe's index of implied correlation does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from rmot.dependence.discrete import Marginal, discrete_law
from rmot.errors import InfeasibleQuotes, ParameterError
from rmot.payoffs import BasketCall
from rmot.transport.couplings.reference import copula_normals, quantile

Vector = NDArray[np.float64]

_TOLERANCE = 1e-10
_POINTS, _REPLICATES = 1 << 14, 16


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
    n_points: int = _POINTS,
    replicates: int = _REPLICATES,
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
        Of the sample (`rmot.transport.couplings.reference`).

    Raises
    ------
    ParameterError
        Numbers of assets do not fit, the bid exceeds the ask, or weights of both signs come with
        three assets or more.
    InfeasibleQuotes
        No flat correlation reaches the quote; the message gives the prices that some reach.
    """
    n_assets = payoff.weights.size
    if len(marginals) != n_assets or n_assets < 2:
        raise ParameterError(
            f"expected two assets or more, a marginal for each of {n_assets} weights; got "
            f"{len(marginals)} marginals"
        )
    if not bid <= ask:
        raise ParameterError(f"expected bid <= ask; got {bid} and {ask}")
    signs = np.unique(np.sign(payoff.weights))
    if n_assets > 2 and not signs.size == 1:
        raise ParameterError(
            "expected weights of one sign with three assets or more: prices of others need not "
            f"move one way with the correlation; got {payoff.weights.tolist()}"
        )
    pricer = _Pricer(payoff, marginals, n_points, replicates, seed)
    ends = (-1.0 / (n_assets - 1), 1.0)
    at_ends = [pricer.price(rho) for rho in ends]
    if at_ends[1] < at_ends[0]:
        ends, at_ends = ends[::-1], at_ends[::-1]
    low, high = at_ends
    if bid > high or ask < low:
        raise InfeasibleQuotes(
            f"no flat correlation reaches bid {bid:.10g} ask {ask:.10g} of {payoff.label}: prices "
            f"go from {low:.10g} at {ends[0]:.6g} to {high:.10g} at {ends[1]:.6g}"
        )
    found = []
    for side, beyond in ((bid, ends[0]), (ask, ends[1])):
        if low < side < high:
            root = brentq(
                lambda rho, to=side: pricer.price(rho) - to, *sorted(ends), xtol=_TOLERANCE
            )
            found.append((float(root), pricer.error(float(root))))  # pyright: ignore[reportArgumentType]
        else:
            found.append((beyond, 0.0))
    (one, of_one), (other, of_other) = found
    return ImpliedCorrelation(min(one, other), max(one, other), max(of_one, of_other), low, high)


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


class _Pricer:
    """Prices of a basket by one set of normals, the basket's own mean as control."""

    def __init__(
        self,
        payoff: BasketCall,
        marginals: Sequence[Marginal],
        n_points: int,
        replicates: int,
        seed: int,
    ) -> None:
        n = payoff.weights.size
        self._payoff, self._marginals, self._replicates = payoff, marginals, replicates
        normals = copula_normals(np.eye(n), n_points, replicates, seed)
        self._common = normals.mean(axis=1, keepdims=True)
        self._own = normals - self._common
        means = [float(points @ weights) for points, weights in map(discrete_law, marginals)]
        self._mean = float(payoff.weights @ np.array(means))

    def _values(self, rho: float) -> Vector:
        n = self._own.shape[1]
        size = np.sqrt(max(1.0 + (n - 1) * rho, 0.0))
        z = np.sqrt(max(1.0 - rho, 0.0)) * self._own + size * self._common
        u = np.clip(ndtr(z), np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
        prices = [quantile(law, column) for law, column in zip(self._marginals, u.T, strict=True)]
        basket = np.column_stack(prices) @ self._payoff.weights
        paid = np.maximum(basket - self._payoff.strike, 0.0)
        varied = basket - basket.mean()
        size = float(varied @ varied)
        slope = float(varied @ paid) / size if size > 0 else 0.0
        return paid - slope * (basket - self._mean)

    def price(self, rho: float) -> float:
        return float(self._values(rho).mean())

    def error(self, rho: float) -> float:
        """Return the standard error of the correlation at which this is the price."""
        means = self._values(rho).reshape(self._replicates, -1).mean(axis=1)
        of_price = float(means.std(ddof=1)) / np.sqrt(self._replicates)
        step = 1e-3
        slope = (self.price(min(rho + step, 1.0)) - self.price(max(rho - step, -1.0))) / (2 * step)
        return of_price / abs(slope) if slope else float("inf")
