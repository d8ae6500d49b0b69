r"""Bounds on an option on several assets from quotes of each asset and of other baskets.

.. math:: \text{upper} = \inf\{\text{cost}(H) : H(s) \ge c(s) \;\forall s \ge 0\}, \qquad
          H(s) = h + \textstyle\sum_i f_i(s_i) + \sum_j \lambda_j\, g_j(v_j \cdot s),

:math:`\text{lower}(c) = -\text{upper}(-c)`, where :math:`f_i` holds asset i and its quotes and
:math:`g_j` are the joint quotes. A program over hedges that multipliers prove gives a valid hedge
for any number of assets; it is sharp for the upper bound without joint quotes, where it is Hobson,
Laurence and Wang's (2005) split of the strike. Elsewhere cutting planes tighten it, until a law on
finitely many prices attains the cost up to a tolerance.

References
----------
.. [1] D. Hobson, P. Laurence, T.-H. Wang, "Static-arbitrage upper bounds for the prices of basket
   options", *Quant. Finance* 5 (2005) 329–342.
.. [2] A. Neufeld, A. Papapantoleon, Q. Xiang, "Model-free bounds for multi-asset options using
   option-implied information and their exact computation", *Manag. Sci.* 69 (2023) 2051–2068,
   whose cutting planes separate by mixed-integer programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmot.numerics.discrete import Prior
from rmot.payoffs import BasketOption
from rmot.transport.basket.problem import BasketProblem
from rmot.transport.bounds import Bounds
from rmot.transport.hedge import mirrored
from rmot.transport.quotes import Quotes

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BasketBounds(Bounds):
    """Bounds on an option on several assets, and laws near them.

    Attributes
    ----------
    lower_law, upper_law : Prior or None
        On finitely many prices, meeting all quotes; they attain the bounds up to `gap`. None where
        part of a forward escapes to ever higher prices, so that the bound is only approached.
        `save` leaves them out.
    """

    lower_law: Prior | None = None
    upper_law: Prior | None = None

    def save(self, path: str | Path) -> None:
        """Write the bounds without their laws, as `Bounds.save` does."""
        own = {field.name: getattr(self, field.name) for field in fields(Bounds)}
        Bounds(**own).save(path)


def basket_bounds(
    payoff: BasketOption,
    quotes: Sequence[Quotes],
    forwards: ArrayLike = 1.0,
    joint: Quotes | None = None,
    *,
    tolerance: float = 1e-6,
    rounds: int = 60,
) -> BasketBounds:
    """Return bounds on a basket option over all joint laws that meet the quotes.

    Parameters
    ----------
    payoff : BasketOption
        From `rmot.payoffs`: `basket_call`, `basket_put`; weights of any sign.
    quotes : sequence of Quotes, one for each asset
        Payoff objects of that asset's price. Empty ones are allowed.
    forwards : float or array_like, shape (n_assets,)
        Means, met exactly.
    joint : Quotes, optional
        Payoff objects made as `payoff` is, on as many assets; a zero weight leaves one out.
    tolerance : float
        Of the gap, in units of the basket's gross forward sum |w_i| F_i; positive.
    rounds : int
        Of cutting planes at most; what they leave shows in `gap`.

    Returns
    -------
    BasketBounds
        Valid whatever the gap: the hedges dominate at all prices. Their `positions` hold the
        assets' quotes one after the other, then the joint quotes. `gap` is the larger distance of
        the two sides to what a law that meets all quotes attains or approaches; `sharp` says
        whether it is within the tolerance.

    Raises
    ------
    ParameterError
        Numbers of assets do not fit, a quoted payoff is of no known form, or joint quotes are on
        too many different baskets.
    InfeasibleQuotes
        No law of one of the assets meets its quotes, or none of all assets the joint quotes; the
        message names them.
    AccuracyError
        No law that meets all quotes was found in so many rounds.

    Examples
    --------
    >>> from rmot.payoffs import basket_call, call
    >>> each = Quotes([call(1.0)], [0.08], [0.08])
    >>> bounds = basket_bounds(basket_call([0.5, 0.5], 1.0), [each, each])
    >>> round(bounds.lower, 9), round(bounds.upper, 9)
    (0.0, 0.08)
    """
    problem = BasketProblem.of(payoff, quotes, forwards, joint)
    upper, lower = (problem.side(sign, tolerance, rounds) for sign in (1.0, -1.0))
    gap = max(upper.gap, lower.gap)
    sold = mirrored(lower.hedge)
    return BasketBounds(
        sold.cost,
        upper.hedge.cost,
        sold,
        upper.hedge,
        gap,
        support_limited=False,
        sharp=bool(gap <= tolerance * problem.scale),
        lower_law=lower.law,
        upper_law=upper.law,
    )
