r"""The problem of 002, Definition 2.3 and Proposition 2.1, as printed.

.. math:: \inf_Q KL(Q|P) \quad \text{s.t.} \quad E^Q S = F,\;
          E^Q[(\Phi_k(S) - C_k)^+] \le \sigma_k, \qquad dP^*/dP \propto e^{-\lambda \cdot g}.

Taken literally the positive part stands inside the mean: of a call it is the call struck at
K + C_k, which costs much more than a quote's noise at a law that prices all quotes, so that the law
which solves the problem misses the quotes. With the positive part outside,
:math:`(E^Q \Phi_k - C_k)^+ \le \sigma_k`, quotes hold from above alone, and prices below them are
free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff
from rmot.transport._feasibility import row_names
from rmot.transport.published._tilting import TiltedLaw, tilt
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]
PositivePart = Literal["inside", "outside"]


@dataclass(frozen=True, eq=False)
class RegularisedLaw:
    """The solution on the prior's nodes.

    Attributes
    ----------
    points : ndarray, shape (n,)
        The prior's nodes, and its tail as one node at the tail's mean.
    law : TiltedLaw
        Multipliers: of the forward, then of the quotes.
    prices : ndarray, shape (J,)
        Of the quoted payoffs.
    missed : ndarray, shape (J,)
        Prices less the middle of bid and ask, in units of half their distance.
    """

    points: Vector
    law: TiltedLaw
    prices: Vector
    missed: Vector

    def price(self, payoff: Payoff) -> float:
        """Return a payoff's mean under the law."""
        return float(self.law.weights @ payoff.value(self.points))


def regularised_law(
    prior: Prior, quotes: Quotes, *, forward: float = 1.0, positive_part: PositivePart = "inside"
) -> RegularisedLaw:
    """Solve the problem; C is the middle of bid and ask and sigma half their distance.

    Parameters
    ----------
    prior : Prior
        Of one asset.
    quotes : Quotes
        Of payoff objects, two-sided.
    forward : float
    positive_part : {"inside", "outside"}
        Of the mean: inside as printed.

    Raises
    ------
    ParameterError
        Quotes are one-sided or arrays, or the prior has several assets.
    InfeasibleQuotes
        No law on the nodes meets the constraints; the message names those that clash.
    AccuracyError
        The solution is on the edge of what the nodes allow.
    """
    if positive_part not in ("inside", "outside"):
        raise ParameterError(
            f"expected the positive part 'inside' or 'outside'; got {positive_part!r}"
        )
    if prior.points.ndim != 1 or not isinstance(quotes.payoffs, tuple):
        raise ParameterError("expected a prior of one asset, and quotes of payoff objects")
    if not (np.all(np.isfinite(quotes.bid)) and np.all(np.isfinite(quotes.ask))):
        raise ParameterError("expected quotes with bid and ask")
    points, weights = nodes_of(prior)
    middle, noise = 0.5 * (quotes.bid + quotes.ask), 0.5 * (quotes.ask - quotes.bid)
    payoffs = np.array([payoff.value(points) for payoff in quotes.payoffs])
    penalised = payoffs - middle[:, None]
    if positive_part == "inside":
        penalised = np.maximum(penalised, 0.0)
    equal = np.arange(1 + len(quotes)) == 0
    law = tilt(
        np.vstack([points, penalised]),
        weights,
        np.append(forward, noise),
        equal,
        ["the forward", *row_names(quotes)],
    )
    prices = payoffs @ law.weights
    unit = np.where(noise > 0, noise, np.nan)
    return RegularisedLaw(points, law, prices, (prices - middle) / unit)


def nodes_of(prior: Prior) -> tuple[Vector, Vector]:
    """Return a prior's nodes and weights, its tail as one node at the tail's mean."""
    if prior.tail is None:
        return prior.points, prior.weights / prior.weights.sum()
    points = np.append(prior.points, prior.tail.first_moment / prior.tail.mass)
    weights = np.append(prior.weights, prior.tail.mass)
    return points, weights / weights.sum()
