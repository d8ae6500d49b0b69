r"""The dual in multipliers and correlation of 001, (3.2), and the saddle of its Algorithm 1.

.. math:: J(\rho, \lambda) = \lambda \cdot C - \log E_{P(\rho)} e^{\lambda \cdot f}

"Solve max over lambda, min over rho." At :math:`\lambda = 0` J is zero under any prior, so that the
maximum over lambda is never negative, and it is zero, at every correlation, where the prior's own
marginals have the prices C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.transport.couplings.nearest import nearest_coupling
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Saddle:
    """The dual, maximised over multipliers at each of some correlations.

    Attributes
    ----------
    correlations, values : ndarray, shape (n,)
    positions : ndarray, shape (n, J)
        lambda, those of the assets' quotes one after the other.
    """

    correlations: Vector
    values: Vector
    positions: Vector

    @property
    def correlation(self) -> float:
        """The correlation at which the maximum is least."""
        return float(self.correlations[np.argmin(self.values)])

    @property
    def variation(self) -> float:
        """By how much the maximum moves with the correlation."""
        return float(np.ptp(self.values))


def dual_value(prior: Prior, payoffs: ArrayLike, prices: ArrayLike, positions: ArrayLike) -> float:
    """Return J at multipliers.

    Parameters
    ----------
    prior : Prior
        P(rho), of n points.
    payoffs : array_like, shape (J, n)
        f on its points.
    prices, positions : array_like, shape (J,)
        C and lambda.
    """
    f, c, held = (np.asarray(one, dtype=float) for one in (payoffs, prices, positions))
    if f.shape != (c.size, prior.weights.size) or held.shape != c.shape:
        raise ParameterError(
            f"expected payoffs ({c.size}, {prior.weights.size}) and as many multipliers as "
            f"prices; got {f.shape} and {held.shape}"
        )
    exponents = held @ f
    top = float(exponents.max())
    return float(held @ c) - top - float(np.log(prior.weights @ np.exp(exponents - top)))


def saddle(
    prior_at: Callable[[float], Prior],
    quotes: Sequence[Quotes],
    correlations: ArrayLike,
    forwards: ArrayLike = 1.0,
) -> Saddle:
    """Maximise the dual over multipliers at each correlation; forwards are constraints too.

    Parameters
    ----------
    prior_at : callable
        P(rho), a joint prior for a correlation.
    quotes : sequence of Quotes
        One an asset.
    correlations : array_like, shape (n,)
    """
    grid = np.asarray(correlations, dtype=float)
    found = [nearest_coupling(prior_at(float(rho)), quotes, forwards=forwards) for rho in grid]
    return Saddle(
        grid,
        np.array([one.divergence for one in found]),
        np.array([-one.positions for one in found]),
    )
