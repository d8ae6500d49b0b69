r"""Algorithm 1 of 001, section 4.1, as printed, on a discrete joint prior.

.. math:: \lambda^* = \arg\max_\lambda \lambda \cdot C - \log E_P e^{\lambda \cdot f}, \qquad
          \frac{d\pi^*}{dP} = \frac1Z \exp\Bigl(-\frac1\lambda \sum_i \sum_K
          \lambda_i^*(K) (S_i - K)^+\Bigr),

and then P_low = E c under pi*, and P_up "from same problem with payoff -c". Nothing on the right of
either line knows c: pi* is one law, and lower equals upper whatever the payoff. The sign and the
1/lambda of the second line are not those of the first; with `matching=True` the second repeats the
first, and the law meets the quotes. The minimum over correlations of step 2 is left to the caller,
who gives the prior of one: marginals say nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmot.errors import ParameterError
from rmot.numerics.discrete import Prior
from rmot.payoffs import Payoff
from rmot.transport._feasibility import row_names
from rmot.transport.published._tilting import tilt
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PrintedBounds:
    """Step 4 of the algorithm, and what the law does to the quotes.

    Attributes
    ----------
    lower, upper : float
        P_low and P_up.
    weights : ndarray, shape (n,)
        pi* on the prior's points.
    largest_miss : float
        Of its prices of the quoted payoffs from the middle of bid and ask.
    """

    lower: float
    upper: float
    weights: Vector
    largest_miss: float


def algorithm_one(
    payoff: Payoff,
    prior: Prior,
    quotes: Sequence[Quotes],
    *,
    regularisation: float = 1.0,
    matching: bool = False,
) -> PrintedBounds:
    """Run steps 2 to 4; C is the middle of bid and ask.

    Parameters
    ----------
    payoff : Payoff
        Of all assets.
    prior : Prior
        Points of shape (n, n_assets).
    quotes : sequence of Quotes
        One an asset, of payoff objects.
    regularisation : float
        lambda of step 3.
    matching : bool
        Tilt by the sign and scale of the dual of step 2, instead of those printed in step 3.

    Raises
    ------
    ParameterError
        Assets and quotes do not fit, or lambda is not positive.
    InfeasibleQuotes
        No law on the points has these prices.
    """
    if prior.points.ndim != 2 or prior.points.shape[1] != len(quotes):
        raise ParameterError(
            f"expected a prior of {len(quotes)} assets, one for each of the quotes; got points of "
            f"shape {prior.points.shape}"
        )
    if not regularisation > 0:
        raise ParameterError(f"expected a regularisation > 0; got {regularisation}")
    values, middles, names = [], [], []
    for i, quoted in enumerate(quotes):
        if not isinstance(quoted.payoffs, tuple):
            raise ParameterError(f"expected quotes of payoff objects for asset {i}")
        values += [item.value(prior.points[:, i]) for item in quoted.payoffs]
        middles += list(0.5 * (quoted.bid + quoted.ask))
        names += [f"asset {i} {name}" for name in row_names(quoted)]
    table, targets = np.array(values), np.array(middles)
    p = prior.weights / prior.weights.sum()
    best = tilt(table, p, targets, np.ones(targets.size, dtype=bool), names)
    # The dual of step 2 tilts by +lambda*, and `tilt` by minus its multipliers.
    dual = -best.multipliers
    law = best.weights
    if not matching:
        exponents = -(dual @ table) / regularisation
        law = p * np.exp(exponents - exponents.max())
        law = law / law.sum()
    worth = payoff.value(prior.points)
    missed = float(np.abs(table @ law - targets).max())
    return PrintedBounds(float(law @ worth), -float(law @ -worth), law, missed)
